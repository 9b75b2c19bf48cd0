import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { openDatabase, type OpenDatabase } from '../src/db/open.ts';
import type { Actor, TenantTx } from '../src/db/types.ts';
import { newId } from '../src/lib/ids.ts';
import { silentLogger } from '../src/lib/logger.ts';
import { appendAudit } from '../src/modules/audit/audit-append.ts';
import type { CustomerContent } from '../src/modules/customers/customer-content.ts';
import { customerTokens } from '../src/modules/customers/customer-tokens.ts';
import { createTenant } from '../src/modules/tenants/tenants.service.ts';
import { seededRandom, type Random } from '../src/simulate/random.ts';

/** Frequent Japanese family names, with how often each comes in a thousand; the rest are made of two characters. */
const FAMILY = [
  ['佐藤', 'サトウ', 15], ['鈴木', 'スズキ', 14], ['高橋', 'タカハシ', 11], ['田中', 'タナカ', 10], ['伊藤', 'イトウ', 8], ['渡辺', 'ワタナベ', 8], ['山本', 'ヤマモト', 8],
  ['中村', 'ナカムラ', 8], ['小林', 'コバヤシ', 8], ['加藤', 'カトウ', 7], ['吉田', 'ヨシダ', 6], ['山田', 'ヤマダ', 6], ['佐々木', 'ササキ', 5], ['松本', 'マツモト', 5],
] as const;
const GIVEN = [
  ['花子', 'ハナコ'], ['太郎', 'タロウ'], ['美咲', 'ミサキ'], ['陽菜', 'ヒナ'], ['結衣', 'ユイ'], ['翔太', 'ショウタ'], ['大輔', 'ダイスケ'], ['健一', 'ケンイチ'],
  ['直樹', 'ナオキ'], ['恵子', 'ケイコ'], ['由美子', 'ユミコ'], ['真由美', 'マユミ'], ['誠', 'マコト'], ['学', 'マナブ'], ['葵', 'アオイ'], ['蓮', 'レン'],
] as const;
const FIRST = [['石', 'イシ'], ['大', 'オオ'], ['川', 'カワ'], ['北', 'キタ'], ['黒', 'クロ'], ['坂', 'サカ'], ['島', 'シマ'], ['白', 'シラ'], ['杉', 'スギ'], ['竹', 'タケ'], ['谷', 'タニ'], ['土', 'ツチ'], ['永', 'ナガ'], ['西', 'ニシ'], ['野', 'ノ'], ['浜', 'ハマ'], ['東', 'ヒガシ'], ['平', 'ヒラ'], ['福', 'フク'], ['藤', 'フジ'], ['古', 'フル'], ['堀', 'ホリ'], ['前', 'マエ'], ['水', 'ミズ'], ['宮', 'ミヤ'], ['村', 'ムラ'], ['森', 'モリ'], ['柳', 'ヤナギ'], ['横', 'ヨコ'], ['若', 'ワカ']] as const;
const SECOND = [['川', 'カワ'], ['原', 'ハラ'], ['田', 'タ'], ['崎', 'サキ'], ['沢', 'サワ'], ['島', 'シマ'], ['谷', 'タニ'], ['野', 'ノ'], ['村', 'ムラ'], ['本', 'モト'], ['山', 'ヤマ'], ['井', 'イ'], ['口', 'グチ'], ['橋', 'ハシ'], ['尾', 'オ'], ['木', 'キ'], ['岡', 'オカ'], ['塚', 'ヅカ'], ['瀬', 'セ'], ['内', 'ウチ']] as const;

const pick = <T>(list: readonly T[], random: Random): T => list[Math.floor(random.next() * list.length)] as T;

function familyOf(random: Random): readonly [string, string] {
  let rest = random.next() * 1000;
  for (const [name, kana, share] of FAMILY) {
    rest -= share;
    if (rest < 0) return [name, kana];
  }
  const [first, second] = [pick(FIRST, random), pick(SECOND, random)];
  return [first[0] + second[0], first[1] + second[1]];
}

/** Customer number `index` of the made-up tenant. */
export function madeUpCustomer(index: number, random: Random): CustomerContent {
  const [familyName, familyNameKana] = familyOf(random);
  const [givenName, givenNameKana] = pick(GIVEN, random);
  const number = String(index).padStart(8, '0');
  return {
    familyName, givenName, familyNameKana, givenNameKana,
    phones: [`090-${number.slice(0, 4)}-${number.slice(4)}`],
    emails: [`customer${index}@example.com`],
    note: '', labels: [], custom: {},
  };
}

/** A database of its own with one tenant. */
export interface BenchDatabase {
  opened: OpenDatabase;
  tenantId: string;
  actor: Actor;
  folder: string;
  close(): Promise<void>;
}

export async function openBenchDatabase(): Promise<BenchDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'scc-bench-'));
  const actor: Actor = { kind: 'system', id: 'bench', ip: '' };
  const databaseUrl = process.env['DATABASE_URL'];
  const config = { dataDir: folder, databaseUrl, masterKeyFile: join(folder, 'master.key') };
  const opened = await openDatabase({ config, logger: silentLogger, appendAudit });
  const tenantId = await createTenant(opened.database, { slug: `bench-${newId().slice(0, 13)}`, name: 'Bench' }, actor, (tx) => Promise.resolve(tx.tenantId));
  return {
    opened, tenantId, actor, folder,
    async close() {
      await opened.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const BATCH = 2000;

/** Writes `count` sealed customers with their search tokens, in batches. */
export async function addCustomers(bench: BenchDatabase, count: number): Promise<void> {
  const random = seededRandom(7);
  for (let from = 0; from < count; from += BATCH) {
    await bench.opened.database.withTenant(bench.tenantId, bench.actor, (tx) => addBatch(tx, from, Math.min(BATCH, count - from), random));
  }
}

async function addBatch(tx: TenantTx, from: number, size: number, random: Random): Promise<void> {
  const ids: string[] = [];
  const sealed: Buffer[] = [];
  const kinds: number[] = [];
  const tokens: Buffer[] = [];
  const owners: string[] = [];
  for (let index = from; index < from + size; index++) {
    const id = newId();
    const content = madeUpCustomer(index, random);
    ids.push(id);
    sealed.push(tx.vault.seal({ table: 'customers', column: 'sealed', id }, content));
    for (const token of customerTokens(tx.vault, content, '')) {
      kinds.push(token.kind);
      tokens.push(token.token);
      owners.push(id);
    }
  }
  await sql`insert into customers (tenant_id, id, sealed) select ${tx.tenantId}, * from unnest(${ids}::uuid[], ${sealed}::bytea[])`.execute(tx.db);
  await sql`insert into search_tokens (tenant_id, kind, token, entity_id)
    select ${tx.tenantId}, * from unnest(${kinds}::smallint[], ${tokens}::bytea[], ${owners}::uuid[])`.execute(tx.db);
}

/** Median, 99th percentile and worst of samples in ms, with the samples. */
export function figuresOf(samples: readonly number[]) {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): number => Math.round((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0) * 1000) / 1000;
  return { count: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1), samplesMs: samples.map((sample) => Math.round(sample * 1000) / 1000) };
}
