import { createHmac } from 'node:crypto';
import { chownSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from '../../lib/logger.ts';
import { findBinaries, type Binaries } from './binaries.ts';
import { ensureCluster } from './cluster.ts';
import { chooseIdentity, type Identity } from './identity.ts';
import { makeFolders, planLayout, SHARED_BASE, type Layout } from './layout.ts';
import { clearTheWay, findRunningServer } from './orphan.ts';
import { startPostmaster, type Postmaster } from './postmaster.ts';

/** How to reach a PostgreSQL database as one role. */
export interface Connection {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

/** The embedded database server of one data folder. */
export interface EmbeddedServer {
  /** The bootstrap superuser, on database `postgres`. */
  superuser: Connection;
  /** Role that owns the schema and runs migrations, on the product's database. */
  owner: Connection;
  /** Stops the server; does nothing when it belongs to another process. Idempotent. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  dataDir: string;
  logger: Logger;
  /** Use the server that another living process of ours has started on this folder, instead of refusing. */
  attach?: boolean;
  /** With `attach`: fail instead of starting a server. */
  attachOnly?: boolean;
  /** More server settings, `name: value`; for tests. */
  settings?: Readonly<Record<string, string>>;
}

/** Name of the product's database. */
export const DATABASE = 'scc';
const OWNER = 'scc_owner';
const READY_LIMIT_MS = 60_000;
const START_ATTEMPTS = 5;
const RESTART_FIRST_MS = 100;
const RESTART_MAX_MS = 2_000;
/** A server that ran this long did not end of its start: the next one begins with the shortest back-off again, because calls wait for it. */
const STABLE_MS = 500;

/** Not up yet: no socket, nobody listening, or the server says that it is starting or stopping. */
const NOT_YET = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', '57P03']);

export function superuserOf(layout: Layout): Connection {
  const password = readFileSync(layout.secretFile, 'utf8').trim();
  return { host: layout.socketDir, port: 5432, user: 'postgres', password, database: 'postgres' };
}

function ownerOf(superuser: Connection): Connection {
  const password = createHmac('sha256', superuser.password).update(OWNER).digest('base64url');
  return { ...superuser, user: OWNER, password, database: DATABASE };
}

/** The server process ended before anybody could log in. */
export class EarlyEnd extends Error {
  constructor(options: ErrorOptions) {
    super('The embedded database ended while it was starting; see its lines in the log.', options);
    this.name = 'EarlyEnd';
  }
}

/** Logs in, which is the only proof of readiness; `alive` tells whether waiting still makes sense. */
export async function waitForLogin(connection: Connection, alive: () => boolean, limitMs = READY_LIMIT_MS): Promise<pg.Client> {
  const start = performance.now();
  for (;;) {
    const client = new pg.Client(connection);
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      const code = (error as { code?: string }).code ?? '';
      const closedEarly = error instanceof Error && error.message.includes('Connection terminated');
      if (!NOT_YET.has(code) && !closedEarly) throw error;
      if (!alive()) throw new EarlyEnd({ cause: error });
      if (performance.now() - start > limitMs) throw new Error('The embedded database does not become ready.', { cause: error });
      await sleep(15);
    }
  }
}

/** Makes the owner role and the product's database on the very first start. */
async function bootstrap(client: pg.Client, owner: Connection): Promise<void> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
  if (rowCount === 1) return;
  const role = await client.query('select from pg_roles where rolname = $1', [OWNER]);
  if (role.rowCount === 0) {
    await client.query(`create role ${OWNER} login createrole nosuperuser nobypassrls password '${owner.password}'`);
  }
  await client.query(`create database ${DATABASE} owner ${OWNER}`);
}

/** Keeps one server running: starts it again with a growing pause when it ends unasked. */
class Supervisor {
  readonly #launch: () => Postmaster;
  readonly #logger: Logger;
  #current: Postmaster;
  #stopping = false;
  #backOffMs = RESTART_FIRST_MS;
  #timer: NodeJS.Timeout | undefined;

