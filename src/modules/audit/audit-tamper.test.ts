import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, createTestTenant, testActor, type TestDatabase, type TestTenant } from '../../../test/support/database.ts';
import { canonicalJson } from '../../lib/canonical-json.ts';
import { seededRandom } from '../../simulate/random.ts';
import { eventHash, type ChainedEvent } from './audit-chain.ts';
import { linesOf, signExport, verifyExport } from './audit-export.ts';
import { verifyChain } from './audit-verify.ts';
import type { Checkpoint } from './audit-witness.ts';
import { chainEnd } from './audit.queries.ts';
import { exportAudit } from './audit.service.ts';

/** Tries of each class of attack: eight classes make 480. */
const TRIES = 60;
const ENTRIES = 40;
const SEED = 20_261_129;

let test: TestDatabase;
let tenant: TestTenant;
let other: TestTenant;
let checkpoint: Checkpoint;
const random = seededRandom(SEED);
/** A whole number from 0 to `below` - 1. */
const pick = (below: number): number => Math.floor(random.next() * below);

const within = <T>(who: TestTenant, work: Parameters<TestDatabase['database']['withTenant']>[2]): Promise<T> => test.database.withTenant(who.id, testActor, work) as Promise<T>;
const owner = async (sql: string, ...values: unknown[]) => (await test.ownerClient.query(sql, [tenant.id, ...values])).rows as Record<string, never>[];

async function fill(who: TestTenant): Promise<void> {
  for (let n = 0; n < ENTRIES; n += 8) {
    await within(who, async (tx) => {
      for (let k = 0; k < 8; k += 1) await tx.audit({ code: 'customer.updated', subject: { kind: 'customer', id: `c${n + k}` }, detail: { note: `変更${n + k}`, by: 'x' } });
    });
  }
}

async function exported(who: TestTenant, complete = true): Promise<string[]> {
  const pages = exportAudit((work) => within(who, work), {});
  const seal = { tenantId: who.id, complete, signer: test.master.signer, checkpoint: () => Promise.resolve(who === tenant ? checkpoint : null), now: () => Date.UTC(2026, 10, 29), clock: () => ({ source: 'ntp.example.jp', offsetMs: -1.5, checkedAt: '2026-11-29T00:00:00.000Z' }) };
  return (await text(signExport(pages, seal))).trimEnd().split('\n');
}

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}
const check = (lines: readonly string[], key: string | null = test.master.signer.publicKey) => verifyExport(each(lines), key);

beforeAll(async () => {
  test = await createTestDatabase();
  tenant = await createTestTenant(test.database);
  other = await createTestTenant(test.database);
  await fill(tenant);
  await fill(other);
  const { head } = await within<Awaited<ReturnType<typeof chainEnd>>>(tenant, chainEnd);
  checkpoint = { tenantId: tenant.id, seq: head?.seq ?? 0, hash: head?.hash.toString('base64') ?? '', at: '2026-11-29T00:00:00.000Z' };
  await test.ownerClient.query('create table kept_events as select * from audit_events; create table kept_heads as select * from audit_heads');
});
afterAll(() => test.close());

type Entry = Record<string, string> & { seq: number; detail: object };
const entry = (lines: readonly string[], at: number): Entry => JSON.parse(lines[at] ?? '') as Entry;
const asEvent = (line: Entry): ChainedEvent => ({ ...line, sealed: Buffer.from(line['sealed'] ?? '', 'base64'), prevHash: Buffer.from(line['prevHash'] ?? '', 'base64') }) as unknown as ChainedEvent;

/** Makes the chain fit again from an entry on, as an attacker would who knows how it is computed. */
function rechain(lines: readonly string[], from: number): string[] {
  let prevHash = entry(lines, Math.max(0, from - 1))['hash'] ?? '';
  return lines.map((line, at) => {
    if (at < from || at >= ENTRIES) return line;
    const changed = { ...entry(lines, at), ...(at === 0 ? {} : { prevHash }) } as Entry;
    prevHash = eventHash(asEvent(changed)).toString('base64');
    return JSON.stringify({ ...changed, hash: prevHash });
  });
}

/** Signs the lines anew with a key of the attacker's own. */
function resign(lines: readonly string[]): string[] {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
  const entries = lines.filter((line) => !line.includes('"signed"'));
  const digest = createHash('sha256').update(entries.map((line) => `${line}\n`).join('')).digest('hex');
  const { signed } = JSON.parse(lines.at(-1) ?? '') as { signed: Record<string, unknown> };
  const own = { ...signed, lines: entries.length, sha256: digest, publicKey: raw, checkpoint: null };
  return [...entries, JSON.stringify({ signed: own, signature: sign(null, Buffer.from(canonicalJson(own)), privateKey).toString('base64') })];
}

const without = (lines: readonly string[], at: number, count = 1): string[] => [...lines.slice(0, at), ...lines.slice(at + count)];

