/**
 * What the rest of core sees of SIP: legs, addressed by an id that the user of this interface chooses (outbound) or is told
 * (inbound). Everything here is plain data, so that a leg can be journaled and taken up again after a restart.
 */
import type { DigestAlgorithm } from '../protocol/sip/digest.ts';
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
  /** User part of To: what the caller dialled, when a proxy wrote the Request-URI anew. */
  to: string;
  /**
   * Replaces (RFC 3891) that names a leg of this agent: who answers must end that leg. The sender is only authenticated; whether
   * it may take that call over is the application's to decide.
   */
  replaces: { legId: string; earlyOnly: boolean } | null;
  /** Words of Privacy in lower case (RFC 3323). */
  privacy: readonly string[];
  /** URI of Referred-By (RFC 3892). */
  referredBy: string | null;
  /** Number that diverted the call to us: first Diversion (RFC 5806), else first History-Info entry (RFC 7044) of several. */
  diversion: string | null;
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
  | { type: 'cancelled'; legId: string; cause?: SipCause }
  /** Outbound: 18x received; `sdp` when early media is offered. */
  | { type: 'progress'; legId: string; status: number; sdp: string }
  | { type: 'answered'; legId: string; sdp: string }
  /**
   * Outbound: final failure, or no answer in time (408), or the transport failed (503). `contacts` are the URIs of a 3xx, best
   * first, which the stack never follows by itself; `cause` is what Reason says (RFC 3326).
   */
  | { type: 'rejected'; legId: string; status: number; reason: string; contacts: readonly string[]; cause?: SipCause }
  /** The peer confirmed our 2xx; a leg without it is ended by the stack after 64*T1. */
  | { type: 'confirmed'; legId: string; sdp: string }
  /**
   * The peer changes the session (hold, new address), by re-INVITE, by UPDATE or by PRACK, the last two also before the answer;
   * answer with `answerReinvite`, or refuse with `rejectReinvite`. An empty `sdp` asks for an offer of ours; the answer then
   * comes with `confirmed`.
   */
  | { type: 'reinvite'; legId: string; sdp: string }
  /** The peer answered our `reinvite`, or, in PRACK, the offer that we rang with. */
  | { type: 'reinviteAnswered'; legId: string; sdp: string }
  /** The peer refused our `reinvite`; the session stays as it was. */
  | { type: 'reinviteRefused'; legId: string; status: number }
  /** A key pressed, sent by INFO (application/dtmf-relay or application/dtmf). */
  | { type: 'dtmf'; legId: string; digit: string; durationMs: number }
  /** The peer asks us to call somebody (REFER, RFC 3515); answer with `acceptRefer` or `rejectRefer`, within 10 s. */
  | {
      type: 'referred';
      legId: string;
      referId: string;
      /** `replaces`: value for `OutboundTarget.replaces`; also when the call to replace is one of ours. */
      target: { uri: string; user: string; replaces: string | null };
      /** The leg of ours that the new call is to replace (attended transfer). */
      replacesLegId: string | null;
      /** URI of Referred-By (RFC 3892). */
      referredBy: string | null;
    }
  /** How the peer gets on with our `refer`; nothing follows a final one. 408 = it stopped telling. */
  | { type: 'referProgress'; legId: string; status: number; final: boolean }
  /** The dialog is over; the leg id is forgotten after this event. `cause` is what Reason of a BYE says (RFC 3326). */
  | { type: 'ended'; legId: string; by: 'remote' | 'local' | 'failure'; reason: string; cause?: SipCause };

/** First value of Reason (RFC 3326), for example `SIP` 200 "Call completed elsewhere" or `Q.850` 16. */
export interface SipCause {
  protocol: string;
  /** NaN-free: null when there is no cause parameter. */
  cause: number | null;
  text: string;
}

/** The peer to call. */
export interface OutboundTarget {
  /** Request-URI, for example `sip:station1@127.0.0.1:5090`, `tel:+81312345678` with a proxy, or a registered contact. */
  uri: string;
  /** Whose registered contact `uri` is; needed where telephones behind NAT share one. */
  deviceId?: string;
  /** URI in To; the Request-URI when not given. */
  toUri?: string | null;
  /** Proxy that the INVITE goes through (RFC 3261 section 8.1.2); stands in Route. */
  outboundProxy?: string | null;
  /** User part of From. */
  fromUser: string;
  fromDisplayName: string;
  /** Host of our From and asserted identity when it is a domain; our own address when not given. */
  fromHost?: string | null;
  /** Credentials for a 401 or 407 of exactly this realm; null = never send any. */
  credentials: { realm: string; username: string; password: string } | null;
  sdp: string;
  /** P-Asserted-Identity or P-Preferred-Identity (RFC 3325); only for trunks, which are trusted with it. `none` by default. */
  identity?: 'none' | 'asserted' | 'preferred';
  /** Its user part; `fromUser` when not given. */
  assertedUser?: string | null;
  /** Hides the caller from the callee: anonymous From and `Privacy: id` (RFC 3323). */
  privacy?: boolean;
  /** The new call takes the place of this leg at the peer (Replaces, RFC 3891); nothing happens when the leg is gone: 481. */
  replacesLegId?: string | null;
  /** Replaces of a call that is none of ours, from `referred`. */
  replaces?: string | null;
  /** URI for Referred-By (RFC 3892). */
  referredBy?: string | null;
  /** Asks for a session timer (RFC 4028), so that a peer that vanished is noticed. */
  sessionTimer?: boolean;
  /** Gives up with `rejected` 408 after this long without a final answer, ms. */
  ringTimeoutMs: number;
  /** Gives up with `rejected` 408 after this long without any answer, not even 100, ms; only `ringTimeoutMs` counts when not given. */
  setupTimeoutMs?: number;
  /** Line that the call was allowed to go out on; the application's own, not looked at by the stack. */
  trunk?: { trunkId: string; planId: string } | null;
}

