import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addTwin, type Twin } from '../../http/testing/twins.ts';
import { makeBackup } from '../backup/backup.service.ts';
import { listSets, readKeys, readManifest, setFolder } from '../backup/backup-set.ts';
import { verifyBackup } from '../backup/backup-verify.ts';
import { restoreTenant } from '../backup/restore.service.ts';
import { readSealedFile } from '../backup/sealed-file.ts';
import { addDays, dayOf } from '../support/japan-days.ts';
import { lookAtContracts } from './contract-job.ts';
import { certificateOf, operatorContract } from './contract-views.service.ts';
import { archivedTo, lineAfter, textsInPoints, type RunningKeeper } from '../../../test/support/points.ts';
import { createContractWorld, type ContractWorld } from '../../../test/support/contract-world.ts';
import { filesWithText } from '../../../test/support/files-with.ts';

const TENANTS = Number(process.env['SCC_CONTRACT_TENANTS'] ?? 10);
/** Half of them go the whole way; others are held, renewed, taken back after the deletion, or never end. */
const FATES = ['destroyed', 'held', 'destroyed', 'renewed', 'destroyed', 'undone', 'destroyed', 'stays', 'destroyed', 'held'] as const;
type Fate = (typeof FATES)[number];

let field: ContractWorld;
let firstDay: string;
let keeper: RunningKeeper;
const tenants: (Twin & { fate: Fate; endOn: string })[] = [];
const of = (...fates: Fate[]) => tenants.filter(({ fate }) => fates.includes(fate));
const canaries = (some: readonly Twin[]): string[] => some.map(({ canary }) => canary);
const reason = 'as agreed';

beforeAll(async () => {
  field = await createContractWorld();
  firstDay = dayOf(field.world.clock.wall());
  for (let index = 0; index < TENANTS; index++) {
    const fate = FATES[index % FATES.length] ?? 'stays';
    const twin = await addTwin(field.world, `year${index}`, index + 10);
    // Contracts end on five days.
    tenants.push({ ...twin, fate, endOn: addDays(firstDay, 10 + (index % 5)) });
  }
  // A tenant's own holds on recordings would keep it from being destroyed.
  await field.world.db.ownerClient.query('update recordings set held_at = null');
}, 300_000);
afterAll(async () => {
  await keeper?.stop();
  await field.close();
});

/** Everything in all sets of backups, as whoever has the master key reads it; what is sealed under a tenant's key stays closed. */
async function backupsAsText(): Promise<string> {
  const { backupDir, deps } = field;
  const parts: string[] = [];
  for (const id of await listSets(backupDir)) {
    const manifest = await readManifest(backupDir, id, deps.master);
    const setKey = deps.master.unwrapBackupKey(id, Buffer.from(manifest.wrappedKey, 'base64'));
    for (const { name } of manifest.parts) parts.push(await text(readSealedFile(join(setFolder(backupDir, id), name), { setKey, setId: id, name })));
  }
  return parts.join('\n');
}

const backup = () => makeBackup({ owner: field.opened.owner, master: field.opened.master, store: field.world.store, folder: field.backupDir, clock: field.world.clock });

const stateOf = async ({ people }: Twin): Promise<string> => (await field.opened.database.withDirectory((db) => operatorContract(db, people.slug, field.world.clock.wall()))).state;

/** What happens on a day after the first one, beside the daily look. */
async function live(day: number): Promise<void> {
  const on = addDays(firstDay, day);
  const isDay = (after: number) => ({ endOn }: { endOn: string }): boolean => addDays(endOn, after) === on;
  for (const { people } of of('held').filter(isDay(100))) await field.wish(people.tenantId, { type: 'hold', reason });
  for (const { people } of of('renewed').filter(isDay(120))) await field.wish(people.tenantId, { type: 'renew', reason });
  for (const { people } of of('undone').filter(isDay(200))) {
    await field.wish(people.tenantId, { type: 'undoDeletion', reason });
    await field.wish(people.tenantId, { type: 'renew', reason });
  }
  for (const { people } of of('destroyed').filter(isDay(210))) {
    for (const operator of ['kato', 'mori']) await field.wish(people.tenantId, { type: 'approve', reason, code: people.slug }, operator);
  }
  await lookAtContracts(field.deps);
}

