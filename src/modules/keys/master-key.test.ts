import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { testActor } from '../../../test/support/database.ts';
import { filesWith } from '../../../test/support/files-with.ts';
import { startKms, type KmsServer } from '../../../test/support/kms-server.ts';
import { chooseIdentity } from '../../db/embedded/identity.ts';
import { planLayout } from '../../db/embedded/layout.ts';
import { aloneWithMaster } from '../../db/master-lock.ts';
import { rotateMaster } from '../../db/master-rotation.ts';
import { openAsOwner, openDatabase, type OpenDatabase } from '../../db/open.ts';
import { FakeClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { bundleInPieces, MASTER_BUNDLE, openBundle } from '../../vault/key-bundle.ts';
import { nextMasterKeyFile, readMasterKeyFile } from '../../vault/master-key-file.ts';
import { MasterKey } from '../../vault/master-key.ts';
import { moveToFile, moveToService, plainCopyOf, putMasterKey } from '../../vault/move-master-key.ts';
import { openMasterBytes } from '../../vault/open-master-key.ts';
import { appendAudit } from '../audit/audit-append.ts';
import { createTenant } from '../tenants/tenants.service.ts';
import { createUser } from '../users/users.service.ts';
import { MasterKeyWatch, PROBE_MS, type MasterKeyWatchDeps } from './master-key-watch.ts';
import { demandMasterFits, latestMasterUses, masterKeyUses, recordMasterCeremony } from './master-key.service.ts';

const NAME = '仮名亜梨子';
const folder = mkdtempSync(join(tmpdir(), 'scc-master-'));
const before = { ...process.env };
let kms: KmsServer;
let opened: OpenDatabase;
let tenantId = '';
let userId = '';
const config = { dataDir: join(folder, 'data'), databaseUrl: undefined, masterKeyFile: join(folder, 'keys', 'master.key'), kms: { keyId: 'alias/scc', region: '', endpoint: '' } };
const { pgdata } = planLayout(config.dataDir, chooseIdentity());

const open = (): Promise<OpenDatabase> => openDatabase({ config, logger: silentLogger, appendAudit, keyPatienceMs: 0 });
const fault = (kind: string) => expect.objectContaining({ name: 'KeyServiceError', kind });
const nameInDatabase = (): Promise<string> =>
  opened.database.withTenant(tenantId, testActor, async (tx) => {
    const row = await tx.db.selectFrom('users').select('sealed').where('id', '=', userId).executeTakeFirstOrThrow();
    return tx.vault.open<{ name: string }>({ table: 'users', column: 'sealed', id: userId }, row.sealed).name;
  });
const uses = () => opened.database.withDirectory((db) => latestMasterUses(db, 100));

/** Files of the installation and its database that hold the bytes of the master key, also as text. */
const holding = (key: Buffer): string[] => filesWith([folder, pgdata], [key, Buffer.from(key.toString('base64')), Buffer.from(key.toString('hex'))]);

beforeAll(async () => {
  kms = await startKms();
  kms.addKey('scc');
  Object.assign(process.env, kms.environment);
  Object.assign(config.kms, { region: kms.region, endpoint: kms.endpoint });
  opened = await open();
  const content = { name: NAME, nameKana: '', department: '', email: '', employeeNumber: '' };
  userId = await createTenant(opened.database, { slug: 'acme', name: 'acme' }, testActor, (tx, { profiles }) => {
    ({ tenantId } = tx);
    return createUser(tx, { loginId: 'sv1', profileId: profiles.SV, content, passwordHash: 'x' });
  });
});
afterEach(() => {
  kms.outage = null;
  kms.denied.clear();
});
afterAll(async () => {
  await opened.close();
  process.env = before;
  await kms.close();
  for (const made of [folder, join(pgdata, '..')]) rmSync(made, { recursive: true, force: true });
});

describe('an installation whose master key a service wraps', () => {
  it('has it on no disk, and says in its log who opened it', async () => {
    expect(await uses()).toMatchObject([{ purpose: 'open', actor: 'core', way: 'kms', outcome: 'ok' }]);
    await opened.close();
    const key = await openMasterBytes(config);
    expect(holding(key)).toEqual([]);
    // What lies in a file is found, so the search can find something.
    await moveToFile(config);
    expect(holding(key)).toEqual([config.masterKeyFile]);
    await moveToService(config);
    expect(holding(key)).toEqual([]);
    opened = await open();
    expect(await nameInDatabase()).toBe(NAME);
  });

  it('goes on while the service is away, and starts again when it is back', async () => {
    kms.outage = { status: 503, type: 'ServiceUnavailable' };
    expect(await nameInDatabase()).toBe(NAME);
    await createTenant(opened.database, { slug: 'second', name: 'second' }, testActor, () => Promise.resolve());
    await opened.close();
    await expect(open()).rejects.toEqual(fault('unreachable'));
    kms.outage = null;
    kms.denied.add('Decrypt');
    await expect(open()).rejects.toEqual(fault('denied'));
    kms.denied.clear();
    opened = await open();
    expect(await nameInDatabase()).toBe(NAME);
    expect((await uses()).slice(0, 3)).toMatchObject([{ outcome: 'ok' }, { outcome: 'denied', key_id: 'alias/scc' }, { outcome: 'unreachable' }]);
    const own = opened.database.withDirectory((db) => db.deleteFrom('master_key_log').execute());
    await expect(own).rejects.toThrow('permission denied');
  });

  it('is moved by one command at a time', async () => {
    let inside = 0;
    const one = aloneWithMaster(opened.owner, async () => {
      inside += 1;
      await expect(aloneWithMaster(opened.owner, () => Promise.resolve())).rejects.toThrow('by another command');
    });
    await one;
    await aloneWithMaster(opened.owner, () => Promise.resolve((inside += 1)));
    expect(inside).toBe(2);
  });
});

describe('a change of the master key', () => {
  it('makes a new one under the service, for the same installation, though it dies in the middle', async () => {
    await opened.close();
    const [old, oldText] = [await openMasterBytes(config), readFileSync(config.masterKeyFile, 'utf8')];
    const context = contextOf(config.masterKeyFile);
    const owned = await openAsOwner({ config, logger: silentLogger });
    const rotate = (change: () => Promise<void>) => rotateMaster(owned.owner, config, new Date(0), { check: () => Promise.resolve(), change });
    kms.denied.add('Encrypt');
    await expect(rotate(() => Promise.resolve())).rejects.toEqual(fault('denied'));
    expect(existsSync(nextMasterKeyFile(config.masterKeyFile))).toBe(false);
    kms.denied.clear();
    await expect(rotate(() => Promise.reject(new Error('killed')))).rejects.toThrow('killed');
    await expect(openDatabase({ config, logger: silentLogger, appendAudit, attach: true })).rejects.toThrow('keys rotate-master');
    // The service away in the middle of it: nothing is lost, the next run goes on.
    kms.outage = { status: 503, type: 'ServiceUnavailable' };
    const clock = setTimeout(() => (kms.outage = null), 1_500);
    const done = await rotate(() => Promise.resolve());
    clearTimeout(clock);
    expect(done).toMatchObject({ wrapped: 0, found: 2 });
    await owned.close();
    expect(readFileSync(done.oldFile, 'utf8')).toBe(oldText);
    expect(contextOf(config.masterKeyFile)).toEqual(context);
    expect((await openMasterBytes(config)).equals(old)).toBe(false);
    opened = await open();
    expect(await nameInDatabase()).toBe(NAME);
    expect((await uses()).filter(({ purpose }) => purpose === 'rotate')).toMatchObject([{ way: 'kms' }, { way: 'kms' }]);
    await expect(demandMasterFits(opened.owner, new MasterKey(old))).rejects.toThrow('does not belong to this database');
  });
});

function contextOf(path: string): unknown {
  const content = readMasterKeyFile(path);
  return content.kind === 'wrapped' ? content.context : null;
}

describe('a safe copy of the master key', () => {
  it('brings an installation back whose key of the service is gone; another key is not taken', async () => {
    const key = await openMasterBytes(config);
    expect((await opened.database.withDirectory((db) => masterKeyUses(db, new Date(0)))).copiedAt).toBeNull();
    const pieces = bundleInPieces({ tenantId: MASTER_BUNDLE, slug: 'master key', keys: [{ version: 1, key }] }, 3);
    await recordMasterCeremony(opened.owner, { code: 'master_key_exported', purpose: 'export', actor: 'cli', way: 'kms', detail: { how: '3 pieces' } });
    expect((await opened.database.withDirectory((db) => masterKeyUses(db, new Date(0)))).copiedAt).not.toBeNull();
    await opened.close();
    const content = readMasterKeyFile(config.masterKeyFile);
    kms.forget(content.kind === 'wrapped' ? content.wrapped.keyId : '');
    await expect(open()).rejects.toEqual(fault('not_found'));

    kms.addKey('scc');
    const [found] = (await openBundle(pieces, null)).keys;
    const owned = await openAsOwner({ config, logger: silentLogger });
    await expect(demandMasterFits(owned.owner, MasterKey.random())).rejects.toThrow('Nothing was changed');
    await demandMasterFits(owned.owner, new MasterKey(found?.key ?? Buffer.alloc(0)));
    await putMasterKey(config, found?.key ?? Buffer.alloc(0), new Date(1_000_000));
    await owned.close();
    opened = await open();
    expect(await nameInDatabase()).toBe(NAME);
    const events = await opened.database.withDirectory((db) => db.selectFrom('operator_events').select('code').where('code', 'like', 'master_key%').orderBy('at').execute());
    expect(events.map(({ code }) => code)).toEqual(['master_key_rotated', 'master_key_rotated', 'master_key_exported']);
  });
});

describe('the watch', () => {
  const watchOf = (clock: FakeClock, more: Partial<MasterKeyWatchDeps> = {}) => {
    const registry = new Registry();
    const errors: string[] = [];
    const logger = Object.assign(Object.create(silentLogger) as typeof silentLogger, { error: (_fields: object, text: string) => void errors.push(text) });
    const watch = new MasterKeyWatch({ place: config, master: opened.master, database: opened.database, clock, logger, registry, ...more });
    const gauge = async (): Promise<number | undefined> => (await registry.getSingleMetric('scc_master_key_good')?.get())?.values[0]?.value;
    return { watch, registry, errors, gauge };
  };

  it('tries the key every five minutes, says when the next start would fail, and why', async () => {
    const clock = new FakeClock();
    const { watch, registry, errors, gauge } = watchOf(clock);
    expect(watch.figure()).toBeUndefined();
    await watch.look();
    expect(watch.view()).toMatchObject({ place: 'kms', warnings: [], kms: { region: kms.region, state: 'Enabled', problem: null, deletionAt: null } });
    expect(watch.figure()).toBeGreaterThanOrEqual(0);
    expect(await gauge()).toBe(1);
    const asked = kms.requests.length;
    clock.advance(PROBE_MS - 1);
    await watch.look();
    expect(kms.requests.length).toBe(asked);

    const content = readMasterKeyFile(config.masterKeyFile);
    const arn = content.kind === 'wrapped' ? content.wrapped.keyId : '';
    kms.setState(arn, 'PendingDeletion');
    clock.advance(1);
    await watch.look();
    expect(watch.view().kms).toMatchObject({ state: 'PendingDeletion', deletionAt: expect.any(String), problem: 'pending_deletion', ms: null });
    expect(watch.figure()).toBeNull();
    expect(await gauge()).toBe(0);
    // Not good: asked at every look, told once.
    clock.advance(30_000);
    await watch.look();
    kms.setState(arn, 'Disabled');
    clock.advance(30_000);
    await watch.look();
    expect(watch.view().kms).toMatchObject({ state: 'Disabled', problem: 'disabled' });
    kms.setState(arn, 'Enabled');
    kms.denied.add('DescribeKey');
    clock.advance(30_000);
    await watch.look();
    // Who may not ask for the state still opens with it.
    expect(watch.view().kms).toMatchObject({ state: null, problem: null });
    expect(watch.figure()).toBeGreaterThanOrEqual(0);
    expect(errors).toHaveLength(2);
    expect((await uses()).filter(({ purpose }) => purpose === 'probe').map(({ outcome }) => outcome)).toEqual(['ok', 'disabled', 'pending_deletion', 'ok']);
    expect(await registry.getSingleMetricAsString('scc_kms_requests_total')).toContain('scc_kms_requests_total{action="Decrypt",outcome="pending_deletion"} 2');
  });

  it('sees what stands in the way of the next start without asking anybody', async () => {
    const clock = new FakeClock();
    const good = readFileSync(config.masterKeyFile);
    const warningsOf = async (more: Partial<MasterKeyWatchDeps> = {}) => {
      const { watch } = watchOf(clock, more);
      await watch.look();
      return { place: watch.view().place, warnings: watch.view().warnings, fails: watch.figure() === null };
    };
    const file = { masterKeyFile: config.masterKeyFile };
    expect(await warningsOf({ place: file })).toEqual({ place: 'kms', warnings: ['not_configured'], fails: true });
    writeFileSync(plainCopyOf(config.masterKeyFile), Buffer.alloc(32), { mode: 0o600 });
    expect(await warningsOf()).toEqual({ place: 'kms', warnings: ['plain_copy'], fails: false });
    rmSync(plainCopyOf(config.masterKeyFile));
    expect(await warningsOf({ place: { ...config, kms: { ...config.kms, keyId: kms.addKey() } } })).toEqual({ place: 'kms', warnings: ['other_key'], fails: false });
    expect(await warningsOf({ master: MasterKey.random() })).toEqual({ place: 'kms', warnings: ['another_master'], fails: true });
    const key = await openMasterBytes(config);
    writeFileSync(config.masterKeyFile, key);
    expect(await warningsOf()).toEqual({ place: 'file', warnings: ['plain_though_configured'], fails: true });
    expect(await warningsOf({ place: file })).toEqual({ place: 'file', warnings: [], fails: false });
    writeFileSync(config.masterKeyFile, Buffer.alloc(32));
    expect(await warningsOf({ place: file })).toEqual({ place: 'file', warnings: ['another_master'], fails: true });
    writeFileSync(config.masterKeyFile, good.subarray(0, 40));
    expect(await warningsOf()).toEqual({ place: 'file', warnings: ['missing_or_damaged'], fails: true });
    writeFileSync(config.masterKeyFile, good);
    expect(await warningsOf()).toEqual({ place: 'kms', warnings: [], fails: false });
  });
});
