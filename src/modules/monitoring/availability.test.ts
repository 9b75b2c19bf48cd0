import { describe, expect, it } from 'vitest';
import type { OutageReason } from '../../../shared/api/service-status.ts';
import { downTime, takeLook, type Availability, type OutageRow } from './availability.ts';

/** Looks at these seconds; gives every outage as it was written last. */
function look(looks: readonly [second: number, reason: OutageReason | null][], from: Availability | null = null) {
  let state = from;
  let ids = 0;
  const rows = new Map<string, OutageRow>();
  for (const [second, reason] of looks) {
    const step = takeLook(state, reason, second * 1000, () => `o${++ids}`);
    state = step.state;
    for (const row of step.changed) rows.set(row.id, row);
  }
  return { state, outages: [...rows.values()].map(({ beganWall, endedWall, reason }) => [reason, beganWall / 1000, endedWall === null ? null : endedWall / 1000]) };
}

describe('availability', () => {
  it('has an outage from the first look that failed to the first that did not', () => {
    const { state, outages } = look([[0, null], [10, 'call'], [20, 'call'], [30, null], [40, null], [50, 'not_serving']]);
    expect(outages).toEqual([['call', 10, 30], ['not_serving', 50, null]]);
    expect(state).toMatchObject({ measuredSinceWall: 0, lastLookWall: 50_000, open: { reason: 'not_serving' } });
  });

  it('ends one outage where another reason begins', () => {
    expect(look([[0, 'call'], [10, 'not_serving'], [20, null]]).outages).toEqual([['call', 0, 10], ['not_serving', 10, 20]]);
  });

  it('counts the time in which nothing ran, and not the first look ever', () => {
    expect(look([[1000, null], [1090, null], [2000, null]]).outages).toEqual([['stopped', 1090, 2000]]);
    expect(look([[0, 'call'], [1000, null]]).outages).toEqual([['call', 0, 0], ['stopped', 0, 1000]]);
    expect(look([[0, 'call'], [1000, 'call']]).outages).toEqual([['call', 0, 0], ['stopped', 0, 1000], ['call', 1000, null]]);
  });

  it('goes on with an outage from before a restart', () => {
    const open = { id: 'old', beganWall: 5000, endedWall: null, reason: 'call' } as const;
    expect(look([[20, null]], { measuredSinceWall: 0, lastLookWall: 10_000, open }).outages).toEqual([['call', 5, 20]]);
  });

  it('bears a clock that is set back', () => {
    expect(look([[100, null], [50, 'call'], [40, null]]).outages).toEqual([['call', 50, 50]]);
  });

  it('sums what lies in a span', () => {
    const rows: OutageRow[] = [
      { id: 'a', beganWall: 0, endedWall: 100, reason: 'call' },
      { id: 'b', beganWall: 150, endedWall: null, reason: 'call' },
    ];
    expect(downTime(rows, 50, 200, 180)).toBe(50 + 30);
    expect(downTime(rows, 200, 300, 180)).toBe(0);
  });
});
