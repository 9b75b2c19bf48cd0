import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, testActor, type TestDatabase } from '../../test/support/database.ts';
import { newId } from '../lib/ids.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());

describe('withTenant', () => {
  it('shows only the rows of its tenant', async () => {
    const id = newId();
    await test.database.withTenant(test.tenantA.id, testActor, async ({ db, tenantId, vault }) => {
      const sealed = vault.seal({ table: 'companies', column: 'sealed', id }, { name: '株式会社テスト' });
      await db.insertInto('companies').values({ tenant_id: tenantId, id, sealed }).execute();
    });

    const seen = (tenant: string) => test.database.withTenant(tenant, testActor, ({ db }) => db.selectFrom('companies').selectAll().execute());

    expect(await seen(test.tenantA.id)).toHaveLength(1);
    expect(await seen(test.tenantB.id)).toHaveLength(0);
  });

  it('refuses to write a row of another tenant', async () => {
    const write = test.database.withTenant(test.tenantA.id, testActor, ({ db }) =>
      db.insertInto('companies').values({ tenant_id: test.tenantB.id, id: newId(), sealed: Buffer.alloc(1) }).execute(),
    );
    await expect(write).rejects.toMatchObject({ sqlState: '42501' });
  });

  it('rolls everything back when the work throws, the audit entry too', async () => {
    const count = async () => Number((await test.ownerClient.query('select count(*) from audit_events where tenant_id = $1', [test.tenantA.id])).rows[0].count);
    const before = await count();
    const work = test.database.withTenant(test.tenantA.id, testActor, async (tx) => {
      await tx.audit({ code: 'company.created', subject: { kind: 'company', id: 'x' }, detail: {} });
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    expect(await count()).toBe(before);
  });

  it('writes the actor into created_by', async () => {
    const row = await test.database.withTenant(test.tenantA.id, { kind: 'user', id: 'u1', ip: '' }, ({ db, tenantId }) =>
      db.insertInto('companies').values({ tenant_id: tenantId, id: newId(), sealed: Buffer.alloc(1) }).returningAll().executeTakeFirstOrThrow(),
    );
    expect(row.created_by).toBe('user:u1');
  });

  it('answers not found for a tenant that does not exist', async () => {
    await expect(test.database.withTenant(newId(), testActor, () => Promise.resolve(1))).rejects.toMatchObject({ code: 'not_found' });
    await expect(test.database.withTenant('nonsense', testActor, () => Promise.resolve(1))).rejects.toMatchObject({ code: 'not_found' });
  });

  it('runs a transaction again that lost a deadlock', async () => {
    const ids = [newId(), newId()];
    const { id: tenant } = test.tenantB;
    await test.database.withTenant(tenant, testActor, ({ db, tenantId }) =>
      db.insertInto('companies').values(ids.map((id) => ({ tenant_id: tenantId, id, sealed: Buffer.alloc(1) }))).execute(),
    );
    let runs = 0;
    let held = 0;
    // Each takes the second row when both have their first.
    const bothHoldOne = Promise.withResolvers<undefined>();
    // Who lost tries again when the other is through: a row that is let go may be taken before the one who waits for it wakes up.
    const oneIsThrough = Promise.withResolvers<undefined>();
    const touchBoth = async (order: string[]): Promise<void> => {
      await test.database.withTenant(tenant, testActor, async ({ db }) => {
        if (++runs > 2) await oneIsThrough.promise;
        for (const id of order) {
          await db.updateTable('companies').set({ sealed: Buffer.alloc(2) }).where('id', '=', id).execute();
          if (++held === 2) bothHoldOne.resolve(undefined);
          await bothHoldOne.promise;
        }
      });
      oneIsThrough.resolve(undefined);
    };
    await Promise.all([touchBoth(ids), touchBoth(ids.toReversed())]);
    expect(runs).toBe(3);
  });

  it('never lets the detail of a server error out', async () => {
    const slug = test.tenantA.slug;
    const again = test.database.createTenant({ id: newId(), slug, name: 'x' }, testActor, () => Promise.resolve());
    const error: unknown = await again.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'duplicate', status: 409 });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(slug);
  });
});
