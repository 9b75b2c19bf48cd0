import type { QueueView } from '../../../../shared/events.ts';
import type { WallView } from '../../../../shared/wall.ts';

/** From here on a wait is shown as too long, ms. */
export const LONG_WAIT_MS = 60_000;

export interface WallTotals {
  waiting: number;
  oldestSince: string | null;
  offered: number;
  answered: number;
  abandoned: number;
}

/** The queues of the link together. */
export function wallTotals({ queues }: Pick<WallView, 'queues'>): WallTotals {
  const sum = (pick: (queue: QueueView) => number): number => queues.reduce((total, queue) => total + pick(queue), 0);
  return {
    waiting: sum((queue) => queue.waiting),
    oldestSince: queues.flatMap(({ oldestSince }) => oldestSince ?? []).sort()[0] ?? null,
    offered: sum((queue) => queue.offeredToday),
    answered: sum((queue) => queue.answeredToday),
    abandoned: sum((queue) => queue.abandonedToday),
  };
}

/** Answered of offered as text with one decimal; callers who still wait count as offered. */
export const rateText = (answered: number, offered: number): string => (offered === 0 ? '–' : `${((answered / offered) * 100).toFixed(1)}%`);

/** How urgent a wait is. */
export function waitLevel(since: string | null, now: number): 'calm' | 'waiting' | 'long' {
  if (since === null) return 'calm';
  return now - Date.parse(since) >= LONG_WAIT_MS ? 'long' : 'waiting';
}
