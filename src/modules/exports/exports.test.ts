import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { testActor } from '../../../test/support/database.ts';
import { addTwin, TWIN_RECORDING_SECONDS, type Twin } from '../../http/testing/twins.ts';
import { auditDetails, createWorld, TEST_PASSWORD, type TestClient, type World } from '../../http/testing/world.ts';
import { systemClock } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import { silentLogger } from '../../lib/logger.ts';
import { NO_TIME_SERVER } from '../monitoring/server-clock.ts';
import { checkWav } from '../prompts/wav-check.ts';
import { verdictOnColumn } from './export-secrets.ts';
import { exportTables } from './export-tables.ts';
import { clearExports } from './export-clear.ts';
import { ExportLine } from './export-line.ts';
import { ExportProgress } from './export-progress.ts';
import { runExport } from './export-run.ts';
import { verifyFolder } from './export-verify.ts';
import { workOnExport, type WorkDeps } from './export-work.ts';
import { findExport, goingExport } from './exports.queries.ts';
import { FolderTarget } from './folder-target.ts';
import { exportKeyOf, SealedTarget } from './sealed-target.ts';

/** Hundreds of small files are written, packed, unpacked and hashed again and again: a busy machine takes longer. */
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let world: World;
let own: Twin;
let other: Twin;
let sv: TestClient;
let isFull = false;
let storeFolder: string;
const root = mkdtempSync(join(tmpdir(), 'scc-export-test-'));

/** A second of silence: PCM 16 bit, 8 kHz, one channel. */
function silence(): Buffer {
  const wav = Buffer.alloc(44 + 16_000);
  wav.write('RIFF', 0, 'latin1');
  wav.writeUInt32LE(36 + 16_000, 4);
  wav.write('WAVEfmt ', 8, 'latin1');
  for (const [value, at] of [[16, 16], [8000, 24], [16_000, 28], [16_000, 40]] as const) wav.writeUInt32LE(value, at);
  for (const [value, at] of [[1, 20], [1, 22], [2, 32], [16, 34]] as const) wav.writeUInt16LE(value, at);
  wav.write('data', 36, 'latin1');
  return wav;
}

const deps = (changes: Partial<WorkDeps> = {}): WorkDeps => ({
  database: world.db.database, store: world.store, signer: world.db.master.signer, checkpoint: () => Promise.resolve(null), clock: () => NO_TIME_SERVER, time: world.clock,
  hasRoom: () => Promise.resolve(true), logger: silentLogger, ...changes,
});

const ask = (client = sv, password = TEST_PASSWORD) => client.call('POST', '/exports', { reason: '契約の終了', password });
async function asked(): Promise<string> {
  const { status, body } = await ask();
  expect([status, body.code]).toEqual([200, undefined]);
  return (body as unknown as { id: string }).id;
}
const made = async (changes: Partial<WorkDeps> = {}): Promise<string> => {
  const id = await asked();
  expect(await workOnExport(deps(changes), own.people.tenantId, id)).toBe('finished');
  return id;
};

const files = (folder: string): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)).filter((path) => statSync(path).isFile());
const holding = (folder: string, text: string): string[] => files(folder).filter((path) => readFileSync(path).includes(text)).map((path) => relative(folder, path));

/** Downloads an export and unpacks it with tar. @returns the folder inside */
async function unpacked(id: string, name: string): Promise<string> {
  const answer = await sv.call('GET', `/exports/${id}/archive`);
  expect(answer.status).toBe(200);
  const folder = join(root, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'export.tar'), answer.raw);
  execFileSync('tar', ['-xf', 'export.tar', '--strip-components=1'], { cwd: folder });
  rmSync(join(folder, 'export.tar'));
  return folder;
}

