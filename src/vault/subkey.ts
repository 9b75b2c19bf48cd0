import { hkdfSync } from 'node:crypto';

/**
 * Derives an independent 32-byte key for one purpose (HKDF with SHA-256, RFC 5869), so that no key serves two algorithms.
 * @param key 32 bytes of full entropy @param purpose fixed text that names the use
 */
export function subkey(key: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `scc/1/${purpose}`, 32));
}
