/** What the stack asks of a transport. A transport never throws for the network: failures come as events. */
import type { SipMessage } from '../protocol/sip/message.ts';
import type { SipParseError } from '../protocol/sip/parse-error.ts';
import type { SipSource } from './types.ts';

/** How messages travel. */
export type Transport = SipSource['transport'];

/** Where to send: an address, not a name. */
export interface Hop extends SipSource {
  /** Name that the certificate of the peer must carry (RFC 5922); without it, its address. TLS only. */
  serverName?: string;
  /** The URI was `sips:`: our Contact must be one too (RFC 3261 section 8.1.1.8). */
  sips?: boolean;
  /** Other servers of the same target, in the order in which they are tried when this one fails (RFC 3263 section 4.3). */
  alternatives?: readonly Hop[];
  /** Nothing but the default made it UDP: large requests may go by TCP instead (RFC 3261 section 18.1.1). */
  mayGrow?: boolean;
  /** TCP only because of the size: our Contact stays what it was. */
  grown?: boolean;
}

/** An address as people know it: a socket for both families shows IPv4 peers as `::ffff:192.0.2.1`. */
export const plainAddress = (address: string): string => (address.startsWith('::ffff:') ? address.slice(7) : address);

export const hopKey = (hop: Hop): string => `${hop.host}:${hop.port}`;

/** Datagrams may be lost and come from anybody; all others are connections. */
export const isStream = (transport: Transport): boolean => transport !== 'udp';

export interface TransportEvents {
  /** A whole message. @param atMs monotonic ms of its first byte @param bytes as it came */
  onMessage(message: SipMessage, source: SipSource, atMs: number, bytes: Buffer): void;
  /** Something that is no SIP message, or a broken one. */
  onBroken(error: SipParseError, source: SipSource): void;
  /** The socket itself failed; one peer's failure is told to the sender instead. */
  onTransportError(transport: Transport, error: Error): void;
  /** A connection is gone, whoever closed it. */
  onClosed(source: SipSource): void;
}

/** Decides before anything is parsed; must be cheap. */
export interface TransportGate {
  /** Whether a message of this source is looked at. @param bytes the datagram, or null for a message on a connection */
  admit(source: SipSource, bytes: Buffer | null): boolean;
  /** Whether one more connection of this address is taken. @param open how many it has */
  admitConnection(host: string, open: number): boolean;
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

/** A transport of connections. */
export interface ConnectionTransport extends SipTransport {
  /** True while there is a connection with this peer address and port. */
  isConnected(hop: Hop): boolean;
  /** Ends the connection with this peer, if there is one. */
  disconnect(hop: Hop): void;
}
