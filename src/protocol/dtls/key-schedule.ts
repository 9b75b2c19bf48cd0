/** Keys of TLS 1.2 with SHA-256: PRF (RFC 5246 section 5), extended master secret (RFC 7627), exporter (RFC 5705). */
import { createHash, createHmac } from 'node:crypto';
import { srtpKeyBytes, SRTP_SIZES, type SrtpProfile } from '../rtp/srtp-profile.ts';
import type { WriteKeys } from './record-cipher.ts';

const MASTER_BYTES = 48;
const VERIFY_BYTES = 12;
const KEY_BYTES = 16;
const SALT_BYTES = 4;

/** P_SHA256. */
export function prf(secret: Buffer, label: string, seed: Buffer, bytes: number): Buffer {
  const labelled = Buffer.concat([Buffer.from(label, 'latin1'), seed]);
  const out: Buffer[] = [];
  let a = labelled;
  for (let made = 0; made < bytes; made += 32) {
    a = createHmac('sha256', secret).update(a).digest();
    out.push(createHmac('sha256', secret).update(a).update(labelled).digest());
  }
  return Buffer.concat(out).subarray(0, bytes);
}

export const hashOf = (transcript: readonly Buffer[]): Buffer => {
  const hash = createHash('sha256');
  for (const message of transcript) hash.update(message);
  return hash.digest();
};

export interface Randoms {
  client: Buffer;
  server: Buffer;
}

/** @param sessionHash hash of the handshake up to ClientKeyExchange where both know RFC 7627, else null */
export function masterSecret(preMaster: Buffer, randoms: Randoms, sessionHash: Buffer | null): Buffer {
  if (sessionHash) return prf(preMaster, 'extended master secret', sessionHash, MASTER_BYTES);
  return prf(preMaster, 'master secret', Buffer.concat([randoms.client, randoms.server]), MASTER_BYTES);
}

/** Keys of records in both directions (RFC 5246 section 6.3; AEAD has no MAC keys). */
export function recordKeys(master: Buffer, { client, server }: Randoms): { client: WriteKeys; server: WriteKeys } {
  const block = prf(master, 'key expansion', Buffer.concat([server, client]), 2 * (KEY_BYTES + SALT_BYTES));
  const salts = block.subarray(2 * KEY_BYTES);
  return {
    client: { key: block.subarray(0, KEY_BYTES), salt: salts.subarray(0, SALT_BYTES) },
    server: { key: block.subarray(KEY_BYTES, 2 * KEY_BYTES), salt: salts.subarray(SALT_BYTES) },
  };
}

/** `verify_data` of Finished. */
export const verifyData = (master: Buffer, who: 'client' | 'server', transcript: readonly Buffer[]): Buffer =>
  prf(master, `${who} finished`, hashOf(transcript), VERIFY_BYTES);

/** Master key and master salt of each direction for SRTP (RFC 5764 section 4.2). */
export function srtpMasters(master: Buffer, { client, server }: Randoms, profile: SrtpProfile): { client: Buffer; server: Buffer } {
  const { key, salt } = SRTP_SIZES[profile];
  const block = prf(master, 'EXTRACTOR-dtls_srtp', Buffer.concat([client, server]), 2 * srtpKeyBytes(profile));
  const salts = block.subarray(2 * key);
  return {
    client: Buffer.concat([block.subarray(0, key), salts.subarray(0, salt)]),
    server: Buffer.concat([block.subarray(key, 2 * key), salts.subarray(salt)]),
  };
}
