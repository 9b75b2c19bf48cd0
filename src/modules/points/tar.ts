import { createHash } from 'node:crypto';
import { chownSync, writeFileSync } from 'node:fs';
import { chmod, chown, mkdir, open } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { PointsError } from './points-error.ts';

/** POSIX.1-1988 (ustar): a header of 512 bytes, then the content, filled up to whole blocks. */
const BLOCK_BYTES = 512;
/** A cluster has a thousand files of less than this: each in one go. */
const SMALL_BYTES = 1024 * 1024;
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** Whose the unpacked files are; null = ours. */
export type Owner = { uid: number; gid: number } | null;

interface Entry {
  path: string;
  type: string;
  size: number;
}

const field = (header: Buffer, from: number, to: number): string => header.toString('utf8', from, to).replace(/\0.*$/s, '');

/** Octal digits, or from 8 GB on a big-endian number with the first bit set. */
function sizeOf(header: Buffer): number {
  const first = header[124] ?? 0;
  if ((first & 0x80) !== 0) return Number(header.readBigUInt64BE(128));
  return Number.parseInt(field(header, 124, 136).trim() || '0', 8);
}

function entryOf(header: Buffer): Entry {
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  if (sum !== Number.parseInt(field(header, 148, 156).trim(), 8)) throw new PointsError('damaged', 'The copy of the database is no whole archive.');
  const prefix = field(header, 345, 500);
  const path = normalize(prefix === '' ? field(header, 0, 100) : `${prefix}/${field(header, 0, 100)}`);
  if (path.startsWith('/') || path.split('/').includes('..')) throw new PointsError('damaged', `The copy of the database has a file outside of it: ${path}`);
  return { path, type: field(header, 156, 157) || '0', size: sizeOf(header) };
}

/** Takes exact numbers of bytes out of a stream. */
class Reader {
  readonly #source: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** @returns up to `most` bytes; empty at the end */
  async some(most: number): Promise<Buffer> {
    while (this.#held.length === 0) {
      const next = await this.#source.next();
      if (next.done) return Buffer.alloc(0);
      this.#held = next.value;
    }
    const bytes = this.#held.subarray(0, most);
    this.#held = this.#held.subarray(bytes.length);
    return bytes;
  }

  async *exactly(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0; ) {
      const bytes = await this.some(left);
      if (bytes.length === 0) throw new PointsError('damaged', 'The copy of the database ends in the middle of a file.');
      left -= bytes.length;
      yield bytes;
    }
  }

  async whole(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const bytes of this.exactly(count)) parts.push(bytes);
    return Buffer.concat(parts);
  }

  /** To the end, so that whoever reads the source sees that it is whole. */
  async drain(): Promise<void> {
    while ((await this.some(Number.MAX_SAFE_INTEGER)).length > 0);
  }
}

/** @returns SHA-256, hex */
async function writeNew(path: string, size: number, reader: Reader, owner: Owner): Promise<string> {
  const digest = createHash('sha256');
  if (size <= SMALL_BYTES) {
    const bytes = await reader.whole(size);
    writeFileSync(path, bytes, { mode: FILE_MODE, flag: 'wx' });
    if (owner) chownSync(path, owner.uid, owner.gid);
    return digest.update(bytes).digest('hex');
  }
  const file = await open(path, 'wx', FILE_MODE);
  try {
    if (owner) await file.chown(owner.uid, owner.gid);
    for await (const bytes of reader.exactly(size)) {
      digest.update(bytes);
      await file.writeFile(bytes);
    }
  } finally {
    await file.close();
  }
  return digest.digest('hex');
}

/**
 * Unpacks an archive of a cluster into an existing empty folder.
 * @returns SHA-256 (hex) of each file by its path
 * @throws PointsError `damaged`
 */
export async function unpackTar(source: AsyncIterable<Buffer>, folder: string, owner: Owner): Promise<Map<string, string>> {
  const reader = new Reader(source);
  const hashes = new Map<string, string>();
  for (;;) {
    const header = await reader.whole(BLOCK_BYTES);
    if (header.every((byte) => byte === 0)) break;
    const { path, type, size } = entryOf(header);
    const target = join(folder, path);
    if (type === '5') {
      await mkdir(target, { recursive: true, mode: FOLDER_MODE });
      await chmod(target, FOLDER_MODE);
      if (owner) await chown(target, owner.uid, owner.gid);
    } else if (type === '0') {
      hashes.set(path, await writeNew(target, size, reader, owner));
      await reader.whole((BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES);
    } else throw new PointsError('damaged', `The copy of the database has something that is neither file nor folder: ${path}`);
  }
  await reader.drain();
  return hashes;
}
