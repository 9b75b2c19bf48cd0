import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Files of `test/e2e` in which nobody listens: what they wait for is pages and restarts, which a busy machine only makes later. */
const PAGES = ['account', 'exports', 'kept', 'key-service', 'kill', 'operator', 'passkeys', 'points', 'quality', 'screens', 'single-sign-on', 'staffing', 'stored-xss'].map((name) => `test/e2e/${name}.test.ts`);

/** Unit and service tests run beside the code; `test/e2e` starts the whole product: one file at a time where there is sound, else two. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'shared/**/*.test.ts', 'web/src/**/*.test.ts', 'test/scenarios/**/*.test.ts'],
          // Flows of test/scenarios wait for timers most of the time.
          maxConcurrency: 20,
          // Most files wait for a database or for timers; one worker fewer than cores, vitest's own choice, leaves half of a small machine idle.
          maxWorkers: Math.max(2, availableParallelism()),
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'pages',
          include: PAGES,
          maxWorkers: 2,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: PAGES,
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
