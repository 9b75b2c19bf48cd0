import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, testActor, type TestDatabase } from '../../../test/support/database.ts';
import { PERMISSIONS } from '../../../shared/permissions.ts';
import { verifyChain } from '../audit/audit-verify.ts';
import { createTenant, setTenantStatus } from './tenants.service.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());

describe('createTenant', () => {
  it('makes presets, settings, wrap-up codes and a whole audit chain', async () => {
    const id = await createTenant(test.database, { slug: 'sakura', name: 'さくら商事' }, testActor, (tx) => Promise.resolve(tx.tenantId));
    const found = await test.database.withTenant(id, testActor, async (tx) => ({
      profiles: await tx.db.selectFrom('profiles').select(['code', 'permissions', 'preset']).orderBy('code').execute(),
      settings: await tx.db.selectFrom('tenant_settings').select('web_call_enabled').execute(),
      codes: await tx.db.selectFrom('wrap_up_codes').select('code').execute(),
      chain: await verifyChain(tx),
    }));
    expect(found.profiles.map((profile) => profile.code)).toEqual(['CSR', 'SV']);
    expect(found.profiles[1]?.permissions).toEqual([...PERMISSIONS]);
    expect(found.settings).toEqual([{ web_call_enabled: false }]);
    expect(found.codes.length).toBeGreaterThan(3);
    expect(found.chain).toMatchObject({ whole: true });
    expect(await test.database.directory.tenantBySlug('sakura')).toMatchObject({ id, status: 'active' });
  });

  it('leaves nothing behind when the rest fails', async () => {
    const making = createTenant(test.database, { slug: 'half', name: 'x' }, testActor, () => Promise.reject(new Error('no')));
    await expect(making).rejects.toThrow('no');
    expect(await test.database.directory.tenantBySlug('half')).toBeNull();
  });

  it('refuses a bad code, no name and a code that is taken', async () => {
    const make = (slug: string, name = 'x') => createTenant(test.database, { slug, name }, testActor, () => Promise.resolve());
    await expect(make('Upper')).rejects.toMatchObject({ code: 'invalid' });
    await expect(make('ok', ' ')).rejects.toMatchObject({ code: 'invalid' });
    await make('taken');
    await expect(make('taken')).rejects.toMatchObject({ code: 'duplicate' });
  });
});

describe('setTenantStatus', () => {
  it('suspends and resumes, audited', async () => {
    const id = await createTenant(test.database, { slug: 'pause', name: 'x' }, testActor, (tx) => Promise.resolve(tx.tenantId));
    await setTenantStatus(test.database, 'pause', 'suspended', testActor);
    expect(await test.database.directory.tenantBySlug('pause')).toMatchObject({ status: 'suspended' });
    const { rows } = await test.ownerClient.query("select count(*)::int as count from audit_events where tenant_id = $1 and code = 'tenant.settings_changed'", [id]);
    expect(rows).toEqual([{ count: 1 }]);
    await expect(setTenantStatus(test.database, 'nobody', 'active', testActor)).rejects.toMatchObject({ code: 'not_found' });
  });
});
