import { resolve } from 'node:path';
import type pg from 'pg';
import { DATABASE, startEmbedded } from '../db/embedded/embedded.ts';
import { systemClock } from '../lib/clock.ts';
import type { Config } from '../lib/config.ts';
import { createLogger, silentLogger, type Logger } from '../lib/logger.ts';
import { supersedeCheckpoint, witnessFolder } from '../modules/audit/audit-witness.ts';
import type { KeeperMessage } from '../modules/points/keeper-message.ts';
import { restorePoint } from '../modules/points/point-restored.ts';
import { PointsError } from '../modules/points/points-error.ts';
import { FLUSH_MS, PointsKeeper } from '../modules/points/points-keeper.ts';
import { PointsServer } from '../modules/points/points-server.ts';
import { reachOf } from '../modules/points/points-state.ts';
import { layPoint } from '../modules/points/restore-points.ts';
import { createFileStore } from '../store/file-store.ts';
import { openMasterKey, type MasterKeyPlace } from '../vault/open-master-key.ts';
import { loadConfig } from './environment.ts';
import { print } from './output.ts';
import { cliActor } from './with-database.ts';

const DAY_MS = 86_400_000;

/** The server that runs, as the role that may replicate. @throws Error when the embedded one does not run */
async function runningServer(config: Config): Promise<pg.ClientConfig> {
  if (config.databaseUrl !== undefined) return { connectionString: config.databaseUrl };
  const { superuser } = await startEmbedded({ dataDir: config.dataDir, logger: silentLogger, attach: true, attachOnly: true });
  return { ...superuser, database: DATABASE };
}

/** Log lines go to the process that started this one. */
function tellingLogger(tell: (message: KeeperMessage) => void): Logger {
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: object, text: string) => tell({ level, fields, text });
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), child: () => logger };
  return logger;
}

/** `scc backup keep-points`: what the running product starts; until SIGTERM, or until that is gone. */
export async function keepPointsCommand(): Promise<void> {
  const config = loadConfig();
  if (config.pointsDays === null) throw new Error('No points in time are kept: set SCC_POINTS_DAYS.');
  const tell = (message: KeeperMessage): void => void process.send?.(message, () => undefined);
  const stop = new AbortController();
  const end = (): void => stop.abort();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, end);
  process.once('disconnect', end);
  let failure: string | null | undefined;
  const keeper = new PointsKeeper({
    server: new PointsServer(await runningServer(config)),
    master: await openMasterKey(config),
    folder: config.backupDir,
    keepMs: config.pointsDays * DAY_MS,
    flushMs: FLUSH_MS,
    clock: systemClock,
    logger: process.connected ? tellingLogger(tell) : createLogger(config.logLevel, 'points'),
    onState(next) {
      if (next === failure) return;
      failure = next;
      tell({ failure: next });
    },
  });
  await keeper.run(stop.signal);
  if (process.connected) process.disconnect();
}

/** Lines for `scc backup list`. */
export async function pointsLines(config: Pick<Config, 'backupDir'> & MasterKeyPlace): Promise<string[]> {
  try {
    const reach = await reachOf({ folder: config.backupDir, master: await openMasterKey(config) });
    return reach.map(({ from, to }) => `any moment from ${from} to ${to}: npm run scc -- restore --at TIME`);
  } catch (error) {
    if (error instanceof PointsError) return [`FAULT  ${error.message}`];
    throw error;
  }
}

/** What `scc backup` says of points in time when they are not, or cannot be, kept; null = nothing. */
export async function pointsNote({ databaseUrl, pointsDays }: Config, server: pg.ClientConfig): Promise<string | null> {
  if (databaseUrl === undefined) return null;
  if (pointsDays === null) return "points in time are kept by the database server's administrator, or by this product with SCC_POINTS_DAYS";
  try {
    await new PointsServer(server).demand();
    return null;
  } catch (error) {
    if (error instanceof PointsError) return `no points in time: ${error.message}`;
    throw error;
  }
}

/** @throws Error when it is no time with a zone */
function momentOf(text: string): number {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new Error(`${text} is no moment such as 2026-11-30T14:05:00+09:00: date, time and zone.`);
  return at;
}

/** `scc restore --at TIME`: everything as it was then, into a data folder without a database; the product must be stopped. */
export async function restoreAtCommand(text: string): Promise<void> {
  const at = momentOf(text);
  const config = loadConfig();
  if (config.databaseUrl !== undefined) throw new PointsError('not_supported', 'restore --at makes an embedded database: for a database server, --to FOLDER puts the files into a folder for its administrator.');
  const master = await openMasterKey(config);
  const { backupDir: folder, dataDir } = config;
  const done = await restorePoint({ folder, master, dataDir, store: createFileStore(config.storeDir), clock: systemClock, logger: createLogger('error', 'scc'), actor: cliActor.id }, at);
  for (const tenantId of done.tenants) await supersedeCheckpoint(witnessFolder(dataDir), tenantId, systemClock.wall());
  print(`reached  ${done.at}${done.lastCommitAt === null ? '' : `; the last transaction before it is of ${done.lastCommitAt}`}`);
  print(`from     base ${done.base} and ${done.segments} segments of the write-ahead log, ${(done.ms / 1000).toFixed(1)} s`);
  print(`tenants  ${done.tenants.length}`);
  if (done.objects + done.missing > 0) print(`objects  ${done.objects} brought back from the sets${done.missing > 0 ? `, ${done.missing} are in no set: they were made after the last one` : ''}`);
}

/** `scc restore --at TIME --to FOLDER`: the files of a cluster that replays to the moment when the server's own programs start it. */
export async function layPointCommand(text: string, folder: string): Promise<void> {
  const at = momentOf(text);
  const config = loadConfig();
  const laid = await layPoint({ folder: config.backupDir, master: await openMasterKey(config), clock: systemClock }, at, resolve(folder));
  print(`laid     base ${laid.base} and ${laid.segments} segments of the write-ahead log into ${folder}`);
  print('next     give the folder to the account of the server and start a server of the same major version on it; it stops replaying at the moment');
  print('         "recovery ended before configured recovery target" in its log: nothing was committed after the moment; take recovery_target_time out of postgresql.auto.conf and start again');
}