  constructor(launch: () => Postmaster, logger: Logger) {
    this.#launch = launch;
    this.#logger = logger;
    this.#current = launch();
  }

  /** False once the first server process has ended. */
  firstStartAlive(): () => boolean {
    let alive = true;
    void this.#current.exited.then(() => (alive = false));
    return () => alive;
  }

  /** From now on an unexpected end is answered by a new start. */
  keepAlive(): void {
    const startedAt = performance.now();
    void this.#current.exited.then(() => {
      if (this.#stopping) return;
      if (performance.now() - startedAt > STABLE_MS) this.#backOffMs = RESTART_FIRST_MS;
      this.#logger.error({ restartInMs: this.#backOffMs }, 'the database server ended unexpectedly; starting it again');
      this.#timer = setTimeout(() => this.#restart(), this.#backOffMs);
      this.#backOffMs = Math.min(this.#backOffMs * 2, RESTART_MAX_MS);
    });
  }

  #restart(): void {
    this.#timer = undefined;
    this.#current = this.#launch();
    this.keepAlive();
  }

  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    if (this.#timer) clearTimeout(this.#timer);
    else await this.#current.stop();
  }
}

function recordOwner(layout: Layout, identity: Identity): void {
  writeFileSync(layout.ownerFile, `${process.pid}\n`, { mode: 0o600 });
  if (identity.switched) chownSync(layout.ownerFile, identity.uid, identity.gid);
}

function attachTo(layout: Layout): EmbeddedServer {
  const superuser = superuserOf(layout);
  return { superuser, owner: ownerOf(superuser), stop: () => Promise.resolve() };
}

async function launchServer(layout: Layout, binaries: Binaries, identity: Identity, options: EmbeddedOptions): Promise<EmbeddedServer> {
  const superuser = superuserOf(layout);
  const owner = ownerOf(superuser);
  // Before the start, so that a second starter does not take a server that is not ready yet for an orphan; and again after
  // it, in case that starter had written its own id and then lost.
  recordOwner(layout, identity);
  const launch = (): Postmaster => startPostmaster(layout, binaries, identity, options.settings ?? {}, options.logger);
  const supervisor = new Supervisor(launch, options.logger);
  try {
    const client = await waitForLogin(superuser, supervisor.firstStartAlive());
    recordOwner(layout, identity);
    await bootstrap(client, owner);
    await client.end();
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
  supervisor.keepAlive();
  return { superuser, owner, stop: () => supervisor.stop() };
}

async function startServer(layout: Layout, identity: Identity, options: EmbeddedOptions): Promise<EmbeddedServer> {
  const binaries = findBinaries(identity, SHARED_BASE);
  makeFolders(layout, resolve(options.dataDir), identity);
  await ensureCluster(layout, binaries, identity);
  for (let attempt = 1; ; attempt++) {
    await clearTheWay(layout);
    try {
      return await launchServer(layout, binaries, identity, options);
    } catch (error) {
      // Sessions of a killed server may live on for a moment, and the new one refuses to start beside them.
      if (!(error instanceof EarlyEnd) || attempt === START_ATTEMPTS) throw error;
      await sleep(RESTART_FIRST_MS * 2 ** attempt);
    }
  }
}

/**
 * Starts the embedded PostgreSQL server of a data folder: makes the cluster on the first start, clears what a crash left,
 * restarts the server when it ends unasked, and lets it die with this process. Must run on the main thread.
 * @throws Error when another living process uses the folder and `attach` is not set, or the server cannot start
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const identity = chooseIdentity();
  const layout = planLayout(resolve(options.dataDir), identity);
  if (options.attach && findRunningServer(layout).kind === 'owned') return attachTo(layout);
  if (options.attachOnly) throw new Error('No database server runs on this data folder.');
  return startServer(layout, identity, options);
}
