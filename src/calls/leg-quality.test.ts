import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, testActor, type TestDatabase } from '../../test/support/database.ts';
import { createJournal } from '../db/group-commit.ts';
import { newId } from '../lib/ids.ts';
import { silentLogger } from '../lib/logger.ts';
import type { QualityReport } from '../media/quality/quality-meter.ts';
import { EMPTY_CALL_CONTENT } from '../modules/calls/call-content.ts';
import { callDetail, NO_LIVE_CALLS } from '../modules/calls/calls.service.ts';
import type { JournalItem } from './journal.ts';
import { writeEntries } from './journal-writer.ts';
import { qualityEntry } from './leg-quality.ts';

const figures = { lossPercent: 1.5, remoteLossPercent: null, jitterMs: 2.25, roundTripMs: 30, mos: 4.25 };
const REPORT: QualityReport = { summary: figures, samples: [{ agoMs: 5000, ...figures }, { agoMs: 0, ...figures, mos: 3.5 }] };

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());

function entries(callId: string, report: QualityReport): JournalItem[] {
  const found = ['c:far', 'line'].map((endpoint) => qualityEntry(callId, 'c:far', endpoint, report, 1_700_000_005_000));
  return found.flatMap((entry) => (entry ? [{ actor: testActor, entry }] : []));
}

const detailOf = (tenantId: string, id: string) => {
  const session = { userId: newId(), permissions: new Set(['call.read.all']) } as never;
  return test.database.withTenant(tenantId, testActor, (tx) => callDetail(tx, session, NO_LIVE_CALLS, id));
};

describe('quality of a leg', () => {
  it('is stored with the call, the later of two readings, and seen by its tenant only', async () => {
    const callId = newId();
    const journal = createJournal({ database: test.database, logger: silentLogger });
    const started: JournalItem = {
      actor: testActor,
      entry: { kind: 'callStarted', callId, direction: 'inbound', channel: 'sip', numberId: null, agentId: null, startedWall: 1_700_000_000_000, number: null, content: EMPTY_CALL_CONTENT },
    };
    await journal.append(test.tenantA.id, testActor, (tx) => writeEntries(tx, [started, ...entries(callId, { ...REPORT, summary: { ...figures, mos: 1 } })]));
    await journal.append(test.tenantA.id, testActor, (tx) => writeEntries(tx, entries(callId, REPORT)));

    const { quality } = await detailOf(test.tenantA.id, callId);
    expect(quality.map(({ party }) => party)).toEqual(['far', 'agent']);
    expect(quality[0]).toEqual({
      party: 'far',
      ...figures,
      samples: [{ at: '2023-11-14T22:13:20.000Z', ...figures }, { at: '2023-11-14T22:13:25.000Z', ...figures, mos: 3.5 }],
    });
    await expect(detailOf(test.tenantB.id, callId)).rejects.toMatchObject({ code: 'not_found' });
    const seen = await test.database.withTenant(test.tenantB.id, testActor, (tx) => tx.db.selectFrom('call_quality').select('call_id').execute());
    expect(seen).toEqual([]);
  });

  it('is not written for a leg on which nothing was heard', () => {
    expect(qualityEntry('c', 'c:far', 'c:far', null, 0)).toBeNull();
  });
});
