import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, testActor, type TestDatabase } from '../../test/support/database.ts';
import { newId } from '../lib/ids.ts';
import { silentLogger } from '../lib/logger.ts';
import { createJournal, type Journal, type JournalOptions } from './group-commit.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());

const journalOf = (changes: Partial<JournalOptions> = {}): Journal => createJournal({ database: test.database, logger: silentLogger, ...changes });

const addCompany = (journal: Journal, tenantId: string, id: string): Promise<void> =>
  journal.append(tenantId, testActor, async (tx) => {
    tx.send({ name: 'test_company', text: 'insert into companies (tenant_id, id, sealed) values ($1, $2, $3)', values: [tx.tenantId, id, Buffer.alloc(1)] });
    tx.audit({ code: 'company.created', subject: { kind: 'company', id }, detail: {} });
    await Promise.resolve();
  });

const owners = async (ids: readonly string[]): Promise<Map<string, string>> => {
  const { rows } = await test.ownerClient.query('select id, tenant_id from companies where id = any ($1)', [ids]);
  return new Map((rows as { id: string; tenant_id: string }[]).map((row) => [row.id, row.tenant_id]));
};

/** Ends every session of the application in this test's database, as a crash of the server would. */
const cutSessions = (): Promise<unknown> =>
  test.ownerClient.query("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'scc_app' and datname = current_database()");

describe('journal', () => {
  it('commits the writes of several tenants together, each under its own tenant', async () => {
    const journal = journalOf();
    const ids = Array.from({ length: 40 }, () => newId());
    await Promise.all(ids.map((id, index) => addCompany(journal, index % 2 ? test.tenantA.id : test.tenantB.id, id)));

    const found = await owners(ids);
    expect(found.size).toBe(40);
    expect(found.get(ids[0] ?? '')).toBe(test.tenantB.id);
    expect(found.get(ids[1] ?? '')).toBe(test.tenantA.id);
    const { rows } = await test.ownerClient.query('select count(distinct xmin::text)::int as transactions from companies where id = any ($1)', [ids]);
    expect((rows[0] as { transactions: number }).transactions).toBe(1);
  });

  it('refuses only the bad write of a batch', async () => {
    const journal = journalOf();
    const [first, second] = [newId(), newId()];
    const results = await Promise.allSettled([
      addCompany(journal, test.tenantA.id, first),
      journal.append(test.tenantA.id, testActor, () => Promise.reject(new Error('bad'))),
      addCompany(journal, test.tenantA.id, first),
      addCompany(journal, test.tenantA.id, second),
    ]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect((await owners([first, second])).size).toBe(2);
    expect(journal.backlog).toBe(0);
  });

  it('keeps order and loses nothing when the connections are cut again and again', async () => {
    const journal = journalOf();
    const ids = Array.from({ length: 300 }, () => newId());
    const done: string[] = [];
    const all = ids.map(async (id, index) => {
      await new Promise((resolve) => setTimeout(resolve, index));
      await addCompany(journal, test.tenantA.id, id);
      done.push(id);
    });
    for (let cut = 0; cut < 6; cut++) {
      await new Promise((resolve) => setTimeout(resolve, 60));
      await cutSessions();
    }
    await Promise.all(all);

    expect((await owners(ids)).size).toBe(300);
    const { rows } = await test.ownerClient.query("select subject_id from audit_events where subject_id = any ($1) order by seq", [ids]);
    expect((rows as { subject_id: string }[]).map((row) => row.subject_id)).toEqual(done);
  });

  it('does not write twice when the connection is lost after the commit', async () => {
    let lose = true;
    const database: JournalOptions['database'] = {
      healthy: true,
      appendAudit: test.database.appendAudit,
      vaultOf: (id) => test.database.vaultOf(id),
      unbound: (work) => test.database.unbound(work),
      async pipelined(work) {
        const result = await test.database.pipelined(work);
        if (lose) {
          lose = false;
          throw Object.assign(new Error('gone'), { code: 'ECONNRESET' });
        }
        return result;
      },
    };
    const id = newId();
    await addCompany(journalOf({ database }), test.tenantA.id, id);
    const { rows } = await test.ownerClient.query('select count(*)::int as count from audit_events where subject_id = $1', [id]);
    expect(rows).toEqual([{ count: 1 }]);
  });

  it('refuses writes beyond its bound and after it was closed', async () => {
    const database: JournalOptions['database'] = {
      healthy: false,
      appendAudit: test.database.appendAudit,
      vaultOf: (id) => test.database.vaultOf(id),
      unbound: () => Promise.reject(Object.assign(new Error('down'), { code: 'ECONNREFUSED' })),
      pipelined: () => Promise.reject(Object.assign(new Error('down'), { code: 'ECONNREFUSED' })),
    };
    const journal = journalOf({ database, maxBacklog: 2 });
    const kept = [addCompany(journal, test.tenantA.id, newId()), addCompany(journal, test.tenantA.id, newId())];
    await expect(addCompany(journal, test.tenantA.id, newId())).rejects.toMatchObject({ code: 'journal_full' });
    expect(journal.backlog).toBe(2);
    const outcomes = Promise.allSettled(kept);
    await journal.close(120);
    await expect(journal.append(test.tenantA.id, testActor, () => Promise.resolve())).rejects.toMatchObject({ code: 'journal_closed' });
    expect((await outcomes).every((outcome) => outcome.status === 'rejected')).toBe(true);
  });
});
