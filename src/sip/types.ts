/**
 * What the rest of core sees of SIP: legs, addressed by an id that the user of this interface chooses (outbound) or is told
 * (inbound). Everything here is plain data, so that a leg can be journaled and taken up again after a restart.
 */
import type { SipUri } from '../protocol/sip/uri.ts';

/** Where a request came from. */
export interface SipSource {
  transport: 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';
  host: string;
  port: number;
  /** Which of our addresses it came to; only when several of its family are listened on. */
  local?: string;
  /** Names (DNS, URI) in the certificate that the peer showed and that we trust; only on TLS with client certificates. */
  certified?: readonly string[];
}

/** Who sent an INVITE, as the edge decided it; `none` was not let in. */
export type SipIdentity =
  | { kind: 'trunk'; trunkId: string; tenantId: string | null }
  | { kind: 'device'; deviceId: string; tenantId: string; user: string };

/** An INVITE that opens a dialog; answered by one of the leg commands. */
export interface IncomingInvite {
  legId: string;
  identity: SipIdentity;
  source: SipSource;
  requestUri: SipUri;
  /** User part of the Request-URI: the dialled number. */
  dialled: string;
  /** Number of the caller from P-Asserted-Identity, else From; null when withheld (RFC 3323, RFC 3325). */
  caller: string | null;
  /** Why there is no number: anonymous (非通知), unavailable (表示圏外), pay phone (公衆電話). */
  withheldReason: 'anonymous' | 'unavailable' | 'payphone' | null;
  displayName: string;
  callId: string;
  /** Session description of the offer; empty = the offer comes with our answer (delayed offer, RFC 3261 section 13.2.1). */
  sdp: string;
  /** Monotonic ms at which the first byte of the request was read; the start of the answer-time figure. */
  receivedAtMs: number;
}

/**
 * Events of a leg, in the order in which they happen. Exactly one of `cancelled`, `rejected` and `ended` is the last event of
 * a leg; its id is forgotten with it.
 */
export type SipLegEvent =
  | { type: 'incoming'; invite: IncomingInvite }
  /** The caller gave up before the answer. */
  | { type: 'cancelled'; legId: string }
  /** Outbound: 18x received; `sdp` when early media is offered. */
  | { type: 'progress'; legId: string; status: number; sdp: string }
  | { type: 'answered'; legId: string; sdp: string }
  /** Outbound: final failure, or no answer in time (408), or the transport failed (503). */
  | { type: 'rejected'; legId: string; status: number; reason: string }
  /** The peer confirmed our 2xx; a leg without it is ended by the stack after 64*T1. */
  | { type: 'confirmed'; legId: string; sdp: string }
  /**
   * The peer changes the session (hold, new address); answer with `answerReinvite`, or refuse with `reject`. An empty `sdp`
   * asks for an offer of ours; the answer then comes with `confirmed`.
   */
  | { type: 'reinvite'; legId: string; sdp: string }
  /** The peer answered our `reinvite`. */
  | { type: 'reinviteAnswered'; legId: string; sdp: string }
  /** The peer refused our `reinvite`; the session stays as it was. */
  | { type: 'reinviteRefused'; legId: string; status: number }
  /** A key pressed, sent by INFO (application/dtmf-relay or application/dtmf). */
  | { type: 'dtmf'; legId: string; digit: string; durationMs: number }
  /** The dialog is over; the leg id is forgotten after this event. */
  | { type: 'ended'; legId: string; by: 'remote' | 'local' | 'failure'; reason: string };

/** The peer to call. */
export interface OutboundTarget {
  /** Request-URI, for example `sip:station1@127.0.0.1:5090` or a registered contact. */
  uri: string;
  /** Our identity in From (and P-Asserted-Identity on trunks). */
  fromUser: string;
  fromDisplayName: string;
  /** Credentials for a 401 or 407 of exactly this realm; null = never send any. */
  credentials: { realm: string; username: string; password: string } | null;
  sdp: string;
  /** Adds P-Asserted-Identity (RFC 3325); only for trunks, which are trusted with it. */
  assertIdentity?: boolean;
  /** Gives up with `rejected` 408 after this long without a final answer, ms. */
  ringTimeoutMs: number;
}

/** Plain state of one dialog, for the journal. */
export interface SipLegSnapshot {
  legId: string;
  /** Opaque outside src/sip; JSON-safe. */
  dialog: unknown;
}

/** Commands of the SIP user agent. All are idempotent towards legs that are already gone. */
export interface SipAgent {
  /** Provisional answer 180 (no sdp) or 183 (early media). */
  ring(legId: string, sdp?: string): void;
  /** 200 OK with our answer; retransmitted until ACK. */
  answer(legId: string, sdp: string): void;
  /** Final refusal, 4xx-6xx. */
  reject(legId: string, status: number, reason?: string): void;
  /** Places a call; progress comes as events with the same leg id. */
  invite(legId: string, target: OutboundTarget): void;
  /** Ends a leg whatever its state: CANCEL, BYE or a 487. `onDone` runs when the peer confirmed, or gave up on. */
  hangup(legId: string, reason?: string): void;
  /** Changes the session of an established leg. */
  reinvite(legId: string, sdp: string): void;
  answerReinvite(legId: string, sdp: string): void;
  /** State to write into the journal, or null when the leg is unknown or not established. */
  snapshot(legId: string): SipLegSnapshot | null;
  /** Takes up an established leg from the journal. */
  restore(snapshot: SipLegSnapshot): void;
}

/** How SIP asks who a sender is; implemented by modules/telephony. */
export interface SipDirectory {
  /** The trunk that owns this source address, or null. */
  trunkFor(source: SipSource): { trunkId: string; tenantId: string | null } | null;
  /** Digest secret (HA1) of a device for one algorithm, or null when there is no such device. */
  deviceSecret(realm: string, user: string, algorithm: 'SHA-256' | 'MD5'): Promise<DeviceSecret | null>;
  /** Called after a REGISTER or un-REGISTER was accepted (`contacts` is the whole binding list now). */
  bindingsChanged(deviceId: string, contacts: readonly ContactBinding[]): void;
  /**
   * Called when a REGISTER was refused: a wrong password or a name that no device has (at most as often as tries are allowed),
   * or a device (`user`) that wanted to register another one.
   */
  registerRefused?(realm: string, user: string, source: SipSource): void;
}

export interface DeviceSecret {
  deviceId: string;
  tenantId: string;
  /** HA1 of RFC 7616 section 3.4.2, hex. */
  ha1: string;
}

export interface ContactBinding {
  uri: string;
  source: SipSource;
  /** Wall clock, ms since the epoch. */
  expiresAt: number;
}
