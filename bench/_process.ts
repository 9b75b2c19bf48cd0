/** What a process has used so far, from `/proc`. */
import { readFileSync } from 'node:fs';

/** USER_HZ of Linux: a tick is 10 ms. */
const TICK_MS = 10;
const PAGE_BYTES = 4096;

export interface ProcessUsage {
  /** User and system time of all threads, ms. */
  cpuMs: number;
  rssBytes: number;
}

/** @throws Error when the process is gone */
export function usageOf(pid: number): ProcessUsage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name in brackets may hold spaces; fields 14 and 15 are utime and stime, 24 is rss in pages (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number);
  return { cpuMs: ((fields[11] ?? 0) + (fields[12] ?? 0)) * TICK_MS, rssBytes: (fields[21] ?? 0) * PAGE_BYTES };
}

/** User and system time of one process so far, ms. @throws Error when the process is gone */
export const cpuOf = (pid: number): number => usageOf(pid).cpuMs;
