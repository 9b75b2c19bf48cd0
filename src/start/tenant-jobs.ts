import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { startRounds } from '../lib/rounds.ts';

const EVERY_MS = 10_000;

/** Work that is looked for again and again in each tenant. */
export interface TenantJob {
  /** For the log. */
  name: string;
  run(tenantId: string): Promise<void>;
}

interface JobDeps {
  /** The tenants that this cell has. */
  tenants: () => readonly string[];
  isDatabaseHealthy: () => boolean;
  jobs: readonly TenantJob[];
  clock: Clock;
  logger: Logger;
}

async function runAll({ tenants, jobs, logger }: JobDeps): Promise<void> {
  for (const tenantId of tenants()) {
    for (const job of jobs) {
      try {
        await job.run(tenantId);
      } catch (error) {
        // One tenant's trouble is not another's; it is tried again in the next round.
        logger.warn({ tenantId, job: job.name, error: messageOf(error) }, 'a job failed');
      }
    }
  }
}

/** Runs the jobs of every tenant, one after the other, 10 s after the round before. @returns ends it, after the job that runs */
export const startTenantJobs = (deps: JobDeps): (() => Promise<void>) =>
  startRounds({
    clock: deps.clock,
    everyMs: EVERY_MS,
    round: async () => {
      if (deps.isDatabaseHealthy()) await runAll(deps);
    },
    onError: (error) => deps.logger.warn({ error: messageOf(error) }, 'could not look after the jobs of the tenants'),
  });
