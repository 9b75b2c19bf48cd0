import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Logger } from '../../lib/logger.ts';
import { syncFolder } from '../../lib/shred.ts';
import { findBinaries } from './binaries.ts';
import { DATABASE, EarlyEnd, superuserOf, waitForLogin, type Connection } from './embedded.ts';
import { chooseIdentity, type Identity } from './identity.ts';
import { makeFolders, planLayout, SHARED_BASE, type Layout } from './layout.ts';
import { startPostmaster, type Postmaster } from './postmaster.ts';

/** Replaying a day's log takes minutes; the server's end is noticed at once. */
const REPLAY_LIMIT_MS = 6 * 3_600_000;

export interface RecoverOptions {
  dataDir: string;
  logger: Logger;
  /** The server stops before the first transaction that was committed after it; ms since the epoch. */
  at: number;
  /** Puts the cluster's files and its log into an empty folder. @param owner whose they have to be; null = ours */
  prepare: (folder: string, owner: { uid: number; gid: number } | null) => Promise<void>;
  /** On the recovered cluster. It becomes the data folder's when this has resolved. */
  work: (superuser: Connection) => Promise<void>;
  /** True: thrown away in the end. */
  isDrill: boolean;
  /** Ends it early; then nothing is left of it. */
  signal?: AbortSignal | undefined;
}

/** The server does not come back from what was put there. */
export class RecoveryError extends Error {
  /** What the server said last, English. */
  readonly line: string;

  constructor(line: string, options?: ErrorOptions) {
    super(`The database server could not recover: ${line}`, options);
    this.name = 'RecoveryError';
    this.line = line;
  }
}

/** Keeps what the server complains of. */
class ComplaintLogger implements Logger {
  readonly lines: string[] = [];
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  debug(fields: object, message: string): void {
    this.#logger.debug(fields, message);
  }

  info(fields: object, message: string): void {
    this.#logger.info(fields, message);
  }

  warn(fields: object & { line?: string }, message: string): void {
    if (fields.line !== undefined) this.lines.push(fields.line);
    this.#logger.debug(fields, message);
  }

  error(fields: object, message: string): void {
    this.#logger.error(fields, message);
  }

  child(fields: object): Logger {
    return this.#logger.child(fields);
  }
}

/** No transaction after the moment is in the log: the whole of it is the state at that moment. */
const ENDED_BEFORE = 'recovery ended before configured recovery target was reached';

/** Settings of a server that replays what lies in its own folder. @param at ms since the epoch; null = all of it */
export const replaySettings = (at: number | null): Record<string, string> => ({
  restore_command: 'false',
  recovery_target_timeline: 'current',
  recovery_target_action: 'promote',
  // Who can log in knows that it is over.
  hot_standby: 'off',
  ...(at === null ? {} : { recovery_target_time: new Date(at).toISOString().replace('T', ' ').replace('Z', '+00') }),
});

/** What is thrown away need not be on the disk. */
const THROWN_AWAY = { fsync: 'off' };
/** What was unpacked is put on the disk once, not file by file. */
const DURABLE: Record<string, string> = process.platform === 'linux' ? { recovery_init_sync_method: 'syncfs' } : {};

interface Recovering {
  layout: Layout;
  identity: Identity;
  options: RecoverOptions;
  launch: (at: number | null, logger: Logger) => Postmaster;
}

async function recovered({ layout, launch, options }: Recovering, at: number | null): Promise<Postmaster> {
  options.signal?.throwIfAborted();
  const complaints = new ComplaintLogger(options.logger);
  const postmaster = launch(at, complaints);
  // Whatever works on it fails with it.
  options.signal?.addEventListener('abort', () => void postmaster.stop(), { once: true });
  let isAlive = true;
  void postmaster.exited.then(() => (isAlive = false));
  try {
    const client = await waitForLogin(superuserOf(layout), () => isAlive, REPLAY_LIMIT_MS);
    await client.end();
    return postmaster;
  } catch (error) {
    await postmaster.stop();
    if (!(error instanceof EarlyEnd)) throw error;
    await postmaster.silent;
    // Log-ins that came too early were refused.
    const said = complaints.lines.filter((line) => !line.includes('the database system is '));
    const fatal = said.findLast((line) => / (FATAL|PANIC): /.test(line)) ?? said.at(-1);
    throw new RecoveryError(fatal?.replace(/^.* (FATAL|PANIC): +/, '') ?? 'it ended', { cause: error });
  }
}

async function recoverHere(recovering: Recovering): Promise<void> {
  const { layout, options } = recovering;
  let postmaster: Postmaster;
  try {
    postmaster = await recovered(recovering, options.at);
  } catch (error) {
    if (!(error instanceof RecoveryError) || !error.line.includes(ENDED_BEFORE)) throw error;
    postmaster = await recovered(recovering, null);
  }
  try {
    await options.work({ ...superuserOf(layout), database: DATABASE });
  } finally {
    await postmaster.stop();
  }
}

function removeLeftovers({ base, pgdata }: Layout): void {
  for (const name of readdirSync(base)) if (name.startsWith(`${basename(pgdata)}.recover-`)) rmSync(join(base, name), { recursive: true, force: true });
}

/**
 * Makes the cluster of a data folder that has none from a copy of one and its log, as it was at a moment. All of it is there afterwards,
 * or nothing.
 * @throws RecoveryError, Error when there is a cluster already, and what `prepare` and `work` throw
 */
export async function recoverCluster(options: RecoverOptions): Promise<void> {
  const identity = chooseIdentity();
  const layout = planLayout(resolve(options.dataDir), identity);
  if (existsSync(layout.pgdata)) throw new Error(`There is a database in ${layout.pgdata} already.`);
  const binaries = findBinaries(identity, SHARED_BASE);
  makeFolders(layout, resolve(options.dataDir), identity);
  removeLeftovers(layout);
  const folder = mkdtempSync(`${layout.pgdata}.recover-`);
  const own = (path: string): void => {
    if (identity.switched) chownSync(path, identity.uid, identity.gid);
  };
  try {
    chmodSync(folder, 0o700);
    own(folder);
    await options.prepare(folder, identity.switched ? identity : null);
    writeFileSync(join(folder, 'recovery.signal'), '', { mode: 0o600 });
    own(join(folder, 'recovery.signal'));
    const there: Layout = { ...layout, pgdata: folder, secretFile: join(folder, basename(layout.secretFile)), ownerFile: join(folder, basename(layout.ownerFile)), pidFile: join(folder, basename(layout.pidFile)) };
    const launch = (at: number | null, logger: Logger): Postmaster => startPostmaster(there, binaries, identity, { ...replaySettings(at), ...(options.isDrill ? THROWN_AWAY : DURABLE) }, logger);
    await recoverHere({ layout: there, identity, options, launch });
    if (options.isDrill) return;
    renameSync(folder, layout.pgdata);
    await syncFolder(dirname(layout.pgdata));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
