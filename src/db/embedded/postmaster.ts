import { spawn, type ChildProcess } from 'node:child_process';
import type { Writable } from 'node:stream';
import type { Logger } from '../../lib/logger.ts';
import type { Binaries } from './binaries.ts';
import type { Identity } from './identity.ts';
import type { Layout } from './layout.ts';

/**
 * Starts a watchdog and becomes the server. The watchdog holds the reading end of file descriptor 3: when our process
 * dies, however it dies, the pipe ends and the server gets a fast shutdown. A double fork keeps it out of the postmaster's children.
 */
const WATCHDOG =
  'p=$$; ( ( trap "" INT TERM HUP; read -r _ <&3 || kill -INT $p 2>/dev/null ) >/dev/null 2>&1 & ) ; exec 3<&-; exec "$@"';

const STOP_LIMIT_MS = 30_000;

/** Server settings; chosen for one machine that also carries calls. */
function settings(layout: Layout, extra: Readonly<Record<string, string>>): string[] {
  const values: Record<string, string> = {
    listen_addresses: '',
    unix_socket_directories: layout.socketDir,
    port: '5432',
    max_connections: '40',
    shared_buffers: '64MB',
    io_method: 'sync',
    jit: 'off',
    // A table that fills on its first day must not be planned as an empty one for a minute.
    autovacuum_naptime: '15s',
    max_parallel_workers_per_gather: '0',
    wal_level: 'replica',
    max_wal_senders: '5',
    max_wal_size: '512MB',
    // What has to be archived and cannot be: more than this must not fill the disk.
    max_slot_wal_keep_size: '2GB',
    // A segment that is used again keeps what it held; of a destroyed tenant nothing may stay.
    wal_recycle: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_min_duration_statement: '500',
    // Statement texts and details can hold values of a tenant; they stay out of the log.
    log_parameter_max_length: '0',
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    ...(process.platform === 'darwin' ? { wal_sync_method: 'fsync_writethrough' } : {}),
    ...extra,
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** A running server process of ours. */
export interface Postmaster {
  readonly pid: number;
  /** Resolves when the process has ended, whatever the reason. */
  readonly exited: Promise<void>;
  /** The same, and everything that it said has been read. */
  readonly silent: Promise<void>;
  /** Fast shutdown; immediate after 30 s. */
  stop(): Promise<void>;
}

/** Said with every start, restart and stop; nobody needs to act. */
const ORDINARY = /the database system is (starting up|shutting down|not yet accepting)|terminating .* due to administrator command/;

function logLines(child: ChildProcess, logger: Logger): void {
  let rest = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (/ (ERROR|FATAL|PANIC): /.test(line) && !ORDINARY.test(line)) logger.warn({ line }, 'database server');
      else if (line !== '') logger.debug({ line }, 'database server');
    }
  });
}

/**
 * Starts the server on an existing cluster. Says nothing of readiness: that is a successful log-in.
 * @throws Error when the process cannot be started
 */
export function startPostmaster(
  layout: Layout,
  binaries: Binaries,
  identity: Identity,
  extra: Readonly<Record<string, string>>,
  logger: Logger,
): Postmaster {
  const args = ['-c', WATCHDOG, 'postgres', binaries.postgres, '-D', layout.pgdata, ...settings(layout, extra)];
  const child = spawn('/bin/sh', args, {
    cwd: '/',
    // Ctrl-C in the terminal reaches us only; we stop the database last.
    detached: true,
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    ...(identity.switched ? { uid: identity.uid, gid: identity.gid } : {}),
  });
  if (child.pid === undefined) throw new Error('The embedded database could not be started.');
  const watchdog = child.stdio[3] as Writable;
  watchdog.on('error', () => undefined);
  logLines(child, logger);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      // Dismisses the watchdog: its target's process id may soon be somebody else's.
      watchdog.end('q\n');
      resolve();
    });
    child.once('error', () => resolve());
  });
  const silent = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  return {
    pid: child.pid,
    exited,
    silent,
    async stop() {
      child.kill('SIGINT');
      const timer = setTimeout(() => child.kill('SIGQUIT'), STOP_LIMIT_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}
