/** Loudest sample per 100 ms of each side of a call, 0..127. */
export interface Peaks {
  /** The customer. */
  left: readonly number[];
  /** The agent. */
  right: readonly number[];
}

/**
 * Both sides as heights 0..1 for drawing: the curve lifts quiet speech (square root), and one scale for both keeps their
 * loudness comparable.
 */
export function drawnPeaks(peaks: Peaks): [number[], number[]] {
  let loudest = 1;
  for (const peak of [...peaks.left, ...peaks.right]) loudest = Math.max(loudest, peak);
  const height = (peak: number): number => Math.sqrt(Math.max(peak, 0) / loudest);
  return [peaks.left.map(height), peaks.right.map(height)];
}

/** The two sides of a recording: left and right channel. */
export type Side = 'customer' | 'agent';

/** Share of the time in which each side spoke, percent, and in which nobody did; `floor` is the loudest noise of a silent line. */
export function talkShare(peaks: Peaks, floor = 6): { customer: number; agent: number; silence: number } {
  const length = Math.max(peaks.left.length, peaks.right.length);
  if (length === 0) return { customer: 0, agent: 0, silence: 0 };
  let customer = 0;
  let agent = 0;
  let silence = 0;
  for (let at = 0; at < length; at += 1) {
    const left = (peaks.left[at] ?? 0) > floor;
    const right = (peaks.right[at] ?? 0) > floor;
    if (left) customer += 1;
    if (right) agent += 1;
    if (!left && !right) silence += 1;
  }
  const percent = (part: number): number => Math.round((part / length) * 100);
  return { customer: percent(customer), agent: percent(agent), silence: percent(silence) };
}

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2] as const;

/** What a key asks the player to do. */
export type PlayerAction =
  | { type: 'toggle' }
  | { type: 'seekTo'; seconds: number }
  | { type: 'speed'; speed: number }
  | { type: 'none' };

/** Space or K plays and stops; arrows go 5 s, with Shift 15 s; Home, End; [ and ] change the speed. */
export function playerKey(
  event: { key: string; shiftKey: boolean },
  player: { position: number; duration: number; speed: number },
): PlayerAction {
  const seek = (seconds: number): PlayerAction => ({ type: 'seekTo', seconds: Math.min(Math.max(seconds, 0), player.duration) });
  const step = event.shiftKey ? 15 : 5;
  switch (event.key) {
    case ' ':
    case 'k':
      return { type: 'toggle' };
    case 'ArrowLeft':
      return seek(player.position - step);
    case 'ArrowRight':
      return seek(player.position + step);
    case 'Home':
      return seek(0);
    case 'End':
      return seek(player.duration);
    case '[':
      return { type: 'speed', speed: nextSpeed(player.speed, -1) };
    case ']':
      return { type: 'speed', speed: nextSpeed(player.speed, 1) };
    default:
      return { type: 'none' };
  }
}

function nextSpeed(speed: number, by: 1 | -1): number {
  const at = SPEEDS.findIndex((known) => known >= speed);
  const from = at < 0 ? SPEEDS.length - 1 : at;
  return SPEEDS[Math.min(Math.max(from + by, 0), SPEEDS.length - 1)] ?? 1;
}
