import { Registry } from 'prom-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { FakeClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { BackupJob, backupAge, backupState } from './backup-job.ts';
import { recordBackup } from './backup-record.ts';

const HOUR = 3_600_000;

let test: TestDatabase;
let clock: FakeClock;
let ran: string[];
let registry: Registry;
let complaints: number;
/** What the command does when it is run. */
let outcome: (command: string) => Promise<number>;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());
beforeEach(async () => {
  // The commands write their outcome with the server's time.
  clock = new FakeClock(Date.now());
  ran = [];
  complaints = 0;
  registry = new Registry();
  await test.ownerClient.query('delete from operator_events');
  outcome = made;
});

const job = (hours: number | null): BackupJob =>
  new BackupJob({
    database: test.database,
    hours,
    run: (args) => {
      ran.push(args.join(' '));
      return outcome(args.join(' '));
    },
    clock,
    logger: Object.assign(Object.create(silentLogger) as typeof silentLogger, { error: () => (complaints += 1) }),
    registry,
  });

let number = 0;
async function made(command: string): Promise<number> {
  const id = `b${(number += 1)}`;
  const common = { id, at: '', rows: 5, objects: 1, ms: 10 };
  if (command === 'backup') await recordBackup(test.ownerConnection, { code: 'backup_made', actor: 'cli', result: { ...common, tenants: 1, bytes: 10, objectsCopied: 1, missing: 0, removed: [] } });
  else await recordBackup(test.ownerConnection, { code: 'backup_verified', actor: 'cli', result: { ...common, good: true, faults: [], tables: 1, opened: 1 } });
  return 0;
}
const events = async (code: string) => (await test.ownerClient.query<{ detail: Record<string, string> }>('select detail from operator_events where code = $1 order by at desc', [code])).rows;
const gauge = async (): Promise<number | undefined> => (await registry.getSingleMetric('scc_backup_good')?.get())?.values[0]?.value;

describe('backups by themselves', () => {
  it('are made when they are due, and drilled once a week', async () => {
    const backups = job(24);
    await backups.look();
    expect(ran).toEqual(['backup', 'backup verify']);
    await backups.look();
    clock.advance(23 * HOUR);
    await backups.look();
    expect(ran.length).toBe(2);
    clock.advance(2 * HOUR);
    await backups.look();
    expect(ran.slice(2)).toEqual(['backup']);
    expect(await gauge()).toBe(1);
    const later = new FakeClock(Date.now() + 36 * HOUR);
    expect(Math.round(backupAge(await backupState(test.database, 24, later.wall()), later.wall()))).toBe(150);
    expect(await backupState(test.database, null, later.wall())).toMatchObject({ isLate: false });
    clock.advance(24 * 8 * HOUR);
    await backups.look();
    expect(ran.slice(3)).toEqual(['backup', 'backup verify']);
  });

  it('that fail are told, tried again after an hour, and count as missing', async () => {
    const backups = job(24);
    outcome = () => Promise.resolve(137);
    await backups.look();
    expect(ran).toEqual(['backup']);
    expect((await events('backup_failed'))[0]?.detail['reason']).toContain('ended with 137');
    expect(complaints).toBeGreaterThan(0);
    expect(await gauge()).toBe(0);
    expect(backupAge(await backupState(test.database, 24, clock.wall()), clock.wall())).toBe(300);
    await backups.look();
    expect(ran.length).toBe(1);
    clock.advance(HOUR + 1_000);
    outcome = made;
    await backups.look();
    expect(ran.slice(1)).toEqual(['backup', 'backup verify']);
    expect(await gauge()).toBe(1);
  });

  it('too old are complained of, and a drill that failed is too', async () => {
    const backups = job(24);
    await made('backup');
    outcome = () => Promise.resolve(1);
    clock.advance(37 * HOUR);
    await backups.look();
    expect(await gauge()).toBe(0);
    await test.ownerClient.query('delete from operator_events');
    outcome = async (command) => (command === 'backup' ? made(command) : 1);
    clock = new FakeClock(Date.now());
    registry = new Registry();
    const again = job(24);
    await again.look();
    expect((await events('backup_verified'))[0]?.detail).toMatchObject({ good: 'false' });
    expect(await gauge()).toBe(0);
  });

  it('are not made where nobody asked for them', async () => {
    await job(null).look();
    expect(ran).toEqual([]);
    expect(await gauge()).toBe(1);
  });
});
