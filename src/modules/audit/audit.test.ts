import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, createTestTenant, testActor, type TestDatabase, type TestTenant } from '../../../test/support/database.ts';
import { chainOf } from '../../db/tenant-transaction.ts';
import type { TenantTx } from '../../db/types.ts';
import { canonicalJson } from '../../lib/canonical-json.ts';
import { FakeClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { eventHash, type ChainedEvent } from './audit-chain.ts';
import { verifyChain } from './audit-verify.ts';
import { AuditWitness, readCheckpoint } from './audit-witness.ts';
import { eventsAfter } from './audit.queries.ts';
import { exportAudit, listAudit } from './audit.service.ts';

let test: TestDatabase;
let tenant: TestTenant;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());
beforeEach(async () => {
  tenant = await createTestTenant(test.database);
});

const run = <T>(work: (tx: TenantTx) => Promise<T>): Promise<T> => test.database.withTenant(tenant.id, testActor, work);
const note = (tx: TenantTx, n: number): Promise<void> => tx.audit({ code: 'customer.updated', subject: { kind: 'customer', id: `c${n % 3}` }, detail: { note: `変更${n}` } });
const write = (count: number): Promise<void> => run(async (tx) => {
  for (let n = 1; n <= count; n++) await note(tx, n);
});
const verify = () => run(verifyChain);
const owner = (sql: string, ...values: unknown[]): Promise<unknown> => test.ownerClient.query(sql, [tenant.id, ...values]);

describe('chain', () => {
  it('is whole when empty and when appended to from many sides at once', async () => {
    expect(await verify()).toMatchObject({ whole: true, entries: 0 });
    await Promise.all(Array.from({ length: 20 }, (_, n) => run((tx) => note(tx, n))));
    expect(await verify()).toMatchObject({ whole: true, entries: 20, brokenAt: null, reason: '' });
  });

  it('is whole over several pages and beside writers', async () => {
    await write(2_500);
    const [report] = await Promise.all([verify(), write(10), write(10)]);
    expect(report.whole).toBe(true);
    expect(report.entries).toBeGreaterThanOrEqual(2_500);
  });

  const swap = 'update audit_events a set code = b.code, subject_id = b.subject_id, sealed = b.sealed from audit_events b where a.tenant_id = $1 and b.tenant_id = $1 and a.seq + b.seq = 11 and a.seq in (5, 6)';
  const TAMPERS: readonly [string, string, number][] = [
    ['a plain column', "update audit_events set actor = 'user:other' where tenant_id = $1 and seq = 4", 4],
    ['the time by a microsecond', "update audit_events set at = at + interval '1 microsecond' where tenant_id = $1 and seq = 4", 4],
    ['a bit of the sealed detail', 'update audit_events set sealed = set_bit(sealed, 300, 1 - get_bit(sealed, 300)) where tenant_id = $1 and seq = 4', 4],
    ['an entry cut out', 'delete from audit_events where tenant_id = $1 and seq = 4', 4],
    ['entries moved before the first one', 'update audit_events set seq = -seq where tenant_id = $1 and seq > 4', 1],
    ['the newest entries cut off', 'delete from audit_events where tenant_id = $1 and seq > 7', 8],
    ['everything deleted', 'delete from audit_events where tenant_id = $1', 1],
    ['two entries swapped', swap, 5],
    ['an entry added without its link', "insert into audit_events select tenant_id, seq + 1, at, code, actor, subject_kind, subject_id, ip, sealed, prev_hash, hash from audit_events where tenant_id = $1 and seq = 10", 11],
    ['the head changed', "update audit_heads set hash = sha256('x') where tenant_id = $1", 11],
    ['the head deleted', 'delete from audit_heads where tenant_id = $1', 11],
  ];

  it.each(TAMPERS)('notices %s', async (_name, sql, brokenAt) => {
    await write(10);
    await owner(sql);
    expect(await verify()).toMatchObject({ whole: false, brokenAt });
  });

  it('notices an entry changed together with its own hash', async () => {
    await write(10);
    const event = (await run((tx) => eventsAfter(tx, 3, 1)))[0];
    if (!event) throw new Error('no event');
    const forged = { ...event, code: 'user.created' };
    await owner('update audit_events set code = $2, hash = $3 where tenant_id = $1 and seq = 4', forged.code, eventHash(forged));
    expect(await verify()).toMatchObject({ whole: false, brokenAt: 5 });
  });

  it('notices an entry of another tenant in the place of one', async () => {
    await write(10);
    const other = await createTestTenant(test.database);
    await test.database.withTenant(other.id, testActor, (tx) => note(tx, 1));
    await owner('delete from audit_events where tenant_id = $1 and seq = 1');
    await owner('update audit_events set tenant_id = $1 where tenant_id = $2', other.id);
    expect(await verify()).toMatchObject({ whole: false, brokenAt: 1 });
  });

  it('cannot be changed or deleted by the application', async () => {
    await write(1);
    await expect(run((tx) => tx.db.updateTable('audit_events').set({ ip: 'x' }).execute())).rejects.toMatchObject({ sqlState: '42501' });
    await expect(run((tx) => tx.db.deleteFrom('audit_events').execute())).rejects.toMatchObject({ sqlState: '42501' });
  });

  it('holds no plain text of the detail', async () => {
    await write(1);
    const { rows } = await test.ownerClient.query('select sealed from audit_events where tenant_id = $1', [tenant.id]);
    expect((rows[0] as { sealed: Buffer }).sealed.includes('変更')).toBe(false);
  });
});

