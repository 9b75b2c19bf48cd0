import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createTestDatabase, createTestTenant, testActor, type TestDatabase } from '../../test/support/database.ts';
import type { LoadedTenantVault } from '../vault/tenant-vault.ts';

let test: TestDatabase;
let tenant: string;
let held: LoadedTenantVault;
const place = { table: 'users', column: 'sealed', id: 'x' };

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());
beforeEach(async () => {
  tenant = (await createTestTenant(test.database)).id;
  held = (await test.database.vaultOf(tenant)) as LoadedTenantVault;
});

/** As another process does it. */
const bump = (change = '') => test.ownerClient.query(`update tenants set key_generation = key_generation + 1 ${change} where id = $1`, [tenant]);
const addVersion = async (version: number): Promise<void> => {
  await test.database.withTenant(tenant, testActor, (tx) => test.database.keys.insert(tx.db, tenant, version, randomBytes(32)));
  await bump();
};
const whileUnreadable = async (work: () => Promise<void>): Promise<void> => {
  await test.ownerClient.query('revoke insert on key_log from scc_app');
  await work();
  await test.ownerClient.query('grant insert on key_log to scc_app');
};

it('brings new versions into the vault that everybody holds, also after they could not be read for a while', async () => {
  await addVersion(2);
  await whileUnreadable(() => expect(test.database.keys.refreshChanged()).rejects.toThrow());
  expect(held.keyVersion).toBe(1);
  await test.database.keys.refreshChanged();
  expect(held.keyVersion).toBe(2);
  expect(await test.database.vaultOf(tenant)).toBe(held);
});

it('forgets destroyed keys in it, also after they could not be read for a while', async () => {
  await bump();
  await whileUnreadable(() => expect(test.database.keys.refreshChanged()).rejects.toThrow());
  await bump(", key_state = 'destroyed'");
  await test.database.keys.refreshChanged();
  expect(() => held.seal(place, 1)).toThrow(expect.objectContaining({ code: 'tenant_key_destroyed' }));
  await expect(test.database.vaultOf(tenant)).rejects.toMatchObject({ code: 'not_found' });
  await test.database.keys.refreshChanged();
});

it('reads them once for all who wait, when somebody met a version that is not known', async () => {
  await addVersion(2);
  const loads = async (): Promise<number> =>
    test.database.withTenant(tenant, testActor, async ({ db }) => Number((await db.selectFrom('key_log').select(({ fn }) => fn.countAll().as('count')).where('purpose', '=', 'tenant_key_load').executeTakeFirstOrThrow()).count));
  const before = await loads();
  held.missedVersion = true;
  // Not more often than once a second.
  await sleep(1_050);
  await Promise.all(Array.from({ length: 10 }, () => test.database.vaultOf(tenant)));
  expect(held.keyVersion).toBe(2);
  expect(await loads()).toBe(before + 1);
});
