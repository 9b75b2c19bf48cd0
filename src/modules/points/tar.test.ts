import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, expect, it } from 'vitest';
import { unpackTar } from './tar.ts';

const root = mkdtempSync(join(tmpdir(), 'scc-tar-'));
chmodSync(root, 0o755);
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A header as PostgreSQL writes it. */
function header(path: string, size: number, type = '0'): Buffer {
  const block = Buffer.alloc(512);
  block.write(path, 0);
  block.write('0000600\0', 100);
  block.write(`${size.toString(8).padStart(11, '0')} `, 124);
  block.write(type, 156);
  block.write('ustar\0', 257);
  block.fill(' ', 148, 156);
  block.write(`${block.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

const file = (path: string, content: Buffer): Buffer => Buffer.concat([header(path, content.length), content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
const END = Buffer.alloc(1024);

/** In pieces of no helpful size. */
const pieces = (bytes: Buffer, size: number): Readable => Readable.from(Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size)));

async function unpack(bytes: Buffer, size = 777): Promise<{ folder: string; hashes: Map<string, string> }> {
  const folder = mkdtempSync(join(root, 'out-'));
  return { folder, hashes: await unpackTar(pieces(bytes, size), folder, null) };
}

it('unpacks folders, small and large files, whatever the pieces, for nobody else to read', async () => {
  const contents = { 'PG_VERSION': Buffer.from('18\n'), 'base/empty': Buffer.alloc(0), 'base/block': Buffer.alloc(512, 1), 'base/large': Buffer.alloc(2_500_000, 7) };
  const archive = Buffer.concat([header('base', 0, '5'), ...Object.entries(contents).map(([path, content]) => file(path, content)), END]);
  for (const size of [511, 512, 65_536]) {
    const { folder, hashes } = await unpack(archive, size);
    for (const [path, content] of Object.entries(contents)) {
      expect(readFileSync(join(folder, path)).equals(content)).toBe(true);
      expect(hashes.get(path)).toBe(createHash('sha256').update(content).digest('hex'));
    }
    expect([statSync(join(folder, 'base')).mode & 0o777, statSync(join(folder, 'base/large')).mode & 0o777]).toEqual([0o700, 0o600]);
  }
});

it('refuses what leaves the folder, links, and what was changed or cut', async () => {
  const good = file('a', Buffer.from('content'));
  for (const path of ['../a', '/etc/a', 'base/../../a']) await expect(unpack(Buffer.concat([file(path, Buffer.from('x')), END]))).rejects.toMatchObject({ code: 'damaged' });
  await expect(unpack(Buffer.concat([header('link', 0, '2'), END]))).rejects.toMatchObject({ code: 'damaged' });
  const flipped = Buffer.concat([good, END]);
  flipped[3] = 1;
  await expect(unpack(flipped)).rejects.toMatchObject({ code: 'damaged' });
  for (const cut of [100, 515, 700]) await expect(unpack(good.subarray(0, cut))).rejects.toMatchObject({ code: 'damaged' });
  await expect(unpack(good)).rejects.toMatchObject({ code: 'damaged' });
  expect(readdirSync(root).filter((name) => !name.startsWith('out-'))).toEqual([]);
});
