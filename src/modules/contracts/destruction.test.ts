import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addTwin, type Twin } from '../../http/testing/twins.ts';
import { makeBackup } from '../backup/backup.service.ts';
import { listSets } from '../backup/backup-set.ts';
import { verifyBackup } from '../backup/backup-verify.ts';
import { dayOf } from '../support/japan-days.ts';
import { latestDestruction, lookAtContracts } from './contract-job.ts';
import { certificateOf, operatorContract } from './contract-views.service.ts';
import { readContract } from './contracts.queries.ts';
import { runDestruction } from './destruction.ts';
import type { DestructionDeps } from './destruction-steps.ts';
import { archivedTo, lineAfter, textsInPoints, type RunningKeeper } from '../../../test/support/points.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { listLines } from '../points/points-folder.ts';
import { recoverPoint } from '../points/restore-points.ts';
import { createContractWorld, type ContractWorld } from '../../../test/support/contract-world.ts';
import { filesWithText } from '../../../test/support/files-with.ts';

const SCRIPT = join(import.meta.dirname, '../../../assets/certificate/verify-deletion-certificate.mjs');
const reason = 'as agreed';

let field: ContractWorld;
let gone: Twin;
let other: Twin;
let keeper: RunningKeeper;
/** A moment before the destruction that could be gone back to. */
let before: number;

beforeAll(async () => {
  field = await createContractWorld();
  gone = await addTwin(field.world, 'gone', 1);
  other = await addTwin(field.world, 'other', 2);
  // What twins leave out: that the numbers are theirs.
  for (const { serviceNumber, people } of [gone, other]) await field.world.db.ownerClient.query('insert into number_directory (number, tenant) values ($1, $2)', [serviceNumber, people.tenantId]);
}, 120_000);
afterAll(async () => {
  await keeper?.stop();
  await field.close();
});

const view = () => field.opened.database.withDirectory((db) => operatorContract(db, 'gone', field.world.clock.wall()));
const approve = (operator: string, code = 'gone') => field.wish(gone.people.tenantId, { type: 'approve', reason, code }, operator);
const backup = () => makeBackup({ owner: field.opened.owner, master: field.opened.master, store: field.world.store, folder: field.backupDir, clock: field.world.clock });
const numbers = async (): Promise<string[]> => (await field.world.db.ownerClient.query<{ tenant: string }>('select tenant from number_directory order by tenant')).rows.map(({ tenant }) => tenant);

/** What a killed process leaves: the step had done its work and nobody had written it down. */
const failing = (what: Partial<DestructionDeps>): Promise<unknown> => runDestruction({ ...field.deps, ...what }, gone.people.tenantId);

