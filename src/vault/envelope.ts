import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { freshNonce } from './nonces.ts';

/**
 * The bytes of one sealed value (format 1):
 *
 *     | 1 byte format = 1 | 2 bytes key version | 12 bytes nonce | 16 bytes tag | ciphertext |
 *
 * AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce and the full tag.
 */
const FORMAT = 1;
const NONCE_AT = 3;
const NONCE_BYTES = 12;
const TAG_AT = NONCE_AT + NONCE_BYTES;
const TAG_BYTES = 16;
const BODY_AT = TAG_AT + TAG_BYTES;
const MAX_KEY_VERSION = 0xffff;

/** The bytes are no envelope, or do not open with this key and associated data. */
export class EnvelopeError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'EnvelopeError';
  }
}

const NOTHING = Buffer.alloc(0);

/**
 * Joins fields so that no two different lists give the same bytes: each is preceded by its length (2 bytes).
 * @param fields each at most 65,535 bytes in UTF-8
 */
export const associatedData = (...fields: readonly string[]): Buffer => continueData(NOTHING, fields);

/** The associated data of a longer list: what its first fields gave, and the other ones. */
export function continueData(first: Buffer, fields: readonly string[]): Buffer {
  let bytes = first.length;
  for (const field of fields) bytes += 2 + Buffer.byteLength(field, 'utf8');
  const joined = Buffer.allocUnsafe(bytes);
  let at = first.copy(joined, 0);
  for (const field of fields) {
    const length = joined.write(field, at + 2, 'utf8');
    at = joined.writeUInt16BE(length, at) + length;
  }
  return joined;
}

/** @param key 32 bytes @param keyVersion 0..65535, stored in the clear so that the reader can choose the key */
export function sealBytes(key: Buffer | KeyObject, keyVersion: number, associated: Buffer, plain: Buffer): Buffer {
  if (!Number.isInteger(keyVersion) || keyVersion < 0 || keyVersion > MAX_KEY_VERSION) {
    throw new EnvelopeError(`key version ${keyVersion} is out of range`);
  }
  const nonce = freshNonce(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associated);
  const body = cipher.update(plain);
  cipher.final();
  const sealed = Buffer.allocUnsafe(BODY_AT + body.length);
  sealed.writeUInt8(FORMAT, 0);
  sealed.writeUInt16BE(keyVersion, 1);
  nonce.copy(sealed, NONCE_AT);
  cipher.getAuthTag().copy(sealed, TAG_AT);
  body.copy(sealed, BODY_AT);
  return sealed;
}

/** The key version under which an envelope was sealed. @throws EnvelopeError */
export function keyVersionOf(sealed: Buffer): number {
  if (sealed.length < BODY_AT) throw new EnvelopeError(`${sealed.length} bytes are too few for an envelope`);
  if (sealed[0] !== FORMAT) throw new EnvelopeError(`unknown envelope format ${sealed[0]}`);
  return sealed.readUInt16BE(1);
}

/** @throws EnvelopeError when the bytes were changed, cut, moved or sealed under another key */
export function openBytes(key: Buffer | KeyObject, associated: Buffer, sealed: Buffer): Buffer {
  keyVersionOf(sealed);
  const nonce = sealed.subarray(NONCE_AT, TAG_AT);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associated);
  decipher.setAuthTag(sealed.subarray(TAG_AT, BODY_AT));
  const plain = decipher.update(sealed.subarray(BODY_AT));
  try {
    decipher.final();
  } catch {
    throw new EnvelopeError('authentication failed');
  }
  return plain;
}
