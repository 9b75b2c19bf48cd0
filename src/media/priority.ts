import { readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Of -20 (first) to 19. */
export const PRIORITY = -10;

/** Sound goes before everything else on the machine, where the user may say so; elsewhere it stays as it is. */
export function raisePriority(): void {
  try {
    setPriority(PRIORITY);
    // Linux may divide the processor among sessions first, sched(7): then a priority counts only within one's own.
    if (isSessionLeader()) writeFileSync('/proc/self/autogroup', String(PRIORITY));
  } catch {
    // Needs CAP_SYS_NICE, and the second a kernel that groups sessions.
  }
}

/** A session of somebody else is not ours to raise. */
function isSessionLeader(): boolean {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  // The name in brackets may hold spaces; the session is the fourth field behind it.
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]) === process.pid;
}