/** Plain state of one dialog, for the journal. */
export interface SipLegSnapshot {
  legId: string;
  /** Opaque outside src/sip; JSON-safe. */
  dialog: unknown;
}

/** Commands of the SIP user agent. All are idempotent towards legs that are already gone. */
export interface SipAgent {
  /**
   * Provisional answer 180 (no sdp) or 183 (early media). Reliable (RFC 3262) when the caller demands it, or supports it and
   * there is an sdp; `answer` must then describe the same session.
   */
  ring(legId: string, sdp?: string): void;
  /** 200 OK with our answer; retransmitted until ACK. */
  answer(legId: string, sdp: string): void;
  /** Final refusal, 4xx-6xx. */
  reject(legId: string, status: number, reason?: string): void;
  /** Places a call; progress comes as events with the same leg id. */
  invite(legId: string, target: OutboundTarget): void;
  /**
   * Ends a leg whatever its state: CANCEL, BYE or a 487. `onDone` runs when the peer confirmed, or gave up on. With the reason
   * `answered elsewhere` a telephone that still rings shows no missed call.
   */
  hangup(legId: string, reason?: string): void;
  /** Changes the session of an established leg. */
  reinvite(legId: string, sdp: string): void;
  answerReinvite(legId: string, sdp: string): void;
  /** Refuses an offered change (488 when no status is given); the session, also one that still rings, stays as it was. */
  rejectReinvite(legId: string, status?: number): void;
  /** Sends the caller elsewhere (3xx) instead of answering; the leg is `ended`. @param status 302 when not given */
  redirect(legId: string, contacts: readonly string[], status?: 301 | 302): void;
  /** Takes a REFER up (202); tell how it goes with `referStatus`. */
  acceptRefer(legId: string, referId: string): void;
  rejectRefer(legId: string, referId: string, status: number): void;
  /** Tells the referrer how the call that it asked for goes (NOTIFY with a status line); nothing may follow a final one. */
  referStatus(legId: string, referId: string, status: number, reason: string, final: boolean): void;
  /**
   * Asks the peer to call somebody else (REFER); `referProgress` tells the rest. With `replacesLegId` the new call replaces
   * that leg at its peer (attended transfer), and an empty `uri` means that peer's own contact.
   */
  refer(legId: string, target: { uri: string; replacesLegId?: string }): void;
  /** State to write into the journal, or null when the leg is unknown or not established. */
  snapshot(legId: string): SipLegSnapshot | null;
  /** Takes up an established leg from the journal. */
  restore(snapshot: SipLegSnapshot): void;
}

/** How SIP asks who a sender is; implemented by modules/telephony. */
export interface SipDirectory {
  /** The trunk that owns this source address, or null. @param user of the Request-URI: tells trunks of one address apart */
  trunkFor(source: SipSource, user?: string): { trunkId: string; tenantId: string | null } | null;
  /** Whether MD5 is offered in a realm, however little is known of it; absent = it is not. */
  offersMd5?(realm: string): boolean;
  /** Digest secret (HA1) of a device for one algorithm, or null when there is no such device, or it may not use this algorithm. */
  deviceSecret(realm: string, user: string, algorithm: DigestAlgorithm): Promise<DeviceSecret | null>;
  /** Called after a REGISTER or un-REGISTER was accepted (`contacts` is the whole binding list now). */
  bindingsChanged(deviceId: string, contacts: readonly ContactBinding[]): void;
  /** Called after a device began, prolonged or ended a subscription. */
  subscriptionsChanged?(deviceId: string): void;
  /**
   * Called when a REGISTER was refused: a wrong password or a name that no device has (at most as often as tries are allowed),
   * or a device (`user`) that wanted to register another one.
   */
  registerRefused?(realm: string, user: string, source: SipSource, algorithm?: DigestAlgorithm): void;
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
