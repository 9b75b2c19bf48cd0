import type { RecordingGap } from '../../../../shared/api/recordings.ts';

/** Where a gap lies in the drawing, percent of its width and height. The customer is drawn above, the agent below. */
export interface GapMark {
  left: number;
  width: number;
  top: number;
  height: number;
}

/** @param durationS of the whole recording, s @returns null for a gap outside of it */
export function markOf(gap: RecordingGap, durationS: number): GapMark | null {
  const total = durationS * 1000;
  const from = Math.max(gap.fromMs, 0);
  const to = Math.min(gap.toMs, total);
  if (total <= 0 || to <= from) return null;
  const isHalf = gap.channel !== 'both';
  return { left: (from / total) * 100, width: ((to - from) / total) * 100, top: gap.channel === 'right' ? 50 : 0, height: isHalf ? 50 : 100 };
}

/** Shorter losses are marked in the drawing, but not named one by one: there can be hundreds on a bad line. */
const NAMED_MS = 500;

/** The gaps to name in words, pauses all of them; and how many short losses are left out. */
export function namedGaps(gaps: readonly RecordingGap[], most = 20): { named: RecordingGap[]; rest: number } {
  const long = gaps.filter(({ kind, fromMs, toMs }) => kind === 'pause' || toMs - fromMs >= NAMED_MS);
  const named = long.slice(0, most);
  return { named, rest: gaps.length - named.length };
}
