/**
 * What every request must pass before anybody looks at its meaning (RFC 3261 section 8.2, in its order: method, headers, URI,
 * extensions, content). Pure.
 */
import { parseAddress } from '../protocol/sip/address.ts';
import type { Essentials } from '../protocol/sip/essentials.ts';
import { SINGLE_HEADERS, type Header } from '../protocol/sip/header.ts';
import { listOf } from '../protocol/sip/list-header.ts';
import { headerOf, type SipRequest } from '../protocol/sip/message.ts';
import { SipParseError } from '../protocol/sip/parse-error.ts';
import { digits } from '../protocol/sip/scan.ts';
import { parseUri } from '../protocol/sip/uri.ts';
import { BRANCH_COOKIE } from '../protocol/sip/via.ts';
import { ACCEPT, ACCEPT_ENCODING, ALLOW, ALLOWED_METHODS, EXTENSIONS, header, REFUSED_METHODS, REGISTRAR_EXTENSIONS } from './build.ts';

export interface Refusal {
  status: number;
  reason?: string;
  headers: Header[];
}

const refusal = (status: number, reason?: string, headers: Header[] = []): Refusal =>
  reason === undefined ? { status, headers } : { status, reason, headers };

/** Methods whose body is a session description. */
const OFFERING: ReadonlySet<string> = new Set(['INVITE', 'UPDATE', 'PRACK']);
const UNDERSTOOD: ReadonlySet<string> = new Set(EXTENSIONS);
const UNDERSTOOD_IN_REGISTER: ReadonlySet<string> = new Set([...EXTENSIONS, ...REGISTRAR_EXTENSIONS]);
const ALLOWED: ReadonlySet<string> = new Set(ALLOWED_METHODS);

/** Null = let it pass; else how to refuse it. ACK and CANCEL are not screened: neither may be refused for an extension. */
export function screenRequest(request: SipRequest, essentials: Essentials): Refusal | null {
  if (!ALLOWED.has(request.method)) {
    return refusal(REFUSED_METHODS.has(request.method) ? 405 : 501, undefined, [ALLOW]);
  }
  try {
    return screenHeaders(request, essentials) ?? screenUri(request) ?? screenExtensions(request) ?? screenContent(request);
  } catch (error) {
    if (error instanceof SipParseError) return refusal(400, `Bad Request (${error.reason})`);
    throw error;
  }
}

function screenHeaders(request: SipRequest, essentials: Essentials): Refusal | null {
  if (essentials.cseqMethod !== request.method) return refusal(400, 'CSeq method does not match');
  if (essentials.branch === BRANCH_COOKIE) return refusal(400, 'Via branch is empty');
  const seen = new Set<string>();
  for (const { id, value } of request.headers) {
    if (SINGLE_HEADERS.has(id)) {
      if (seen.has(id)) return refusal(400, `Two ${id} headers`);
      seen.add(id);
    }
    // "EST" must never be taken for GMT (RFC 3261 section 20.17).
    if (id === 'date' && !value.endsWith(' GMT')) return refusal(400, 'Date is not in GMT');
    if (id === 'max-forwards' && Number.isNaN(digits(value, 255))) return refusal(400, 'Bad Max-Forwards');
    const isContact = id === 'contact' && value !== '*';
    if (isContact && !value.includes(',')) parseAddress(value);
    else if (isContact) for (const part of listOf({ ...request, headers: [{ name: id, id, value }] }, id)) parseAddress(part);
  }
  return null;
}

function screenUri(request: SipRequest): Refusal | null {
  const uri = parseUri(request.uri);
  if (uri.scheme !== 'sip' && uri.scheme !== 'sips' && uri.scheme !== 'tel') return refusal(416);
  // Headers hidden in the Request-URI must never become headers of anything (RFC 3261 section 19.1.5).
  return uri.headers === '' ? null : refusal(400, 'Headers in the Request-URI');
}

function screenExtensions(request: SipRequest): Refusal | null {
  const understood = request.method === 'REGISTER' ? UNDERSTOOD_IN_REGISTER : UNDERSTOOD;
  const required = listOf(request, 'require').filter((tag) => !understood.has(tag.toLowerCase()));
  return required.length === 0 ? null : refusal(420, undefined, [header('Unsupported', required.join(', '))]);
}

function screenContent(request: SipRequest): Refusal | null {
  if (request.method === 'INVITE') {
    const accept = listOf(request, 'accept').map(mediaType);
    const takesSdp = accept.length === 0 || accept.some((type) => type === 'application/sdp' || type === 'application/*' || type === '*/*');
    if (!takesSdp) return refusal(406);
  }
  if (request.body.length === 0 || !OFFERING.has(request.method)) return null;
  const encoding = headerOf(request, 'content-encoding');
  if (encoding !== null && encoding.toLowerCase() !== 'identity') {
    return refusal(415, undefined, [ACCEPT_ENCODING]);
  }
  const type = headerOf(request, 'content-type');
  if (type === null) return refusal(400, 'Body without Content-Type');
  return mediaType(type) === 'application/sdp' ? null : refusal(415, undefined, [ACCEPT]);
}

/** `type/subtype` in lower case, without parameters. */
function mediaType(value: string): string {
  const semicolon = value.indexOf(';');
  return (semicolon < 0 ? value : value.slice(0, semicolon)).trim().toLowerCase();
}