describe('the destruction of a tenant', () => {
  it('needs the day, the code, two people, and no recording that is held', async () => {
    const { tenantId } = gone.people;
    await field.wish(tenantId, { type: 'end', on: dayOf(field.world.clock.wall()), reason });
    await backup();
    keeper = field.keepPoints();
    await lineAfter(field.points, null);
    // In the log of this line too, not only in its base.
    await field.world.db.ownerClient.query('update tenants set name = name');
    before = Date.now();
    await archivedTo(field.points, before);
    expect(await textsInPoints(field.points, [gone.canary, other.canary])).toHaveLength(2);
    await expect(approve('kato')).rejects.toMatchObject({ code: 'contract_not_possible' });
    await field.pass(180);
    expect(await numbers()).toEqual([other.people.tenantId]);
    await field.wish(tenantId, { type: 'undoDeletion', reason });
    expect(await numbers()).toHaveLength(2);
    await field.pass(60);
    expect(await view()).toMatchObject({ state: 'logically_deleted', isDestructionDue: true, overdueDays: 0 });
    await expect(approve('kato', 'other')).rejects.toMatchObject({ code: 'invalid' });
    await expect(approve('kato')).rejects.toMatchObject({ code: 'legal_hold' });
    await field.world.db.ownerClient.query('update recordings set held_at = null');
    await field.pass(2);
    expect([(await view()).overdueDays, await latestDestruction(field.deps)]).toEqual([2, 2]);
    await expect(runDestruction(field.deps, tenantId)).rejects.toMatchObject({ code: 'contract_not_possible' });
    await approve('kato');
    await expect(approve('kato')).rejects.toMatchObject({ code: 'second_person_needed' });
    expect(await view()).toMatchObject({ approvals: [{ loginId: 'kato', reason }] });
    await approve('mori');
    expect(await view()).toMatchObject({ state: 'destroying', progress: null });
    expect(filesWithText(field.folders.database, [gone.canary])).not.toEqual([]);
  }, 120_000);

  it('goes on where it was stopped, at every step, and ends with everything gone and the others as they were', async () => {
    const no = () => Promise.reject(new Error('killed'));
    const { store, master } = field.deps;
    await expect(failing({ store: { ...store, folders: no } })).rejects.toThrow('killed');
    expect(await view()).toMatchObject({ state: 'destroying', progress: { done: 2 } });
    const eraseOnce = { folders: () => store.folders(), list: (prefix: string) => store.list(prefix), erase: async (prefix: string) => (await store.erase(prefix), no()) };
    await expect(failing({ store: eraseOnce })).rejects.toThrow('killed');
    expect(await view()).toMatchObject({ progress: { done: 4 } });
    await expect(failing({ backupDir: join(field.deps.dataDir, 'log', 'core.log') })).rejects.toThrow('ENOTDIR');
    expect(await view()).toMatchObject({ progress: { done: 5 } });
    const [line = ''] = await listLines(field.backupDir);
    // The disk of the backups is full when the new base is taken: what there is stays, and it is done again.
    const full = { ...field.deps.master, unwrapTenantKey: master.unwrapTenantKey.bind(master), unwrapBackupKey: master.unwrapBackupKey.bind(master), sign: master.sign.bind(master), wrapBackupKey: () => { throw new Error('killed'); } };
    await expect(failing({ master: full as unknown as typeof master })).rejects.toThrow('killed');
    expect(await view()).toMatchObject({ progress: { done: 8 } });
    expect(await listLines(field.backupDir)).toEqual([line]);
    await lookAtContracts(field.deps);
    expect(await view()).toMatchObject({ state: 'destroyed', progress: { done: 9, of: 9 }, name: '' });
    await lookAtContracts(field.deps);
    expect(await runDestruction(field.deps, gone.people.tenantId)).toBe('destroyed');
    await field.world.db.ownerClient.query('checkpoint');
    for (const folder of Object.values(field.folders)) expect(filesWithText(folder, [gone.canary])).toEqual([]);
    expect(filesWithText(field.folders.database, [other.canary])).not.toEqual([]);
    await lineAfter(field.points, line);
    expect(await listLines(field.backupDir)).not.toContain(line);
    expect(await textsInPoints(field.points, [gone.canary, gone.people.sv, other.canary])).toEqual([other.canary]);
    await expect(recoverPoint({ ...field.points, dataDir: join(field.backupDir, '..', 'then'), clock: systemClock, logger: silentLogger }, before, () => Promise.resolve(), true)).rejects.toMatchObject({ code: 'destroyed_since' });
    const [id = ''] = await listSets(field.backupDir);
    expect(await verifyBackup({ master, folder: field.backupDir, clock: field.world.clock }, id)).toMatchObject({ good: true, faults: [] });
    // A backup of after it, too: what is left of the tenant comes back as that.
    const after = await backup();
    expect(await verifyBackup({ master, folder: field.backupDir, clock: field.world.clock }, after.id)).toMatchObject({ good: true, faults: [] });
    const client = await field.world.logIn(other.people, 'sv1');
    expect((await client.call('GET', `/customers/${other.ids.customer}`)).status).toBe(200);
    const login = await field.world.request('POST', '/api/v1/login', { body: { tenant: 'gone', loginId: 'sv1', password: 'a long enough test phrase' } });
    expect(login.body.code).toBe('login_refused');
  }, 300_000);

  it('is proved by a certificate that a small program verifies, and that notices any change of it', async () => {
    const { text, slug } = await field.opened.database.withDirectory((db) => certificateOf(db, { tenant: gone.people.tenantId }));
    expect(slug).toBe('gone');
    const certificate = JSON.parse(text) as { signed: { existed: { rows: number; tables: { table: string; rows: number }[]; objects: { count: number } }; steps: { step: string; keyVersions?: number[] }[] } };
    expect(certificate.signed.existed.rows).toBeGreaterThan(60);
    expect(certificate.signed.existed.tables.map(({ table }) => table)).toEqual(expect.arrayContaining(['audit_events', 'calls', 'customers', 'users']));
    expect(certificate.signed.existed.objects.count).toBeGreaterThan(0);
    expect(certificate.signed.steps.map(({ step }) => step)).toEqual(['begun', 'keys', 'inventory', 'rows', 'objects', 'backups', 'traces', 'files', 'points']);
    expect(certificate.signed.steps[0]?.keyVersions).toEqual([1]);
    expect(text).not.toContain(gone.canary);
    const file = join(field.backupDir, '..', 'certificate.json');
    const verify = (content: string, key = field.opened.master.signer.publicKey): string => {
      writeFileSync(file, content);
      try {
        return execFileSync(process.execPath, [SCRIPT, file, key], { encoding: 'utf8' });
      } catch (error) {
        return (error as { stdout: string }).stdout;
      }
    };
    expect(verify(text)).toContain('whole       yes');
    expect(verify(JSON.stringify(JSON.parse(text)))).toContain('whole       yes');
    expect(verify(text.replace('"by": "mori"', '"by": "kato"'))).toMatch(/signature does not fit[\s\S]*Two people[\s\S]*whole {7}NO/);
    expect(verify(text.replace(/"rows": \d+/, '"rows": 1'))).toMatch(/root hash[\s\S]*do not add up[\s\S]*whole {7}NO/);
    expect(verify(text, Buffer.alloc(32).toString('base64'))).toMatch(/another key[\s\S]*whole {7}NO/);
  });

  it('is told in the contract, which is kept', async () => {
    const { events, certificateAt } = await view();
    expect(certificateAt).not.toBeNull();
    expect(events.map(({ code }) => code)).toEqual(expect.arrayContaining(['deleted', 'approved', 'destroyed', 'reminder']));
    const kept = await field.opened.database.withDirectory((db) => readContract(db, gone.people.tenantId));
    expect(kept.contract.approvals).toHaveLength(2);
  });
});
