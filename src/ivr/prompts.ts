import { spellOut } from './speak/speak.ts';

/** Sounds that verbs play by themselves; those of a flow are named in the flow. */
export const QUEUE_ENTER = 'ja/queue-enter';
export const QUEUE_WAIT = 'ja/queue-wait';
/** To be called back, press 1. */
export const QUEUE_CALLBACK = 'ja/queue-callback';
/** At this number: 1; at another: 2. */
export const CALLBACK_CHOICE = 'ja/callback-choice';
/** Type the number, then the hash key. */
export const CALLBACK_NUMBER = 'ja/callback-number';
/** After the digits: right, press 1; type it again, press 2. */
export const CALLBACK_CONFIRM = 'ja/callback-confirm';
export const CALLBACK_INVALID = 'ja/callback-invalid';
export const HOLD_MUSIC = 'music/hold';
/** What an agent who dials hears while it rings over there. */
export const RINGBACK = 'tones/ringback';

/** A recorded message as a sound, once it was opened for the call. */
export const messageSound = (recording: string): string => `voicemail/${recording}`;

/** What a caller hears who treats an agent badly: first that the call may be ended, then that it is. */
export const CONDUCT_SOUNDS = { warning: 'ja/conduct-warning', ending: 'ja/conduct-ending' } as const;

/** Highest place that is worth saying. */
const HIGHEST_READING = 9999;

/** Positions up to here are kept up to date while the caller waits; one further back may be old when it is said again. */
const KEPT_UP_TO_DATE = 20;

/** Longest wait that is worth saying, minutes. */
const LONGEST_WAIT = 120;

/**
 * "You will wait about L to H minutes": whole minutes, the low end down and the high end up, so that what is said is not narrower
 * than what is known. Nothing once the time is over, nor for hours.
 */
export function waitPrompts(lowMs: number, highMs: number): string[] {
  const low = Math.max(0, Math.floor(lowMs / 60_000));
  const high = Math.ceil(highMs / 60_000);
  if (high < 1 || high > LONGEST_WAIT) return [];
  const minutes = (value: number): string[] => spellOut('ja', { kind: 'minutes', value });
  return low < 1 || low === high
    ? ['ja/queue-wait-intro', ...minutes(high), 'ja/queue-wait-within']
    : ['ja/queue-wait-intro', ...minutes(low), 'ja/queue-wait-to', ...minutes(high), 'ja/queue-wait-unit'];
}

/**
 * "You are number N in the queue". Nothing is said rather than something wrong: not for an unknown position (0), not beyond
 * what has a reading, and when repeated not for a position that may have changed unheard.
 */
export function positionPrompts(position: number, when: 'entering' | 'again'): string[] {
  if (position < 1 || position > (when === 'entering' ? HIGHEST_READING : KEPT_UP_TO_DATE)) return [];
  return ['ja/queue-position-intro', ...spellOut('ja', { kind: 'position', value: position })];
}
