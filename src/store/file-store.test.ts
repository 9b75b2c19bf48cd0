import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from 'vitest';
import { createFileStore } from './file-store.ts';
import type { ObjectInfo } from './object-store.ts';

const root = mkdtempSync(join(tmpdir(), 'scc-store-'));
afterAll(() => rmSync(root, { recursive: true }));
const store = createFileStore(join(root, 'store'));
const textOf = async (path: string, range?: { start: number; end: number }): Promise<string> => (await buffer(await store.read(path, range))).toString();
const all = async (prefix: string): Promise<ObjectInfo[]> => {
  const found: ObjectInfo[] = [];
  for await (const info of store.list(prefix)) found.push(info);
  return found;
};

describe('file store', () => {
  it('gives back what was stored, whole and in parts', async () => {
    expect(await store.put('recordings/t1/a.sccr', Buffer.from('0123456789'))).toBe(10);
    expect(await store.put('recordings/t1/b.sccr', Readable.from([Buffer.from('ab'), Buffer.from('cd')]))).toBe(4);
    expect(await textOf('recordings/t1/a.sccr')).toBe('0123456789');
    expect(await textOf('recordings/t1/a.sccr', { start: 2, end: 4 })).toBe('234');
    expect(await textOf('recordings/t1/b.sccr')).toBe('abcd');
  });

  it('replaces an object, and keeps the old one when the new one breaks off', async () => {
    await store.put('x/y', Buffer.from('old'));
    const broken = Readable.from(
      (async function* () {
        yield await Promise.resolve(Buffer.from('half'));
        throw new Error('broken');
      })(),
    );
    await expect(store.put('x/y', broken)).rejects.toThrow('broken');
    expect(await textOf('x/y')).toBe('old');
    expect(readdirSync(join(root, 'store', 'x'))).toEqual(['y']);
    await store.put('x/y', Buffer.from('new'));
    expect(await textOf('x/y')).toBe('new');
  });

  it('lists below a prefix without unfinished files', async () => {
    await store.put('l/2/b', Buffer.from('b'));
    await store.put('l/1', Buffer.from('aa'));
    writeFileSync(join(root, 'store', 'l', '.new-00'), 'x');
    expect(await all('l')).toEqual([{ path: 'l/1', sizeBytes: 2 }, { path: 'l/2/b', sizeBytes: 1 }]);
    expect(await all('none')).toEqual([]);
  });

  it('deletes, and says not found afterwards', async () => {
    await store.put('d/a', Buffer.from('a'));
    await store.delete('d/a');
    await store.delete('d/a');
    await store.delete('never/was');
    await expect(store.read('d/a')).rejects.toMatchObject({ code: 'not_found' });
    await expect(store.info('d')).rejects.toMatchObject({ code: 'not_found' });
  });

  it.each(['../x', 'a/../../x', '/etc/passwd', 'a//b', '.new-00', 'a/.', '', 'a\0b', 'a\\b', 'a/b/'])('refuses the path %j', async (path) => {
    await expect(store.put(path, Buffer.from('x'))).rejects.toMatchObject({ code: 'bad_object_path' });
    await expect(store.localPath(path)).rejects.toMatchObject({ code: 'bad_object_path' });
  });

  it('prepares a folder for a writer of its own', async () => {
    const path = await store.localPath('recordings/t2/c.sccr');
    writeFileSync(path, 'abc');
    expect(await store.info('recordings/t2/c.sccr')).toEqual({ path: 'recordings/t2/c.sccr', sizeBytes: 3 });
  });
});
