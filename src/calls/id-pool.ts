import { randomFillSync } from 'node:crypto';
import { uuidv7, type IdSource, type RandomBytes } from '../lib/ids.ts';

const POOL_BYTES = 4096;

/** Random bytes drawn from the system in blocks: a call uses dozens of ids, and each draw is a system call. */
export function pooledRandom(): RandomBytes {
  const pool = Buffer.alloc(POOL_BYTES);
  let used = POOL_BYTES;
  return (size) => {
    if (used + size > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    const bytes = Buffer.from(pool.subarray(used, used + size));
    // What was given out must not stay in memory to be guessed from.
    pool.fill(0, used, used + size);
    used += size;
    return bytes;
  };
}

/** Ids for the events of calls. @param wall ms since the epoch */
export function pooledIds(wall: () => number): IdSource {
  const random = pooledRandom();
  return () => uuidv7(wall(), random);
}
