import { describe, expect, it } from 'vitest';
import type { ServerMessage } from '../../shared/events.ts';
import { DayCounters } from '../calls/counters.ts';
import type { TenantCell } from '../calls/tenant-cell.ts';
import { FakeClock } from '../lib/clock.ts';
import { BoardFeed } from './board-feed.ts';

const QUEUE = {
  queueId: '01900000-0000-7000-8000-000000000001',
  code: 'support',
  name: 'Support',
  waiting: 0,
  oldestSince: null,
  routable: 0,
  talking: 0,
  wrapUp: 0,
};

/** A tenant on which nothing happens: what the feed reads of a cell, and no more. */
function quietTenant(counters: DayCounters): TenantCell {
  const runtime = { events: { on: () => () => undefined }, queues: () => [QUEUE], agents: () => [], calls: () => [] };
  return { runtime, desks: {}, counters } as unknown as TenantCell;
}

const offeredIn = (message: ServerMessage | undefined): number | undefined =>
  message?.type === 'board' ? message.board.queues[0]?.offeredToday : undefined;

describe('a board on which nothing happens', () => {
  it('begins a new day at midnight in Japan, and again a day later', () => {
    const clock = new FakeClock(Date.UTC(2026, 0, 5, 14, 59, 0)); // 23:59 in Japan.
    const counters = new DayCounters(clock.wall());
    counters.count('offered', QUEUE.queueId, clock.wall());
    const heard: ServerMessage[] = [];
    new BoardFeed(quietTenant(counters), clock).watch((message) => heard.push(message));

    clock.advance(59_000);
    expect(heard.map(offeredIn)).toEqual([1]);
    clock.advance(2_000);
    expect(heard.map(offeredIn)).toEqual([1, 0]);
    clock.advance(86_400_000);
    expect(heard).toHaveLength(3);
  });

  it('keeps no timer when the last one stopped watching', () => {
    const clock = new FakeClock();
    const stop = new BoardFeed(quietTenant(new DayCounters(clock.wall())), clock).watch(() => undefined);
    expect(clock.pending).toBe(1);

    stop();

    expect(clock.pending).toBe(0);
  });
});
