import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Identity } from './identity.ts';

/** Whether the account may pass through one folder (the execute bit that applies to it). */
function mayEnter(folder: string, identity: Identity): boolean {
  const { mode, uid, gid } = statSync(folder);
  if (uid === identity.uid) return (mode & 0o100) !== 0;
  if (gid === identity.gid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
}

/**
 * Whether the account can walk from the root to an existing `folder`, which a project below /root does not allow.
 * @returns true at once when we do not change the account
 */
export function isReachable(folder: string, identity: Identity): boolean {
  if (!identity.switched) return true;
  for (let current = folder; ; current = dirname(current)) {
    if (!mayEnter(current, identity)) return false;
    if (current === dirname(current)) return true;
  }
}
