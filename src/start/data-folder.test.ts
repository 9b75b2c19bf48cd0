import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { demandDataFolder } from './data-folder.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scc-data-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('demandDataFolder', () => {
  it('makes it with its parents, leaves nothing in it, and does so again', () => {
    const path = join(folder, 'a', 'b');
    demandDataFolder(path);
    demandDataFolder(path);
    expect(readdirSync(path)).toEqual([]);
  });

  it('says when a file stands in its place', () => {
    const path = join(folder, 'file');
    writeFileSync(path, '');
    expect(() => demandDataFolder(path)).toThrow(`The data folder ${path} cannot be used: it is a file. SCC_DATA_DIR names another one.`);
  });

  it.runIf(existsSync('/proc/self'))('says at once when nothing can be made there', () => {
    expect(() => demandDataFolder('/proc/scc/data')).toThrow('no folder can be made there');
  });
});
