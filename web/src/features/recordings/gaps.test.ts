import { describe, expect, it } from 'vitest';
import type { RecordingGap } from '../../../../shared/api/recordings.ts';
import { markOf, namedGaps } from './gaps.ts';

const gap = (fromMs: number, toMs: number, parts: Partial<RecordingGap> = {}): RecordingGap => ({ kind: 'loss', channel: 'both', fromMs, toMs, ...parts });

describe('gaps of a recording', () => {
  it('lie in the drawing where they are in time, over the channel they concern', () => {
    expect(markOf(gap(2000, 4000), 10)).toEqual({ left: 20, width: 20, top: 0, height: 100 });
    expect(markOf(gap(0, 5000, { channel: 'left' }), 10)).toEqual({ left: 0, width: 50, top: 0, height: 50 });
    expect(markOf(gap(0, 5000, { channel: 'right' }), 10)).toEqual({ left: 0, width: 50, top: 50, height: 50 });
  });

  it('end where the recording ends', () => {
    expect(markOf(gap(9000, 20_000), 10)?.width).toBe(10);
    expect(markOf(gap(11_000, 12_000), 10)).toBeNull();
    expect(markOf(gap(0, 1000), 0)).toBeNull();
  });

  it('are named when they are pauses or long; the others are counted', () => {
    const pause = gap(0, 100, { kind: 'pause' });
    const long = gap(0, 500);
    expect(namedGaps([pause, gap(0, 499), long])).toEqual({ named: [pause, long], rest: 1 });
    expect(namedGaps([pause, long], 1)).toEqual({ named: [pause], rest: 1 });
  });
});
