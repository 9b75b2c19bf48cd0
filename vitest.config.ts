import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Unit and service tests run beside the code; `test/e2e` starts the whole product, one file at a time. */
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
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
