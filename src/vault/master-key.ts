import { createHmac, createPrivateKey, createPublicKey, randomBytes, sign, type KeyObject } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { associatedData, EnvelopeError, openBytes, sealBytes } from './envelope.ts';
import { AppError } from '../lib/errors.ts';
import { subkey } from './subkey.ts';

const KEY_BYTES = 32;

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
 * derives the password of the database's application role. The key bytes cannot be read out of it.
 */
export class MasterKey {
  readonly #wrapKey: Buffer;
  readonly #passwordKey: Buffer;
  readonly #signKey: Buffer;
  readonly #exportKey: KeyObject;
  readonly #operatorKey: Buffer;

  /** @param key 32 bytes */
  constructor(key: Buffer) {
    if (key.length !== KEY_BYTES) throw new MasterKeyError(`A master key has ${KEY_BYTES} bytes, this one has ${key.length}.`);
    this.#wrapKey = subkey(key, 'wrap-tenant-key');
    this.#passwordKey = subkey(key, 'database-password');
    this.#signKey = subkey(key, 'sign');
    this.#operatorKey = subkey(key, 'operator-factor');
    this.#exportKey = createPrivateKey({ key: Buffer.concat([PKCS8, subkey(key, 'sign-export')]), format: 'der', type: 'pkcs8' });
  }

  /** A fresh key for tests and throw-away databases. */
  static random(): MasterKey {
    return new MasterKey(randomBytes(KEY_BYTES));
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
    const publicKey = createPublicKey(this.#exportKey).export({ format: 'der', type: 'spki' }).subarray(-KEY_BYTES).toString('base64');
    return { publicKey, sign: (text) => sign(null, Buffer.from(text, 'utf8'), this.#exportKey) };
  }

  /** Password of a database role; the same for every process that holds this key. */
  databasePassword(role: string): string {
    return subkey(this.#passwordKey, role).toString('base64url');
  }
}

/** Writes the new key whole or not at all; when two starters race, the first one's key wins. */
function createKeyFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.new`;
  rmSync(temporary, { force: true });
  const file = openSync(temporary, 'wx', 0o600);
  try {
    writeSync(file, randomBytes(KEY_BYTES));
    fsyncSync(file);
    linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    closeSync(file);
    rmSync(temporary, { force: true });
  }
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

/**
 * What is wrong with an existing master key file, or null.
 */
export function masterKeyFault(path: string): string | null {
  const { mode, uid, size } = statSync(path);
  const us = process.getuid?.();
  if (us !== undefined && us !== 0 && uid !== us) return `The master key file ${path} belongs to another user.`;
  if ((mode & 0o077) !== 0) return `The master key file ${path} can be read by others (mode ${(mode & 0o777).toString(8)}); run: chmod 600 ${path}`;
  if (size !== KEY_BYTES) return `The master key file ${path} has ${size} bytes instead of ${KEY_BYTES}; put the right file back from your safe copy.`;
  return null;
}

/** Where the next master key waits while the old one's place is taken (see db/master-rotation.ts). */
export const nextMasterKeyFile = (path: string): string => `${path}.next`;

/**
 * Reads the master key file, making it first when `create` is set.
 * @param create only for an installation without data: a new key does not open old data
 * @throws MasterKeyError with one clear sentence
 */
export function loadMasterKey(path: string, create: boolean): MasterKey {
  if (!existsSync(path)) {
    if (!create) {
      throw new MasterKeyError(`The master key file ${path} is missing, but there is data sealed with it; put the file back from your safe copy.`);
    }
    createKeyFile(path);
  }
  const fault = masterKeyFault(path);
  if (fault) throw new MasterKeyError(fault);
  return new MasterKey(readFileSync(path));
}
