import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

/*
 * Sealed stream: sound encrypted in chunks before it reaches a disk, readable at any place, and every change detected. The
 * construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015) over AES-256-GCM.
 *
 *  header, 24 bytes, numbers big-endian
 *  +--------+---------+-------+----------+------+-------------+------------+--------------+------+
 *  | "SCCR" | version | codec | channels |  0   | sample rate | chunk size | nonce prefix |  0   |
 *  |   4    |    1    |   1   |    1     |  1   |      4      |     4      |      7       |  1   |
 *  +--------+---------+-------+----------+------+-------------+------------+--------------+------+
 *  then chunks: ciphertext (chunk size bytes; the last one 0 to chunk size), tag (16)
 *  nonce = prefix (7), chunk number (4), last chunk ? 1 : 0 (1);  associated data = header, associatedData
 *
 * The chunk number in the nonce makes dropping, swapping and doubling fail; the last-flag makes cutting and appending fail;
 * the associated data makes a chunk or header of another stream fail. A stream whose writer was killed has no last chunk:
 * it is `interrupted`, and readable up to its last whole chunk.
 */

const MAGIC = 'SCCR';
const VERSION = 1;
const CODEC_MULAW = 0;
const PREFIX_BYTES = 7;
const TAG_BYTES = 16;
const MAX_CHUNKS = 2 ** 32;

/** Bytes of the header. */
export const SEALED_HEADER_BYTES = 24;
/** Plain bytes in a chunk of a recording: 1.024 s of two channels of G.711. */
export const SEALED_CHUNK_BYTES = 16 * 1024;

export type SealedStreamReason = 'not_sealed' | 'unsupported' | 'tampered' | 'incomplete' | 'too_long' | 'closed';

/** A stream that cannot be opened, or a chunk that is not what was written. */
export class SealedStreamError extends Error {
  readonly reason: SealedStreamReason;

  constructor(reason: SealedStreamReason, message: string) {
    super(message);
    this.name = 'SealedStreamError';
    this.reason = reason;
  }
}

/** What kind of sound a stream holds. */
export interface SealedFormat {
  /** Samples a second. */
  sampleRate: number;
  channels: number;
  codec: 'PCMU';
}

/** Seals chunk after chunk. Not for concurrent use; one writer a key, so that no nonce is ever used twice. */
export class SealedStreamWriter {
  /** The first bytes of the file. */
  readonly header: Buffer;
  /** Made once: what Node does to the bytes of a key at each cipher costs as much as the chunk. */
  readonly #key: KeyObject;
  readonly #associatedData: Buffer;
  readonly #chunkBytes: number;
  #counter = 0;
  #ended = false;

