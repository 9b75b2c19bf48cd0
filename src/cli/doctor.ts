import { existsSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { createSocket } from 'node:dgram';
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { findBinaries } from '../db/embedded/binaries.ts';
import { chooseIdentity } from '../db/embedded/identity.ts';
import { planLayout, SHARED_BASE } from '../db/embedded/layout.ts';
import { findRunningServer } from '../db/embedded/orphan.ts';
import { asOwner } from '../db/prepare.ts';
import type { Config } from '../lib/config.ts';
import { systemClock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import { listSets, timeOfSet } from '../modules/backup/backup-set.ts';
import { pointsState } from '../modules/points/points-state.ts';
import { askVersion, scanBytes } from '../modules/scanner/clamd.ts';
import { LARGEST_UPLOAD } from '../modules/scanner/scanner.ts';
import { openMasterKey } from '../vault/open-master-key.ts';
import { masterKeyFindings } from './doctor-master-key.ts';
import { loadConfig, ROOT } from './environment.ts';
import { fault, note, ok, type Finding } from './finding.ts';
import { print, table } from './output.ts';

const FREE_FAULT_BYTES = 512 * 1024 ** 2;
const FREE_NOTE_BYTES = 5 * 1024 ** 3;
/** Shares of the disk. */
const USED_NOTE = 0.8;
const USED_FULL = 0.9;
const HOUR_MS = 3_600_000;
const SCANNER_MS = 10_000;
/** With no interval configured, a backup older than this is told of. */
const BACKUP_NOTE_HOURS = 24;

function nodeFinding(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const good = major > 24 || (major === 24 && minor >= 12);
  const text = `${process.versions.node} (${process.platform}-${process.arch})`;
  return good ? ok('Node', text) : fault('Node', `${text}: 24.12 or later is needed`);
}

function tcpFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

function udpFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(false));
    socket.bind(port, host, () => socket.close(() => resolve(true)));
  });
}

async function portFindings(config: Config, running: boolean): Promise<Finding[]> {
  const ports = [
    { subject: `HTTP ${config.host}:${config.httpPort}`, free: await tcpFree(config.host, config.httpPort) },
    { subject: `operator ${config.host}:${config.operatorPort}`, free: await tcpFree(config.host, config.operatorPort) },
    { subject: `SIP/UDP ${config.sipHost}:${config.sipPort}`, free: await udpFree(config.sipHost, config.sipPort) },
    { subject: `SIP/TCP ${config.sipHost}:${config.sipPort}`, free: await tcpFree(config.sipHost, config.sipPort) },
  ];
  return ports.map(({ subject, free }) => {
    if (free) return ok(subject, 'free');
    return running ? note(subject, 'in use, and the product is running') : fault(subject, 'used by another program');
  });
}

async function serverFinding(databaseUrl: string): Promise<Finding> {
  try {
    const version = await asOwner({ connectionString: databaseUrl }, async (client) => (await client.query<{ server_version: string }>('show server_version')).rows[0]?.server_version);
    return ok('database', `DATABASE_URL answers: PostgreSQL ${version ?? 'unknown'}`);
  } catch (error) {
    return fault('database', `DATABASE_URL: ${messageOf(error)}`);
  }
}

async function databaseFindings(config: Config): Promise<{ findings: Finding[]; running: boolean }> {
  if (config.databaseUrl !== undefined) return { findings: [await serverFinding(config.databaseUrl)], running: false };
  try {
    const identity = chooseIdentity();
    const { postgres } = findBinaries(identity, SHARED_BASE);
    const version = execFileSync(postgres, ['--version'], {
      encoding: 'utf8',
      cwd: '/',
      ...(identity.switched ? { uid: identity.uid, gid: identity.gid } : {}),
    }).trim();
    const layout = planLayout(config.dataDir, identity);
    const server = findRunningServer(layout);
    const state = { none: 'not running', owned: 'running', orphan: 'left over from a crash; the next start stops it' }[server.kind];
    const findings = [ok('database', `${version}, ${state}`), ok('database files', existsSync(layout.pgdata) ? layout.pgdata : 'none yet; made on the first start')];
    return { findings, running: server.kind === 'owned' };
  } catch (error) {
    return { findings: [fault('database', messageOf(error))], running: false };
  }
}

function diskFinding(config: Config): Finding {
  let folder = config.dataDir;
  while (!existsSync(folder) && folder !== dirname(folder)) folder = dirname(folder);
  const { bavail, bsize, blocks } = statfsSync(folder);
  const free = bavail * bsize;
  const text = `${(free / 1024 ** 3).toFixed(1)} GiB free at ${folder}`;
  if (free < FREE_FAULT_BYTES) return fault('disk', text);
  const used = 1 - bavail / blocks;
  if (used >= USED_NOTE) return note('disk', `${text}, ${Math.floor(used * 100)} % used: ${used >= USED_FULL ? 'make room now, a full disk stops recordings and the database' : 'make room in time'}`);
  return free < FREE_NOTE_BYTES ? note('disk', text) : ok('disk', text);
}

