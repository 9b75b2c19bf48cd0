import { spawn, type ChildProcess, type StdioNull, type StdioPipe } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { HANDED_KEY_VARIABLE } from '../vault/handed-key.ts';
import type { MasterKey } from '../vault/master-key.ts';

const MAIN = join(import.meta.dirname, '..', 'main.ts');

/**
 * Starts a command of the product in a process of its own, with low priority. It gets the master key over a pipe behind `stdio`, so that
 * it works while a key service is away.
 */
export function spawnCommand(args: readonly string[], stdio: readonly (StdioNull | StdioPipe | 'ipc')[], master: Pick<MasterKey, 'handTo'>): ChildProcess {
  const pipe = stdio.length;
  const env = { ...process.env, [HANDED_KEY_VARIABLE]: String(pipe) };
  const child = spawn(process.execPath, [...process.execArgv, MAIN, ...args], { env, stdio: [...stdio, 'pipe'] });
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  master.handTo(child.stdio[pipe] as Writable);
  return child;
}
