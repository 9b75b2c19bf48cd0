import { execFileSync } from 'node:child_process';

/** The account under which the embedded database runs. */
export interface Identity {
  uid: number;
  gid: number;
  /** True when we are root and have to change to this account. */
  switched: boolean;
}

/** PostgreSQL refuses to run as root; these accounts are tried in this order. `nobody` exists on every system. */
const CANDIDATES = ['postgres', '_postgres', 'nobody'];

function numericId(flag: '-u' | '-g', account: string): number | null {
  try {
    // `| 0` folds macOS's 4294967294 to -2, which is what spawn and chown expect there.
    return Number(execFileSync('id', [flag, account], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) | 0;
  } catch {
    return null;
  }
}

/**
 * Chooses the account for the database server: ourselves, or when we are root an unprivileged one.
 * @throws Error when we are root and the machine has no suitable account
 */
export function chooseIdentity(): Identity {
  const uid = process.getuid?.() ?? 0;
  if (uid !== 0) return { uid, gid: process.getgid?.() ?? uid, switched: false };
  for (const account of CANDIDATES) {
    const accountUid = numericId('-u', account);
    const accountGid = numericId('-g', account);
    if (accountUid !== null && accountGid !== null) return { uid: accountUid, gid: accountGid, switched: true };
  }
  throw new Error(
    `The embedded database cannot run as root and none of the accounts ${CANDIDATES.join(', ')} exists. ` +
      'Start as an ordinary user, or set DATABASE_URL.',
  );
}
