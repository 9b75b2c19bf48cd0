import { randomBytes, randomFillSync } from 'node:crypto';

/** Sixteen random-looking bytes; injected so that simulations can be replayed. */
export type RandomBytes = (size: number) => Uint8Array;

/** Makes ids. Injected into pure code; never called inside a reducer. */
export type IdSource = () => string;

/**
 * A UUID version 7 (RFC 9562 section 5.7): 48 bits of Unix time in ms, then random bits; sorts by creation time.
 * @param nowMs wall clock, ms since the epoch
 */
export function uuidv7(nowMs: number, random: RandomBytes = randomBytes): string {
  const bytes = new Uint8Array(16);
  bytes.set(random(16));
  let rest = Math.floor(nowMs);
  for (let index = 5; index >= 0; index--) {
    bytes[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = Buffer.from(bytes).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Bytes of the system's random source, taken from it many at a time; each is given out once. */
const pool = Buffer.alloc(4096);
let used = pool.length;

function pooledBytes(size: number): Uint8Array {
  if (used + size > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += size;
  return pool.subarray(used - size, used);
}

/** Ids by this clock and the system's random source. @param wall ms since the epoch */
export const idSource = (wall: () => number): IdSource => () => uuidv7(wall(), pooledBytes);

/** A new id from the process's wall clock and the system's random source. */
export const newId: IdSource = idSource(Date.now);

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** True when `text` is a lower-case UUID of any version. */
export const isUuid = (text: string): boolean => UUID.test(text);
