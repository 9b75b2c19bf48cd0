/**
 * A flow is data: nodes by id, each one verb. The interpreter is pure; the shell plays sounds, sets timers and tells what
 * happened. Sounds are names as in media/protocol.ts.
 */

/** A flow as it is stored (table `flows`, column `definition`). */
export interface Flow {
  /** Node at which a call starts. */
  start: string;
  nodes: Readonly<Record<string, FlowNode>>;
}

/** Open hours in Japan's time: minutes of the day, several spans a day (lunch break), days 0 (Sunday) .. 6. */
export interface OpenHours {
  timeZone: string;
  days: Readonly<Record<string, readonly { fromMinute: number; toMinute: number }[]>>;
}

export type FlowNode =
  /** Play and go on. `notice` marks the recording notice, whose end is audited. */
  | { verb: 'play'; prompts: readonly string[]; notice?: boolean; next: string }
  | {
      verb: 'menu';
      prompts: readonly string[];
      choices: Readonly<Record<string, string>>;
      /** How long to wait for a key after the prompt, ms. */
      timeoutMs: number;
      /** How often the menu is repeated before `otherwise`. */
      retries: number;
      invalidPrompts: readonly string[];
      timeoutPrompts: readonly string[];
      /** Where to go after the last retry. */
      otherwise: string;
    }
  | { verb: 'hours'; hours: OpenHours; open: string; closed: string }
  /** Waits in a queue: music, position announcements every `announceEveryMs`; after `maxWaitMs` goes to `overflow`. */
  | {
      verb: 'queue';
      queue: string;
      priority: number;
      requiredSkills: Readonly<Record<string, number>>;
      announceEveryMs: number;
      maxWaitMs: number;
      overflow: string;
    }
  | { verb: 'voicemail'; prompts: readonly string[]; maxMs: number; next: string }
  /** Calls a number outside and joins the caller to it; the branches say how that went. */
  | {
      verb: 'dial';
      /** As somebody would dial it, under the tenant's dial policy. */
      number: string;
      /** Number of the tenant that is shown; null = the first that the line may show. */
      callerId: string | null;
      /** How long it may ring, ms. */
      ringMs: number;
      record: boolean;
      /** The other side hung up after a conversation. */
      answered: string;
      busy: string;
      /** Nobody answered, or no line went through. */
      failed: string;
      /** Not called at all: the dial policy, its limits, or no line for this number. */
      refused: string;
    }
  | { verb: 'echo' }
  | { verb: 'hangup' };

/** What the interpreter is told. `at` is monotonic ms, `wall` ms since the epoch (open hours only). */
export type IvrEvent =
  | { type: 'start'; at: number; wall: number }
  | { type: 'playFinished'; at: number; wall: number }
  | { type: 'digit'; at: number; wall: number; digit: string }
  | { type: 'timer'; at: number; wall: number; timer: IvrTimer }
  | { type: 'position'; at: number; wall: number; position: number }
  /** The queue cannot take the call, or no longer exists: the flow goes on as after the longest wait, without leaving a queue. */
  | { type: 'unroutable'; at: number; wall: number }
  /** Voicemail recording ended (caller pressed #, or maximum length). */
  | { type: 'voicemailDone'; at: number; wall: number }
  /** What became of the number that was dialled. */
  | { type: 'dialDone'; at: number; wall: number; outcome: DialOutcome };

export type DialOutcome = 'answered' | 'busy' | 'failed' | 'refused';

export type IvrTimer = 'menuInput' | 'announce' | 'maxWait' | 'voicemailMax';

export type IvrEffect =
  /** Replaces what plays. The shell passes on `playFinished` of the newest playback only. */
  | { type: 'play'; prompts: readonly string[]; loop: boolean }
  | { type: 'stopPlay' }
  | { type: 'setTimer'; timer: IvrTimer; afterMs: number }
  | { type: 'clearTimer'; timer: IvrTimer }
  | { type: 'noticePlayed' }
  | { type: 'enqueue'; queue: string; priority: number; requiredSkills: Readonly<Record<string, number>> }
  /** Leave the queue (overflow). */
  | { type: 'dequeue' }
  | { type: 'startVoicemail'; maxMs: number }
  | { type: 'stopVoicemail' }
  | { type: 'dial'; number: string; callerId: string | null; ringMs: number; record: boolean }
  | { type: 'echo' }
  | { type: 'hangup' }
  /** For the call's history: which node, which key. */
  | { type: 'trace'; node: string; verb: FlowNode['verb']; detail: string };

/** Plain state of one running flow. */
export interface IvrState {
  node: string;
  /** Phase inside the node's verb. */
  phase: string;
  retriesLeft: number;
  /** Last position announced or known, 0 = none. */
  position: number;
  done: boolean;
  /** Timers that run, so that leaving a node or the flow clears exactly those. */
  timers: readonly IvrTimer[];
  /** A playback was started and has neither finished nor been stopped. */
  playing: boolean;
}
