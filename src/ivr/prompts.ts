/** Sounds that verbs play by themselves; those of a flow are named in the flow. */
export const QUEUE_ENTER = 'ja/queue-enter';
export const QUEUE_WAIT = 'ja/queue-wait';
export const HOLD_MUSIC = 'music/hold';

/** Highest number with a recorded reading. */
const HIGHEST = 20;

/**
 * "You are number N": the sounds that say a position in a queue. Beyond the recorded numbers, and for an unknown position (0), nothing is
 * said rather than something wrong.
 */
export function positionPrompts(position: number): string[] {
  if (position < 1 || position > HIGHEST) return [];
  return ['ja/queue-position-intro', `ja/number-${position}`, 'ja/queue-position-unit'];
}