  /**
   * @param key 32 bytes, used for this stream only
   * @param associatedData bound into every chunk, for example tenant and object ids
   */
  constructor(key: Buffer, associatedData: Buffer, format: SealedFormat, chunkBytes = SEALED_CHUNK_BYTES) {
    this.#key = createSecretKey(key);
    this.#chunkBytes = chunkBytes;
    this.header = Buffer.alloc(SEALED_HEADER_BYTES);
    this.header.write(MAGIC, 0, 'latin1');
    this.header[4] = VERSION;
    this.header[5] = CODEC_MULAW;
    this.header[6] = format.channels;
    this.header.writeUInt32BE(format.sampleRate, 8);
    this.header.writeUInt32BE(chunkBytes, 12);
    randomBytes(PREFIX_BYTES).copy(this.header, 16);
    // Of its own, not a slice of Node's pool: a few bytes that live long would keep 64 KB of it from being freed.
    this.#associatedData = Buffer.alloc(SEALED_HEADER_BYTES + associatedData.length);
    this.header.copy(this.#associatedData);
    associatedData.copy(this.#associatedData, SEALED_HEADER_BYTES);
  }

  /**
   * Seals the next chunk: exactly the chunk size, or for the last one any length up to it.
   * @throws SealedStreamError `closed` after the last chunk, `too_long` beyond 2^32 chunks or the chunk size
   */
  seal(chunk: Uint8Array, last: boolean): Buffer {
    if (this.#ended) throw new SealedStreamError('closed', 'The stream has its last chunk already.');
    const fits = last ? chunk.length <= this.#chunkBytes : chunk.length === this.#chunkBytes;
    if (!fits || this.#counter >= MAX_CHUNKS) throw new SealedStreamError('too_long', 'The chunk does not fit the stream.');
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonceOf(this.header, this.#counter, last), {
      authTagLength: TAG_BYTES,
    });
    cipher.setAAD(this.#associatedData);
    const body = cipher.update(chunk);
    cipher.final();
    this.#counter++;
    this.#ended = last;
    return Buffer.concat([body, cipher.getAuthTag()]);
  }
}

function nonceOf(header: Buffer, counter: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  header.copy(nonce, 0, 16, 16 + PREFIX_BYTES);
  nonce.writeUInt32BE(counter, PREFIX_BYTES);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

/** Where sealed bytes come from: a file, an object store, memory. */
export interface SealedSource {
  sizeBytes: number;
  /** Up to `length` bytes from `offset`; fewer only at the end. */
  read(offset: number, length: number): Promise<Buffer>;
}

/** A sealed stream in an open file. The caller closes the file. */
export async function sourceOfFile(file: FileHandle): Promise<SealedSource> {
  const { size } = await file.stat();
  return {
    sizeBytes: size,
    async read(offset, length) {
      const bytes = Buffer.alloc(Math.max(0, Math.min(length, size - offset)));
      let got = 0;
      while (got < bytes.length) {
        const { bytesRead } = await file.read(bytes, got, bytes.length - got, offset + got);
        if (bytesRead === 0) break;
        got += bytesRead;
      }
      return bytes.subarray(0, got);
    },
  };
}

/** A sealed stream in memory. */
export const sourceOfBytes = (bytes: Buffer): SealedSource => ({
  sizeBytes: bytes.length,
  read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
});

/** What is needed to open a stream. */
export interface OpenSealedStream {
  source: SealedSource;
  /** 32 bytes. */
  key: Buffer;
  /** Must equal what the writer was given. */
  associatedData: Buffer;
  /** Refuse a stream without its last chunk: set this when the stream is known to have been finished. */
  requireComplete?: boolean;
}

/** An opened stream. */
export interface SealedReader extends SealedFormat {
  /** Plain bytes. */
  readonly sizeBytes: number;
  /** The writer never wrote the last chunk (or someone cut it off); what is left reads normally. */
  readonly interrupted: boolean;
  /**
   * Plain bytes from `offset`, decrypting only the chunks that are touched; fewer than `length` only at the end.
   * @throws SealedStreamError `tampered`
   */
  read(offset: number, length: number): Promise<Buffer>;
  /** Reads everything once. @throws SealedStreamError `tampered` */
  verify(): Promise<void>;
}

interface Layout {
  header: Buffer;
  chunkBytes: number;
  /** Whole chunks, not counting a shorter last one. */
  wholeChunks: number;
  /** Bytes behind them. */
  tailBytes: number;
}

/**
 * Opens a sealed stream and checks its last chunk, and its first.
 * @throws SealedStreamError
 */
export async function openSealedStream(options: OpenSealedStream): Promise<SealedReader> {
  const layout = await readLayout(options.source);
  const chunks = new ChunkReader(options, layout);
  const end = await endOf(chunks, layout);
  if (!end && options.requireComplete) throw new SealedStreamError('incomplete', 'The stream has no last chunk.');
  const interrupted = end === null;
  const sizeBytes = end?.sizeBytes ?? layout.wholeChunks * layout.chunkBytes;
  chunks.lastIndex = end?.lastIndex ?? -1;
  // A wrong key or foreign associated data must not pass for an interrupted stream.
  if (sizeBytes > 0) await chunks.get(0);
  const read = (offset: number, length: number): Promise<Buffer> => readRange(chunks, layout.chunkBytes, sizeBytes, offset, length);
  return {
    sampleRate: layout.header.readUInt32BE(8),
    channels: layout.header.readUInt8(6),
    codec: 'PCMU',
    sizeBytes,
    interrupted,
    read,
    async verify() {
      for (let at = 0; at < sizeBytes; at += layout.chunkBytes) await chunks.get(at / layout.chunkBytes);
    },
  };
}

async function readLayout(source: SealedSource): Promise<Layout> {
  const header = await source.read(0, SEALED_HEADER_BYTES);
  if (header.length < SEALED_HEADER_BYTES || header.toString('latin1', 0, 4) !== MAGIC) {
    throw new SealedStreamError('not_sealed', 'These bytes are no sealed stream.');
  }
  const chunkBytes = header.readUInt32BE(12);
  const known = header[4] === VERSION && header[5] === CODEC_MULAW && header[7] === 0 && header[23] === 0;
  const sound = header.readUInt8(6) >= 1 && header.readUInt32BE(8) >= 1;
  if (!known || !sound || chunkBytes < 1 || chunkBytes > 1024 * 1024) {
    throw new SealedStreamError('unsupported', 'The stream has a header this version does not know.');
  }
  const bodyBytes = source.sizeBytes - SEALED_HEADER_BYTES;
  const wholeChunks = Math.floor(bodyBytes / (chunkBytes + TAG_BYTES));
  return { header, chunkBytes, wholeChunks, tailBytes: bodyBytes - wholeChunks * (chunkBytes + TAG_BYTES) };
}

/**
 * Where a finished stream ends, null for an interrupted one.
 * @throws SealedStreamError `tampered` when the end opens neither as last nor as middle chunk
 */
async function endOf(chunks: ChunkReader, layout: Layout): Promise<{ sizeBytes: number; lastIndex: number } | null> {
  const { wholeChunks, tailBytes, chunkBytes } = layout;
  if (tailBytes >= TAG_BYTES) {
    const tail = await chunks.open(wholeChunks, true);
    if (tail) return { sizeBytes: wholeChunks * chunkBytes + tail.length, lastIndex: wholeChunks };
    // A chunk half written when the process was killed; but with nothing before it, it may as well be the wrong key.
    if (wholeChunks === 0) throw tampered(0);
    return null;
  }
  if (tailBytes > 0 || wholeChunks === 0) return null;
  if (await chunks.open(wholeChunks - 1, true)) return { sizeBytes: wholeChunks * chunkBytes, lastIndex: wholeChunks - 1 };
  if (await chunks.open(wholeChunks - 1, false)) return null;
  throw tampered(wholeChunks - 1);
}

async function readRange(
  chunks: ChunkReader,
  chunkBytes: number,
  sizeBytes: number,
  offset: number,
  length: number,
): Promise<Buffer> {
  const start = Math.max(0, Math.min(offset, sizeBytes));
  const end = Math.max(start, Math.min(start + length, sizeBytes));
  const parts: Buffer[] = [];
  for (let at = start; at < end; ) {
    const index = Math.floor(at / chunkBytes);
    const chunk = await chunks.get(index);
    const from = at - index * chunkBytes;
    const part = chunk.subarray(from, Math.min(chunk.length, from + end - at));
    parts.push(part);
    at += part.length;
  }
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}

const tampered = (index: number): SealedStreamError =>
  new SealedStreamError('tampered', `Chunk ${index} is not what was written, or the key is another's.`);

/** Opens single chunks and remembers the last one, because players read in small steps. */
class ChunkReader {
  lastIndex = -1;
  readonly #source: SealedSource;
  readonly #key: Buffer;
  readonly #associatedData: Buffer;
  readonly #layout: Layout;
  #cached: { index: number; bytes: Buffer } | null = null;

  constructor(options: OpenSealedStream, layout: Layout) {
    this.#source = options.source;
    this.#key = options.key;
    this.#associatedData = Buffer.concat([layout.header, options.associatedData]);
    this.#layout = layout;
  }

  /** @throws SealedStreamError `tampered` */
  async get(index: number): Promise<Buffer> {
    if (this.#cached?.index === index) return this.#cached.bytes;
    const bytes = await this.open(index, index === this.lastIndex);
    if (!bytes) throw tampered(index);
    this.#cached = { index, bytes };
    return bytes;
  }

  /** Null when the chunk does not open. */
  async open(index: number, last: boolean): Promise<Buffer | null> {
    const stride = this.#layout.chunkBytes + TAG_BYTES;
    const sealed = await this.#source.read(SEALED_HEADER_BYTES + index * stride, stride);
    if (sealed.length < TAG_BYTES) return null;
    const nonce = nonceOf(this.#layout.header, index, last);
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(this.#associatedData);
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    const plain = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
    try {
      decipher.final();
      return plain;
    } catch {
      return null;
    }
  }
}
