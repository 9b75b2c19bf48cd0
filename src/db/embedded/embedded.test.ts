import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../lib/logger.ts';
import { killHard } from '../../../test/support/product.ts';
import { startEmbedded, type Connection, type EmbeddedServer } from './embedded.ts';
import { hasCluster } from './layout.ts';

const root = mkdtempSync(join(tmpdir(), 'scc-embedded-'));
chmodSync(root, 0o755);
afterAll(() => rmSync(root, { recursive: true, force: true }));

const dataDir = join(root, 'data');
const pidFile = join(dataDir, 'postgres', 'pgdata', 'postmaster.pid');
const start = (changes: object = {}): Promise<EmbeddedServer> => startEmbedded({ dataDir, logger: silentLogger, ...changes });
const postmaster = (): number => Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);

async function query(connection: Connection, sql: string): Promise<unknown[]> {
  const client = new pg.Client(connection);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows as unknown[];
  } finally {
    await client.end().catch(() => undefined);
  }
}

let servers: EmbeddedServer[] = [];
const keep = (server: EmbeddedServer): EmbeddedServer => {
  servers.push(server);
  return server;
};
afterEach(async () => {
  for (const server of servers) await server.stop();
  servers = [];
});

/** Another process that starts the server and then waits; prints `ready`. */
function startElsewhere(): Promise<{ kill: () => Promise<void> }> {
  const script = `
    const { startEmbedded } = await import(${JSON.stringify(join(import.meta.dirname, 'embedded.ts'))});
    const { silentLogger } = await import(${JSON.stringify(join(import.meta.dirname, '../../lib/logger.ts'))});
    await startEmbedded({ dataDir: ${JSON.stringify(dataDir)}, logger: silentLogger });
    process.stdout.write('ready');
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('ended')));
    child.stdout.once('data', () => resolve({ kill: () => (child.kill('SIGKILL'), exited) }));
  });
}

/** Another process that starts the server, commits 200 rows one by one and then waits to be killed. */
function writeElsewhere(folder: string, settings: object): Promise<{ pids: number[]; acknowledged: number }> {
  const script = `
    const { startEmbedded } = await import(${JSON.stringify(join(import.meta.dirname, 'embedded.ts'))});
    const { silentLogger } = await import(${JSON.stringify(join(import.meta.dirname, '../../lib/logger.ts'))});
    const { default: pg } = await import('pg');
    const { readFileSync } = await import('node:fs');
    const server = await startEmbedded({ dataDir: ${JSON.stringify(folder)}, logger: silentLogger, settings: ${JSON.stringify(settings)} });
    const client = new pg.Client(server.owner);
    await client.connect();
    await client.query('set synchronous_commit = on');
    await client.query('create table written (n int)');
    await client.query('reset synchronous_commit');
    let acknowledged = 0;
    for (let n = 0; n < 200; n++) { await client.query('insert into written values ($1)', [n]); acknowledged++; }
    const postmaster = readFileSync(${JSON.stringify(join(folder, 'postgres/pgdata/postmaster.pid'))}, 'utf8').split('\\n')[0];
    const children = readFileSync('/proc/' + postmaster + '/task/' + postmaster + '/children', 'utf8').trim().split(' ');
    process.stdout.write(JSON.stringify({ acknowledged, pids: [process.pid, postmaster, ...children].map(Number) }));
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'], cwd: join(import.meta.dirname, '../../..') });
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('ended')));
    child.stdout.once('data', (data: Buffer) => resolve(JSON.parse(data.toString()) as { pids: number[]; acknowledged: number }));
  });
}

