/** What a DTLS association is made of, and what goes into and comes out of it. */
import type { KeyObject } from 'node:crypto';
import type { SrtpProfile } from '../rtp/srtp-profile.ts';
import type { Ephemeral } from './ecdh.ts';
import type { FlightPart } from './flight.ts';
import type { Reassembly } from './handshake.ts';
import type { DtlsIdentity } from './identity.ts';
import type { Randoms } from './key-schedule.ts';
import type { DtlsRecord } from './record.ts';
import type { WriteKeys } from './record-cipher.ts';
import { EMPTY_WINDOW, type ReplayWindow } from './replay-window.ts';
import type { Fingerprint } from './signatures.ts';

export type DtlsRole = 'client' | 'server';

/** What does not change during an association. */
export interface DtlsConfig {
  role: DtlsRole;
  identity: DtlsIdentity;
  /** Of the peer's description: one of them must be that of its certificate. */
  fingerprints: readonly Fingerprint[];
  /** A server without ICE first has the client prove its address (RFC 6347 section 4.2.1). */
  cookie?: { secret: Buffer; peer: string };
  /** Random bytes that nobody can guess. */
  random(bytes: number): Buffer;
}

/**
 * Which message is due. Server: clientHello, certificate, keyExchange, verify, finished. Client: start, serverHello, certificate,
 * keyExchange, request (or done), done, finished.
 */
export type DtlsStage = 'start' | 'clientHello' | 'serverHello' | 'certificate' | 'keyExchange' | 'request' | 'done' | 'verify' | 'finished' | 'connected' | 'closed' | 'failed';

export interface DtlsState {
  stage: DtlsStage;
  /** `message_seq` that is due from the peer. */
  due: number;
  /** `message_seq` of our next message. */
  next: number;
  kept: Reassembly;
  /** Protected records that came before there were keys. */
  early: readonly DtlsRecord[];
  /** All messages so far, as they are hashed. */
  transcript: readonly Buffer[];
  randoms: Randoms;
  ephemeral: Ephemeral | null;
  /** Client: the key that the server signed. */
  serverKey: Buffer | null;
  /** Public key of the certificate that the description names. */
  peerKey: KeyObject | null;
  /** Client: the cipher suite that the server chose. */
  suite: number;
  extendedMasterSecret: boolean;
  profile: SrtpProfile | null;
  /** Client: the server wants our certificate. */
  isAsked: boolean;
  /** Client: times a cookie was asked for. */
  cookies: number;
  master: Buffer | null;
  keys: { read: WriteKeys; write: WriteKeys } | null;
  window: ReplayWindow;
  /** Record sequence numbers of our epochs. */
  records: readonly [number, number];
  flight: Flight | null;
  /** The handshake is given up then. */
  deadlineMs: number | null;
  /** A fatal alert without protection: anybody could have sent it, so it only explains a failure. */
  hint: number | null;
}

/** What we sent last, until the answer to it is whole. */
export interface Flight {
  parts: readonly FlightPart[];
  sentAtMs: number;
  /** Wait before the next repetition, ms. */
  waitMs: number;
  /** Null = repeated only when the peer repeats its own: the last flight of all. */
  dueMs: number | null;
  /** The peer's `message_seq` that this is the answer to; when it comes again, so does this. */
  prompt: number;
}

export type DtlsEvent =
  /** Client only. */
  | { type: 'start'; nowMs: number }
  | { type: 'datagram'; bytes: Buffer; nowMs: number }
  /** The time of the last `timer` effect has come. */
  | { type: 'timer'; nowMs: number }
  | { type: 'close' };

export type DtlsEffect =
  | { type: 'send'; datagram: Buffer }
  /** When to come back; null = not at all. Replaces what was said before. */
  | { type: 'timer'; atMs: number | null }
  /** Both are who the descriptions say. Master keys and salts for SRTP of what we send and of what we receive. */
  | { type: 'connected'; profile: SrtpProfile; localMaster: Buffer; remoteMaster: Buffer }
  | { type: 'failed'; reason: string }
  /** The peer has closed the association. */
  | { type: 'closed' };

export interface DtlsStep {
  state: DtlsState;
  effects: DtlsEffect[];
}

const NOTHING = Buffer.alloc(0);

export const newDtls = (role: DtlsRole): DtlsState => ({
  stage: role === 'client' ? 'start' : 'clientHello',
  due: 0,
  next: 0,
  kept: new Map(),
  early: [],
  transcript: [],
  randoms: { client: NOTHING, server: NOTHING },
  ephemeral: null,
  serverKey: null,
  peerKey: null,
  suite: 0,
  extendedMasterSecret: false,
  profile: null,
  isAsked: false,
  cookies: 0,
  master: null,
  keys: null,
  window: EMPTY_WINDOW,
  records: [0, 0],
  flight: null,
  deadlineMs: null,
  hint: null,
});
