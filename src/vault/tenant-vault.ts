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

/** Seals and opens one tenant's content with keys that are held in memory. */
export class LoadedTenantVault implements TenantVault {
  readonly keyVersion: number;
  readonly #tenantId: string;
  readonly #sets = new Map<number, KeySet>();
  readonly #tokenKey: Buffer;
  readonly #current: KeySet;
  readonly #maxSeals: number;
  /** What the values of a column are bound to in common. */
  readonly #columns = new Map<string, Buffer>();
  #seals = 0;

  /**
   * @param keys the tenant's data keys by version; the highest one seals, the lowest one makes tokens, because tokens in
   *   the database outlive a rotation
   */
  constructor(tenantId: string, keys: ReadonlyMap<number, Buffer>, maxSeals = MAX_SEALS) {
    const versions = [...keys.keys()].toSorted((a, b) => a - b);
    const lowest = keys.get(versions[0] ?? -1);
    const keyVersion = versions.at(-1);
    if (!lowest || keyVersion === undefined) throw new AppError('tenant_key_missing', 500, 'The tenant has no key.');
    this.#tenantId = tenantId;
    this.keyVersion = keyVersion;
    this.#maxSeals = maxSeals;
    for (const [version, key] of keys) {
      this.#sets.set(version, { seal: createSecretKey(subkey(key, 'seal')), objectWrap: createSecretKey(subkey(key, 'object-wrap')) });
    }
    this.#tokenKey = subkey(lowest, 'token');
    this.#current = this.#setOf(keyVersion);
  }

  seal(place: SealedPlace, value: unknown): Buffer {
    this.#countSeal();
    return sealBytes(this.#current.seal, this.keyVersion, this.#bind(place, this.keyVersion), Buffer.from(JSON.stringify(value) ?? 'null'));
  }

  open<T>(place: SealedPlace, sealed: Buffer): T {
    return this.#guard(() => {
      const version = keyVersionOf(sealed);
      return JSON.parse(openBytes(this.#setOf(version).seal, this.#bind(place, version), sealed).toString('utf8')) as T;
    });
  }

  token(kind: string, term: string): Buffer {
    return createHmac('sha256', this.#tokenKey).update(associatedData(kind)).update(term, 'utf8').digest().subarray(0, TOKEN_BYTES);
  }

  newObjectKey(objectId: string): { key: Buffer; wrapped: Buffer; keyVersion: number } {
    this.#countSeal();
    const key = randomBytes(32);
    const wrapped = sealBytes(this.#current.objectWrap, this.keyVersion, this.#bindObject(objectId, this.keyVersion), key);
    return { key, wrapped, keyVersion: this.keyVersion };
  }

  unwrapObjectKey(objectId: string, wrapped: Buffer, keyVersion: number): Buffer {
    return this.#guard(() => openBytes(this.#setOf(keyVersion).objectWrap, this.#bindObject(objectId, keyVersion), wrapped));
  }

  #setOf(version: number): KeySet {
    const set = this.#sets.get(version);
    if (!set) throw damaged();
    return set;
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

  #countSeal(): void {
    if (++this.#seals > this.#maxSeals) {
      throw new AppError('tenant_key_exhausted', 503, 'The tenant key has been used too often; a new key version is needed.');
    }
  }
}