beforeAll(async () => {
  world = await createWorld({ isStorageFull: () => isFull, rateLimits: { heavy: { max: 10_000, windowMs: 60_000 } } });
  own = await addTwin(world, 'own', 1);
  other = await addTwin(world, 'other', 2);
  sv = await world.logIn(own.people, 'sv1');
  expect((await sv.call('PUT', '/prompts/ja%2Fgoodbye', silence(), { 'content-type': 'audio/wav' })).status).toBe(200);
  storeFolder = dirname(await world.store.localPath('probe'));
});
afterAll(async () => {
  await world.close();
  rmSync(root, { recursive: true, force: true });
});

describe('what may go out', () => {
  it('every column that looks like a secret is decided on', async () => {
    const { tables } = await world.inTenant(own.people, exportTables);
    expect(tables.length).toBeGreaterThan(80);
    expect(tables.flatMap(({ table, leftOut }) => leftOut.filter(({ why }) => why === 'looks like a secret').map(({ name }) => `${table}.${name}`))).toEqual([]);
    for (const { table, columns } of tables) expect([table, new Set(columns.map(({ name }) => name)).size]).toEqual([table, columns.length]);
  });

  it('one that nobody has decided on stays here', () => {
    expect(['api_secret', 'token', 'password', 'hash', 'private_key'].map((column) => verdictOnColumn('new_table', column, 'text', false))).toEqual(Array.from({ length: 5 }, () => 'undecided'));
    expect([verdictOnColumn('new_table', 'anything', 'bytea', false), verdictOnColumn('new_table', 'name', 'text', false)]).toEqual(['undecided', 'out']);
  });
});