describe('a year of contracts', () => {
  it('is lived through', async () => {
    for (const { people, endOn } of of('destroyed', 'held', 'renewed', 'undone')) await field.wish(people.tenantId, { type: 'end', on: endOn, reason });
    for (let day = 1; day <= 205; day++) {
      await field.pass(1);
      await live(day);
      if (day === 15) {
        expect(new Set(await Promise.all(of('destroyed').map(stateOf)))).toEqual(new Set(['ended']));
        expect(new Set(await Promise.all(of('stays').map(stateOf)))).toEqual(new Set(['active']));
      }
      if (day === 150 || day === 200) await backup();
      if (day === 200) {
        keeper = field.keepPoints();
        await lineAfter(field.points, null);
        await archivedTo(field.points, Date.now());
      }
    }
    // The control of what follows: all of it was there.
    mkdirSync(join(field.backupDir, '..', 'elsewhere'));
    cpSync(join(field.backupDir, 'sets'), join(field.backupDir, '..', 'elsewhere', 'sets'), { recursive: true });
    const before = await backupsAsText();
    expect(await textsInPoints(field.points, canaries(tenants))).toEqual(canaries(tenants).toSorted());
    for (const canary of canaries(tenants)) expect([before.includes(canary), filesWithText(field.folders.database, [canary]).length > 0]).toEqual([true, true]);
    for (let day = 206; day <= 365; day++) {
      await field.pass(1);
      await live(day);
    }
  }, 3_600_000);

  it('leaves each where its contract says', async () => {
    for (const [fate, state] of [['destroyed', 'destroyed'], ['held', 'ended'], ['renewed', 'active'], ['undone', 'active'], ['stays', 'active']] as const) {
      expect(new Set(await Promise.all(of(fate).map(stateOf)))).toEqual(new Set([state]));
    }
  });

  it('leaves no byte of a destroyed tenant in database, write-ahead log, store, logs or backups; who was held keeps everything', async () => {
    await field.world.db.ownerClient.query('checkpoint');
    for (const folder of Object.values(field.folders)) expect(filesWithText(folder, canaries(of('destroyed')))).toEqual([]);
    await archivedTo(field.points, Date.now());
    expect(await textsInPoints(field.points, [...canaries(tenants), ...of('destroyed').map(({ people }) => people.sv)])).toEqual(canaries(of('held', 'renewed', 'undone', 'stays')).toSorted());
    const backups = await backupsAsText();
    for (const { canary, people, serviceNumber } of of('destroyed')) {
      expect([backups.includes(canary), backups.includes(people.sv), backups.includes(serviceNumber)]).toEqual([false, false, false]);
      expect(await readKeys(field.backupDir, people.tenantId)).toEqual([]);
    }
    const { rows } = await field.world.db.ownerClient.query<{ name: string }>("select table_name as name from information_schema.columns where column_name = 'tenant_id' and table_schema = 'public'");
    for (const { name } of rows) {
      const left = await field.world.db.ownerClient.query<{ tenant: string }>(`select distinct tenant_id as tenant from "${name}"`);
      expect(left.rows.filter(({ tenant }) => of('destroyed').some(({ people }) => people.tenantId === tenant))).toEqual([]);
    }
    for (const twin of of('held', 'renewed', 'undone', 'stays')) {
      expect([backups.includes(twin.canary), filesWithText(field.folders.database, [twin.canary]).length > 0]).toEqual([true, true]);
      const names = await field.world.inTenant(twin.people, async (tx) => {
        const rowsOf = await tx.db.selectFrom('customers').select(['id', 'sealed']).execute();
        return rowsOf.map(({ id, sealed }) => tx.vault.open<object>({ table: 'customers', column: 'sealed', id }, sealed));
      });
      expect(JSON.stringify(names)).toContain(twin.canary);
    }
  }, 300_000);

  it('leaves backups that verify, also of the time before, and copies of them elsewhere that open nothing of a destroyed tenant', async () => {
    for (const id of await listSets(field.backupDir)) expect(await verifyBackup({ master: field.opened.master, folder: field.backupDir, clock: field.world.clock }, id)).toMatchObject({ good: true, faults: [] });
    const elsewhere = join(field.backupDir, '..', 'elsewhere');
    const [id = ''] = await listSets(elsewhere);
    const [gone] = of('destroyed');
    const manifest = await readManifest(elsewhere, id, field.opened.master);
    expect(manifest.tenants.some(({ slug }) => slug === gone?.people.slug)).toBe(true);
    // The keys stay apart from the sets: those of the folder itself are all that ever opened this copy.
    const coming = restoreTenant({ owner: field.opened.owner, master: field.opened.master, folder: elsewhere, store: null }, id, gone?.people.slug ?? '', true);
    await expect(coming).rejects.toThrow('were destroyed');
    await expect(field.opened.database.withTenant(gone?.people.tenantId ?? '', { kind: 'system', id: 'x', ip: '' }, () => Promise.resolve())).rejects.toMatchObject({ code: 'not_found' });
  }, 300_000);

  it('gives each destroyed tenant a certificate, and told the days before they came', async () => {
    for (const { people, endOn } of of('destroyed')) {
      const { text: certificate } = await field.opened.database.withDirectory((db) => certificateOf(db, { slug: people.slug }));
      expect(JSON.parse(certificate)).toMatchObject({ signed: { contract: { endOn, deletedOn: addDays(endOn, 180), destroyedOn: addDays(endOn, 210), backupsGoneOn: addDays(endOn, 300) } } });
    }
    const told = field.notices.map(({ data }) => data as { tenant: string; milestone: string; daysLeft: number });
    const [one] = of('destroyed');
    expect(told.filter(({ tenant, milestone }) => tenant === one?.people.slug && milestone === 'deletion').map(({ daysLeft }) => daysLeft)).toEqual([30, 7, 1]);
    const [held] = of('held');
    expect(told.filter(({ tenant, milestone }) => tenant === held?.people.slug && milestone === 'deletion')).toEqual([]);
  });
});
