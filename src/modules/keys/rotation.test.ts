import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase } from '../../db/database.ts';
import { newId } from '../../lib/ids.ts';
import { silentLogger } from '../../lib/logger.ts';
import { testActor } from '../../../test/support/database.ts';
import { addTwin, type Twin } from '../../http/testing/twins.ts';
import { createWorld, type World } from '../../http/testing/world.ts';
import { appendAudit } from '../audit/audit-append.ts';
import { verifyChain } from '../audit/audit-verify.ts';
import { exportAudit } from '../audit/audit.service.ts';
import { countByVersion } from './reseal.ts';
import { continueRotation, latestRotation, startRotation } from './rotation.service.ts';
import { SEALED_COLUMNS } from './sealed-columns.ts';

let world: World;
let twin: Twin;
beforeAll(async () => {
  world = await createWorld({});
  twin = await addTwin(world, 'rotates', 1);
});
afterAll(() => world.close());

const tenantId = (): string => twin.people.tenantId;
const owner = async <Row extends object>(query: string, ...values: unknown[]): Promise<Row[]> => (await world.db.ownerClient.query<Row>(query, values)).rows;
/** As if every process had had the time to hear of the new key. */
const skipAnnouncement = () => owner("update key_rotations set announced_at = announced_at - interval '1 minute' where tenant_id = $1 and state = 'announced'", tenantId());

async function finish(database = world.db.database): Promise<void> {
  for (let step = await continueRotation(database, tenantId()); step !== 'done'; step = await continueRotation(database, tenantId())) {
    expect(step).toBe('working');
  }
}

/** Another process of the product on the same database. */
const otherProcess = () => createDatabase({ connection: world.db.appConnection, master: world.db.master, appendAudit, logger: silentLogger, poolSize: 4 });

/** Of the product's processes to this database. */
const connections = async (): Promise<number[]> => (await owner<{ pid: number }>("select pid from pg_stat_activity where datname = current_database() and application_name = 'scc'")).map(({ pid }) => pid);