describe('a full export', () => {
  let id: string;
  let folder: string;

  beforeAll(async () => {
    id = await made();
    folder = await unpacked(id, 'whole');
  });

  it('verifies by the command, by the program in it and by sha256sum', async () => {
    const report = await verifyFolder(folder, world.db.master.signer.publicKey);
    expect(report).toMatchObject({ whole: true, faults: [], tenant: 'own' });
    expect(spawnSync('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd: folder }).status).toBe(0);
    const run = spawnSync(process.execPath, [join(folder, 'verify-export.mjs'), world.db.master.signer.publicKey], { encoding: 'utf8' });
    expect([run.status, run.stdout]).toEqual([0, expect.stringContaining('whole    yes')]);
    expect(spawnSync(process.execPath, [join(folder, 'verify-export.mjs'), Buffer.alloc(32).toString('base64')]).status).toBe(1);
  });

  it('has every row of every table, and says what it has not', async () => {
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { tables: { table: string }[]; tablesLeftOut: { name: string }[]; unreadable: { what: string; why: string }[] };
    const { rows: all } = await world.db.ownerClient.query<{ name: string }>("select table_name as name from information_schema.columns where column_name = 'tenant_id' and table_schema = 'public' order by 1");
    expect([...manifest.tables.map(({ table }) => table), ...manifest.tablesLeftOut.map(({ name }) => name)].toSorted()).toEqual([...all.map(({ name }) => name), 'tenants'].toSorted());
    // Written while and after the export was made.
    const moving = new Set(['tenant_exports', 'key_log', 'audit_heads', 'sessions']);
    let filled = 0;
    for (const { table } of manifest.tables.filter((each) => !moving.has(each.table))) {
      const { rows } = await world.db.ownerClient.query<{ count: string }>(`select count(*) from "${table}" where ${table === 'tenants' ? 'id' : 'tenant_id'} = $1`, [own.people.tenantId]);
      const lines = readFileSync(join(folder, `data/${table}.jsonl`), 'utf8').split('\n').slice(0, -1);
      for (const line of lines) JSON.parse(line);
      expect([table, lines.length]).toEqual([table, Number(rows[0]?.count)]);
      filled += lines.length > 0 ? 1 : 0;
    }
    expect(filled).toBeGreaterThan(60);
    // The twin's own prompt has neither key nor file.
    expect(manifest.unreadable).toEqual([{ what: expect.stringMatching(/^prompts\//), why: 'damaged' }]);
  });

  it('opens what was sealed, and holds no secret and nothing of another tenant', async () => {
    const [customer] = readFileSync(join(folder, 'data/customers.jsonl'), 'utf8').split('\n');
    expect(JSON.parse(customer ?? '')).toMatchObject({ id: own.ids.customer, content: { familyName: own.canary, givenName: '太郎', phones: ['090-0000-1111'] } });
    const { rows: secrets } = await world.db.ownerClient.query<{ secret: string }>(
      "select password_hash as secret from users where tenant_id = $1 union all select encode(secret_hash, 'hex') from api_keys where tenant_id = $1 union all select encode(token_hash, 'hex') from sessions where tenant_id = $1 union all select encode(wrapped_key, 'hex') from recordings where tenant_id = $1 and wrapped_key <> ''",
      [own.people.tenantId],
    );
    expect(secrets.length).toBeGreaterThan(6);
    for (const { secret } of secrets) expect(holding(folder, secret)).toEqual([]);
    for (const [table, field] of [['alert_rules', 'webhookSecret'], ['recording_notices', 'webhookSecret'], ['voicemail_boxes', 'pin'], ['sip_devices', 'content'], ['second_factors', 'content'], ['trunks', 'content'], ['users', 'password_hash']]) {
      const text = readFileSync(join(folder, `data/${table}.jsonl`), 'utf8');
      expect([table, text.length > 2, text.includes(`"${field}"`)]).toEqual([table, true, false]);
    }
    for (const text of [other.canary, other.people.sv, other.serviceNumber]) expect(holding(folder, text)).toEqual([]);
    expect(holding(folder, own.canary).length).toBeGreaterThan(30);
  });

  it('has the sounds as WAV of the right length', () => {
    const sounds = files(folder).filter((path) => path.endsWith('.wav'));
    expect(sounds.map((path) => relative(folder, path).split('/', 1).join('')).toSorted()).toEqual(['prompts', 'recordings', 'voicemails']);
    for (const path of sounds) expect(checkWav(readFileSync(path))).toBe(path.includes('/prompts/') ? 1000 : TWIN_RECORDING_SECONDS * 1000);
  });

  it('has sheets that Excel opens and that run nothing', async () => {
    await sv.call('POST', '/customers', { familyName: '=cmd|calc', note: '一行目\n二行目' });
    const again = await made();
    const folderAgain = await unpacked(again, 'sheets');
    const sheet = readFileSync(join(folderAgain, 'csv/customers.csv'), 'utf8');
    expect(sheet.startsWith('\ufeffID,姓,名,')).toBe(true);
    expect(sheet).toContain(",'=cmd|calc,");
    expect(sheet).toContain('一行目 二行目');
    expect(readFileSync(join(folderAgain, 'data/customers.jsonl'), 'utf8')).toContain('一行目\\n二行目');
    for (const name of ['companies', 'cases', 'activities', 'calls', 'users']) expect(readFileSync(join(folderAgain, `csv/${name}.csv`), 'utf8').split('\r\n').length).toBeGreaterThan(2);
  });

  it('lies on the disk sealed, and is gone after its time', async () => {
    expect(files(join(storeFolder, 'exports')).length).toBeGreaterThan(90);
    expect(holding(storeFolder, own.canary)).toEqual([]);
    world.clock.advance(7 * 86_400_000 - 1000);
    sv = await world.logIn(own.people, 'sv1');
    await clearExports({ database: world.db.database, store: world.store, clock: world.clock }, own.people.tenantId);
    expect((await sv.call('GET', `/exports/${id}/files`)).status).toBe(200);
    world.clock.advance(2000);
    expect((await sv.call('GET', `/exports/${id}/archive`)).body.code).toBe('export_expired');
    await clearExports({ database: world.db.database, store: world.store, clock: world.clock }, own.people.tenantId);
    expect((await sv.call('GET', `/exports/${id}`)).body).toMatchObject({ state: 'expired', progress: 1 });
    expect(existsSync(join(storeFolder, 'exports', own.people.tenantId, id))).toBe(false);
    expect(await auditDetails(sv, 'export.expired')).toHaveLength(2);
    // The twin's own, which lasts longer, is left.
    expect((await sv.call('GET', `/exports/${own.ids.tenantExport}/files`)).status).toBe(200);
  });

  it('any change of any file is found; without one there is none', async () => {
    const paths = ['data/customers.jsonl', 'data/numbers.jsonl', 'csv/calls.csv', 'audit/audit.jsonl', 'README.txt', 'verify-export.mjs', 'manifest.json', 'manifest.sig.json', 'SHA256SUMS'];
    const sounds = files(folder).filter((path) => path.endsWith('.wav')).map((path) => relative(folder, path));
    const key = world.db.master.signer.publicKey;
    const copy = join(root, 'copy');
    const found = async (change: () => void): Promise<string[]> => {
      rmSync(copy, { recursive: true, force: true });
      cpSync(folder, copy, { recursive: true });
      change();
      return (await verifyFolder(copy, key)).faults;
    };
    expect(await found(() => undefined)).toEqual([]);
    for (const path of [...paths, ...sounds]) {
      const faults = await found(() => {
        const bytes = readFileSync(join(copy, path));
        // The last digit: with the first one changed it may be no number any more.
        const at = path === 'manifest.json' ? bytes.toString('latin1').search(/\d(?!\d)(?<="rows": ?\d+)/) : path.endsWith('.json') ? bytes.indexOf('"at":"') + 8 : bytes.length >> 1;
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        writeFileSync(join(copy, path), bytes);
      });
      expect([path, faults.length > 0]).toEqual([path, true]);
      if (!path.endsWith('.json') && path !== 'verify-export.mjs') expect([path, spawnSync(process.execPath, [join(copy, 'verify-export.mjs')]).status]).toEqual([path, 1]);
    }
    expect(await found(() => rmSync(join(copy, 'data/queues.jsonl')))).toEqual(['data/queues.jsonl: missing']);
    expect(await found(() => writeFileSync(join(copy, 'data/new.jsonl'), '{}\n'))).toEqual(['data/new.jsonl: not part of the export']);
    expect((await found(() => appendFileSync(join(copy, 'data/cases.jsonl'), '{}\n')))[0]).toMatch(/^data\/cases.jsonl: \d+ bytes instead of/);
    expect((await verifyFolder(folder, Buffer.alloc(32).toString('base64'))).faults).toEqual(['manifest.sig.json: signed by another key than the expected one']);
  });
});

describe('asking, watching, downloading', () => {
  it('needs the permission, a person, the right password, room on the disk, and that no other one is being made', async () => {
    const csr = await world.logIn(own.people, 'csr1');
    expect((await ask(csr)).body.code).toBe('forbidden');
    expect((await ask(sv, 'a wrong password here')).body.code).toBe('password_refused');
    isFull = true;
    expect([(await ask()).status, (await ask()).body.code]).toEqual([507, 'storage_full']);
    isFull = false;
    const id = await asked();
    expect((await ask()).body.code).toBe('export_in_progress');
    expect((await sv.call('GET', `/exports/${id}/archive`)).body.code).toBe('export_not_ready');
    expect((await sv.call('POST', `/exports/${id}/cancel`)).body).toMatchObject({ state: 'cancelled' });
    expect((await sv.call('POST', `/exports/${id}/cancel`)).body.code).toBe('export_over');
    expect(await workOnExport(deps(), own.people.tenantId, id)).toBe('gone');
    expect((await auditDetails(sv, 'export.requested'))[0]).toEqual({ reason: '契約の終了' });
  });

  it('gives any range of the archive and single files, and writes down each download', async () => {
    const id = await made();
    const whole = (await sv.call('GET', `/exports/${id}/archive`)).raw;
    expect(whole.length).toBe((await sv.call('GET', `/exports/${id}`)).body['archiveBytes']);
    for (const [start, end] of [[0, 0], [511, 513], [1000, 70_000], [whole.length - 2000, whole.length - 1]] as const) {
      const part = await sv.call('GET', `/exports/${id}/archive`, undefined, { range: `bytes=${start}-${end}` });
      expect([part.status, part.headers['content-range'], part.raw.equals(whole.subarray(start, end + 1))]).toEqual([206, `bytes ${start}-${end}/${whole.length}`, true]);
    }
    const { items } = (await sv.call('GET', `/exports/${id}/files?limit=200`)).body as unknown as { items: { number: number; path: string; bytes: number }[] };
    const users = items.find(({ path }) => path === 'data/users.jsonl');
    const file = await sv.call('GET', `/exports/${id}/files/${users?.number}`);
    expect([file.raw.length, file.raw.toString('utf8').includes('csr1')]).toEqual([users?.bytes, true]);
    expect((await sv.call('GET', `/exports/${id}/files/999999`)).status).toBe(404);
    const details = await auditDetails(sv, 'export.downloaded');
    // The whole, and again from its first byte on; other ranges belong to them.
    expect(details.slice(0, 3)).toEqual([{ path: 'data/users.jsonl', bytes: users?.bytes }, { path: null, bytes: whole.length }, { path: null, bytes: whole.length }]);
    const { rows } = await world.db.ownerClient.query<{ purpose: string }>('select purpose from key_log where tenant_id = $1 and subject = $2', [own.people.tenantId, id]);
    expect(rows.map(({ purpose }) => purpose).toSorted()).toEqual(['export_download', 'export_download', 'export_download', 'tenant_export']);
  });

  it('ends when it is cancelled or the disk is nearly full, and leaves nothing', async () => {
    // A clock that makes every step the time to tell how far it is.
    const time = { ...systemClock, wall: () => world.clock.wall(), monotonic: () => performance.now() * 1_000_000 };
    const cancelled = await asked();
    let looks = 0;
    const hasRoom = async (): Promise<boolean> => {
      looks += 1;
      if (looks === 20) await sv.call('POST', `/exports/${cancelled}/cancel`);
      return true;
    };
    expect(await workOnExport(deps({ time, hasRoom }), own.people.tenantId, cancelled)).toBe('stopped');
    const full = await asked();
    let left = 30;
    expect(await workOnExport(deps({ time, hasRoom: () => Promise.resolve((left -= 1) > 0) }), own.people.tenantId, full)).toBe('failed');
    expect((await sv.call('GET', `/exports/${full}`)).body).toMatchObject({ state: 'failed', failure: 'storage_full' });
    expect((await auditDetails(sv, 'export.failed'))[0]).toEqual({ failure: 'storage_full' });
    for (const id of [cancelled, full]) expect(existsSync(join(storeFolder, 'exports', own.people.tenantId, id))).toBe(false);
    const { rows } = await world.db.ownerClient.query('select from tenant_export_files where export_id = any($1)', [[cancelled, full]]);
    expect(rows).toHaveLength(0);
  });
});

describe('an export that was ended', () => {
  const of = (exportId: string) => ({ tenantId: own.people.tenantId, tenantCode: 'own', tenantName: 'x', exportId, reason: 'x', askedBy: 'x', askedAt: new Date(0).toISOString() });
  /** Breaks off when so many files are finished, like a process that is killed then. */
  const dying = (afterFiles: number) => {
    let last = 0;
    let finished = 0;
    return new ExportProgress({ ...systemClock, monotonic: () => performance.now() * 1_000_000 }, ({ filesDone }) => {
      // What earlier runs have finished comes as one.
      if (filesDone === last + 1) finished += 1;
      last = filesDone;
      return finished >= afterFiles ? Promise.reject(new Error('killed')) : Promise.resolve();
    });
  };

  it('goes on behind its last finished file, wherever that was', async () => {
    const id = await asked();
    const key = await world.inTenant(own.people, async (tx) => exportKeyOf(tx, (await findExport(tx, id)) ?? { id, wrapped_key: Buffer.alloc(0), key_version: 0 }));
    const target = () => new SealedTarget({ withTenant: world.db.database.withTenant, store: world.store, actor: testActor }, { tenantId: own.people.tenantId, exportId: id, key });
    const count = async (): Promise<string[]> => (await world.db.ownerClient.query<{ line: string }>("select position || ' ' || path || ' ' || sha256 as line from tenant_export_files where export_id = $1 order by position", [id])).rows.map(({ line }) => line);
    let before: string[] = [];
    let kills = 0;
    for (let isOver = false; !isOver; ) {
      isOver = await runExport(deps(), of(id), testActor, target(), dying(kills < 3 ? 25 : 1)).then(() => true, (error: Error) => error.message !== 'killed');
      kills += isOver ? 0 : 1;
      const now = await count();
      expect(now.length).toBeGreaterThanOrEqual(before.length);
      expect(now.slice(0, before.length)).toEqual(before);
      before = now;
    }
    expect(kills).toBeGreaterThan(15);
    expect(await workOnExport(deps(), own.people.tenantId, id)).toBe('finished');
    const folder = await unpacked(id, 'resumed');
    expect(await verifyFolder(folder, world.db.master.signer.publicKey)).toMatchObject({ whole: true, faults: [], unreadable: 1 });
  });

  it('does so in a folder too; a folder with something else in it is refused', async () => {
    const folder = join(root, 'clear');
    const begin = { tenantId: own.people.tenantId, exportId: newId(), askedAt: new Date(0).toISOString() };
    for (const files of [3, 60]) {
      await expect(runExport(deps(), of(begin.exportId), testActor, await FolderTarget.open(folder, begin), dying(files))).rejects.toThrow('killed');
    }
    // What a kill in the middle of a write leaves.
    writeFileSync(join(folder, 'data/wrap_up_codes.jsonl.partial'), 'half');
    appendFileSync(join(folder, '.export-state.jsonl'), '{"file":{"path":"da');
    await expect(FolderTarget.open(folder, { ...begin, tenantId: other.people.tenantId })).rejects.toThrow('another tenant');
    const target = await FolderTarget.open(folder, { ...begin, exportId: newId() });
    expect([target.goesOn, target.start.exportId]).toEqual([true, begin.exportId]);
    await runExport(deps(), of(begin.exportId), testActor, target, new ExportProgress(systemClock, () => Promise.resolve()));
    await target.finish();
    expect(await verifyFolder(folder, world.db.master.signer.publicKey)).toMatchObject({ whole: true, faults: [] });
    await expect(FolderTarget.open(folder, begin)).rejects.toThrow('not empty');
  });
});

describe('the line', () => {
  it('makes one export at a time, in the order of asking, and meets again what was interrupted', async () => {
    const theirs = await world.logIn(other.people, 'sv1');
    const first = await asked();
    world.clock.advance(1000);
    const { body } = await ask(theirs);
    const second = (body as unknown as { id: string }).id;
    const runs: { exportId: string; end: (code: number) => void }[] = [];
    const run = (_tenantId: string, exportId: string) => new Promise<number>((end) => runs.push({ exportId, end }));
    const line = new ExportLine({ withTenant: world.db.database.withTenant, store: world.store, clock: world.clock, logger: silentLogger, run });
    const look = async (): Promise<void> => {
      for (const { tenantId } of [other.people, own.people]) await line.run(tenantId);
    };
    await line.run(own.people.tenantId);
    await look();
    expect(runs.map(({ exportId }) => exportId)).toEqual([first]);
    runs[0]?.end(75);
    await new Promise((done) => setImmediate(done));
    expect(runs.map(({ exportId }) => exportId)).toEqual([first, second]);
    await workOnExport(deps(), other.people.tenantId, second);
    runs[1]?.end(0);
    await look();
    expect(runs.map(({ exportId }) => exportId)).toEqual([first, second, first]);
    expect(await world.inTenant(other.people, goingExport)).toBeUndefined();
    line.stop();
    runs[2]?.end(-1);
    await look();
    expect(runs).toHaveLength(3);
  });
});
