import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadMasterKey } from './master-key-file.ts';
import { MasterKey } from './master-key.ts';

const folder = mkdtempSync(join(tmpdir(), 'scc-master-key-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('loadMasterKey', () => {
  it('makes the file once, readable by its owner only', () => {
    const path = join(folder, 'new', 'master.key');
    const first = loadMasterKey(path, true);
    expect(statSync(path)).toMatchObject({ size: 32 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(loadMasterKey(path, true).databasePassword('x')).toBe(first.databasePassword('x'));
  });

  it('does not make a new one where data needs the old one', () => {
    expect(() => loadMasterKey(join(folder, 'absent'), false)).toThrow(/missing/);
  });

  it('refuses a wrong size and open permissions, saying what to do', () => {
    const path = join(folder, 'bad.key');
    writeFileSync(path, Buffer.alloc(31), { mode: 0o600 });
    expect(() => loadMasterKey(path, true)).toThrow(/31 bytes instead of 32/);
    writeFileSync(path, Buffer.alloc(32));
    chmodSync(path, 0o640);
    expect(() => loadMasterKey(path, true)).toThrow(/chmod 600/);
  });
});

describe('MasterKey', () => {
  it('opens only what it wrapped, for the same tenant and version', () => {
    const master = MasterKey.random();
    const key = Buffer.alloc(32, 7);
    const wrapped = master.wrapTenantKey('t', 1, key);
    expect(master.unwrapTenantKey('t', 1, wrapped)).toEqual(key);
    const mismatch = expect.objectContaining({ code: 'master_key_mismatch' });
    expect(() => master.unwrapTenantKey('u', 1, wrapped)).toThrow(mismatch);
    expect(() => master.unwrapTenantKey('t', 2, wrapped)).toThrow(mismatch);
    expect(() => MasterKey.random().unwrapTenantKey('t', 1, wrapped)).toThrow(/does not belong to this database/);
  });
});
