import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { TenantRow } from '../db/types.ts';
import { FakeClock } from '../lib/clock.ts';
import { silentLogger } from '../lib/logger.ts';
import { watchTenants } from './tenant-watch.ts';

it('takes new active tenants once, has changed ones looked at again, survives a failing look, and ends', async () => {
  const clock = new FakeClock();
  const rows: TenantRow[] = [{ id: 'a', slug: 'a', name: 'A', status: 'suspended' }];
  const taken = new Set<string>();
  const loads: string[] = [];
  let failing = false;
  const database = {
    healthy: true,
    directory: {
      tenants: () => (failing ? Promise.reject(new Error('away')) : Promise.resolve(rows)),
      tenantBySlug: () => Promise.resolve(null),
      tenantOfNumber: () => Promise.resolve(null),
      readableUntil: () => Promise.resolve(null),
    },
  };
  const cell = {
    tenant: (id: string) => (taken.has(id) ? ({} as never) : null),
    reloadTenant: (id: string) => (taken.add(id), loads.push(id), Promise.resolve()),
  };
  const later = async (): Promise<void> => {
    clock.advance(5_000);
    await turn();
  };
  const end = watchTenants({ database, cell, clock, logger: silentLogger });

  await later();
  expect(loads).toEqual([]);
  rows.push({ id: 'b', slug: 'b', name: 'B', status: 'active' });
  await later();
  await later();
  expect(loads).toEqual(['b']);
  failing = true;
  await later();
  failing = false;
  rows.push({ id: 'c', slug: 'c', name: 'C', status: 'active' });
  await later();
  expect(loads).toEqual(['b', 'c']);
  rows.splice(1, 1, { id: 'b', slug: 'b', name: 'B', status: 'suspended' });
  failing = true;
  await later();
  failing = false;
  await later();
  await later();
  expect(loads).toEqual(['b', 'c', 'b']);
  rows.splice(1, 1, { id: 'b', slug: 'b', name: 'B', status: 'active' });
  await later();
  await later();
  expect(loads).toEqual(['b', 'c', 'b', 'b']);
  await end();
  expect(clock.pending).toBe(0);
});