const ON_FILE: readonly [string, (lines: string[], foreign: string[]) => string[]][] = [
  ['a bit anywhere', (lines) => {
    const at = pick(lines.length);
    const bytes = Buffer.from(lines[at] ?? '');
    const bit = pick(bytes.length * 8);
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return lines.with(at, bytes.toString('utf8'));
  }],
  ['an opened detail', (lines) => {
    const at = pick(ENTRIES);
    return lines.with(at, JSON.stringify({ ...entry(lines, at), detail: { note: `他${pick(1_000)}` } }));
  }],
  ['entries left out', (lines) => without(lines, pick(ENTRIES), 1 + pick(3))],
  ['two entries swapped', (lines) => {
    const a = pick(ENTRIES - 1);
    const b = a + 1 + pick(ENTRIES - 1 - a);
    return lines.with(a, lines[b] ?? '').with(b, lines[a] ?? '');
  }],
  ['an entry twice', (lines) => {
    const at = pick(ENTRIES);
    return [...lines.slice(0, at + 1), lines[at] ?? '', ...lines.slice(at + 1)];
  }],
  ['the end cut off', (lines) => lines.slice(0, pick(lines.length - 1))],
  ['an entry changed and everything after it computed and signed anew', (lines) => {
    const at = pick(ENTRIES);
    return resign(rechain(lines.with(at, JSON.stringify({ ...entry(lines, at), actor: `user:${pick(1_000)}` })), at));
  }],
  ["another tenant's entry in its place", (lines, foreign) => {
    const at = pick(ENTRIES);
    return lines.with(at, foreign[at] ?? '');
  }],
];

describe('an export', () => {
  it('is whole, also as a part of the log and for whoever does not know the key', async () => {
    const lines = await exported(tenant);
    expect(lines.length).toBe(ENTRIES + 2);
    expect(await check(lines)).toMatchObject({ whole: true, entries: ENTRIES, complete: true, tenantId: tenant.id, reason: '', checkpoint });
    expect(await check(lines, null)).toMatchObject({ whole: true });
    expect(await check(await exported(other))).toMatchObject({ whole: true, tenantId: other.id });
  });

  it('is whole as a file, whatever people typed and however it is cut into pieces', async () => {
    const typed = await createTestTenant(test.database);
    await within(typed, (tx) => tx.audit({ code: 'customer.updated', subject: { kind: 'customer', id: 'x' }, detail: { note: '行\u2028段落\u2029改行\n終わり\r' } }));
    const written = `${(await exported(typed)).join('\n')}\n`;
    expect(written).toContain('\u2028');
    const inPieces = async function* (size: number, whole: string): AsyncGenerator<string> {
      for (let at = 0; at < whole.length; at += size) yield whole.slice(at, at + size);
    };
    for (const size of [1, 7, 64, written.length]) expect(await verifyExport(linesOf(inPieces(size, written)), test.master.signer.publicKey)).toMatchObject({ whole: true, entries: 1 });
    expect(await verifyExport(linesOf(inPieces(64, written.replaceAll('\n', '\r\n').trimEnd())), null)).toMatchObject({ whole: true });
  });

  it('says where it breaks', async () => {
    const lines = await exported(tenant);
    expect(await check(without(lines, 4))).toMatchObject({ whole: false, brokenLine: 5, entries: 4, reason: 'Entry 5 is missing; the next one found is 6.' });
    expect(await check(lines.with(9, JSON.stringify({ ...entry(lines, 9), detail: {} })))).toMatchObject({ brokenLine: ENTRIES + 1, reason: expect.stringContaining('between 1 and 40 was changed') });
    expect(await check(lines.slice(0, -1))).toMatchObject({ whole: false, reason: 'The export has no end: it was cut off.' });
    expect(await check([...lines, lines[0] ?? ''])).toMatchObject({ whole: false, brokenLine: ENTRIES + 3 });
    expect(await check(lines, Buffer.alloc(32).toString('base64'))).toMatchObject({ whole: false, reason: expect.stringContaining('another key') });
  });

  it.each(ON_FILE)('is not believed with %s, in any of the tries', async (_name, attack) => {
    const lines = await exported(tenant);
    const foreign = await exported(other);
    let found = 0;
    for (let n = 0; n < TRIES; n += 1) {
      const changed = attack([...lines], foreign);
      const report = await check(changed);
      if (!report.whole && report.reason !== '' && report.brokenLine !== null) found += 1;
    }
    expect(found).toBe(TRIES);
  });

  it('made anew as a whole is believed by whoever compares no key: the trial can fail', async () => {
    const lines = await exported(tenant);
    const forged = resign(rechain(lines.with(3, JSON.stringify({ ...entry(lines, 3), actor: 'user:nobody' })), 3));
    expect(await check(forged, null)).toMatchObject({ whole: true });
    expect(await check(forged)).toMatchObject({ whole: false });
  });
});

const setEvent = async (seq: number, event: ChainedEvent): Promise<void> => {
  await owner('update audit_events set actor = $3, prev_hash = $4, hash = $5 where tenant_id = $1 and seq = $2', seq, event.actor, event.prevHash, eventHash(event));
};

