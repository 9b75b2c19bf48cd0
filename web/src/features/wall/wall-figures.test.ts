import { describe, expect, it } from 'vitest';
import type { QueueView } from '../../../../shared/events.ts';
import { rateText, waitLevel, wallTotals } from './wall-figures.ts';

const queue = (more: Partial<QueueView>): QueueView => ({
  queueId: 'q', code: 'q', name: 'Q', waiting: 0, callbacks: 0, closed: null, oldestSince: null, routable: 0, talking: 0, wrapUp: 0,
  offeredToday: 0, answeredToday: 0, abandonedToday: 0, flowedOutToday: 0, ...more,
});

describe('figures of a wall', () => {
  it('adds queues and finds the longest wait', () => {
    const queues = [queue({ waiting: 1, oldestSince: '2026-05-01T00:00:20.000Z', offeredToday: 3, answeredToday: 2 }), queue({ waiting: 2, oldestSince: '2026-05-01T00:00:10.000Z', offeredToday: 1, abandonedToday: 1 })];
    expect(wallTotals({ queues })).toEqual({ waiting: 3, oldestSince: '2026-05-01T00:00:10.000Z', offered: 4, answered: 2, abandoned: 1 });
  });

  it('has no rate before the first call', () => {
    expect([rateText(0, 0), rateText(2, 3)]).toEqual(['–', '66.7%']);
  });

  it('tells a long wait from a short one', () => {
    const now = Date.parse('2026-05-01T00:01:00.000Z');
    expect([waitLevel(null, now), waitLevel('2026-05-01T00:00:00.001Z', now), waitLevel('2026-05-01T00:00:00.000Z', now)]).toEqual(['calm', 'waiting', 'long']);
  });
});
