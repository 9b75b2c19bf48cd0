import { spellOut } from './speak/speak.ts';

/** Sounds that verbs play by themselves; those of a flow are named in the flow. */
export const QUEUE_ENTER = 'ja/queue-enter';
export const QUEUE_WAIT = 'ja/queue-wait';
export const HOLD_MUSIC = 'music/hold';
/** What an agent who dials hears while it rings over there. */
export const RINGBACK = 'tones/ringback';

/** What a caller hears who treats an agent badly: first that the call may be ended, then that it is. */
export const CONDUCT_SOUNDS = { warning: 'ja/conduct-warning', ending: 'ja/conduct-ending' } as const;

/** Highest place that is worth saying. */
const HIGHEST_READING = 9999;

/** Positions up to here are kept up to date while the caller waits; one further back may be old when it is said again. */
const KEPT_UP_TO_DATE = 20;

/**
 * "You are number N in the queue". Nothing is said rather than something wrong: not for an unknown position (0), not beyond
 * what has a reading, and when repeated not for a position that may have changed unheard.
 */
export function positionPrompts(position: number, when: 'entering' | 'again'): string[] {
  if (position < 1 || position > (when === 'entering' ? HIGHEST_READING : KEPT_UP_TO_DATE)) return [];
  return ['ja/queue-position-intro', ...spellOut('ja', { kind: 'position', value: position })];
}