describe('the list of sealed columns', () => {
  it('is what the catalog has, but for the audit log', async () => {
    const rows = await owner<{ name: string }>(`select c.table_name || '.' || c.column_name as name from information_schema.columns c
      where c.table_schema = 'public' and c.data_type = 'bytea' and (c.column_name like 'sealed%' or c.column_name = 'wrapped_key') and c.table_name <> 'audit_events'`);
    expect(SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`).toSorted()).toEqual(rows.map(({ name }) => name).toSorted());
  });

  it('names every table by its whole key', async () => {
    for (const { table, key } of SEALED_COLUMNS) {
      const rows = await owner<{ name: string }>(`select a.attname as name from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
        where i.indrelid = $1::regclass and i.indisprimary and a.attname <> 'tenant_id'`, table);
      expect(key.map(([column]) => column).toSorted(), table).toEqual(rows.length === 0 ? ['tenant_id'] : rows.map(({ name }) => name).toSorted());
    }
  });
});

describe('a rotation', () => {
  it('seals everything anew, keeps who changed what, and opens everywhere; searches find what they found', async () => {
    const sv = await world.logIn(twin.people, 'sv1');
    const found = async () => (await sv.call('GET', `/customers?q=${encodeURIComponent(twin.canary)}`)).body.items;
    const before = await found();
    const touched = () => owner('select id, updated_at, updated_by from customers where tenant_id = $1 union all select id, updated_at, updated_by from calls where tenant_id = $1 order by 1', tenantId());
    const lastChanges = await touched();
    const other = otherProcess();
    await other.withTenant(tenantId(), testActor, () => Promise.resolve());

    await world.db.database.withTenant(tenantId(), testActor, (tx) =>
      tx.db.insertInto('speech_providers').values({ tenant_id: tx.tenantId, sealed: tx.vault.seal({ table: 'speech_providers', column: 'sealed', id: tx.tenantId }, {}) }).onConflict((oc) => oc.doNothing()).execute(),
    );
    expect(await startRotation(world.db.database, tenantId(), testActor)).toBe(2);
    await expect(startRotation(world.db.database, tenantId(), testActor)).rejects.toMatchObject({ code: 'key_rotation_running' });
    expect(await continueRotation(world.db.database, tenantId())).toBe('waiting');
    await skipAnnouncement();
    await finish();

    const counts = await world.db.database.withTenant(tenantId(), testActor, async (tx) => {
      const all = [];
      for (const column of SEALED_COLUMNS) for (const { version, count } of await countByVersion(tx, column)) all.push({ name: `${column.table}.${column.column}`, version, count });
      return { all, rotation: await latestRotation(tx), version: tx.vault.keyVersion, chain: await verifyChain(tx) };
    });
    // The twin's music on hold has a made-up key, which opens under no version: it is counted, and left as it is.
    expect(counts.all.filter(({ version }) => version !== 2)).toEqual([{ name: 'prompts.wrapped_key', version: 1, count: 1 }]);
    expect(counts.all.length).toBeGreaterThan(25);
    expect(counts.rotation).toMatchObject({ state: 'done', pass_damaged: '1' });
    expect(counts).toMatchObject({ version: 2, chain: { whole: true } });
    expect(await touched()).toEqual(lastChanges);
    expect(await found()).toEqual(before);
    expect(before?.length).toBeGreaterThan(0);
    // Details of both times open: those before the rotation stay under their version.
    expect(await text(exportAudit((work) => world.db.database.withTenant(tenantId(), testActor, work), {}))).toContain('tenant.key_rotated');
    // A process that has not heard of it learns of the version when it meets it.
    await sleep(1_100);
    const [user] = await owner<{ id: string; sealed: Buffer }>('select id, sealed from users where tenant_id = $1', tenantId());
    const opened = await other.withTenant(tenantId(), testActor, (tx) => Promise.resolve(tx.vault.open({ table: 'users', column: 'sealed', id: user?.id ?? '' }, user?.sealed ?? Buffer.alloc(0))));
    expect(opened).toHaveProperty('name');
    await other.close();
  });

  it('goes on where it stopped after a crash, while people read and write through two processes, and loses nothing', async () => {
    const ids: string[] = [];
    await owner('delete from prompts where tenant_id = $1', tenantId());
    const place = (id: string) => ({ table: 'customers', column: 'sealed', id });
    await world.db.database.withTenant(tenantId(), testActor, async (tx) => {
      for (let n = 0; n < 450; n += 1) ids.push(newId());
      await tx.db.insertInto('customers').values(ids.map((id, n) => ({ tenant_id: tx.tenantId, id, sealed: tx.vault.seal(place(id), { familyName: `巡回${n}` }) }))).execute();
    });
    await startRotation(world.db.database, tenantId(), testActor);
    await skipAnnouncement();
    const other = otherProcess();
    const watch = setInterval(() => void other.keys.refreshChanged(), 200);
    // Each has as many connections as it will need: those that come later are of the one that dies.
    await Promise.all([world.db.database, other].flatMap((database) => Array.from({ length: 4 }, () => database.withTenant(tenantId(), testActor, () => sleep(100)))));
    const living = await connections();
    let ended = false;
    const counts = { reads: 0, writes: 0 };
    const busy = [world.db.database, other].map(async (database, worker) => {
      for (let n = worker; !ended; n += 7) {
        const id = ids[n % ids.length] ?? '';
        await database.withTenant(tenantId(), testActor, async (tx) => {
          const row = await tx.db.selectFrom('customers').select('sealed').where('id', '=', id).forUpdate().executeTakeFirstOrThrow();
          const content = tx.vault.open<Record<string, unknown>>(place(id), row.sealed);
          counts.reads += 1;
          if (n % 3 === 0) {
            await tx.db.updateTable('customers').set({ sealed: tx.vault.seal(place(id), { ...content, note: `n${n}` }) }).where('id', '=', id).execute();
            counts.writes += 1;
          }
        });
      }
    });
    // The first worker dies in the middle of a batch: its transaction is rolled back by the server.
    const dying = otherProcess();
    for (let n = 0; n < 3; n += 1) await continueRotation(dying, tenantId());
    const half = continueRotation(dying, tenantId()).catch((error: unknown) => error);
    const killed = (await connections()).filter((pid) => !living.includes(pid));
    expect(killed).not.toEqual([]);
    await owner('select pg_terminate_backend(pid) from unnest($1::int[]) pid', killed);
    await half;
    await dying.close().catch(() => undefined);
    await finish(other);
    await sleep(300);
    ended = true;
    await Promise.all(busy);
    clearInterval(watch);
    await other.close();
    expect(counts.reads).toBeGreaterThan(100);
    expect(counts.writes).toBeGreaterThan(30);
    const left = await world.db.database.withTenant(tenantId(), testActor, async (tx) => {
      const rows = await tx.db.selectFrom('customers').select(['id', 'sealed']).where('id', 'in', ids).execute();
      return { names: new Set(rows.map((row) => tx.vault.open<{ familyName: string }>(place(row.id), row.sealed).familyName)).size, rotation: await latestRotation(tx) };
    });
    expect(left).toMatchObject({ names: 450, rotation: { state: 'done', to_version: 3 } });
  });
});
