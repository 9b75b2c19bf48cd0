import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';

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
export function startTenantJobs(deps: JobDeps): () => Promise<void> {
  let cancel = (): void => undefined;
  let ended = false;
  let round: Promise<void> = Promise.resolve();
  const work = async (): Promise<void> => {
    if (deps.isDatabaseHealthy()) await runAll(deps);
    next();
  };
  const next = (): void => {
    if (ended) return;
    cancel = deps.clock.after(EVERY_MS, () => {
      round = work();
    });
  };
  next();
  return async () => {
    ended = true;
    cancel();
    await round;
  };
}