describe.skipIf(process.platform !== 'linux')('embedded server', () => {
  it('makes a private cluster and reaches nobody over the network', async () => {
    mkdirSync(join(dataDir, 'postgres', 'pgdata.init-left'), { recursive: true });
    expect(hasCluster(dataDir)).toBe(false);
    const server = keep(await start());
    expect(hasCluster(dataDir)).toBe(true);
    expect(readdirSync(join(dataDir, 'postgres')).toSorted()).toEqual(['pgdata', 's']);
    expect(statSync(join(dataDir, 'postgres', 'pgdata')).mode & 0o777).toBe(0o700);
    expect(statSync(join(dataDir, 'postgres', 's')).mode & 0o777).toBe(0o700);
    expect(await query(server.superuser, 'show listen_addresses')).toEqual([{ listen_addresses: '' }]);
    expect(await query(server.owner, 'show fsync')).toEqual([{ fsync: 'on' }]);
    expect(await query(server.owner, "select upper('ü') as u, 'ぁ' ~ '\\w' as w")).toEqual([{ u: 'Ü', w: true }]);
  });

  it('does not run as root, and its owner is no superuser', async () => {
    const server = keep(await start());
    const uid = statSync(`/proc/${postmaster()}`).uid;
    expect(uid).not.toBe(0);
    expect(await query(server.owner, 'select rolsuper, rolbypassrls from pg_roles where rolname = current_user')).toEqual([{ rolsuper: false, rolbypassrls: false }]);
    await expect(query({ ...server.superuser, password: 'wrong' }, 'select 1')).rejects.toThrow(/password/);
  });

  it('refuses a second starter, and serves one that attaches', async () => {
    const server = keep(await start());
    await expect(start()).rejects.toThrow(`in use by process ${process.pid}`);
    const attached = await start({ attach: true });
    expect(await query(attached.owner, 'select 1 as one')).toEqual([{ one: 1 }]);
    await attached.stop();
    expect(await query(server.owner, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('comes back by itself after kill -9, with what was committed', async () => {
    const server = keep(await start());
    await query(server.owner, 'create table kept (n int)');
    await query(server.owner, 'insert into kept values (7)');
    process.kill(postmaster(), 'SIGKILL');
    const deadline = performance.now() + 20_000;
    let rows: unknown[] = [];
    while (rows.length === 0 && performance.now() < deadline) {
      rows = await query(server.owner, 'select n from kept').catch(() => []);
      await sleep(20);
    }
    expect(rows).toEqual([{ n: 7 }]);
  });

  it('stops cleanly and removes its pid file', async () => {
    const server = await start();
    const pid = postmaster();
    await server.stop();
    await server.stop();
    expect(existsSync(pidFile)).toBe(false);
    expect(isAlive(pid)).toBe(false);
  });

  it('dies with its parent, and the next start is clean', async () => {
    const elsewhere = await startElsewhere();
    await expect(start()).rejects.toThrow(/in use by process/);
    const pid = postmaster();
    await elsewhere.kill();
    const server = keep(await start());
    expect(isAlive(pid) && postmaster() === pid).toBe(false);
    expect(await query(server.owner, 'select n from kept')).toEqual([{ n: 7 }]);
  });

  it('starts over a stale pid file that names a living process of another kind', async () => {
    writeFileSync(pidFile, `${process.pid}\n${dataDir}\n`);
    const server = keep(await start());
    expect(postmaster()).not.toBe(process.pid);
    expect(await query(server.owner, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it.each([
    ['as we run it', {}, 'none'],
    ['without waiting for the disk, so that this test is known to see a loss', { synchronous_commit: 'off', wal_writer_delay: '10s' }, 'some'],
  ])('kill -9 of every process during writes loses nothing: %s', async (_name, settings, lost) => {
    const folder = join(root, `durable-${lost}`);
    const { pids, acknowledged } = await writeElsewhere(folder, settings);
    for (const pid of pids) killHard(pid);
    const server = keep(await startEmbedded({ dataDir: folder, logger: silentLogger }));
    const [row] = (await query(server.owner, 'select count(*)::int as count from written')) as { count: number }[];
    expect(acknowledged).toBe(200);
    if (lost === 'none') expect(row?.count).toBe(acknowledged);
    else expect(row?.count).toBeLessThan(acknowledged);
  });

  it('uses a short socket folder when the path would be too long', async () => {
    const deep = join(root, 'd'.repeat(60), 'e'.repeat(40));
    const server = await startEmbedded({ dataDir: deep, logger: silentLogger });
    expect(server.owner.host.length).toBeLessThan(60);
    expect(await query(server.owner, 'select 1 as one')).toEqual([{ one: 1 }]);
    await server.stop();
    rmSync(server.owner.host, { recursive: true, force: true });
  });
});
