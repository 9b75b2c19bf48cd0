import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, testActor, type TestDatabase } from '../../../test/support/database.ts';
import { writeEntries } from '../../calls/journal-writer.ts';
import { createJournal } from '../../db/group-commit.ts';
import { newId } from '../../lib/ids.ts';
import { silentLogger } from '../../lib/logger.ts';
import { listRecordings } from '../recordings/recordings.service.ts';
import { EMPTY_CALL_CONTENT } from './call-content.ts';
import { createCallNumberJob } from './call-number-job.ts';
import { listCalls } from './calls.service.ts';

const STARTED = 1_700_000_000_000;

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());

const everything = { userId: newId(), permissions: new Set(['call.read.all', 'recording.play.all']) } as never;
const inTenant = <T>(work: Parameters<typeof test.database.withTenant<T>>[2], tenantId = test.tenantA.id): Promise<T> => test.database.withTenant(tenantId, testActor, work);
const found = async (number: string, tenantId?: string): Promise<string[]> => (await inTenant((tx) => listCalls(tx, everything, { number, limit: 50 }), tenantId)).items.map(({ id }) => id);
const recordingsFound = async (number: string): Promise<string[]> => (await inTenant((tx) => listRecordings(tx, everything, { number, limit: 50 }))).items.map(({ callId }) => callId);

/** A call as the live side writes it. */
async function begun(number: string | null, callerNumber: string): Promise<string> {
  const callId = newId();
  const entry = { kind: 'callStarted', callId, direction: 'inbound', channel: 'sip', numberId: null, agentId: null, startedWall: STARTED, number, content: { ...EMPTY_CALL_CONTENT, callerNumber } } as const;
  await createJournal({ database: test.database, logger: silentLogger }).append(test.tenantA.id, testActor, (tx) => writeEntries(tx, [{ actor: testActor, entry }]));
  return callId;
}

/** A call from before calls had tokens. */
const old = (callerNumber: string): Promise<string> =>
  inTenant(async (tx) => {
    const id = newId();
    const sealed = tx.vault.seal({ table: 'calls', column: 'sealed', id }, { ...EMPTY_CALL_CONTENT, callerNumber });
    await tx.db.insertInto('calls').values({ tenant_id: tx.tenantId, id, direction: 'inbound', channel: 'sip', sealed, started_at: new Date(STARTED) }).execute();
    return id;
  });

describe('a call is found by the number of its other side', () => {
  it('in any writing of the whole number, and by its last four digits', async () => {
    const call = await begun('+819012345678', '090-1234-5678');
    const other = await begun('+819012345679', '090-1234-5679');
    for (const typed of ['090-1234-5678', '０９０－１２３４－５６７８', '+81 90 1234 5678', '09012345678', '5678', '５６７８']) expect(await found(typed), typed).toEqual([call]);
    expect(await found('5679')).toEqual([other]);
    // Neither its beginning, nor its middle, nor a longer end.
    for (const typed of ['0901', '1234', '45678', '---']) expect(await found(typed), typed).toEqual([]);
    expect(await found('5678', test.tenantB.id)).toEqual([]);
  });

  it('also what is no telephone number, while a withheld one is found by nothing', async () => {
    const desk = await begun('desk-21', 'desk-21');
    const short = await begun('0021', '0021');
    await begun(null, '');
    expect(await found('Desk 21')).toEqual([desk]);
    expect(await found('0021')).toEqual([short]);
  });

  it('and a recording by that of its call', async () => {
    const call = await begun('+81312340077', '03-1234-0077');
    await inTenant((tx) =>
      tx.db.insertInto('recordings').values({ tenant_id: tx.tenantId, id: newId(), call_id: call, kind: 'call', status: 'complete', object_path: 'x', wrapped_key: Buffer.alloc(60), key_version: 1 }).execute(),
    );
    expect(await recordingsFound('03 1234 0077')).toEqual([call]);
    expect(await recordingsFound('0077')).toEqual([call]);
    expect(await recordingsFound('0078')).toEqual([]);
    expect(await recordingsFound('()')).toEqual([]);
  });
});

describe('calls from before', () => {
  it('are found once the job has come by; who changed them last stays as it was', async () => {
    const calls = [await old('03-9999-0001'), await old('')];
    const damaged = newId();
    await inTenant((tx) => tx.db.insertInto('calls').values({ tenant_id: tx.tenantId, id: damaged, direction: 'inbound', channel: 'sip', sealed: Buffer.from('damaged'), started_at: new Date(STARTED) }).execute());
    const rows = () => inTenant((tx) => tx.db.selectFrom('calls').select(['id', 'number_token', 'updated_by', 'updated_at']).where('id', 'in', [...calls, damaged]).orderBy('id').execute());
    const before = await rows();
    expect(before.map(({ number_token }) => number_token)).toEqual([null, null, null]);
    expect(await found('0001')).toEqual([]);

    await createCallNumberJob({ withTenant: test.database.withTenant }).run(test.tenantA.id);

    expect(await found('03-9999-0001')).toEqual([calls[0]]);
    const after = await rows();
    expect(after.map(({ number_token }) => number_token?.length)).toEqual([8, 0, 0]);
    expect(after.map(({ number_token: _token, ...row }) => row)).toEqual(before.map(({ number_token: _token, ...row }) => row));
  });
});