describe('witness', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scc-witness-'));
  const sign = (text: string): Buffer => test.master.sign(text);
  const faults: string[] = [];
  const logger = { ...silentLogger, error: (_fields: object, message: string) => void faults.push(message) };
  afterAll(() => rmSync(folder, { recursive: true }));

  const witnessed = async (count: number): Promise<AuditWitness> => {
    await write(count);
    const witness = new AuditWitness();
    witness.start({ withTenant: test.database.withTenant, folder, sign, clock: new FakeClock(), logger });
    const note = witness.watch(() => Promise.resolve());
    await run((tx) => note(chainOf(tx), []));
    await witness.takeAll();
    return witness;
  };
  const verifyWitnessed = async () => {
    const checkpoint = await readCheckpoint(folder, tenant.id, sign);
    return run((tx) => verifyChain(tx, checkpoint));
  };
  const cutWithHead = async (to: number): Promise<void> => {
    await owner('delete from audit_events where tenant_id = $1 and seq > $2', to);
    await owner('update audit_heads h set seq = $2, hash = (select hash from audit_events e where e.tenant_id = $1 and e.seq = $2) where tenant_id = $1', to);
  };

  it('finds nothing wrong with a chain that grows', async () => {
    const witness = await witnessed(5);
    await write(3);
    expect(await verifyWitnessed()).toMatchObject({ whole: true, entries: 8 });
    await run((tx) => witness.watch(() => Promise.resolve())(chainOf(tx), []));
    await witness.stop();
    expect(await readCheckpoint(folder, tenant.id, sign)).toMatchObject({ seq: 8 });
  });

  it('notices an end that was cut off together with the head', async () => {
    await witnessed(10);
    await cutWithHead(6);
    expect(await verify()).toMatchObject({ whole: true, entries: 6 });
    expect(await verifyWitnessed()).toMatchObject({ whole: false, brokenAt: 7 });
  });

  it('notices a chain that was written anew, and keeps its proof', async () => {
    const witness = await witnessed(10);
    await cutWithHead(4);
    await write(8);
    expect(await verify()).toMatchObject({ whole: true, entries: 12 });
    expect(await verifyWitnessed()).toMatchObject({ whole: false, brokenAt: 10 });
    await run((tx) => witness.watch(() => Promise.resolve())(chainOf(tx), []));
    await witness.takeAll();
    expect(faults.at(-1)).toMatch(/cut or rewritten/);
    expect(await readCheckpoint(folder, tenant.id, sign)).toMatchObject({ seq: 10 });
  });

  it('does not believe a checkpoint that somebody else wrote', async () => {
    await witnessed(2);
    const path = join(folder, `${tenant.id}.json`);
    writeFileSync(path, readFileSync(path, 'utf8').replace('"seq":2', '"seq":1'));
    await expect(readCheckpoint(folder, tenant.id, sign)).rejects.toThrow(/was changed/);
  });
});

describe('list', () => {
  it('pages newest first and opens the detail', async () => {
    await write(5);
    const first = await run((tx) => listAudit(tx, { limit: 3 }));
    expect(first.items.map((item) => item.seq)).toEqual([5, 4, 3]);
    expect(first.items[0]).toMatchObject({ code: 'customer.updated', actor: 'system:test', detail: { note: '変更5' }, ip: '127.0.0.1' });
    const second = await run((tx) => listAudit(tx, { limit: 3, cursor: first.nextCursor ?? '' }));
    expect(second).toMatchObject({ items: [{ seq: 2 }, { seq: 1 }], nextCursor: null });
  });

  it('filters by code, actor, subject and time', async () => {
    await write(4);
    const seqs = async (filter: object): Promise<number[]> => (await run((tx) => listAudit(tx, { limit: 50, ...filter }))).items.map((item) => item.seq);
    expect(await seqs({ subjectKind: 'customer', subjectId: 'c1' })).toEqual([4, 1]);
    expect(await seqs({ code: 'customer.updated' })).toHaveLength(4);
    expect(await seqs({ code: 'customer.created' })).toEqual([]);
    expect(await seqs({ actor: 'user:nobody' })).toEqual([]);
    expect(await seqs({ to: '2020-01-01T00:00:00Z' })).toEqual([]);
    expect(await seqs({ from: '2020-01-01T00:00:00Z' })).toHaveLength(4);
  });

  it('refuses a foreign cursor', async () => {
    await expect(run((tx) => listAudit(tx, { limit: 1, cursor: 'nonsense' }))).rejects.toMatchObject({ code: 'invalid_cursor' });
  });
});

describe('export', () => {
  it('has everything that is needed to verify the chain elsewhere', async () => {
    await write(1_100);
    const lines = (await text(exportAudit(run, {}))).trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, never>);
    expect(lines).toHaveLength(1_100);
    let previous = Buffer.alloc(32);
    for (const { detail, hash, ...line } of lines) {
      expect(detail).toHaveProperty('note');
      const event = { ...line, sealed: Buffer.from(line['sealed'] ?? '', 'base64'), prevHash: previous };
      // By the rules of the document, without the product's own code.
      const bytes = { sealed: line['sealed'], prevHash: previous.toString('base64') };
      const { tenantId, seq, at, code, actor, subjectKind, subjectId, ip } = event as unknown as ChainedEvent;
      const hashed = canonicalJson({ tenantId, seq, at, code, actor, subjectKind, subjectId, ip, ...bytes });
      expect(createHash('sha256').update(hashed, 'utf8').digest('base64')).toBe(hash);
      previous = Buffer.from(eventHash(event as never));
      expect(previous.toString('base64')).toBe(hash);
    }
  });

  it('keeps to a span of time', async () => {
    await write(2);
    expect(await text(exportAudit(run, { to: '2020-01-01T00:00:00Z' }))).toBe('');
  });
});
