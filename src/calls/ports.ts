import type { Actor } from '../db/types.ts';
import type { Clock } from '../lib/clock.ts';
import type { LookupQuery, LookupResult } from '../ivr/types.ts';
import type { IdSource } from '../lib/ids.ts';
import type { Logger } from '../lib/logger.ts';
import type { MediaCommandName, MediaCommands, RecordingSeal, SoundSource } from '../media/protocol.ts';
import type { SipAgent } from '../sip/types.ts';
import type { JournalEntry } from './journal.ts';
import type { Located, PartyTarget } from './party.ts';
import type { CallState, RecordingFile } from './types.ts';

/** Media commands of one tenant, wherever the endpoints live. */
export interface MediaPort {
  /** @throws AppError with the media error's code */
  call<Name extends MediaCommandName>(command: Name, args: MediaCommands[Name]['in']): Promise<MediaCommands[Name]['out']>;
}

/** Makes the place and key of a new recording. */
export interface RecordingPort {
  open(tenantId: string, recordingId: string): Promise<{ path: string; seal: RecordingSeal; file: RecordingFile }>;
}

/** The state of a call in progress as it is stored. */
export interface LiveSnapshot {
  version: number;
  /** JSON-safe. */
  state: unknown;
  /** A restarted cell could go on with it. */
  canGoOn: boolean;
}

/** Where one tenant's calls write; see journal-batch.ts. */
export interface JournalPort {
  add(actor: Actor, entry: JournalEntry): void;
  /** The call's live state changed; it is read when the batch is written. */
  touch(callId: string): void;
  /** The call was taken up: its live state is stored already. */
  adopted(callId: string): void;
  /** Resolves when everything added so far is committed: of the call, or without one of all calls. */
  commit(callId?: string): Promise<void>;
}

/** Sounds by name: the tenant's own file where there is one. */
export type SoundNames = (sound: string) => SoundSource;

/** The figures of the calls; implemented on prom-client in metrics.ts. */
export interface CallMetrics {
  callStarted(direction: 'inbound' | 'outbound', channel: 'sip' | 'web'): void;
  callEnded(outcome: string, durationMs: number): void;
  callRefused(reason: string): void;
  /** INVITE read to 200 sent, ms. */
  answered(ms: number): void;
  /** A call was answered before its record was committed. */
  answeredUnrecorded(): void;
  /** INVITE read to the ring at the agent, ms; only for calls without a menu. */
  rang(ms: number): void;
  effectFailed(effect: string): void;
  /** Entries that wait for their commit: more, or fewer when it is negative. */
  journalWaits(entries: number): void;
  /** An entry was given up, because too many wait already. */
  journalLost(): void;
  /** An interval of a leg: estimated mean opinion score and loss in percent. */
  legHeard(mos: number, lossPercent: number): void;
}

/** Where somebody can be reached. @throws AppError with the SIP status that fits, when nowhere or not allowed */
export type LocatePort = (target: PartyTarget, by: string | null, call: CallState) => Promise<Located>;

/** Asks the outside for a flow. Never throws: what goes wrong is a result. */
export type LookUpPort = (query: LookupQuery, callId: string) => Promise<LookupResult>;

/** Everything a tenant's runtime needs from outside. */
export interface RuntimePorts {
  clock: Clock;
  newId: IdSource;
  logger: Logger;
  sip: SipAgent;
  media: MediaPort;
  recordings: RecordingPort;
  locate: LocatePort;
  lookUp: LookUpPort;
  metrics: CallMetrics;
}
