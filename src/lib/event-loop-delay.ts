import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How late this process gets to its work. */
export interface EventLoopDelay {
  /** 95th percentile since it was last asked, ms. */
  takeP95(): number;
  stop(): void;
}

const RESOLUTION_MS = 10;
const NS_PER_MS = 1e6;

/** Begins to measure; costs a timer every 10 ms. */
export function measureEventLoopDelay(): EventLoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return {
    takeP95() {
      const p95 = histogram.count === 0 ? 0 : histogram.percentile(95) / NS_PER_MS;
      histogram.reset();
      // The histogram counts the time between two looks, the planned one included.
      return Math.max(0, p95 - RESOLUTION_MS);
    },
    stop: () => void histogram.disable(),
  };
}
