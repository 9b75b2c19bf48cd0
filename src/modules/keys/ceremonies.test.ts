import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testActor } from '../../../test/support/database.ts';
import { filesWith } from '../../../test/support/files-with.ts';
import { addOperator, OPERATOR_PASSWORD, operatorCode } from '../../../test/support/operator.ts';
import { chooseIdentity } from '../../db/embedded/identity.ts';
import { planLayout } from '../../db/embedded/layout.ts';
import { forgetOldMaster, rotateMaster } from '../../db/master-rotation.ts';
import { openAsOwner, openDatabase, type OpenDatabase } from '../../db/open.ts';
import { asOwner } from '../../db/prepare.ts';
import { FakeClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { bundleInPieces, openBundle } from '../../vault/key-bundle.ts';
import { loadMasterKey, nextMasterKeyFile } from '../../vault/master-key-file.ts';
import { appendAudit } from '../audit/audit-append.ts';
import { verifyChain } from '../audit/audit-verify.ts';
import { AuditWitness, demandCheckpoints, readCheckpoint, resignCheckpoints, witnessFolder } from '../audit/audit-witness.ts';
import { confirmOperator } from '../operator/operator-confirm.service.ts';
import { createTenant } from '../tenants/tenants.service.ts';
import { createUser } from '../users/users.service.ts';
import { destroyKeys, exportKeys, importKeys, keyVersionUses, recordImport, retireKeys, type CeremonyDeps } from './ceremonies.ts';
import { continueRotation, startRotation } from './rotation.service.ts';

/** Typed by people, one a tenant: must be found nowhere on the disk. */
const CANARY = { acme: '仮名亜梨子キャナリー', other: '仮名次郎キャナリー' };
/** A name that is not sealed: shows that the search of the disk can find something. */
const CONTROL = '見出しの名前は封をしない';

const folder = mkdtempSync(join(tmpdir(), 'scc-keys-'));
const config = { dataDir: join(folder, 'data'), databaseUrl: undefined, masterKeyFile: join(folder, 'master.key') };
/** The database's files: under root they are not in the data folder. */
const { pgdata } = planLayout(config.dataDir, chooseIdentity());
const open = (): Promise<OpenDatabase> => openDatabase({ config, logger: silentLogger, appendAudit });
let opened: OpenDatabase;
const tenants = { acme: '', other: '' };
const users = { acme: '', other: '' };

const deps = (): CeremonyDeps => opened;
const place = (id: string) => ({ table: 'users', column: 'sealed', id });
const nameIn = (slug: 'acme' | 'other'): Promise<string> =>
  opened.database.withTenant(tenants[slug], testActor, async (tx) => {
    const row = await tx.db.selectFrom('users').select('sealed').where('id', '=', users[slug]).executeTakeFirstOrThrow();
    return tx.vault.open<{ name: string }>(place(users[slug]), row.sealed).name;
  });

beforeAll(async () => {
  opened = await open();
  for (const slug of ['acme', 'other'] as const) {
    const content = { name: CANARY[slug], nameKana: '', department: CANARY[slug], email: '', employeeNumber: '' };
    users[slug] = await createTenant(opened.database, { slug, name: slug }, testActor, (tx, { profiles }) => {
      tenants[slug] = tx.tenantId;
      return createUser(tx, { loginId: 'sv1', profileId: profiles.SV, content, passwordHash: 'x' });
    });
  }
});
afterAll(async () => {
  await opened.close();
  for (const made of [folder, join(pgdata, '..')]) rmSync(made, { recursive: true, force: true });
});

/** Files of this installation that hold the text, in UTF-8 or as JSON escapes. */
const holding = (text: string): string[] => filesWith([folder, pgdata], [Buffer.from(text), Buffer.from([...text].map((character) => `\\u${character.charCodeAt(0).toString(16)}`).join(''))]);

describe('what people type', () => {
  it('is on no disk: neither in tables nor in the write-ahead log; what is not sealed would be found', async () => {
    await opened.database.withTenant(tenants.acme, testActor, (tx) => tx.db.updateTable('tenants').set({ name: CONTROL }).where('id', '=', tx.tenantId).execute());
    await opened.close();
    expect(holding(CONTROL).some((path) => path.includes('pg_wal'))).toBe(true);
    expect(holding(CONTROL).some((path) => path.includes(join('base', '')))).toBe(true);
    expect(holding(CANARY.acme)).toEqual([]);
    opened = await open();
    expect(await nameIn('acme')).toBe(CANARY.acme);
  });
});

describe('versions', () => {
  it('are deleted when nothing refers to them, and not before', async () => {
    for (const version of [2, 3]) {
      expect(await startRotation(opened.database, tenants.acme, testActor)).toBe(version);
      await asOwner(opened.owner, async (client) => {
        await client.query("select set_config('app.tenant_id', $1, false)", [tenants.acme]);
        await client.query("update key_rotations set announced_at = announced_at - interval '1 minute'");
      });
      if (version === 2) await expect(retireKeys(deps(), tenants.acme, testActor)).rejects.toMatchObject({ code: 'key_rotation_running' });
      while ((await continueRotation(opened.database, tenants.acme)) !== 'done');
    }
    const uses = () => opened.database.withTenant(tenants.acme, testActor, keyVersionUses);
    expect(await uses()).toMatchObject([{ version: 1, current: false, sealed: 0, tokens: true }, { version: 2, sealed: 0, tokens: false }, { version: 3, current: true, tokens: false }]);
    // The entry that said that version 2 was in use is sealed under it.
    expect((await uses())[1]?.auditEntries).toBeGreaterThan(0);
    expect(await retireKeys(deps(), tenants.acme, testActor)).toEqual([]);
    await asOwner(opened.owner, async (client) => {
      await client.query("select set_config('app.tenant_id', $1, false)", [tenants.acme]);
      await client.query('delete from audit_events where get_byte(sealed, 1) * 256 + get_byte(sealed, 2) = 2');
    });
    expect(await retireKeys(deps(), tenants.acme, testActor)).toEqual([2]);
    expect((await uses()).map(({ version }) => version)).toEqual([1, 3]);
    expect(await nameIn('acme')).toBe(CANARY.acme);
  });
});

describe('export and import', () => {
  it('bring keys back under another master key, and take no keys that do not fit', async () => {
    const pieces = bundleInPieces(await exportKeys(deps(), tenants.other, testActor, '2 pieces'), 2);
    const bundle = await openBundle(pieces, null);
    const wrong = { ...bundle, keys: bundle.keys.map(({ version }) => ({ version, key: randomBytes(32) })) };
    await expect(importKeys(deps(), wrong)).rejects.toThrow("do not open the tenant's records");
    // The master key is lost.
    await opened.close();
    const lost = readFileSync(config.masterKeyFile);
    writeFileSync(config.masterKeyFile, randomBytes(32));
    await expect(open()).rejects.toThrow('does not belong to this database');
    const owned = await openAsOwner({ config, logger: silentLogger });
    expect(await importKeys({ owner: owned.owner, master: loadMasterKey(config.masterKeyFile, true) }, bundle)).toEqual([1]);
    await owned.close();
    opened = await openDatabase({ config, logger: silentLogger, appendAudit, anyKeys: true });
    await recordImport(opened, tenants.other, testActor, [1]);
    expect(await nameIn('other')).toBe(CANARY.other);
    await expect(nameIn('acme')).rejects.toMatchObject({ code: 'master_key_mismatch' });
    // And is found again.
    await importKeys({ owner: opened.owner, master: new (loadMasterKey(config.masterKeyFile, true).constructor as new (key: Buffer) => CeremonyDeps['master'])(lost) }, bundle);
    await opened.close();
    writeFileSync(config.masterKeyFile, lost);
    opened = await open();
    expect(await nameIn('acme')).toBe(CANARY.acme);
    const log = await opened.database.withTenant(tenants.other, testActor, ({ db }) => db.selectFrom('key_log').select('purpose').execute());
    expect(log.map(({ purpose }) => purpose)).toEqual(expect.arrayContaining(['key_exported', 'key_imported', 'tenant_key_load']));
  });
});

describe('the master key', () => {
  const clock = new FakeClock();
  const rotate = (owner: OpenDatabase['owner'], around: (step: 'signed') => void = () => undefined) =>
    rotateMaster(owner, config, new Date(clock.wall()), {
      check: (old) => demandCheckpoints(witnessFolder(config.dataDir), (text) => old.sign(text)),
      async change({ old, next }) {
        await resignCheckpoints(witnessFolder(config.dataDir), (text) => old.sign(text), (text) => next.sign(text));
        around('signed');
      },
    });

  it('is not changed while the product runs', async () => {
    await expect(rotate(opened.owner)).rejects.toThrow('Stop it first');
    // Else the product would not start any more, and no command would work beside it.
    expect(existsSync(nextMasterKeyFile(config.masterKeyFile))).toBe(false);
  });

  it('is changed with all that hangs on it, though the change dies in the middle; the old file opens nothing', async () => {
    const witness = new AuditWitness();
    witness.start({ withTenant: opened.database.withTenant, folder: witnessFolder(config.dataDir), sign: opened.sign, clock, logger: silentLogger });
    await opened.database.withTenant(tenants.other, testActor, async (tx) => witness.watch(appendAudit)((await import('../../db/tenant-transaction.ts')).chainOf(tx), [{ code: 'customer.updated', subject: { kind: 'customer', id: 'x' }, detail: {} }]));
    await witness.stop();
    await addOperator(opened, 'op0');
    await opened.close();
    const before = readFileSync(config.masterKeyFile);
    const owned = await openAsOwner({ config, logger: silentLogger });
    const file = join(witnessFolder(config.dataDir), `${tenants.other}.json`);
    const good = readFileSync(file, 'utf8');
    writeFileSync(file, good.replace(/"seq":\d+/, '"seq":1000'));
    // It would be found after the database is under the new key, and nothing would open any more.
    await expect(rotate(owned.owner)).rejects.toThrow('was changed or belongs to another installation');
    expect(existsSync(nextMasterKeyFile(config.masterKeyFile))).toBe(false);
    writeFileSync(file, good);
    const dies = rotate(owned.owner, () => {
      throw new Error('killed');
    });
    await expect(dies).rejects.toThrow('killed');
    await owned.close();
    await expect(open()).rejects.toThrow('keys rotate-master');
    const again = await openAsOwner({ config, logger: silentLogger });
    const done = await rotate(again.owner);
    expect(done.wrapped).toBe(0);
    expect(done.found).toBe(3);
    await again.close();
    expect(readFileSync(done.oldFile)).toEqual(before);
    expect(readFileSync(config.masterKeyFile)).not.toEqual(before);
    expect(statSync(config.masterKeyFile).mode & 0o777).toBe(0o600);

    opened = await open();
    expect(await nameIn('acme')).toBe(CANARY.acme);
    await confirmOperator({ database: opened.database, clock, master: opened.master }, 'op0', { password: OPERATOR_PASSWORD, code: operatorCode(clock.wall()) });
    const checkpoint = await readCheckpoint(witnessFolder(config.dataDir), tenants.other, opened.sign);
    expect(checkpoint?.seq).toBeGreaterThan(0);
    expect(await opened.database.withTenant(tenants.other, testActor, (tx) => verifyChain(tx, checkpoint))).toMatchObject({ whole: true });
    const old = loadMasterKey(done.oldFile, false);
    await opened.database.withTenant(tenants.other, testActor, async ({ db }) => {
      const { wrapped, version } = await db.selectFrom('tenant_keys').select(['wrapped', 'version']).executeTakeFirstOrThrow();
      expect(() => old.unwrapTenantKey(tenants.other, version, wrapped)).toThrow(expect.objectContaining({ code: 'master_key_mismatch' }));
    });
    await forgetOldMaster(done.oldFile);
    expect(existsSync(done.oldFile)).toBe(false);
    await expect(forgetOldMaster(done.oldFile)).rejects.toThrow('There is no file');
  });
});

describe('destroying', () => {
  const wanted = { reason: 'the contract ended', requestedBy: 'op1', approvedBy: 'op2' };

  it('needs two people who are who they say, and no legal hold', async () => {
    const fake = { database: opened.database, clock: new FakeClock(Date.now()), master: opened.master };
    await addOperator(opened, 'op1');
    await confirmOperator(fake, 'op1', { password: OPERATOR_PASSWORD, code: operatorCode(fake.clock.wall()) });
    const refused = confirmOperator({ ...fake, clock: { ...fake.clock, wall: () => Date.now(), monotonic: () => 0, after: (_ms, run) => (run(), () => undefined) } }, 'op1', { password: 'wrong', code: '' });
    await expect(refused).rejects.toMatchObject({ code: 'login_refused' });
    await expect(destroyKeys(deps(), tenants.acme, testActor, { ...wanted, approvedBy: 'op1' })).rejects.toThrow('Two different people');
    const hold = (at: Date | null) =>
      asOwner(opened.owner, async (client) => {
        await client.query("select set_config('app.tenant_id', $1, false)", [tenants.acme]);
        await client.query(
          `with c as (insert into calls (tenant_id, id, direction, channel, started_at, sealed) select $1, gen_random_uuid(), 'inbound', 'sip', now(), '' where not exists (select from calls) returning id)
           insert into recordings (tenant_id, id, call_id, status, object_path, key_version, wrapped_key) select $1, gen_random_uuid(), id, 'complete', '', 1, '\\x00' from c`, [tenants.acme]);
        await client.query('update recordings set held_at = $1', [at]);
      });
    await hold(new Date());
    await expect(destroyKeys(deps(), tenants.acme, testActor, wanted)).rejects.toMatchObject({ code: 'legal_hold' });
    await hold(null);
  });

  it('leaves nothing that opens, in this process or another, under work; the other tenant does not notice', async () => {
    const other = await openDatabase({ config, logger: silentLogger, appendAudit, attach: true });
    const held = await other.database.vaultOf(tenants.acme);
    const wrapped = await opened.database.withTenant(tenants.acme, testActor, ({ db }) => db.selectFrom('tenant_keys').select(['version', 'wrapped']).execute());
    let ended = false;
    const outcomes = new Map<string, number>();
    const busy = (async () => {
      while (!ended) {
        const outcome = await nameIn('acme').then(
          () => 'read',
          (error: unknown) => (error as { code: string }).code,
        );
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        expect(await nameIn('other')).toBe(CANARY.other);
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await destroyKeys(deps(), tenants.acme, testActor, wanted)).toEqual(wrapped.map(({ version }) => version));
    await new Promise((resolve) => setTimeout(resolve, 100));
    ended = true;
    await busy;
    expect([...outcomes.keys()].filter((outcome) => !['read', 'not_found', 'tenant_key_destroyed'].includes(outcome))).toEqual([]);
    expect(outcomes.get('read')).toBeGreaterThan(0);
    expect(outcomes.get('not_found')).toBeGreaterThan(0);

    await other.database.keys.refreshChanged();
    expect(() => held.seal(place('x'), 1)).toThrow(expect.objectContaining({ code: 'tenant_key_destroyed' }));
    expect(() => held.token('name', 'x')).toThrow(expect.objectContaining({ code: 'tenant_key_destroyed' }));
    await other.close();
    expect(await destroyKeys(deps(), tenants.acme, testActor, wanted)).toEqual([]);
    const bundle = { tenantId: tenants.acme, slug: 'acme', keys: [{ version: 1, key: randomBytes(32) }] };
    await expect(importKeys(deps(), bundle)).rejects.toMatchObject({ code: 'tenant_key_destroyed' });
    // The wrapped keys are not in the table's file any more. The write-ahead log still has them: until the master key is changed.
    await opened.close();
    const inFiles = readdirSync(join(pgdata, 'base'), { recursive: true, encoding: 'utf8' })
      .map((name) => join(pgdata, 'base', name))
      .filter((path) => statSync(path).isFile() && wrapped.some((row) => readFileSync(path).includes(row.wrapped)));
    expect(inFiles).toEqual([]);
    opened = await open();
    expect(await nameIn('other')).toBe(CANARY.other);
  });
});
