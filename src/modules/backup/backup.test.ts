import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { testActor } from '../../../test/support/database.ts';
import { createDatabase } from '../../db/database.ts';
import { openAsOwner, type OwnedDatabase } from '../../db/open.ts';
import { asOwner, prepareDatabase } from '../../db/prepare.ts';
import { addTwin, type Twin } from '../../http/testing/twins.ts';
import { createWorld, type World } from '../../http/testing/world.ts';
import { FakeClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { createFileStore } from '../../store/file-store.ts';
import { MasterKey } from '../../vault/master-key.ts';
import { appendAudit } from '../audit/audit-append.ts';
import { verifyChain } from '../audit/audit-verify.ts';
import { startRotation } from '../keys/rotation.service.ts';
import { makeBackup, type BackupDeps } from './backup.service.ts';
import { BackupError, demandBackups, forgetKeys, listSets, readKeys, readManifest, rewrapBackups, writeManifest } from './backup-set.ts';
import { verifyBackup } from './backup-verify.ts';
import { restoreAll, restoreTenant } from './restore.service.ts';
import { readSealedFile, writeSealedFile } from './sealed-file.ts';

let world: World;
let first: Twin;
let second: Twin;
let owned: OwnedDatabase;
const root = mkdtempSync(join(tmpdir(), 'scc-backup-test-'));
const folder = join(root, 'backups');
const clock = new FakeClock(Date.UTC(2026, 10, 29));
const deps = (changes: Partial<BackupDeps> = {}): BackupDeps => ({ owner: world.db.ownerConnection, master: world.db.master, store: world.store, folder, clock, ...changes });
const backup = async (changes: Partial<BackupDeps> = {}) => {
  clock.advance(1_000);
  return makeBackup(deps(changes));
};

beforeAll(async () => {
  world = await createWorld({});
  first = await addTwin(world, 'first', 1);
  second = await addTwin(world, 'second', 2);
  owned = await openAsOwner({ config: { dataDir: join(root, 'data'), databaseUrl: undefined, masterKeyFile: '' }, logger: silentLogger });
});
afterAll(async () => {
  await owned.discard();
  await world.close();
  rmSync(root, { recursive: true, force: true });
});

const files = (path: string): string[] => readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name)).filter((name) => statSync(name).isFile());

