import { createHash } from 'node:crypto';
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Identity } from './identity.ts';
import { isReachable } from './reachable.ts';

/** Where root puts what the unprivileged account has to reach, when the project's own folder is closed to it. */
export const SHARED_BASE = '/var/lib/scc';

/** Longest socket path that every supported system takes (sun_path is 104 bytes on macOS, 108 on Linux). */
const MAX_SOCKET_PATH = 100;

/** The folders and files of one embedded database. */
export interface Layout {
  /** Folder of everything below, mode 0711. */
  base: string;
  /** The cluster. */
  pgdata: string;
  /** Folder of the Unix socket, mode 0700. */
  socketDir: string;
  /** Password of the superuser, mode 0600; inside the cluster, so that the two cannot be mixed up. */
  secretFile: string;
  /** Process id of the server's parent. */
  ownerFile: string;
  pidFile: string;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** Lets other accounts pass through (not list) our own data folder; the folders above it belong to others and stay as they are. */
function openOwnFolder(dataDir: string): void {
  const { mode } = statSync(dataDir);
  if ((mode & 0o001) === 0) chmodSync(dataDir, (mode & 0o7777) | 0o011);
}

function chooseBase(dataDir: string, identity: Identity): string {
  if (!identity.switched) return join(dataDir, 'postgres');
  if (!isReachable(dirname(dataDir), identity)) return join(SHARED_BASE, digest(dataDir));
  openOwnFolder(dataDir);
  return join(dataDir, 'postgres');
}

function chooseSocketDir(base: string): string {
  const near = join(base, 's');
  return join(near, '.s.PGSQL.5432').length <= MAX_SOCKET_PATH ? near : join('/tmp', `scc-${digest(base)}`);
}

/** Names the places of the embedded database of `dataDir`, without making anything but `dataDir` itself. */
export function planLayout(dataDir: string, identity: Identity): Layout {
  mkdirSync(dataDir, { recursive: true });
  const base = chooseBase(dataDir, identity);
  const pgdata = join(base, 'pgdata');
  return {
    base,
    pgdata,
    socketDir: chooseSocketDir(base),
    secretFile: join(pgdata, 'app.secret'),
    ownerFile: join(pgdata, 'app.owner'),
    pidFile: join(pgdata, 'postmaster.pid'),
  };
}

/** True when this data folder has a database already. */
export function hasCluster(dataDir: string): boolean {
  const local = join(dataDir, 'postgres', 'pgdata');
  return existsSync(local) || existsSync(join(SHARED_BASE, digest(dataDir), 'pgdata'));
}

/**
 * Makes the base and the socket folder with the right owner and mode.
 * @throws Error when somebody else's folder stands in the socket folder's place
 */
export function makeFolders(layout: Layout, dataDir: string, identity: Identity): void {
  mkdirSync(layout.base, { recursive: true, mode: 0o711 });
  chmodSync(layout.base, 0o711);
  if (!layout.base.startsWith(dataDir)) writeFileSync(join(dataDir, 'postgres.location'), `${layout.base}\n`);
  mkdirSync(layout.socketDir, { recursive: true, mode: 0o700 });
  const socketDir = lstatSync(layout.socketDir);
  const owners = [identity.uid, process.getuid?.() ?? identity.uid];
  if (!socketDir.isDirectory() || !owners.includes(socketDir.uid)) {
    throw new Error(`${layout.socketDir} exists and belongs to somebody else; remove it and start again.`);
  }
  chmodSync(layout.socketDir, 0o700);
  if (identity.switched) chownSync(layout.socketDir, identity.uid, identity.gid);
}
