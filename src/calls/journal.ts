import type { AuditCode } from '../../shared/audit-codes.ts';
import type { QueueExit } from '../acd/rules.ts';
import type { RoutingDecision } from '../acd/types.ts';
import type { Actor } from '../db/types.ts';
import type { RecordingGap } from '../media/protocol.ts';
import type { Quality } from '../media/quality/quality-meter.ts';
import type { CallerRequest } from '../modules/callbacks/callbacks.service.ts';
import type { CallContent } from '../modules/calls/call-content.ts';

/** What the record of a call says from its beginning. */
export interface CallStarted {
  kind: 'callStarted';
  callId: string;
  direction: 'inbound' | 'outbound';
  channel: 'sip' | 'web';
  numberId: string | null;
  agentId: string | null;
  startedWall: number;
  /** Of the other side, by which the call is found: E.164, or as the network gave it; null when withheld. */
  number: string | null;
  content: LiveContent;
}

/** The sealed part of a call's record, without what agents write. */
export type LiveContent = Omit<CallContent, 'note'>;

/** Completes the record of a call; written exactly once. */
export interface CallCompleted {
  kind: 'callCompleted';
  callId: string;
  outcome: string;
  endedBy: 'caller' | 'agent' | 'system';
  endReason: string;
  queueId: string | null;
  /** The script that the flow chose. */
  scriptId: string | null;
  /** A browser agent. */
  agentId: string | null;
  stationId: string | null;
  customerId: string | null;
  queuedWall: number | null;
  answeredWall: number | null;
  endedWall: number;
  queueMs: number | null;
  ringMs: number | null;
  talkMs: number | null;
  holdMs: number | null;
  /** The part of it in which the agent's work was in another call. */
  asideMs: number;
  content: LiveContent;
  agentName: string;
  hasVoicemail: boolean;
}

/** One line of a call's history, with its audit code when it is an audited step. */
export interface CallStep {
  kind: 'step';
  callId: string;
  seq: number;
  atWall: number;
  type: string;
  detail: Record<string, unknown>;
  audit: AuditCode | null;
}

export interface RecordingOpened {
  kind: 'recordingOpened';
  recordingId: string;
  callId: string;
  recordingKind: 'call' | 'voicemail';
  /** Number of the voicemail box that gets it. */
  box: string | null;
  objectPath: string;
  keyVersion: number;
  /** Base64. */
  wrappedKey: string;
}

export interface RecordingClosed {
  kind: 'recordingClosed';
  recordingId: string;
  callId: string;
  /** Null = interrupted: what is on the disk is whole up to the last chunk. */
  result: { durationMs: number; sizeBytes: number; sha256: string; peaks: { left: number[]; right: number[] }; gaps: RecordingGap[] } | null;
}

/** The caller took their message back. */
export interface RecordingDiscarded {
  kind: 'recordingDiscarded';
  recordingId: string;
  callId: string;
}

export interface DecisionMade {
  kind: 'decision';
  id: string;
  atWall: number;
  decision: RoutingDecision;
}

/** A call left a queue neither to an agent nor by hanging up. */
export interface QueueLeft {
  kind: 'queueExit';
  callId: string;
  seq: number;
  atWall: number;
  queueId: string;
  reason: QueueExit | 'callback';
  waitedMs: number;
}

/** A change of an agent's state; the base of occupancy and adherence. */
export interface AgentStateChanged {
  kind: 'agentState';
  id: string;
  atWall: number;
  agentId: string;
  presence: string;
  work: string;
  problems: readonly string[];
  callId: string | null;
  /** Of the offer, the call or the wrap-up. */
  queueId: string | null;
  /** The tenant's own kind of break or absence. */
  reasonId: string | null;
}

export interface WrapUpEnded {
  kind: 'wrapUpEnded';
  callId: string;
  agentId: string;
  wrapUpMs: number;
}

/** How one leg of a call was heard. */
export interface CallQuality {
  kind: 'callQuality';
  callId: string;
  endpoint: string;
  party: 'far' | 'agent';
  summary: Quality;
  /** Oldest first; `at` in ISO 8601. */
  samples: (Quality & { at: string })[];
}

/** A caller who waits wants to be called back. */
export interface CallbackRequested {
  kind: 'callbackRequested';
  atWall: number;
  request: CallerRequest;
}

/** What became of a callback, or of an attempt: then it waits again, until `dueWall`. */
export interface CallbackChanged {
  kind: 'callbackChanged';
  id: string;
  status: 'waiting' | 'done' | 'failed' | 'expired';
  outcome: string;
  attempts: number;
  dueWall: number | null;
}

/** A break after a hard call: waiting for its beginning, running, or over. */
export interface CareBreakChanged {
  kind: 'careBreak';
  agentId: string;
  /** Null = there is none any more. */
  care: { minutes: number; untilWall: number | null } | null;
}

/** An audit row of its own. */
export interface AuditLine {
  kind: 'audit';
  code: AuditCode;
  subject: { kind: string; id: string };
  detail: Record<string, unknown>;
}

/** The state of a call in progress, for the restart of a cell; null = the call is over. */
export interface LiveCall {
  kind: 'live';
  callId: string;
  version: number;
  state: unknown;
}

/** What the calls, agents and recordings of one tenant ask to be stored. Plain data; journal-writer.ts knows the tables. */
export type JournalEntry =
  | CallStarted
  | CallCompleted
  | CallStep
  | RecordingOpened
  | RecordingClosed
  | RecordingDiscarded
  | DecisionMade
  | QueueLeft
  | AgentStateChanged
  | WrapUpEnded
  | CallQuality
  | CallbackRequested
  | CallbackChanged
  | CareBreakChanged
  | AuditLine
  | LiveCall;

/** An entry with who caused it, for the audit log. */
export interface JournalItem {
  actor: Actor;
  entry: JournalEntry;
}
