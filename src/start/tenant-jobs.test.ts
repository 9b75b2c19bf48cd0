import { describe, expect, it } from 'vitest';
import { FakeClock } from '../lib/clock.ts';
import { silentLogger } from '../lib/logger.ts';
import { startTenantJobs } from './tenant-jobs.ts';

const settled = (): Promise<void> => new Promise((done) => setImmediate(done));

describe('jobs of tenants', () => {
  it('run for every tenant, a failure of one keeps nobody else from it, and end when told', async () => {
    const clock = new FakeClock();
    const seen: string[] = [];
    let healthy = false;
    const jobs = [
      { name: 'fails', run: async (id: string) => (id === 'a' ? Promise.reject(new Error('no')) : undefined) },
      { name: 'works', run: async (id: string) => void seen.push(id) },
    ];
    const stop = startTenantJobs({ tenants: () => ['a', 'b'], isDatabaseHealthy: () => healthy, jobs, clock, logger: silentLogger });
    clock.advance(10_000);
    await settled();
    expect(seen).toEqual([]);
    healthy = true;
    clock.advance(10_000);
    await settled();
    expect(seen).toEqual(['a', 'b']);
    await stop();
    clock.advance(60_000);
    await settled();
    expect(seen).toEqual(['a', 'b']);
  });
});
