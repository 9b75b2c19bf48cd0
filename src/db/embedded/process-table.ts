import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** What we need to know of another process. */
export interface ProcessInfo {
  parent: number;
  /** Name of the program, without its path. */
  program: string;
  zombie: boolean;
}

function fromProc(pid: number): ProcessInfo | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in parentheses and may itself hold spaces and parentheses.
    const close = stat.lastIndexOf(')');
    const [state = '', parent = ''] = stat.slice(close + 2).split(' ');
    return { parent: Number(parent), program: stat.slice(stat.indexOf('(') + 1, close), zombie: state === 'Z' };
  } catch {
    return null;
  }
}

function fromPs(pid: number): ProcessInfo | null {
  try {
    const line = execFileSync('ps', ['-o', 'ppid=,stat=,comm=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    const [parent = '', state = '', ...program] = line.split(/\s+/);
    return { parent: Number(parent), program: basename(program.join(' ')), zombie: state.startsWith('Z') };
  } catch {
    return null;
  }
}

/** Looks a process up; null when there is none. */
export function lookUpProcess(pid: number): ProcessInfo | null {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}
