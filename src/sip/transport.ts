/** What the stack asks of a transport. A transport never throws for the network: failures come as events. */
import type { SipMessage } from '../protocol/sip/message.ts';
import type { SipParseError } from '../protocol/sip/parse-error.ts';
import type { SipSource } from './types.ts';

/** Where to send: an address, not a name. */
export type Hop = SipSource;

/** An address as people know it: a socket for both families shows IPv4 peers as `::ffff:192.0.2.1`. */
export const plainAddress = (address: string): string => (address.startsWith('::ffff:') ? address.slice(7) : address);

export const hopKey = (hop: Hop): string => `${hop.host}:${hop.port}`;

export interface TransportEvents {
  /** A whole message. @param atMs monotonic ms of its first byte */
  onMessage(message: SipMessage, source: SipSource, atMs: number): void;
  /** Something that is no SIP message, or a broken one. */
  onBroken(error: SipParseError, source: SipSource): void;
  /** The socket itself failed; one peer's failure is told to the sender instead. */
  onTransportError(transport: 'udp' | 'tcp', error: Error): void;
}

export interface SipTransport {
  /** Binds; rejects when the port cannot be had. @returns the port */
  listen(host: string, port: number): Promise<number>;
  /** Sends, or calls `onError` (later, never before returning). */
  send(hop: Hop, bytes: Buffer, onError: (error: Error) => void): void;
  /** Idempotent. */
  close(): Promise<void>;
  dump(): Record<string, unknown>;
}
