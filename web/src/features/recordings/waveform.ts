/** Loudest sample per 100 ms of each side of a call, 0..127. */
export interface Peaks {
  /** The customer. */
  left: readonly number[];
  /** The agent. */
  right: readonly number[];
}

export type Channel = 'customer' | 'agent';

/** One drawn bar: heights 0..1. */
export type Bars = readonly number[];

/**
 * Heights of `count` bars. Each bar shows the loudest peak of its span, so that a short word is never lost by averaging. The
 * curve lifts quiet speech (square root), and both channels share one scale so that their loudness can be compared.
 */
export function bars(peaks: readonly number[], count: number, loudest: number): Bars {
  if (count <= 0) return [];
  const scale = Math.max(loudest, 1);
  return Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * peaks.length) / count);
    const to = Math.max(from + 1, Math.floor(((index + 1) * peaks.length) / count));
    let top = 0;
    for (let at = from; at < to && at < peaks.length; at += 1) top = Math.max(top, peaks[at] ?? 0);
    return Math.sqrt(Math.min(top / scale, 1));
  });
}

/** The loudest sample of both channels, for the common scale. */
export function loudest(peaks: Peaks): number {
  let top = 0;
  for (const peak of peaks.left) top = Math.max(top, peak);
  for (const peak of peaks.right) top = Math.max(top, peak);
  return top;
}

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

/** Seconds as 0:05, 12:34 or 1:02:03; what is not a number yet (a sound not loaded) is 0:00. */
export function playTime(seconds: number): string {
  const whole = Number.isFinite(seconds) && seconds > 0 ? Math.floor(seconds) : 0;
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
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
