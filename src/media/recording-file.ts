import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '../lib/errors.ts';
import { MediaError } from './errors.ts';

const SYNC_EVERY_MS = 1000;
/** About a minute of sound waiting for a disk that does not answer. */
const MAX_WAITING_BYTES = 1024 * 1024;

/** An append-only file whose data is on the disk at most about a second after `append`, without ever blocking the caller. */
export class RecordingFile {
  sizeBytes = 0;
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #monotonic: () => number;
  readonly #onFailed: (reason: string) => void;
  readonly #hash = createHash('sha256');
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #syncedAtMs: number;
  #failure: string | null = null;

  private constructor(file: FileHandle, path: string, monotonic: () => number, onFailed: (reason: string) => void) {
    this.#file = file;
    this.#path = path;
    this.#monotonic = monotonic;
    this.#onFailed = onFailed;
    this.#syncedAtMs = monotonic();
  }

  /**
   * Creates the file (never overwrites one) and makes its name durable.
   * @param onFailed called once, when a write or sync fails; nothing is written afterwards
   * @throws MediaError `io_error`
   */
  static async create(path: string, monotonic: () => number, onFailed: (reason: string) => void): Promise<RecordingFile> {
    try {
      const file = await open(path, 'wx', 0o600);
      await syncFolder(path);
      return new RecordingFile(file, path, monotonic, onFailed);
    } catch (error) {
      throw new MediaError('io_error', messageOf(error));
    }
  }

  /** Queues bytes; they must not be changed afterwards. */
  append(bytes: Buffer): void {
    if (this.#failure !== null) return;
    this.#hash.update(bytes);
    this.sizeBytes += bytes.length;
    this.#waiting += bytes.length;
    if (this.#waiting > MAX_WAITING_BYTES) this.#fail('the disk does not keep up');
    this.#tail = this.#tail.then(() => this.#write(bytes)).catch((error: unknown) => this.#fail(messageOf(error)));
  }

  /**
   * Waits until everything is on the disk and closes the file.
   * @throws MediaError `io_error` when anything since `create` has failed
   */
  async finish(): Promise<{ sizeBytes: number; sha256: string }> {
    await this.#tail;
    try {
      if (this.#failure === null) {
        await this.#file.sync();
        await syncFolder(this.#path);
      }
    } catch (error) {
      this.#fail(messageOf(error));
    }
    await this.#file.close().catch(() => undefined);
    if (this.#failure !== null) throw new MediaError('io_error', this.#failure);
    return { sizeBytes: this.sizeBytes, sha256: this.#hash.digest('hex') };
  }

  async #write(bytes: Buffer): Promise<void> {
    if (this.#failure !== null) return;
    let done = 0;
    while (done < bytes.length) done += (await this.#file.write(bytes, done)).bytesWritten;
    this.#waiting -= bytes.length;
    // A failed sync is never tried again: what the kernel dropped is gone, and the next sync would say all is well.
    if (this.#monotonic() - this.#syncedAtMs < SYNC_EVERY_MS) return;
    this.#syncedAtMs = this.#monotonic();
    await this.#file.datasync();
  }

  #fail(reason: string): void {
    if (this.#failure !== null) return;
    this.#failure = reason;
    this.#onFailed(reason);
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
