import { createHmac, createPrivateKey, createPublicKey, randomBytes, sign, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { Writable } from 'node:stream';
import { associatedData, EnvelopeError, openBytes, sealBytes } from './envelope.ts';
import { AppError } from '../lib/errors.ts';
import { subkey } from './subkey.ts';

/** Bytes of the master key. */
export const MASTER_KEY_BYTES = 32;

/** The master key file is missing, damaged or readable by others. The message says what to do. */
export class MasterKeyError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MasterKeyError';
  }
}

/** Signs what leaves the installation, so that anybody who knows the public key can tell that it was not changed. */
export interface ExportSigner {
  /** Ed25519 (RFC 8032), 32 bytes in base64. */
  publicKey: string;
  sign(text: string): Buffer;
}

/** Prefix of an Ed25519 private key in DER (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * The root of all keys. It never seals a tenant's content itself: it wraps tenant keys, seals the second factors of operators and
 * derives the password of the database's application role. The key bytes leave it for processes of our own only (`handTo`).
 */
export class MasterKey {
  readonly #key: Buffer;
  readonly #wrapKey: Buffer;
  readonly #passwordKey: Buffer;
  readonly #signKey: Buffer;
  readonly #exportKey: KeyObject;
  readonly #operatorKey: Buffer;

  /** @param key 32 bytes */
  constructor(key: Buffer) {
    if (key.length !== MASTER_KEY_BYTES) throw new MasterKeyError(`A master key has ${MASTER_KEY_BYTES} bytes, this one has ${key.length}.`);
    this.#key = Buffer.from(key);
    this.#wrapKey = subkey(key, 'wrap-tenant-key');
    this.#passwordKey = subkey(key, 'database-password');
    this.#signKey = subkey(key, 'sign');
    this.#operatorKey = subkey(key, 'operator-factor');
    this.#exportKey = createPrivateKey({ key: Buffer.concat([PKCS8, subkey(key, 'sign-export')]), format: 'der', type: 'pkcs8' });
  }

  /** A fresh key for tests and throw-away databases. */
  static random(): MasterKey {
    return new MasterKey(randomBytes(MASTER_KEY_BYTES));
  }

  wrapTenantKey(tenantId: string, version: number, key: Buffer): Buffer {
    return sealBytes(this.#wrapKey, 0, associatedData('tenant-key', tenantId, String(version)), key);
  }

  /** @throws AppError `master_key_mismatch` when the tenant key was wrapped by another master key or is damaged */
  unwrapTenantKey(tenantId: string, version: number, wrapped: Buffer): Buffer {
    return this.#unwrap(
      associatedData('tenant-key', tenantId, String(version)),
      wrapped,
      'The master key file does not belong to this database: a tenant key does not open with it.',
    );
  }

  /** @param setId of the backup @param key 32 bytes that its files are sealed under */
  wrapBackupKey(setId: string, key: Buffer): Buffer {
    return sealBytes(this.#wrapKey, 0, associatedData('backup-key', setId), key);
  }

  /** @throws AppError `master_key_mismatch` */
  unwrapBackupKey(setId: string, wrapped: Buffer): Buffer {
    return this.#unwrap(associatedData('backup-key', setId), wrapped, 'The master key file does not belong to this backup.');
  }

  /** The second factor of one of the provider's people, who belong to no tenant. @param plain JSON of a few hundred bytes */
  sealOperatorFactor(operatorId: string, plain: Buffer): Buffer {
    return sealBytes(this.#operatorKey, 0, associatedData('operator-factor', operatorId), plain);
  }

  /** @throws EnvelopeError when it was sealed under another master key, for another operator, or is damaged */
  openOperatorFactor(operatorId: string, sealed: Buffer): Buffer {
    return openBytes(this.#operatorKey, associatedData('operator-factor', operatorId), sealed);
  }

  #unwrap(bound: Buffer, wrapped: Buffer, mismatch: string): Buffer {
    try {
      return openBytes(this.#wrapKey, bound, wrapped);
    } catch (error) {
      if (!(error instanceof EnvelopeError)) throw error;
      throw new AppError('master_key_mismatch', 500, mismatch);
    }
  }

  /** HMAC-SHA-256 of a text; proves that a file outside of the database was written by this installation. */
  sign(text: string): Buffer {
    return createHmac('sha256', this.#signKey).update(text, 'utf8').digest();
  }

  get signer(): ExportSigner {
    const publicKey = createPublicKey(this.#exportKey).export({ format: 'der', type: 'spki' }).subarray(-MASTER_KEY_BYTES).toString('base64');
    return { publicKey, sign: (text) => sign(null, Buffer.from(text, 'utf8'), this.#exportKey) };
  }

  /** Whether it is this key. @param key as it lies in a file or came from a key service */
  isKey(key: Buffer): boolean {
    return key.length === MASTER_KEY_BYTES && timingSafeEqual(key, this.#key);
  }

  /** Gives the key to a process of ours over a pipe that nobody else reads (see handed-key.ts). */
  handTo(pipe: Writable): void {
    // A process that ended before it read has its own way of telling so.
    pipe.on('error', () => undefined);
    pipe.end(Buffer.from(this.#key));
  }

  /** Password of a database role; the same for every process that holds this key. */
  databasePassword(role: string): string {
    return subkey(this.#passwordKey, role).toString('base64url');
  }
}
