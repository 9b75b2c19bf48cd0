import { createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import type { SealedPlace, TenantVault } from '../db/types.ts';
import { AppError } from '../lib/errors.ts';
import { associatedData, continueData, EnvelopeError, keyVersionOf, openBytes, sealBytes } from './envelope.ts';
import { subkey } from './subkey.ts';

/**
 * Most seals of one key in one process. SP 800-38D section 8.3 allows 2^32 with random nonces; the distance covers the
 * processes that used the key before.
 */
const MAX_SEALS = 2 ** 28;
const TOKEN_BYTES = 8;

/** Key objects: a cipher takes them in less than half the time of bytes, and they do not show in a dump of the heap. */
interface KeySet {
  seal: KeyObject;
  objectWrap: KeyObject;
}

const damaged = (): AppError => new AppError('sealed_content_damaged', 500, 'Sealed content does not open: it was changed or belongs elsewhere.');
const destroyed = (): AppError => new AppError('tenant_key_destroyed', 410, "The tenant's keys were destroyed.");

/** The content names a key version that is not held: a newer one that this process has not heard of yet, or damage. */
export class UnknownKeyVersion extends AppError {
  constructor() {
    super('sealed_content_damaged', 500, 'Sealed content does not open: its key version is not known.');
    this.name = 'UnknownKeyVersion';
  }
}

/** Seals and opens one tenant's content with keys that are held in memory. Whoever holds it sees new versions at once. */
export class LoadedTenantVault implements TenantVault {
  readonly #tenantId: string;
  #keyVersion = 0;
  #sets = new Map<number, KeySet>();
  #tokenKey: Buffer | null = null;
  #current: KeySet | null = null;
  readonly #maxSeals: number;
  /** Something was sealed under a newer version than the one that seals here: the keys should be loaded again. */
  missedVersion = false;
  /** What the values of a column are bound to in common. */
  readonly #columns = new Map<string, Buffer>();
  #seals = 0;

  /**
   * @param keys the tenant's data keys by version; the highest one seals, the lowest one makes tokens, because tokens in
   *   the database outlive a rotation
   */
  constructor(tenantId: string, keys: ReadonlyMap<number, Buffer>, maxSeals = MAX_SEALS) {
    this.#tenantId = tenantId;
    this.#maxSeals = maxSeals;
    this.setKeys(keys, Math.max(...keys.keys()));
  }

  get keyVersion(): number {
    return this.#keyVersion;
  }

  /** How much of the current key's allowance this process has used, 0 to 1. */
  get wear(): number {
    return this.#seals / this.#maxSeals;
  }

  /**
   * Takes the place of the keys held until now.
   * @param sealing the version that seals from now on
   * @throws AppError `tenant_key_missing` when it is not among them
   */
  setKeys(keys: ReadonlyMap<number, Buffer>, sealing: number): void {
    const lowest = keys.get(Math.min(...keys.keys()));
    if (!lowest || !keys.has(sealing)) throw new AppError('tenant_key_missing', 500, 'The tenant has no key.');
    const sets = new Map<number, KeySet>();
    for (const [version, key] of keys) {
      sets.set(version, { seal: createSecretKey(subkey(key, 'seal')), objectWrap: createSecretKey(subkey(key, 'object-wrap')) });
    }
    this.#tokenKey = subkey(lowest, 'token');
    this.#sets = sets;
    this.#current = sets.get(sealing) ?? null;
    if (this.#keyVersion !== sealing) this.#seals = 0;
    this.#keyVersion = sealing;
    this.missedVersion = false;
  }

  /** Forgets all keys: the tenant's were destroyed. Nothing is sealed, opened or searched any more. */
  forget(): void {
    this.#tokenKey?.fill(0);
    this.#tokenKey = null;
    this.#sets = new Map();
    this.#current = null;
  }

  seal(place: SealedPlace, value: unknown): Buffer {
    const { seal } = this.#sealing();
    return sealBytes(seal, this.#keyVersion, this.#bind(place, this.#keyVersion), Buffer.from(JSON.stringify(value) ?? 'null'));
  }

  open<T>(place: SealedPlace, sealed: Buffer): T {
    return this.#guard(() => {
      const version = keyVersionOf(sealed);
      return JSON.parse(openBytes(this.#setOf(version).seal, this.#bind(place, version), sealed).toString('utf8')) as T;
    });
  }

  token(kind: string, term: string): Buffer {
    if (!this.#tokenKey) throw destroyed();
    return createHmac('sha256', this.#tokenKey).update(associatedData(kind)).update(term, 'utf8').digest().subarray(0, TOKEN_BYTES);
  }

  newObjectKey(objectId: string): { key: Buffer; wrapped: Buffer; keyVersion: number } {
    const key = randomBytes(32);
    return { key, ...this.wrapObjectKey(objectId, key) };
  }

  wrapObjectKey(objectId: string, key: Buffer): { wrapped: Buffer; keyVersion: number } {
    const { objectWrap } = this.#sealing();
    return { wrapped: sealBytes(objectWrap, this.#keyVersion, this.#bindObject(objectId, this.#keyVersion), key), keyVersion: this.#keyVersion };
  }

  unwrapObjectKey(objectId: string, wrapped: Buffer, keyVersion: number): Buffer {
    return this.#guard(() => openBytes(this.#setOf(keyVersion).objectWrap, this.#bindObject(objectId, keyVersion), wrapped));
  }

  #setOf(version: number): KeySet {
    const set = this.#sets.get(version);
    // Somebody seals under a newer version already: so should we.
    if (version > this.#keyVersion) this.missedVersion = true;
    if (set) return set;
    if (!this.#current) throw destroyed();
    throw new UnknownKeyVersion();
  }

  #bind(place: SealedPlace, version: number): Buffer {
    const name = `${place.table} ${place.column}`;
    let column = this.#columns.get(name);
    if (!column) this.#columns.set(name, (column = associatedData('value', this.#tenantId, place.table, place.column)));
    return continueData(column, [place.id, String(version)]);
  }

  #bindObject(objectId: string, version: number): Buffer {
    return associatedData('object-key', this.#tenantId, objectId, String(version));
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof EnvelopeError || error instanceof SyntaxError) throw damaged();
      throw error;
    }
  }

  #sealing(): KeySet {
    if (!this.#current) throw destroyed();
    if (++this.#seals > this.#maxSeals) {
      throw new AppError('tenant_key_exhausted', 503, 'The tenant key has been used too often; a new key version is needed.');
    }
    return this.#current;
  }
}
