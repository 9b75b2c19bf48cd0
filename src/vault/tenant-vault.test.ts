import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { LoadedTenantVault } from './tenant-vault.ts';

const key1 = randomBytes(32);
const key2 = randomBytes(32);
const vault = new LoadedTenantVault('tenant-a', new Map([[1, key1]]));
const place = { table: 'customers', column: 'sealed', id: 'row-1' };
const value = { name: '髙橋', tags: ['a'], n: 1.5, nothing: null };

describe('seal and open', () => {
  it('gives back what was sealed', () => {
    expect(vault.open(place, vault.seal(place, value))).toEqual(value);
    expect(vault.open(place, vault.seal(place, ''))).toBe('');
  });

  it.each([
    ['row', { ...place, id: 'row-2' }],
    ['column', { ...place, column: 'other' }],
    ['table', { ...place, table: 'companies' }],
    ['boundary between names', { ...place, table: 'customer', column: 'ssealed' }],
  ])('does not open at another %s', (_name, elsewhere) => {
    expect(() => vault.open(elsewhere, vault.seal(place, value))).toThrow(expect.objectContaining({ code: 'sealed_content_damaged' }));
  });

  it('does not open for another tenant, even with the same key', () => {
    const other = new LoadedTenantVault('tenant-b', new Map([[1, key1]]));
    expect(() => other.open(place, vault.seal(place, value))).toThrow(expect.objectContaining({ code: 'sealed_content_damaged' }));
  });

  it('does not open when any bit is changed or any length is cut', () => {
    const sealed = vault.seal(place, value);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => vault.open(place, changed)).toThrow(expect.objectContaining({ code: 'sealed_content_damaged' }));
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(() => vault.open(place, sealed.subarray(0, length))).toThrow(expect.objectContaining({ code: 'sealed_content_damaged' }));
    }
  });

  it('never repeats a nonce', () => {
    const nonces = new Set<string>();
    for (let round = 0; round < 50_000; round++) nonces.add(vault.seal(place, 0).toString('latin1', 3, 15));
    expect(nonces.size).toBe(50_000);
  });

  it('opens old versions after a rotation and seals with the newest', () => {
    const rotated = new LoadedTenantVault('tenant-a', new Map([[2, key2], [1, key1]]));
    expect(rotated.open(place, vault.seal(place, value))).toEqual(value);
    expect(rotated.keyVersion).toBe(2);
    expect(() => vault.open(place, rotated.seal(place, value))).toThrow();
    expect(rotated.token('name', 'x')).toEqual(vault.token('name', 'x'));
  });

  it('stops when the key was used too often', () => {
    const worn = new LoadedTenantVault('tenant-a', new Map([[1, key1]]), 2);
    worn.seal(place, 1);
    worn.seal(place, 1);
    expect(() => worn.seal(place, 1)).toThrow(expect.objectContaining({ code: 'tenant_key_exhausted' }));
  });
});

describe('tokens', () => {
  it('are equal for equal terms of one tenant and kind only', () => {
    const other = new LoadedTenantVault('tenant-b', new Map([[1, key2]]));
    expect(vault.token('name', '山田')).toEqual(vault.token('name', '山田'));
    expect(vault.token('name', '山田')).toHaveLength(8);
    expect(vault.token('name', '山田')).not.toEqual(vault.token('phone', '山田'));
    expect(vault.token('name', '山田')).not.toEqual(other.token('name', '山田'));
    expect(vault.token('ab', 'c')).not.toEqual(vault.token('a', 'bc'));
  });
});

describe('object keys', () => {
  it('unwrap only for their own object', () => {
    const { key, wrapped, keyVersion } = vault.newObjectKey('recording-1');
    expect(key).toHaveLength(32);
    expect(vault.unwrapObjectKey('recording-1', wrapped, keyVersion)).toEqual(key);
    expect(() => vault.unwrapObjectKey('recording-2', wrapped, keyVersion)).toThrow(expect.objectContaining({ code: 'sealed_content_damaged' }));
    expect(() => vault.open(place, wrapped)).toThrow();
  });
});
