import { describe, expect, it } from 'vitest';
import { type DtmfPress, type DtmfState, expireEvent, receiveEvent } from './dtmf.ts';

/** Feeds packets of [event, end, duration, timestamp] 20 ms apart and collects the presses. */
function feed(packets: [number, boolean, number, number][]): { presses: DtmfPress[]; state: DtmfState | null } {
  let state: DtmfState | null = null;
  const presses: DtmfPress[] = [];
  packets.forEach(([event, end, duration, timestamp], index) => {
    const step = receiveEvent(state, { event, end, volume: 10, duration }, timestamp, index * 20);
    state = step.state;
    presses.push(...step.presses);
  });
  return { presses, state };
}

describe('receiveEvent', () => {
  it('tells a press once, at its end', () => {
    const { presses } = feed([[5, false, 160, 1000], [5, false, 320, 1000], [5, true, 480, 1000], [5, true, 480, 1000], [5, true, 480, 1000]]);
    expect(presses).toEqual([{ digit: '5', durationMs: 60 }]);
  });

  it('tells two presses of one key as two', () => {
    const { presses } = feed([[5, true, 480, 1000], [5, true, 480, 3000], [5, true, 480, 3000]]);
    expect(presses.map(({ digit }) => digit).join('')).toBe('55');
  });

  it('tells a press whose end was lost when the next one begins', () => {
    const { presses } = feed([[1, false, 160, 1000], [2, true, 160, 5000]]);
    expect(presses).toEqual([{ digit: '1', durationMs: 20 }, { digit: '2', durationMs: 20 }]);
  });

  it('ignores late packets of an older press, also over the wrap of the timestamp', () => {
    const { presses } = feed([[1, true, 160, 0xffff_ff00], [2, true, 160, 100], [1, true, 160, 0xffff_ff00], [2, true, 160, 100]]);
    expect(presses.map(({ digit }) => digit).join('')).toBe('12');
  });

  it('ignores events that are no digits', () => {
    expect(feed([[36, true, 160, 1000]]).presses).toEqual([]);
  });
});

describe('expireEvent', () => {
  it('tells a press 150 ms after its last packet, once', () => {
    const { state } = feed([[9, false, 160, 1000]]);
    expect(expireEvent(state, 100).presses).toEqual([]);
    const expired = expireEvent(state, 151);
    expect(expired.presses).toEqual([{ digit: '9', durationMs: 20 }]);
    expect(expireEvent(expired.state, 500).presses).toEqual([]);
  });
});
