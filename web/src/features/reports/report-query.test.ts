import { describe, expect, it } from 'vitest';
import { filtersOf, firstChoice, presetDays } from './report-query.ts';

/** 00:30 on the first of March in Japan, still February in UTC. */
const NOW = Date.parse('2028-02-29T15:30:00Z');

describe('the choice of a report', () => {
  it.each([
    ['today', '2028-03-01', '2028-03-01'],
    ['yesterday', '2028-02-29', '2028-02-29'],
    ['week', '2028-02-24', '2028-03-01'],
    ['month', '2028-03-01', '2028-03-01'],
    ['lastMonth', '2028-02-01', '2028-02-29'],
  ] as const)('%s is from %s to %s', (preset, fromDay, toDay) => {
    expect(presetDays(preset, NOW)).toMatchObject({ fromDay, toDay });
  });

  it('leaves the threshold to the queues until one is typed', () => {
    expect(filtersOf(firstChoice(NOW))).toEqual({ groupBy: 'none', shortMs: 5000 });
    expect(filtersOf({ ...firstChoice(NOW), thresholdSeconds: 0, queueId: 'q' })).toEqual({ groupBy: 'none', shortMs: 5000, thresholdMs: 0, queueId: 'q' });
  });
});
