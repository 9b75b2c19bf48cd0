import { describe, expect, it } from 'vitest';
import { GapLog } from './recording-gaps.ts';

/** Samples of the recording. */
const END = 100_000;

const lossesOf = (gaps: GapLog): [string, number, number][] => gaps.list(END).map(({ channel, fromMs, toMs }) => [channel, fromMs * 8, toMs * 8]);

describe('GapLog', () => {
  it('takes what came late out of the middle of a loss, of its own channel only', () => {
    const gaps = new GapLog();
    gaps.lose(0, 800, 1600);
    gaps.lose(1, 800, 1600);
    gaps.fill(0, 960, 1120, 0);
    expect(lossesOf(gaps)).toEqual([['left', 800, 960], ['right', 800, 1600], ['left', 1120, 1600]]);
  });

  it('keeps a loss that is sealed already, and the sealed part of one that is not', () => {
    const gaps = new GapLog();
    gaps.lose(0, 800, 1600);
    gaps.lose(0, 3840, 4160);
    gaps.fill(0, 800, 1600, 4000);
    gaps.fill(0, 3840, 4160, 4000);
    expect(lossesOf(gaps)).toEqual([['left', 800, 1600], ['left', 3840, 4000]]);
  });

  it('finds a loss that is not sealed behind one that is', () => {
    const gaps = new GapLog();
    gaps.lose(0, 8000, 8320);
    gaps.lose(1, 800, 1600);
    gaps.lose(1, 8000, 8320);
    gaps.fill(1, 8000, 8320, 4000);
    expect(lossesOf(gaps)).toEqual([['right', 800, 1600], ['left', 8000, 8320]]);
  });

  it('does not slow down with the losses of a long call, and lists no more than a thousand', () => {
    const gaps = new GapLog();
    for (let index = 0; index < 1000; index++) gaps.lose(0, index * 80, index * 80 + 8);
    const sealed = 80_000;
    const begin = performance.now();
    for (let round = 0; round < 100_000; round++) gaps.fill(0, sealed, sealed + 160, sealed);
    // A scan of all spans would take a hundred million steps.
    expect(performance.now() - begin).toBeLessThan(250);
    gaps.lose(0, 90_000, 90_160);
    expect(gaps.list(END)).toHaveLength(1000);
  });
});
