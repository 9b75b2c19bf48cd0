import { Worker } from 'node:worker_threads';
import type { Clock } from '../lib/clock.ts';
import type { SimulationFigures, SimulationListener, SimulationRunner } from '../modules/staffing/simulation-runner.ts';

/** What the thread tells. */
export type WorkerNews = { kind: 'progress'; share: number } | { kind: 'done'; figures: SimulationFigures } | { kind: 'failed'; reason: string };

/** A day of 100,000 calls takes seconds; what takes longer is stopped. */
const LONGEST_MS = 120_000;

/** So much memory may a simulation take, MB. */
const MEMORY_MB = 768;

/**
 * Runs each simulation in a thread of its own, bounded in time and memory, so that the thread of calls goes on undisturbed.
 * The thread does not keep the process alive.
 */
export const createRunner =
  ({ clock, longestMs = LONGEST_MS }: { clock: Clock; longestMs?: number }): SimulationRunner =>
  (job, listener) => {
    const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: job, resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB } });
    worker.unref();
    let over = false;
    const end = (tell?: (to: SimulationListener) => void): void => {
      if (over) return;
      over = true;
      stopTimer();
      void worker.terminate();
      tell?.(listener);
    };
    const stopTimer = clock.after(longestMs, () => end((to) => to.failed('It took too long and was stopped.')));
    worker.on('message', (news: WorkerNews) => {
      if (over) return;
      if (news.kind === 'progress') listener.progress(news.share);
      else if (news.kind === 'done') end((to) => to.done(news.figures));
      else end((to) => to.failed(news.reason));
    });
    worker.on('error', (error) => end((to) => to.failed(error instanceof Error ? error.message : 'The thread failed.')));
    worker.on('exit', () => end((to) => to.failed('The thread ended before the simulation did.')));
    return () => end();
  };
