import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files of `test/e2e` in which nobody listens: what they wait for is pages and restarts, which a busy machine only makes later. */
const PAGES = ['account', 'exports', 'kept', 'key-service', 'kill', 'operator', 'passkeys', 'points', 'quality', 'screens', 'single-sign-on', 'staffing', 'stored-xss'].map((name) => `test/e2e/${name}.test.ts`);

/** Files of `test/e2e` in which a tone, a clock or a count is measured so exactly that nothing may run beside them; the others telephone two at a time. */
const ALONE = ['phones', 'sipp', 'softphone', 'survive', 'voicemail'].map((name) => `test/e2e/${name}.test.ts`);

/** Files beside the code that hold a clock to what they see: a processor shared by three would be what they measure. */
const TIMED = ['src/calls/linear', 'src/http/fairness', 'src/media/mix/mix', 'src/sip/attacks', 'src/sip/overload/call-line', 'src/sip/transports/receive-wait'].map((name) => `${name}.test.ts`);

/** The longest files, longest first: one of them that begins last would run alone at the end. */
const LONGEST = ['hostile-text', 'contract-year', 'points', 'destruction', 'enumeration', 'backup', 'queue-flows', 'anomalies', 'cell', 'generate', 'recording', 'screens', 'account', 'kill', 'stored-xss', 'key-service', 'kept', 'hour', 'flows', 'desk'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return place < 0 ? LONGEST.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

/** Most of these wait for a database or for timers: as many workers as cores leave half of a small machine idle. */
const beside = { maxWorkers: availableParallelism() + 1, testTimeout: 30_000, hookTimeout: 60_000 };

/** Each waits for pages, restarts and people. */
const inPairs = { maxWorkers: 2, testTimeout: 180_000, hookTimeout: 180_000 };

/** Unit and service tests run beside the code; `test/e2e` starts the whole product. */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...beside,
          name: 'unit',
          include: ['src/**/*.test.ts', 'shared/**/*.test.ts', 'web/src/**/*.test.ts'],
          exclude: TIMED,
          // Files of one worker share what they import, which takes as long to read as most tests; none of them leaves anything changed.
          isolate: false,
          restoreMocks: true,
          unstubEnvs: true,
          unstubGlobals: true,
        },
      },
      {
        test: {
          ...beside,
          name: 'scenarios',
          include: ['test/scenarios/**/*.test.ts'],
          // Flows wait for timers most of the time.
          maxConcurrency: 20,
        },
      },
      {
        test: {
          ...inPairs,
          name: 'pages',
          include: PAGES,
        },
      },
      {
        test: {
          ...inPairs,
          name: 'calls',
          include: ['test/e2e/**/*.test.ts'],
          exclude: [...PAGES, ...ALONE],
        },
      },
      {
        test: {
          name: 'alone',
          include: [...ALONE, ...TIMED],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