/** The database's own rows from an entry on, computed anew; the head with them. */
async function rewriteFrom(seq: number, change: (event: ChainedEvent) => ChainedEvent): Promise<void> {
  const rows = await owner(`select tenant_id as "tenantId", seq::float8 as seq, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, code, actor,
    subject_kind as "subjectKind", subject_id as "subjectId", ip, sealed, prev_hash as "prevHash" from audit_events where tenant_id = $1 and seq >= $2 order by audit_events.seq`, seq);
  let prevHash: Buffer | null = null;
  for (const row of rows) {
    const event: ChainedEvent = row as unknown as ChainedEvent;
    const changed: ChainedEvent = prevHash === null ? change(event) : { ...event, prevHash };
    prevHash = eventHash(changed);
    await setEvent(changed.seq, changed);
  }
  await owner('update audit_heads set hash = $2 where tenant_id = $1', prevHash);
}

const ON_DATABASE: readonly [string, () => Promise<unknown>][] = [
  ['a column changed', () => owner(`update audit_events set ${['actor', 'code', 'subject_id', 'ip'][pick(4)]} = 'x' where tenant_id = $1 and seq = $2`, 1 + pick(ENTRIES))],
  ['a bit of the sealed detail', () => owner('update audit_events set sealed = set_bit(sealed, $3, 1 - get_bit(sealed, $3)) where tenant_id = $1 and seq = $2', 1 + pick(ENTRIES), pick(240))],
  ['an entry deleted', () => owner('delete from audit_events where tenant_id = $1 and seq = $2', 1 + pick(ENTRIES))],
  ['two entries swapped', async () => {
    const a = 1 + pick(ENTRIES - 1);
    await owner('update audit_events set seq = case seq when $2::int8 then -$3::int8 else -$2::int8 end where tenant_id = $1 and seq in ($2, $3)', a, a + 1);
    await owner('update audit_events set seq = -seq where tenant_id = $1 and seq < 0');
  }],
  ['an entry put in between', async () => {
    const at = 2 + pick(ENTRIES - 1);
    await owner('update audit_events set seq = -(seq + 1) where tenant_id = $1 and seq >= $2', at);
    await owner('update audit_events set seq = -seq where tenant_id = $1 and seq < 0');
    await owner('insert into audit_events select tenant_id, $2::int8, at, code, actor, subject_kind, subject_id, ip, sealed, prev_hash, hash from audit_events where tenant_id = $1 and seq = $2::int8 - 1', at);
    await owner('update audit_heads set seq = seq + 1 where tenant_id = $1');
  }],
  ['the end cut off, and the head with it', async () => {
    const left = pick(ENTRIES);
    await owner('delete from audit_events where tenant_id = $1 and seq > $2', left);
    await owner("update audit_heads set seq = $2, hash = coalesce((select hash from audit_events where tenant_id = $1 and seq = $2), decode(repeat('00', 32), 'hex')) where tenant_id = $1", left);
  }],
  ['everything from an entry on written anew', () => rewriteFrom(1 + pick(ENTRIES), (event) => ({ ...event, actor: `user:${pick(1_000)}` }))],
  ["another tenant's entry in its place", async () => {
    const seq = 1 + pick(ENTRIES);
    await owner('update audit_events a set code = b.code, actor = b.actor, subject_id = b.subject_id, sealed = b.sealed, hash = b.hash from audit_events b where a.tenant_id = $1 and b.tenant_id = $3 and a.seq = $2 and b.seq = $2', seq, other.id);
  }],
];

describe('the log in the database, beside its witness', () => {
  const restore = async (): Promise<void> => {
    await owner('delete from audit_events where tenant_id = $1');
    await owner('insert into audit_events select * from kept_events where tenant_id = $1');
    await owner('update audit_heads h set seq = k.seq, hash = k.hash from kept_heads k where h.tenant_id = $1 and k.tenant_id = $1');
  };
  const verify = (witness: Checkpoint | null) => within<Awaited<ReturnType<typeof verifyChain>>>(tenant, (tx) => verifyChain(tx, witness));

  it.each(ON_DATABASE)('is not believed with %s, in any of the tries', async (_name, attack) => {
    let found = 0;
    for (let n = 0; n < TRIES; n += 1) {
      await attack();
      const { whole, brokenAt, reason } = await verify(checkpoint);
      if (!whole && brokenAt !== null && reason !== '') found += 1;
      await restore();
    }
    expect(found).toBe(TRIES);
    expect(await verify(checkpoint)).toMatchObject({ whole: true, entries: ENTRIES });
  });

  it('is believed after a cut when there is no witness: the trial can fail', async () => {
    await owner('delete from audit_events where tenant_id = $1 and seq > 20');
    await owner('update audit_heads set seq = 20, hash = (select hash from audit_events where tenant_id = $1 and seq = 20) where tenant_id = $1');
    expect(await verify(null)).toMatchObject({ whole: true, entries: 20 });
    expect(await verify(checkpoint)).toMatchObject({ whole: false });
    await restore();
  });
});