describe('a backup', () => {
  it('has every table, opens nowhere without the key, and comes back byte by byte', async () => {
    const made = await backup();
    expect(made).toMatchObject({ tenants: 4, missing: expect.any(Number) });
    expect(made.rows).toBeGreaterThan(200);
    expect(made.objects).toBeGreaterThan(0);
    const manifest = await readManifest(folder, made.id, world.db.master);
    const counted = await world.db.ownerClient.query<{ name: string }>("select distinct table_name as name from information_schema.columns where table_schema = 'public'");
    for (const { name } of counted.rows) {
      const { rows } = await world.db.ownerClient.query<{ count: string }>(`select count(*) from "${name}"`);
      const backedUp = manifest.parts.filter(({ table }) => table === name).reduce((sum, part) => sum + part.rows, 0);
      if (['schema_migrations', 'sessions', 'operator_sessions', 'cell_leases', 'tenant_keys'].includes(name)) expect(backedUp).toBe(0);
      else expect([name, backedUp]).toEqual([name, Number(rows[0]?.count)]);
    }
    // Tenants' names and codes stand in the rows in the clear: on this disk nobody reads them.
    for (const canary of [first.canary, first.people.sv]) expect(files(folder).filter((path) => !path.endsWith('manifest.json') && readFileSync(path).includes(canary))).toEqual([]);
    const drilled = await verifyBackup({ master: world.db.master, folder, clock }, made.id);
    expect(drilled).toMatchObject({ good: true, faults: [], rows: made.rows });
    expect(drilled.opened).toBeGreaterThan(8);
  });

  it('copies only new objects, and its drill notices any change of it', async () => {
    const again = await backup();
    expect(again.objectsCopied).toBe(0);
    expect(again.objects).toBeGreaterThan(0);
    const verify = () => verifyBackup({ master: world.db.master, folder, clock }, again.id);
    const set = join(folder, 'sets', again.id);
    const manifest = await readManifest(folder, again.id, world.db.master);
    const victims = [join(set, manifest.parts.find(({ table }) => table === 'customers')?.name ?? ''), join(folder, 'objects', manifest.objects[0]?.path ?? '')];
    for (const path of victims) {
      const bytes = readFileSync(path);
      const changed = Buffer.from(bytes);
      changed[changed.length >> 1] = (changed[changed.length >> 1] ?? 0) ^ 1;
      writeFileSync(path, changed);
      expect(await verify()).toMatchObject({ good: false, faults: [expect.stringContaining('was changed or is missing')] });
      writeFileSync(path, bytes);
    }
    const whole = readFileSync(join(set, 'manifest.json'), 'utf8');
    writeFileSync(join(set, 'manifest.json'), whole.replace(/"rows":\d+/, '"rows":1'));
    expect(await verify()).toMatchObject({ good: false, faults: [expect.stringContaining('was changed, or was made with another master key')] });
    writeFileSync(join(set, 'manifest.json'), whole);
    // Rows that do not come back as they were, though every file is what was written: the comparison itself can fail.
    const { signature: _signature, format: _format, ...unsigned } = manifest;
    await writeManifest(set, { ...unsigned, parts: unsigned.parts.map((part) => (part.table === 'customers' ? { ...part, plainSha256: 'x' } : part)) }, world.db.master);
    expect((await verify()).faults).toEqual(expect.arrayContaining([expect.stringContaining('not the same after the restore')]));
    await writeManifest(set, unsigned, world.db.master);
    await expect(readManifest(folder, again.id, MasterKey.random())).rejects.toThrow(BackupError);
  });

  it('that fails leaves nothing, one that was killed no set, and the next one begins with removing what it left', async () => {
    const before = await listSets(folder);
    const empty = join(root, 'killed');
    const sets = join(empty, 'sets');
    clock.advance(1_000);
    await expect(makeBackup(deps({ store: { read: () => Promise.reject(new Error('no object')) }, folder: empty }))).rejects.toThrow('no object');
    expect(readdirSync(sets)).toEqual([]);
    const full = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('some');
      await Promise.reject(new Error('the disk is full'));
    };
    await expect(backup({ store: { read: () => Promise.resolve(Readable.from(full())) }, folder: empty })).rejects.toThrow('the disk is full');
    expect(files(empty)).toEqual([]);
    mkdirSync(join(sets, '.new-20260101T000000000Z'));
    writeFileSync(join(sets, '.new-20260101T000000000Z', 'directory.tenants'), 'x');
    expect(await listSets(empty)).toEqual([]);
    const found: string[][] = [];
    const looking = { read: (path: string) => (found.push(readdirSync(sets)), world.store.read(path)) };
    const made = await backup({ store: looking, folder: empty });
    // A full disk has room again before anything is written.
    expect(found[0]).toEqual([`.new-${made.id}`]);
    expect(readdirSync(sets)).toEqual([made.id]);
    expect(await listSets(folder)).toEqual(before);
  });

  it('keeps no keys of a tenant that is destroyed while it is made, and forgetting them takes what a killed run was writing', async () => {
    const other = join(root, 'destroyed');
    const { tenantId } = second.people;
    const setState = (state: string) => world.db.ownerClient.query('update tenants set key_state = $1 where id = $2', [state, tenantId]);
    await backup({ folder: other });
    expect(await readKeys(other, tenantId)).toHaveLength(1);
    rmSync(join(other, 'objects'), { recursive: true });
    const destroying = {
      read: async (path: string) => {
        await setState('destroyed');
        writeFileSync(join(other, 'keys', `${tenantId}.json.new`), 'the same keys');
        await forgetKeys(other, tenantId);
        return world.store.read(path);
      },
    };
    await backup({ folder: other, store: destroying });
    await setState('stable');
    expect(readdirSync(join(other, 'keys')).filter((name) => name.startsWith(tenantId))).toEqual([]);
    expect(await readKeys(other, first.people.tenantId)).toHaveLength(1);
  });

  it('that is drilled when the product stops leaves no database of the drill behind', async () => {
    const scratch = join(root, 'scratch');
    mkdirSync(scratch);
    vi.stubEnv('TMPDIR', scratch);
    const id = (await listSets(folder)).at(-1) ?? '';
    const { master } = world.db;
    const unwrap = master.unwrapBackupKey.bind(master);
    const stop = new AbortController();
    // The first thing that a restore does.
    vi.spyOn(master, 'unwrapBackupKey').mockImplementationOnce((...given) => {
      expect(readdirSync(scratch)).toHaveLength(1);
      stop.abort();
      return unwrap(...given);
    });
    await expect(verifyBackup({ master, folder, clock, signal: stop.signal }, id)).rejects.toThrow('stopped before its end');
    expect(readdirSync(scratch)).toEqual([]);
    await expect(verifyBackup({ master, folder, clock, signal: stop.signal }, id)).rejects.toThrow('stopped before its end');
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  it('is of one moment while people write, and one at a time', async () => {
    let ended = false;
    const writing = (async () => {
      for (let n = 0; !ended; n += 1) {
        await world.inTenant(first.people, (tx) => tx.audit({ code: 'customer.updated', subject: { kind: 'customer', id: `w${n}` }, detail: { n } }));
      }
    })();
    clock.advance(1_000);
    const outcomes = await Promise.allSettled([makeBackup(deps()), makeBackup(deps())]);
    ended = true;
    await writing;
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const made = outcomes.find(({ status }) => status === 'fulfilled') as PromiseFulfilledResult<{ id: string }>;
    expect(await verifyBackup({ master: world.db.master, folder, clock }, made.value.id)).toMatchObject({ good: true });
  });

  it('is removed after ninety days, with the objects that only it has', async () => {
    const old = await listSets(folder);
    clock.advance(91 * 86_400_000);
    // The snapshot's own time is the server's: make the sets old.
    for (const id of old) {
      const { signature: _signature, format: _format, ...unsigned } = await readManifest(folder, id, world.db.master);
      await writeManifest(join(folder, 'sets', id), { ...unsigned, at: '2026-01-01T00:00:00.000Z' }, world.db.master);
    }
    writeFileSync(join(folder, 'objects', 'nobody-names-it'), 'x');
    await startRotation(world.db.database, second.people.tenantId, testActor);
    const made = await backup();
    expect(made.removed).toEqual(old);
    expect(await listSets(folder)).toEqual([made.id]);
    expect(files(join(folder, 'objects')).some((path) => path.endsWith('nobody-names-it'))).toBe(false);
    expect(files(join(folder, 'objects')).length).toBe(made.objects);
  });
});

describe('a sealed file', () => {
  const of = { setKey: Buffer.alloc(32, 7), setId: 'set', name: 'part' };
  const plain = async function* (pieces: number, seen = { isLetGo: false }): AsyncGenerator<Buffer> {
    try {
      for (let n = 0; n < pieces; n += 1) yield randomBytes(100_000);
    } finally {
      seen.isLetGo = true;
    }
  };
  const handles = (): number => readdirSync('/proc/self/fd').filter((fd) => isOf(fd)).length;
  const isOf = (fd: string): boolean => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(join(root, 'sealed'));
    } catch {
      return false;
    }
  };

  it('is closed when its source fails, when its reader gives up, and when it was changed in the middle', async () => {
    const path = join(root, 'sealed-good');
    const written = await writeSealedFile(path, of, plain(20));
    expect(written.plainBytes).toBe(2_000_000);
    for await (const bytes of readSealedFile(path, of)) {
      expect(bytes.length).toBeGreaterThan(0);
      break;
    }
    const failing = async function* (): AsyncGenerator<Buffer> {
      yield* plain(5);
      await Promise.reject(new Error('the server went'));
    };
    await expect(writeSealedFile(join(root, 'sealed-half'), of, failing())).rejects.toThrow('the server went');
    const read = async (): Promise<number> => {
      let bytes = 0;
      for await (const chunk of readSealedFile(path, of)) bytes += chunk.length;
      return bytes;
    };
    expect(await read()).toBe(2_000_000);
    const bytes = readFileSync(path);
    bytes[1_000_000] = (bytes[1_000_000] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    await expect(read()).rejects.toMatchObject({ reason: 'tampered' });
    await expect(text(Readable.from(readSealedFile(join(root, 'sealed-half'), of)))).rejects.toThrow();
    expect(handles()).toBe(0);
  });

  it('does not begin to read what it has no file for', async () => {
    const path = join(root, 'sealed-there');
    writeFileSync(path, '');
    let isBegun = false;
    const source = (async function* (): AsyncGenerator<Buffer> {
      isBegun = true;
      yield* plain(1);
    })();
    await expect(writeSealedFile(path, of, source)).rejects.toThrow('EEXIST');
    expect(isBegun).toBe(false);
  });
});

