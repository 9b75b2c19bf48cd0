/** AES-128-GCM of records (RFC 5288 section 3, RFC 6347 section 4.1.2.1); the explicit nonce is epoch and sequence number. */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { DTLS_1_2 } from './numbers.ts';
import type { DtlsRecord } from './record.ts';

/** Key and implicit nonce of one direction. */
export interface WriteKeys {
  /** 16 bytes. */
  key: Buffer;
  /** 4 bytes. */
  salt: Buffer;
}

const NONCE_BYTES = 8;
const TAG_BYTES = 16;

/** Bytes that a protected fragment is longer. */
export const PROTECTION_BYTES = NONCE_BYTES + TAG_BYTES;

/** The record with its fragment protected. */
export function sealRecord(keys: WriteKeys, record: DtlsRecord): DtlsRecord {
  const explicit = nonceOf(record);
  const cipher = createCipheriv('aes-128-gcm', keys.key, Buffer.concat([keys.salt, explicit]), { authTagLength: TAG_BYTES });
  cipher.setAAD(associated(record, record.fragment.length, explicit));
  const sealed = cipher.update(record.fragment);
  cipher.final();
  return { ...record, fragment: Buffer.concat([explicit, sealed, cipher.getAuthTag()]) };
}

/** The record with its fragment in clear; null = forged. */
export function openRecord(keys: WriteKeys, record: DtlsRecord): DtlsRecord | null {
  const { fragment } = record;
  const length = fragment.length - PROTECTION_BYTES;
  if (length < 0) return null;
  const decipher = createDecipheriv('aes-128-gcm', keys.key, Buffer.concat([keys.salt, fragment.subarray(0, NONCE_BYTES)]), { authTagLength: TAG_BYTES });
  decipher.setAAD(associated(record, length, nonceOf(record)));
  decipher.setAuthTag(fragment.subarray(fragment.length - TAG_BYTES));
  const plain = decipher.update(fragment.subarray(NONCE_BYTES, fragment.length - TAG_BYTES));
  try {
    decipher.final();
  } catch {
    return null;
  }
  return { ...record, fragment: plain };
}

/** Epoch and sequence number, 8 bytes. */
function nonceOf({ epoch, sequence }: DtlsRecord): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeUInt16BE(epoch, 0);
  nonce.writeUIntBE(sequence, 2, 6);
  return nonce;
}

function associated({ type }: DtlsRecord, length: number, numbers: Buffer): Buffer {
  return Buffer.concat([numbers, Buffer.from([type, DTLS_1_2 >> 8, DTLS_1_2 & 0xff, length >> 8, length & 0xff])]);
}
