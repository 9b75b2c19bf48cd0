import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, testActor, type TestDatabase } from '../../../test/support/database.ts';
import { lostEntries } from './lost-entries.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());

it('an entry that a moment should have and does not, or has otherwise, is noticed', async () => {
  for (let n = 0; n < 3; n += 1) await test.database.withTenant(test.tenantA.id, testActor, (tx) => tx.audit({ code: 'customer.updated', subject: { kind: 'customer', id: 'x' }, detail: { n } }));
  const { rows } = await test.ownerClient.query<{ seq: string; hash: Buffer }>('select seq, hash from audit_events where tenant_id = $1 order by seq', [test.tenantA.id]);
  const headAt = (index: number) => {
    const row = rows.at(index);
    return { tenantId: test.tenantA.id, slug: 'a', seq: Number(row?.seq), hash: row?.hash.toString('hex') ?? '' };
  };
  const now = Date.now();
  const found = (moment: number, head: ReturnType<typeof headAt>) => lostEntries(test.database, { at: new Date(moment).toISOString(), heads: [head] });
  expect(await found(now, headAt(-1))).toEqual([]);
  // Entries of after the moment are none that it lost.
  expect(await found(now, headAt(-2))).toEqual([]);
  expect(await found(now + 60_000, headAt(-2))).toEqual([expect.stringContaining('has entries of before that')]);
  expect(await found(now, { ...headAt(-1), hash: headAt(-2).hash })).toEqual([expect.stringContaining('is another one')]);
  expect(await found(now, { ...headAt(-1), tenantId: '00000000-0000-4000-8000-000000000000' })).toEqual([]);
});
