import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, testActor, type TestDatabase } from '../../test/support/database.ts';
import { createJournal } from '../db/group-commit.ts';
import { newId } from '../lib/ids.ts';
import { silentLogger } from '../lib/logger.ts';
import { readCareBreaks } from './care-journal.ts';
import type { CareBreakChanged } from './journal.ts';
import { writeEntries } from './journal-writer.ts';

let test: TestDatabase;
let agentId: string;

const read = () => test.database.withTenant(test.tenantA.id, testActor, readCareBreaks);

function write(...cares: CareBreakChanged['care'][]): Promise<unknown> {
  const journal = createJournal({ database: test.database, logger: silentLogger });
  return journal.append(test.tenantA.id, testActor, (tx) => writeEntries(tx, cares.map((care) => ({ actor: testActor, entry: { kind: 'careBreak', agentId, care } }))));
}

beforeAll(async () => {
  test = await createTestDatabase();
  agentId = newId();
  await test.database.withTenant(test.tenantA.id, testActor, async (tx) => {
    const profile = { id: newId() };
    await tx.db.insertInto('profiles').values({ tenant_id: tx.tenantId, id: profile.id, code: 'csr', name: 'CSR', permissions: [] }).execute();
    await tx.db.insertInto('users').values({ tenant_id: tx.tenantId, id: agentId, login_id: 'ann', profile_id: profile.id, password_hash: '', sealed: Buffer.alloc(0) }).execute();
  });
});
afterAll(() => test.close());

it('a care break is stored while it waits and while it lasts, once for each agent, and gone when it is over', async () => {
  const untilWall = 1_700_000_600_000;
  await write({ minutes: 10, untilWall: null });
  expect(await read()).toEqual([{ agentId, minutes: 10, until: null }]);
  await write({ minutes: 10, untilWall: null }, { minutes: 10, untilWall });
  expect(await read()).toEqual([{ agentId, minutes: 10, until: untilWall }]);
  expect(await test.database.withTenant(test.tenantB.id, testActor, readCareBreaks)).toEqual([]);
  await write(null);
  expect(await read()).toEqual([]);
});
