import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, testActor, type TestDatabase } from '../../test/support/database.ts';
import { verifyChain } from '../modules/audit/audit-verify.ts';
import { customerQueries } from '../modules/customers/customer-tokens.ts';
import { passwordFault, verifyPassword } from '../modules/users/passwords.ts';
import { DEMO_SLUG, seedDemo, type DemoLogins } from './seed.ts';

let test: TestDatabase;
let first: DemoLogins | null;
let tenantId: string;
beforeAll(async () => {
  test = await createTestDatabase();
  first = await seedDemo(test.database, undefined);
  tenantId = (await test.database.directory.tenantBySlug(DEMO_SLUG))?.id ?? '';
});
afterAll(() => test.close());

describe('the demo tenant', () => {
  it('has its people, each with a good password of their own', async () => {
    expect(first?.users.map((user) => user.loginId)).toEqual(['sv1', 'sv2', ...Array.from({ length: 10 }, (_, index) => `csr${index + 1}`)]);
    expect(first?.operator?.loginId).toBe('operator');
    expect(new Set(first?.users.map((user) => user.password)).size).toBe(12);
    for (const user of first?.users ?? []) expect(passwordFault(user.password, [user.loginId])).toBeNull();
    const rows = await test.database.withTenant(tenantId, testActor, ({ db }) => db.selectFrom('users').select('password_hash').where('login_id', '=', 'csr1').execute());
    expect(rows[0]?.password_hash).toMatch(/^\$argon2id\$/);
    expect(await verifyPassword(rows[0]?.password_hash ?? null, first?.users.find((user) => user.loginId === 'csr1')?.password ?? '')).toBe(true);
  });

  it('has queues, numbers, stations and records', async () => {
    const counts = await test.database.withTenant(tenantId, testActor, async ({ db }) => {
      const of = async (table: 'queues' | 'numbers' | 'stations' | 'customers' | 'cases' | 'knowledge_articles' | 'queue_members') =>
        Number((await db.selectFrom(table).select(({ fn }) => fn.countAll().as('count')).executeTakeFirstOrThrow()).count);
      return { queues: await of('queues'), numbers: await of('numbers'), stations: await of('stations'), customers: await of('customers'), members: await of('queue_members') };
    });
    expect(counts).toEqual({ queues: 3, numbers: 6, stations: 500, customers: 40, members: 15 });
    expect(await test.database.directory.tenantOfNumber('+81312340001')).toBe(tenantId);
  });

  it('finds customers by old kanji, kana and number', async () => {
    const found = (text: string) =>
      test.database.withTenant(tenantId, testActor, async ({ db, vault }) => {
        const ids = new Set<string>();
        for (const { kind, tokens } of customerQueries(vault, text)) {
          const rows = await db.selectFrom('search_tokens').select('entity_id').where('kind', '=', kind).where('token', 'in', tokens)
            .groupBy('entity_id').having(({ fn }) => fn.countAll(), '=', tokens.length).execute();
          for (const row of rows) ids.add(row.entity_id);
        }
        return ids.size;
      });
    expect(await found('高橋')).toBe(1);
    expect(await found('斉藤')).toBe(2);
    expect(await found('さとうけん')).toBe(1);
    expect(await found('090-0000-0103')).toBe(1);
    expect(await found('いない人')).toBe(0);
  });

  it('has a whole audit chain and says the web call was switched on', async () => {
    expect(await test.database.withTenant(tenantId, testActor, verifyChain)).toMatchObject({ whole: true });
    const { rows } = await test.ownerClient.query("select count(*)::int as count from audit_events where tenant_id = $1 and code = 'tenant.settings_changed'", [tenantId]);
    expect(rows).toEqual([{ count: 1 }]);
  });

  it('is made only once', async () => {
    expect(await seedDemo(test.database, undefined)).toBeNull();
  });
});
