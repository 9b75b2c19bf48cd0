import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, testActor, type TestDatabase } from '../../test/support/database.ts';
import { createJournal } from '../db/group-commit.ts';
import { newId } from '../lib/ids.ts';
import { silentLogger } from '../lib/logger.ts';
import { cancelCallback, listCallbacks } from '../modules/callbacks/callbacks.service.ts';
import type { CallbackChanged, JournalEntry } from './journal.ts';
import { writeEntries } from './journal-writer.ts';

const AT = 1_700_000_000_000;

let test: TestDatabase;
let queueId: string;

const inTenant = <T>(work: Parameters<typeof test.database.withTenant<T>>[2]): Promise<T> => test.database.withTenant(test.tenantA.id, testActor, work);

function write(...entries: JournalEntry[]): Promise<unknown> {
  const journal = createJournal({ database: test.database, logger: silentLogger });
  return journal.append(test.tenantA.id, testActor, (tx) => writeEntries(tx, entries.map((entry) => ({ actor: testActor, entry }))));
}

const listed = async (id: string) => (await inTenant((tx) => listCallbacks(tx, newId(), { limit: 100 }))).items.find((item) => item.id === id);

function request(): Extract<JournalEntry, { kind: 'callbackRequested' }> {
  const who = { number: '+81312345678', name: '山田', note: '' };
  return { kind: 'callbackRequested', atWall: AT, request: { id: newId(), queueId, callId: newId(), customerId: null, priority: 3, queuedWall: AT - 60_000, ...who } };
}

const change = (id: string, given: Partial<CallbackChanged>): CallbackChanged => ({ kind: 'callbackChanged', id, status: 'waiting', outcome: '', attempts: 1, dueWall: null, ...given });

beforeAll(async () => {
  test = await createTestDatabase();
  queueId = newId();
  await inTenant((tx) => tx.db.insertInto('queues').values({ tenant_id: tx.tenantId, id: queueId, code: 'callbacks', name: 'Callbacks' }).execute());
});
afterAll(() => test.close());

it('what a caller asked for is written with the place that was kept, and audited', async () => {
  const entry = request();
  const { id, callId } = entry.request;
  await write(entry);
  expect(await listed(id)).toMatchObject({
    kind: 'queue', status: 'waiting', queueId, originCallId: callId, number: '03-1234-5678', name: '山田',
    queuedAt: new Date(AT - 60_000).toISOString(), dueAt: new Date(AT).toISOString(),
  });
  const rows = await inTenant((tx) => tx.db.selectFrom('audit_events').select('code').where('subject_id', '=', id).execute());
  expect(rows).toEqual([{ code: 'callback.requested' }]);
});

it('what became of it follows, the last of several; what was struck off stays so', async () => {
  const [kept, struck] = [request(), request()];
  await write(kept, struck);
  await inTenant((tx) => cancelCallback(tx, struck.request.id));
  await write(
    change(kept.request.id, { outcome: 'rejected', dueWall: AT + 600_000 }),
    change(kept.request.id, { status: 'done', outcome: 'answered', attempts: 2 }),
    change(struck.request.id, { status: 'done' }),
  );
  expect(await listed(kept.request.id)).toMatchObject({ status: 'done', outcome: 'answered' });
  expect(await listed(struck.request.id)).toMatchObject({ status: 'cancelled' });
});
