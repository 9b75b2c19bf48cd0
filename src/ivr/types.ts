/**
 * A flow is data: nodes by id, each one verb (`shared/flow/nodes.ts`). The interpreter is pure; the shell plays sounds, sets
 * timers and tells what happened. Sounds are names as in media/protocol.ts.
 */
import type { Flow, FlowNode, OpenHours } from '../../shared/flow/nodes.ts';

export type { Flow, FlowNode, OpenHours };

/** What the interpreter is told. `at` is monotonic ms, `wall` ms since the epoch (open hours only). */
export type IvrEvent =
  | { type: 'start'; at: number; wall: number }
  | { type: 'playFinished'; at: number; wall: number }
  | { type: 'digit'; at: number; wall: number; digit: string }
  | { type: 'timer'; at: number; wall: number; timer: IvrTimer }
  /** `wait`: how long it will probably take, ms; absent when nothing honest can be said. */
  | { type: 'position'; at: number; wall: number; position: number; wait?: { lowMs: number; highMs: number } }
  /** The queue cannot take the call, or no longer exists: the flow goes on as after the longest wait, without leaving a queue. */
  | { type: 'unroutable'; at: number; wall: number; reason?: QueueExit }
  /** The message is on the disk; `recording` names it. */
  | { type: 'voicemailDone'; at: number; wall: number; recording?: string }
  /** The caller has been silent for as long as the node allows. */
  | { type: 'voicemailSilent'; at: number; wall: number }
  /** What became of the number that was dialled. */
  | { type: 'dialDone'; at: number; wall: number; outcome: DialOutcome }
  /** What a look-up found; one that is no longer waited for changes nothing. */
  | { type: 'lookedUp'; at: number; wall: number; request: number; result: LookupResult };

/** Why a queue sends a call away. */
export type QueueExit = 'wait' | 'length' | 'noAgents' | 'closed' | 'emergency';

export type DialOutcome = 'answered' | 'busy' | 'failed' | 'refused';

/** Who calls, as far as a flow may decide by it. Japan's words: 非通知, 公衆電話, 表示圏外. */
export interface CallFacts {
  /** Null when there is none. */
  callerNumber: string | null;
  withheldReason: 'anonymous' | 'unavailable' | 'payphone' | null;
  dialled: string;
}

export const NO_FACTS: CallFacts = { callerNumber: null, withheldReason: null, dialled: '' };

/** What the outside is asked. */
export type LookupQuery =
  | { kind: 'customer'; number: string }
  /** Makes the caller's own message playable as the sound `voicemail/RECORDING`. */
  | { kind: 'ownMessage'; recording: string }
  /** The box that a telephone of ours most probably wants. */
  | { kind: 'mailboxOf'; telephone: string }
  | { kind: 'openMailbox'; number: string; pin: string }
  /** `play` makes the message playable as `ownMessage` does. `box` is what `openMailbox` answered. */
  | { kind: 'mailboxMessage'; box: string; recording: string; action: 'play' | 'delete' }
  | { kind: 'http'; method: 'GET' | 'POST'; url: string; body: string | null; timeoutMs: number };

export type LookupResult =
  | { kind: 'customer'; customers: readonly { id: string; labels: readonly string[] }[] }
  | { kind: 'ownMessage'; found: boolean }
  | { kind: 'mailboxOf'; number: string | null }
  /** `at`: ms since the epoch. */
  | { kind: 'openMailbox'; outcome: 'open'; box: string; messages: readonly { id: string; at: number }[] }
  | { kind: 'openMailbox'; outcome: 'refused' }
  | { kind: 'openMailbox'; outcome: 'locked' }
  /** Nothing was decided, because the database did not answer. */
  | { kind: 'openMailbox'; outcome: 'failed' }
  | { kind: 'mailboxMessage'; done: boolean; failed?: true }
  /** `answer` is the parsed JSON of a 2xx answer. */
  | { kind: 'http'; outcome: 'ok'; answer: unknown }
  | { kind: 'http'; outcome: 'failed' | 'timeout'; reason: string };

export type HangupCause = NonNullable<Extract<FlowNode, { verb: 'hangup' }>['cause']>;

export type IvrTimer = 'menuInput' | 'announce' | 'maxWait' | 'voicemailMax' | 'lookup';

export type IvrEffect =
  /** Replaces what plays. The shell passes on `playFinished` of the newest playback only. */
  | { type: 'play'; prompts: readonly string[]; loop: boolean }
  | { type: 'stopPlay' }
  | { type: 'setTimer'; timer: IvrTimer; afterMs: number }
  | { type: 'clearTimer'; timer: IvrTimer }
  | { type: 'noticePlayed' }
  | { type: 'enqueue'; queue: string; priority: number; requiredSkills: Readonly<Record<string, number>>; script?: string }
  /** Leave the queue and be called back in one's turn, at the number typed; null = the one the caller calls from. */
  | { type: 'callback'; number: string | null }
  /** Leave the queue (overflow). */
  | { type: 'dequeue' }
  | { type: 'startVoicemail'; maxMs: number; box?: string; silenceMs?: number }
  | { type: 'stopVoicemail' }
  /** The caller does not want this message of theirs to be kept. */
  | { type: 'discardVoicemail'; recording: string }
  | { type: 'dial'; number: string; callerId: string | null; ringMs: number; record: boolean; to?: 'extension' | 'agent'; agentId?: string }
  | { type: 'echo' }
  /** Picks up, if the call was not answered yet. */
  | { type: 'answer' }
  /** The caller said whether the call may be recorded. */
  | { type: 'consent'; granted: boolean }
  /** Told by `lookedUp` with the same number. */
  | { type: 'lookUp'; request: number; query: LookupQuery }
  | { type: 'hangup'; cause?: HangupCause }
  /** For the call's history: which node, which key. */
  | { type: 'trace'; node: string; verb: FlowNode['verb']; detail: string };

/** Somebody is listening to a box. */
export interface MailboxState {
  /** As it was entered. */
  number: string;
  /** Id of the box once it is open; empty before. */
  box: string;
  /** Wrong entries that are left. */
  tries: number;
  messages: readonly { id: string; at: number }[];
  index: number;
  /** Which way the caller goes through them. */
  step: 1 | -1;
}

/** Plain state of one running flow. */
export interface IvrState {
  node: string;
  /** Phase inside the node's verb. */
  phase: string;
  retriesLeft: number;
  /** Last position announced or known, 0 = none. */
  position: number;
  /** When the call will probably be answered, monotonic ms, as was said last. */
  expected?: { low: number; high: number } | undefined;
  done: boolean;
  /** Timers that run, so that leaving a node or the flow clears exactly those. */
  timers: readonly IvrTimer[];
  /** A playback was started and has neither finished nor been stopped. */
  playing: boolean;
  /** Variables of the flow; absent until the first is set. */
  vars?: Readonly<Record<string, string>>;
  /** Names of variables whose values are written down nowhere. */
  masked?: readonly string[];
  /** Nodes to go on at when the flows that run now return, the innermost last. */
  stack?: readonly string[];
  /** Keys of an input that is not complete yet. */
  digits?: string;
  mailbox?: MailboxState;
  /** The caller's message, while it is asked what shall become of it. */
  message?: string;
  /** Number of the last look-up. */
  request?: number;
}
