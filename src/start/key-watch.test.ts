import { setImmediate as turn } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { FakeClock } from '../lib/clock.ts';
import { silentLogger } from '../lib/logger.ts';
import { watchKeys } from './key-watch.ts';

it("carries every tenant's rotation on though another's fails, and tells how worn keys are", async () => {
  const clock = new FakeClock();
  const registry = new Registry();
  const worked: string[] = [];
  const refused: string[] = [];
  let wear = 0.5;
  const errors: string[] = [];
  const database = {
    healthy: true,
    keys: { refreshChanged: () => Promise.resolve(), mostWorn: () => Promise.resolve({ tenantId: 'a', wear }) },
    withDirectory: () => Promise.resolve([{ id: 'a' }, { id: 'b' }]),
    withTenant: (id: string) => {
      if (id === 'a') return Promise.reject(new Error('damaged'));
      worked.push(id);
      return Promise.resolve({ result: 'idle', isStale: false });
    },
  };
  const logger = Object.assign(Object.create(silentLogger) as typeof silentLogger, {
    warn: ({ tenantId }: { tenantId: string }) => refused.push(tenantId),
    error: (_fields: object, text: string) => errors.push(text),
  });
  const later = async (): Promise<void> => {
    clock.advance(2_000);
    for (let n = 0; n < 5; n += 1) await turn();
  };
  const stop = watchKeys({ database: database as never, clock, logger, registry });
  await later();
  expect(worked).toEqual(['b']);
  expect(refused).toEqual(['a']);
  expect((await registry.getSingleMetric('scc_tenant_key_wear')?.get())?.values[0]?.value).toBe(0.5);
  expect(errors).toEqual([]);
  wear = 0.81;
  await later();
  await later();
  // Once an hour.
  expect(errors).toEqual([expect.stringContaining('rotate it')]);
  expect(worked).toEqual(['b', 'b', 'b']);
  await stop();
  expect(clock.pending).toBe(0);
});
