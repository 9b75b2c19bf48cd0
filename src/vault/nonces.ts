import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 12 * 1024;

const pool = Buffer.alloc(POOL_BYTES);
let at = POOL_BYTES;

/**
 * Fresh bytes of the system's random source, taken from it many at a time: a call of its own costs more than the cipher it
 * is for. Each byte is given out once. For nonces, which are no secrets; keys are drawn one by one.
 * @param size at most 12,288 bytes
 * @returns a copy, so that nobody keeps the pool
 */
export function freshNonce(size: number): Buffer {
  if (at + size > POOL_BYTES) {
    randomFillSync(pool);
    at = 0;
  }
  const nonce = Buffer.from(pool.subarray(at, at + size));
  at += size;
  return nonce;
}