describe('a restore', () => {
  const latest = async (): Promise<string> => (await listSets(folder)).at(-1) ?? '';
  const store = createFileStore(join(root, 'restored-store'));

  it('brings everything back into an empty installation, where people find what they had', async () => {
    const id = await latest();
    const broken = { ...store, put: () => Promise.reject(new Error('the disk is full')) };
    await expect(restoreAll({ ...deps({ owner: owned.owner }), store: broken }, id)).rejects.toThrow('the disk is full');
    // No row is there, so that it can be done again.
    const restored = await restoreAll({ ...deps({ owner: owned.owner }), store }, id);
    expect(restored).toMatchObject({ destroyed: [], tenants: expect.arrayContaining(['first', 'second']) });
    await expect(restoreAll({ ...deps({ owner: owned.owner }), store }, id)).rejects.toThrow('There are tenants in this database already');
    const { app } = await prepareDatabase(owned.owner, world.db.master);
    const database = createDatabase({ connection: app, master: world.db.master, appendAudit, logger: silentLogger });
    const canaries = await database.withTenant(first.people.tenantId, testActor, async (tx) => {
      const rows = await tx.db.selectFrom('customers').select(['id', 'sealed']).execute();
      const recordings = await tx.db.selectFrom('recordings').select('object_path').where('status', '=', 'complete').execute();
      return { names: rows.map((row) => JSON.stringify(tx.vault.open({ table: 'customers', column: 'sealed', id: row.id }, row.sealed))), chain: await verifyChain(tx), paths: recordings.map(({ object_path: path }) => path) };
    });
    expect(canaries.names.join()).toContain(first.canary);
    expect(canaries.chain.whole).toBe(true);
    const objects = (await readManifest(folder, id, world.db.master)).objects;
    expect(restored.objects).toBe(objects.length);
    for (const { path } of objects) expect(await text(await store.read(path))).toBe(await text(await world.store.read(path)));
    const waiting = await database.withTenant(first.people.tenantId, testActor, ({ db }) => db.selectFrom('outbox').select('id').where('status', '=', 'waiting').execute());
    expect(waiting).toEqual([]);
    await database.close();
  });

  it('brings one tenant back beside the others, who keep what they wrote since', async () => {
    const id = await latest();
    const { tenantId } = second.people;
    const there = deps({ owner: owned.owner });
    const owner = <T>(work: Parameters<typeof asOwner<T>>[1]) => asOwner(owned.owner, work);
    const query = (sql: string, tenant = tenantId, ...values: unknown[]) =>
      owner(async (client) => {
        await client.query("select set_config('app.tenant_id', $1, false)", [tenant]);
        return (await client.query<{ count: string }>(sql, values)).rows;
      });
    await query("update users set login_id = 'newer' where login_id = 'csr1'", first.people.tenantId);
    await query('delete from search_tokens');
    await query('delete from activities');
    await expect(restoreTenant({ ...there, store }, id, 'second', false)).rejects.toThrow('--replace');
    await expect(restoreTenant({ ...there, store }, id, 'second', true)).rejects.toThrow('Suspend second first');
    await query("update tenants set status = 'suspended' where slug = 'second'");
    const restored = await restoreTenant({ ...there, store }, id, 'second', true);
    expect(restored.rows).toBeGreaterThan(50);
    expect(Number((await query('select count(*) from activities'))[0]?.count)).toBeGreaterThan(0);
    expect((await query("select count(*) from users where login_id = 'newer'", first.people.tenantId))[0]?.count).toBe('1');
    expect(await query("select status, key_state from tenants where slug = 'second'")).toEqual([{ status: 'suspended', key_state: 'stable' }]);
    // The backup was made while its key was changed, and the keys may have gone on since.
    expect(await query('select state from key_rotations')).toEqual([{ state: 'done' }]);
    await expect(restoreTenant({ ...there, store }, id, 'nobody', false)).rejects.toThrow('has no tenant nobody');
  });

  it('brings no destroyed tenant back, and opens with a new master key what was made under the old', async () => {
    await forgetKeys(folder, second.people.tenantId);
    await forgetKeys(folder, second.people.tenantId);
    const id = await latest();
    await expect(restoreTenant({ ...deps({ owner: owned.owner }), store }, id, 'second', true)).rejects.toThrow('does not come back');
    const next = MasterKey.random();
    await demandBackups(folder, world.db.master);
    await expect(demandBackups(folder, next)).rejects.toThrow('Set it aside first');
    await rewrapBackups(folder, world.db.master, next);
    await demandBackups(folder, next);
    await rewrapBackups(folder, world.db.master, next);
    await expect(readManifest(folder, id, world.db.master)).rejects.toThrow('another master key');
    const drilled = await verifyBackup({ master: next, folder, clock }, id);
    expect(drilled).toMatchObject({ good: true, faults: [] });
    await rewrapBackups(folder, next, world.db.master);
  });
});
