import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killHard } from '../../../test/support/product.ts';
import { archivedTo, lineAfter, runKeeper, spawnKeeper, textsInPoints, type RunningKeeper } from '../../../test/support/points.ts';
import { startEmbedded, type Connection, type EmbeddedServer } from '../../db/embedded/embedded.ts';
import { chooseIdentity } from '../../db/embedded/identity.ts';
import { planLayout } from '../../db/embedded/layout.ts';
import { systemClock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import { silentLogger } from '../../lib/logger.ts';
import { seededRandom } from '../../simulate/random.ts';
import { loadMasterKey } from '../../vault/master-key-file.ts';
import { addBase } from './lines.ts';
import { basesFolder, listLines, readBases, readLine, readLineState, walFolder, type PointsPlace } from './points-folder.ts';
import { PointsServer } from './points-server.ts';
import { pointsState, reachOf } from './points-state.ts';
import { prunePoints } from './prune-points.ts';
import { renewPoints } from './renew-points.ts';
import { layPoint, recoverPoint } from './restore-points.ts';

/** Random moments that are gone back to. */
const TARGETS = Number(process.env['SCC_POINTS_TARGETS'] ?? 1);

const root = mkdtempSync(join(tmpdir(), 'scc-points-'));
chmodSync(root, 0o755);
const folder = join(root, 'backups');
const masterFile = join(root, 'master.key');
const place: PointsPlace = { folder, master: loadMasterKey(masterFile, true) };
const dataDir = join(root, 'data');
const DAY_MS = 86_400_000;

let embedded: EmbeddedServer;
let connection: Connection;
let client: pg.Client;
let keeper: RunningKeeper;
/** Rows that were acknowledged, with the moment after that. */
const marks: { n: number; at: number }[] = [];

async function connect(): Promise<pg.Client> {
  const made = new pg.Client(connection);
  made.on('error', () => undefined);
  await made.connect();
  return made;
}

/** Commits a row; a moment later nothing else has happened. */
async function mark(): Promise<number> {
  const n = marks.length + 1;
  await client.query('insert into marks values ($1)', [n]);
  const at = Date.now() + 1;
  marks.push({ n, at });
  await sleep(5);
  return at;
}

const clocked = { clock: systemClock, logger: silentLogger };
const deps = () => ({ ...place, server: new PointsServer(connection), clock: systemClock });

/** The rows as they were at a moment. */
async function rowsAt(at: number, from: PointsPlace = place): Promise<number[]> {
  const rows: number[] = [];
  const scratch = mkdtempSync(join(root, 'scratch-'));
  const read = async (superuser: Connection): Promise<void> => {
    const reader = new pg.Client(superuser);
    await reader.connect();
    rows.push(...(await reader.query<{ n: number }>('select n from marks order by n')).rows.map(({ n }) => n));
    await reader.end();
  };
  try {
    await recoverPoint({ ...from, ...clocked, dataDir: scratch }, at, read, true);
    expect(readdirSync(join(scratch, 'postgres'))).toEqual(['s']);
    return rows;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const expectedAt = (at: number): number[] => marks.filter((each) => each.at <= at).map(({ n }) => n);

/** A copy of the folder in which something is changed. */
function changed(change: (copy: string) => void): PointsPlace {
  const copy = mkdtempSync(join(root, 'copy-'));
  cpSync(folder, copy, { recursive: true });
  change(copy);
  return { ...place, folder: copy };
}

function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

/** A file system that is soon full, which takes root. @returns why not, or null */
function mountSmall(path: string): string | null {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', path], { stdio: 'pipe' });
    return null;
  } catch (error) {
    return `no tmpfs can be mounted here, which takes root: ${messageOf(error)}`;
  }
}

const newestLine = async (): Promise<string> => (await listLines(folder)).at(-1) ?? '';

beforeAll(async () => {
  embedded = await startEmbedded({ dataDir, logger: silentLogger, settings: { max_slot_wal_keep_size: '32MB' } });
  connection = { ...embedded.superuser, database: 'scc' };
  client = await connect();
  await client.query('create table marks (n int)');
  keeper = runKeeper(place, connection);
  await lineAfter(place, null);
}, 60_000);
afterAll(async () => {
  await keeper.stop();
  await client.end();
  await embedded.stop();
  rmSync(root, { recursive: true, force: true });
});

describe('points in time', () => {
  it('bring back what was acknowledged before any moment, and nothing of after it', async () => {
    for (let n = 0; n < 40; n += 1) await mark();
    const last = marks.at(-1)?.at ?? 0;
    await archivedTo(place, last);
    const random = seededRandom(52);
    for (let n = 0; n < TARGETS; n += 1) {
      const at = marks[Math.floor(random.next() * marks.length)]?.at ?? 0;
      expect(await rowsAt(at)).toEqual(expectedAt(at));
    }
    // After the last transaction of all.
    expect(await rowsAt(last)).toEqual(expectedAt(last));
    expect(await pointsState(place, 7, null, Date.now())).toMatchObject({ days: 7, failure: null, isLate: false, lastBase: { bytes: expect.any(Number) } });
    expect(await pointsState(place, 7, null, Date.now() + 70_000)).toMatchObject({ isLate: true });
  }, 600_000);

  it('refuse what they cannot do, and touch nothing', async () => {
    const [reach] = await reachOf(place);
    const from = Date.parse(reach?.from ?? '');
    await expect(rowsAt(Date.now() + 60_000)).rejects.toMatchObject({ code: 'in_future' });
    await expect(rowsAt(from - 1)).rejects.toMatchObject({ code: 'no_base', message: expect.stringContaining(reach?.from ?? '?') });
    await expect(recoverPoint({ ...place, ...clocked, dataDir }, from, () => Promise.resolve(), false)).rejects.toMatchObject({ code: 'not_empty' });
    const late = changed((copy) => rmSync(join(copy, 'points', readdirSync(join(copy, 'points'))[0] ?? '', 'head.json')));
    await expect(rowsAt(from, late)).rejects.toMatchObject({ code: 'no_base' });
    await expect(rowsAt(from, { ...place, folder: join(root, 'nothing') })).rejects.toMatchObject({ code: 'no_base' });
  });

  it('are laid into a folder for the administrator of a server, and nowhere else', async () => {
    const at = marks[9]?.at ?? 0;
    const layout = planLayout(mkdtempSync(join(root, 'laid-')), chooseIdentity());
    mkdirSync(layout.base, { recursive: true });
    const laid = { ...place, clock: systemClock };
    expect(await layPoint(laid, at, layout.pgdata)).toMatchObject({ segments: expect.any(Number) });
    await expect(layPoint(laid, at, layout.pgdata)).rejects.toMatchObject({ code: 'not_empty' });
    const empty = join(root, 'empty');
    const broken = changed((copy) => readdirSync(copy, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('base.files')).forEach((name) => flip(join(copy, name))));
    await expect(layPoint({ ...broken, clock: systemClock }, at, empty)).rejects.toMatchObject({ code: 'damaged' });
    expect(readdirSync(empty)).toEqual([]);
    const { uid, gid } = chooseIdentity();
    for (const name of ['', ...readdirSync(layout.pgdata, { recursive: true, encoding: 'utf8' })]) chownSync(join(layout.pgdata, name), uid, gid);
    const server = await startEmbedded({ dataDir: dirname(layout.base), logger: silentLogger });
    try {
      const reader = new pg.Client({ ...server.superuser, database: 'scc' });
      await reader.connect();
      expect((await reader.query<{ n: number }>('select n from marks order by n')).rows.map(({ n }) => n)).toEqual(expectedAt(at));
      await reader.end();
    } finally {
      await server.stop();
    }
  }, 60_000);

  it('refuse a gap and every damaged file', async () => {
    const line = await newestLine();
    const at = await mark();
    await archivedTo(place, at);
    const [base] = await readBases(place, line);
    const inLine = (copy: string, ...path: string[]): string => join(copy, 'points', line, ...path);
    const firstPiece = (copy: string): string => join(inLine(copy, 'wal'), readdirSync(inLine(copy, 'wal')).toSorted()[0] ?? '');
    await expect(rowsAt(at, changed((copy) => rmSync(firstPiece(copy))))).rejects.toMatchObject({ code: 'gap' });
    await expect(rowsAt(at, changed((copy) => flip(firstPiece(copy))))).rejects.toMatchObject({ code: 'damaged' });
    await expect(rowsAt(at, changed((copy) => flip(inLine(copy, 'head.json'))))).rejects.toMatchObject({ code: 'damaged' });
    for (const name of ['base.tar', 'base.files']) await expect(rowsAt(at, changed((copy) => flip(inLine(copy, 'bases', base?.id ?? '', name))))).rejects.toMatchObject({ code: 'damaged' });
    expect(await reachOf(changed((copy) => rmSync(firstPiece(copy))))).toEqual([]);
    await expect(rowsAt(at, { folder, master: loadMasterKey(join(root, 'other.key'), true) })).rejects.toMatchObject({ code: 'damaged' });
    // The control: nothing was wrong with the folder itself.
    expect(await rowsAt(at)).toEqual(expectedAt(at));
  }, 120_000);

  it('survive kills of the keeper and of the database server at any moment', async () => {
    await keeper.stop();
    const line = await newestLine();
    for (let round = 0; round < 2; round += 1) {
      const other = spawnKeeper(folder, masterFile, connection);
      const until = Date.now() + 900 + round * 150;
      while (Date.now() < until) await mark();
      await other.kill();
    }
    keeper = runKeeper(place, connection);
    await mark();
    killHard(Number(readFileSync(join(dataDir, 'postgres', 'pgdata', 'postmaster.pid'), 'utf8').split('\n')[0]));
    await client.end().catch(() => undefined);
    for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(50)) {
      client = await connect().catch(() => client);
      if (await client.query('select 1').then(() => true, () => false)) break;
    }
    const at = await mark();
    await archivedTo(place, at);
    expect(await newestLine()).toBe(line);
    expect(await rowsAt(at)).toEqual(expectedAt(at));
  }, 120_000);

  it('go on where they were when the backups come back, and say so meanwhile', async () => {
    const line = await newestLine();
    renameSync(folder, `${folder}.away`);
    await mark();
    for (const deadline = Date.now() + 20_000; keeper.states.at(-1) === null && Date.now() < deadline; ) await sleep(20);
    expect(keeper.states.at(-1)).toEqual(expect.any(String));
    rmSync(folder, { recursive: true, force: true });
    renameSync(`${folder}.away`, folder);
    const at = await mark();
    await archivedTo(place, at);
    for (const deadline = Date.now() + 5_000; keeper.states.at(-1) !== null && Date.now() < deadline; ) await sleep(20);
    expect(keeper.states.at(-1)).toBeNull();
    expect([await newestLine(), await rowsAt(at)]).toEqual([line, expectedAt(at)]);
  }, 120_000);

  it('begin anew when the server had to throw its log away, which fills no disk, and know the hole', async () => {
    await keeper.stop();
    const line = await newestLine();
    const before = Date.parse((await readLineState(place, line)).head?.at ?? '');
    const lost = await mark();
    for (let n = 0; n < 6; n += 1) {
      await client.query('create table filling as select repeat(md5(n::text), 100) as t from generate_series(1, 1000) n');
      await client.query('drop table filling');
      await client.query('select pg_switch_wal()');
      await client.query('checkpoint');
    }
    expect(readdirSync(join(dataDir, 'postgres', 'pgdata', 'pg_wal')).length).toBeLessThan(8);
    keeper = runKeeper(place, connection);
    await lineAfter(place, line);
    const at = await mark();
    await archivedTo(place, at);
    await expect(rowsAt(lost)).rejects.toMatchObject({ code: 'not_archived' });
    expect(await rowsAt(before)).toEqual(expectedAt(before));
    expect(await rowsAt(at)).toEqual(expectedAt(at));
    const slots = await client.query('select from pg_replication_slots');
    expect(slots.rowCount).toBe(1);
  }, 120_000);

  it('are kept as long as they are asked for, and bases go with the log before them', async () => {
    const line = await newestLine();
    const second = await addBase(deps(), await readLine(place, line));
    const at = await mark();
    await archivedTo(place, at);
    const wal = (): string[] => readdirSync(walFolder(folder, line)).toSorted();
    const walBefore = wal();
    expect(await prunePoints(place, 7 * DAY_MS, Date.now() + 6 * DAY_MS)).toEqual([]);
    const removed = await prunePoints(place, DAY_MS, Date.parse(second.at) + DAY_MS);
    expect(removed).toHaveLength(2);
    expect(readdirSync(basesFolder(folder, line))).toEqual([second.id]);
    expect([(await listLines(folder)), wal().length < walBefore.length]).toEqual([[line], true]);
    expect(await rowsAt(at)).toEqual(expectedAt(at));
    const copy = changed(() => undefined);
    expect(await prunePoints(copy, 7 * DAY_MS, Date.now() + 91 * DAY_MS)).toEqual([line]);
    expect(await listLines(copy.folder)).toEqual([]);
  }, 60_000);

  it('leave nothing of what was removed from the database, once they are renewed', async () => {
    const canary = 'canary-of-a-destroyed-tenant';
    await client.query('create table secrets (t text)');
    await client.query('insert into secrets values ($1)', [canary]);
    const before = await mark();
    await archivedTo(place, before);
    await addBase(deps(), await readLine(place, await newestLine()));
    const elsewhere = changed(() => undefined);
    expect(await textsInPoints(place, [canary])).toEqual([canary]);
    await client.query('drop table secrets');
    await client.query('vacuum full pg_statistic');
    const lines = await listLines(folder);
    const killed = { ...deps(), master: { ...place.master, wrapBackupKey: () => { throw new Error('killed'); } } as unknown as PointsPlace['master'] };
    await expect(renewPoints(killed, true)).rejects.toThrow();
    expect(await listLines(folder)).toEqual(lines);
    const done = await renewPoints(deps(), true);
    expect(done).toMatchObject({ lines: lines.length, log: true, newBaseAt: expect.any(String) });
    const after = await mark();
    await archivedTo(place, after);
    expect(await textsInPoints(place, [canary])).toEqual([]);
    expect(readdirSync(join(folder, 'points')).filter((name) => name !== 'not-before.json')).toEqual(await listLines(folder));
    await expect(rowsAt(before)).rejects.toMatchObject({ code: 'destroyed_since' });
    expect(await rowsAt(after)).toEqual(expectedAt(after));
    // Who brings an old copy back next to what is known now gets nothing of it.
    for (const id of await listLines(elsewhere.folder)) cpSync(join(elsewhere.folder, 'points', id), join(folder, 'points', id), { recursive: true });
    await expect(rowsAt(before)).rejects.toMatchObject({ code: 'destroyed_since' });
    await prunePoints(place, 7 * DAY_MS, Date.now());
    expect(await listLines(folder)).toHaveLength(1);
    expect(existsSync(join(folder, 'points', 'not-before.json'))).toBe(true);
  }, 120_000);

  it('wait for room on a full disk, leave nothing half written on it, and go on', async (context) => {
    const small: PointsPlace = { ...place, folder: join(root, 'small') };
    mkdirSync(small.folder);
    const whyNot = mountSmall(small.folder);
    if (whyNot !== null) return context.skip(whyNot);
    await keeper.stop();
    try {
      keeper = runKeeper(small, connection);
      await lineAfter(small, null);
      const [line = ''] = await listLines(small.folder);
      await client.query("create table noise as select string_agg(md5(random()::text), '') as t from generate_series(1, 800000) n group by n % 400");
      const at = await mark();
      for (const deadline = Date.now() + 30_000; !keeper.states.at(-1)?.includes('ENOSPC') && Date.now() < deadline; ) await sleep(20);
      expect(keeper.states.at(-1)).toContain('ENOSPC');
      execFileSync('mount', ['-o', 'remount,size=200m', small.folder]);
      await archivedTo(small, at);
      expect(await listLines(small.folder)).toEqual([line]);
      expect(readdirSync(walFolder(small.folder, line)).filter((name) => name.endsWith('.new'))).toEqual([]);
      expect(await rowsAt(at, small)).toEqual(expectedAt(at));
    } finally {
      await keeper.stop();
      execFileSync('umount', [small.folder]);
    }
  }, 120_000);
});
