import { describe, expect, it } from 'vitest';
import { readLineStats } from './line-stats.ts';

const none = { received: 0, lost: 0 };

describe('readLineStats', () => {
  it('knows nothing of an empty report', () => {
    expect(readLineStats([], none)).toEqual({ roundTripMs: null, lossPercent: null, counters: none });
  });

  it('counts what was lost since the last look', () => {
    const stats = [{ type: 'inbound-rtp', packetsReceived: 190, packetsLost: 10 }];
    expect(readLineStats(stats, { received: 100, lost: 0 }).lossPercent).toBe(10);
    expect(readLineStats(stats, { received: 190, lost: 10 }).lossPercent).toBeNull();
  });

  it('starts anew with a new connection', () => {
    const figures = readLineStats([{ type: 'inbound-rtp', packetsReceived: 50, packetsLost: 0 }], { received: 9000, lost: 400 });
    expect(figures.lossPercent).toBe(0);
  });

  it('takes the worse way and the round trip of RTCP, else of ICE', () => {
    const pair = { type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 0.02 };
    const remote = { type: 'remote-inbound-rtp', roundTripTime: 0.0421, fractionLost: 0.05 };
    const inbound = { type: 'inbound-rtp', packetsReceived: 100, packetsLost: 0 };
    expect(readLineStats([pair, inbound], none)).toMatchObject({ roundTripMs: 20, lossPercent: 0 });
    expect(readLineStats([pair, inbound, remote], none)).toMatchObject({ roundTripMs: 42, lossPercent: 5 });
  });
});
