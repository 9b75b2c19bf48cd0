/** SIP messages as plain data, and the readers that everybody needs. Header values are parsed when asked for. */
import type { Header, HeaderId } from './header.ts';

export interface SipRequest {
  kind: 'request';
  method: string;
  /** Request-URI as written. */
  uri: string;
  headers: Header[];
  body: Uint8Array;
}

export interface SipResponse {
  kind: 'response';
  status: number;
  /** Reason phrase as a wire string; may be empty. */
  reason: string;
  headers: Header[];
  body: Uint8Array;
}

export type SipMessage = SipRequest | SipResponse;

export const NO_BODY: Uint8Array = new Uint8Array(0);

/** Value of the first header with this id, or null. */
export function headerOf(message: SipMessage, id: HeaderId): string | null {
  for (const header of message.headers) if (header.id === id) return header.value;
  return null;
}

/** How many headers have this id. */
export function countOf(message: SipMessage, id: HeaderId): number {
  let count = 0;
  for (const header of message.headers) if (header.id === id) count++;
  return count;
}

/** Values of all headers with this id, in order, lists not cut. */
export function headersOf(message: SipMessage, id: HeaderId): string[] {
  const values: string[] = [];
  for (const header of message.headers) if (header.id === id) values.push(header.value);
  return values;
}

/** The body as text (UTF-8). */
export function bodyText(message: SipMessage): string {
  const { body } = message;
  return body.length === 0 ? '' : Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
}
