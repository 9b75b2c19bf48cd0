import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { pipeline } from 'node:stream/promises';
import { PassThrough, Readable } from 'node:stream';
import { associatedData } from '../../vault/envelope.ts';
import { openSealedStream, SealedStreamWriter, sourceOfFile } from '../../vault/stream.ts';
import { subkey } from '../../vault/subkey.ts';

export const CHUNK_BYTES = 256 * 1024;
/** The sealed stream's header has fields of sound, which mean nothing here. */
export const NO_SOUND = { sampleRate: 1, channels: 1, codec: 'PCMU' } as const;

/** Where a file belongs: it opens nowhere else. */
export interface SealedFileOf {
  /** 32 bytes, of the whole set. */
  setKey: Buffer;
  setId: string;
  name: string;
}

export interface WrittenFile {
  bytes: number;
  /** Of the sealed bytes, hex. */
  sha256: string;
  /** Before compressing. */
  plainBytes: number;
  plainSha256: string;
}

const keyOf = ({ setKey, name }: SealedFileOf): Buffer => subkey(setKey, `backup-file/${name}`);
const boundTo = ({ setId, name }: SealedFileOf): Buffer => associatedData('backup', setId, name);

/** Cuts into pieces of the chunk's size; the last one may be shorter, and is there even when empty. */
export async function* chunksOf(source: AsyncIterable<Buffer>): AsyncGenerator<{ chunk: Buffer; last: boolean }> {
  let held: Buffer[] = [];
  let size = 0;
  for await (const bytes of source) {
    held.push(bytes);
    size += bytes.length;
    // More than a chunk: what is left after the cut is never empty, so the last one is known as such.
    while (size > CHUNK_BYTES) {
      const all = Buffer.concat(held);
      yield { chunk: all.subarray(0, CHUNK_BYTES), last: false };
      held = [all.subarray(CHUNK_BYTES)];
      size -= CHUNK_BYTES;
    }
  }
  yield { chunk: Buffer.concat(held), last: true };
}

/** Compresses, seals and writes a new file, durably. @param plain is begun when the file is there */
export async function writeSealedFile(path: string, of: SealedFileOf, plain: AsyncIterable<Buffer>): Promise<WrittenFile> {
  const plainDigest = createHash('sha256');
  const digest = createHash('sha256');
  const written = { bytes: 0, plainBytes: 0 };
  const writer = new SealedStreamWriter(keyOf(of), boundTo(of), NO_SOUND, CHUNK_BYTES);
  const file = await open(path, 'wx', 0o600);
  const put = async (bytes: Buffer): Promise<void> => {
    digest.update(bytes);
    written.bytes += bytes.length;
    await file.writeFile(bytes);
  };
  try {
    await put(writer.header);
    const counted = async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const bytes of source) {
        plainDigest.update(bytes);
        written.plainBytes += bytes.length;
        yield bytes;
      }
    };
    await pipeline(plain, counted, createGzip({ level: 1 }), async (packed: AsyncIterable<Buffer>) => {
      for await (const { chunk, last } of chunksOf(packed)) await put(writer.seal(chunk, last));
    });
    await file.sync();
  } finally {
    await file.close();
  }
  return { ...written, sha256: digest.digest('hex'), plainSha256: plainDigest.digest('hex') };
}

/** The plain bytes of a sealed file. @throws SealedStreamError when it was changed, cut or belongs elsewhere */
export async function* readSealedFile(path: string, of: SealedFileOf): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  try {
    const reader = await openSealedStream({ source: await sourceOfFile(file), key: keyOf(of), associatedData: boundTo(of), requireComplete: true });
    const sealed = async function* (): AsyncGenerator<Buffer> {
      for (let at = 0; at < reader.sizeBytes; at += CHUNK_BYTES) yield reader.read(at, CHUNK_BYTES);
    };
    const plain = new PassThrough();
    const unpacking = pipeline(Readable.from(sealed()), createGunzip(), plain);
    unpacking.catch(() => undefined);
    yield* plain as AsyncIterable<Buffer>;
    await unpacking;
  } finally {
    await file.close();
  }
}

/** SHA-256 of a file, hex. */
export async function hashOfFile(path: string): Promise<string> {
  const digest = createHash('sha256');
  for await (const bytes of createReadStream(path)) digest.update(bytes as Buffer);
  return digest.digest('hex');
}
