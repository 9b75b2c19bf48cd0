import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Layout } from './layout.ts';
import { lookUpProcess, type ProcessInfo } from './process-table.ts';

/** What the files of the cluster say about a server that may still run. */
export type RunningServer =
  | { kind: 'none' }
  /** The server lives and so does the process that started it. */
  | { kind: 'owned'; postmaster: number; owner: number }
  /** The server lives but its parent is gone. */
  | { kind: 'orphan'; postmaster: number };

const FAST_SHUTDOWN_MS = 30_000;
const POLL_MS = 20;

function readPid(file: string): number | null {
  try {
    const pid = Number(readFileSync(file, 'utf8').split('\n', 1)[0]);
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

/** A zombie has given back everything but its number. */
const livingProcess = (pid: number): ProcessInfo | null => {
  const info = lookUpProcess(pid);
  return info && !info.zombie ? info : null;
};

/** Reads who runs the cluster now. A pid file whose process is something else is stale and counts as none. */
export function findRunningServer(layout: Layout): RunningServer {
  const postmaster = readPid(layout.pidFile);
  if (postmaster === null) return { kind: 'none' };
  const info = livingProcess(postmaster);
  if (!info || info.program !== 'postgres') return { kind: 'none' };
  const owner = readPid(layout.ownerFile);
  if (owner !== null && info.parent === owner && livingProcess(owner)) return { kind: 'owned', postmaster, owner };
  return { kind: 'orphan', postmaster };
}

function isGone(layout: Layout, postmaster: number): boolean {
  if (readPid(layout.pidFile) !== postmaster) return true;
  return livingProcess(postmaster)?.program !== 'postgres';
}

async function waitUntilGone(layout: Layout, postmaster: number, limitMs: number): Promise<boolean> {
  for (let waited = 0; waited < limitMs; waited += POLL_MS) {
    if (isGone(layout, postmaster)) return true;
    await sleep(POLL_MS);
  }
  return isGone(layout, postmaster);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Makes sure that no server runs on the cluster: a left-over one is stopped, a stale pid file removed.
 * @throws Error naming the process when a living one owns the server
 */
export async function clearTheWay(layout: Layout): Promise<void> {
  const running = findRunningServer(layout);
  if (running.kind === 'owned') throw new Error(`The product is running already: the data folder is in use by process ${running.owner}.`);
  if (running.kind === 'orphan') {
    signal(running.postmaster, 'SIGINT');
    if (!(await waitUntilGone(layout, running.postmaster, FAST_SHUTDOWN_MS))) {
      signal(running.postmaster, 'SIGQUIT');
      if (!(await waitUntilGone(layout, running.postmaster, FAST_SHUTDOWN_MS))) {
        throw new Error(`A left-over database server (process ${running.postmaster}) does not stop.`);
      }
    }
  }
  // Never under a living postgres: the checks above have just shown that there is none. The server itself would take a
  // zombie for one. Sessions of a killed server that linger are still noticed, by their shared memory.
  rmSync(layout.pidFile, { force: true });
  rmSync(join(layout.socketDir, '.s.PGSQL.5432.lock'), { force: true });
}