async function backupFinding({ dataDir, backupDir, backupHours }: Config): Promise<Finding> {
  const last = (await listSets(backupDir)).at(-1);
  const how = backupHours === null ? 'none is made by itself: set SCC_BACKUP_HOURS' : `made every ${backupHours} h`;
  if (last === undefined) return note('backup', `none in ${backupDir}; ${how}`);
  const hours = Math.floor((systemClock.wall() - timeOfSet(last)) / HOUR_MS);
  const text = `${last} in ${backupDir}, ${hours} h old; ${how}`;
  if (hours > (backupHours ?? BACKUP_NOTE_HOURS) * 1.5) return note('backup', `${text}: TOO OLD; npm run scc -- backup`);
  if (statSync(backupDir).dev === statSync(dataDir).dev) return note('backup', `${text}; on the disk of the data, which is no help when that disk is lost (SCC_BACKUP_DIR)`);
  return ok('backup', text);
}

async function pointsFinding(config: Config, running: boolean): Promise<Finding> {
  const { backupDir, masterKeyFile, pointsDays, databaseUrl } = config;
  const subject = 'points in time';
  if (pointsDays === null) return note(subject, databaseUrl === undefined ? 'none are kept: what was written since the last backup is lost with the disk (SCC_BACKUP_HOURS, SCC_POINTS_DAYS)' : "none are kept by this product: they are the database administrator's, or set SCC_POINTS_DAYS");
  if (!existsSync(masterKeyFile)) return note(subject, 'none yet; begun on the first start');
  const now = systemClock.wall();
  const master = await openMasterKey(config, { patienceMs: 0 }).catch(() => null);
  if (!master) return note(subject, 'not looked at: they are sealed, and the master key does not open');
  const { reach, archivedTo, isLate, failure } = await pointsState({ folder: backupDir, master }, pointsDays, null, now);
  if (failure !== null) return fault(subject, failure);
  const newest = reach.at(-1);
  if (!newest || archivedTo === null) return note(subject, 'none yet: the first copy of the cluster is taken after the start; while that fails, the log and the console say why');
  const text = `any moment from ${newest.from} to ${newest.to}${reach.length > 1 ? `, and ${reach.length - 1} earlier stretch(es)` : ''}`;
  if (isLate && running) return fault(subject, `${text}: NOT archived for ${Math.round((now - Date.parse(archivedTo)) / 1000)} s while the product runs; is there room in ${backupDir}? The console says what is wrong`);
  return ok(subject, text);
}

function fileFinding(subject: string, path: string, missing: string): Finding {
  return existsSync(path) ? ok(subject, path) : fault(subject, `${path} is missing; ${missing}`);
}

function fontFinding(): Finding {
  try {
    const list = execFileSync('fc-list', [':lang=ja', 'family'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    return list === '' ? note('Japanese fonts', 'none on this machine; only screenshots made here need one') : ok('Japanese fonts', list.split('\n')[0] ?? '');
  } catch {
    return note('Japanese fonts', 'cannot tell (no fc-list); only screenshots made here need one');
  }
}

function webFinding(): Finding {
  const page = join(ROOT, 'web', 'dist', 'index.html');
  if (!existsSync(page)) return note('web client', 'not built; `npm start` builds it');
  return ok('web client', `built ${statSync(page).mtime.toISOString()}`);
}

function versionFinding(): Finding {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return ok('product', version);
}

/** Scans as much as the largest upload is, so that a limit of clamd that is too low is found here and not by a user. */
async function scannerFinding({ scanner }: Config): Promise<Finding> {
  if (scanner === null) return note('malware scan', 'none: uploaded files are not scanned (SCC_SCANNER)');
  try {
    const version = await askVersion(scanner, systemClock, SCANNER_MS);
    await scanBytes(scanner, Buffer.alloc(LARGEST_UPLOAD), systemClock, SCANNER_MS);
    return ok('malware scan', version);
  } catch (error) {
    return fault('malware scan', `SCC_SCANNER: ${messageOf(error)}; until it answers no file is taken (503 scanner_unavailable)`);
  }
}

/** `scc doctor`: looks at everything a start needs. @returns the exit code, 0 = nothing stands in the way */
export async function doctorCommand(): Promise<number> {
  const config = loadConfig();
  const database = await databaseFindings(config);
  const findings: Finding[] = [
    versionFinding(),
    nodeFinding(),
    ...database.findings,
    ...(await masterKeyFindings(config)),
    diskFinding(config),
    await backupFinding(config),
    await pointsFinding(config, database.running),
    await scannerFinding(config),
    ...(await portFindings(config, database.running)),
    fileFinding('sounds', join(ROOT, 'assets', 'sounds', 'ja'), 'run `node scripts/make-sounds.mjs`'),
    webFinding(),
    fontFinding(),
  ];
  const marks = { ok: 'ok   ', note: 'note ', fault: 'FAULT' };
  for (const line of table(findings.map(({ verdict, subject, text }) => [marks[verdict], subject, text]))) print(line);
  return findings.some((finding) => finding.verdict === 'fault') ? 1 : 0;
}
