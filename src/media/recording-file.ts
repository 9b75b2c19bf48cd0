import { createHash } from 'node:crypto';
import { close, fdatasync, open, write } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../lib/errors.ts';
import { MediaError } from './errors.ts';
import { FolderSync } from './folder-sync.ts';
import { FreeSpace } from './free-space.ts';
import type { Syncable, SyncGroup } from './sync-group.ts';

/** About a minute of sound waiting for a disk that does not answer. */
const MAX_WAITING_BYTES = 1024 * 1024;

/** Pieces below this size wait for the next one. */
const HOLD_BYTES = 1024;

/** All recordings of a tenant lie in one folder. */
const FOLDERS = new FolderSync();
const SPACE = new FreeSpace();

/** An append-only file whose data is on the disk about a second after `append`, without ever blocking the caller. */
export class RecordingFile implements Syncable {
  sizeBytes = 0;
  /** Descriptors instead of handles of `fs/promises`: each of these costs an object that the collector has to finish. */
  readonly #file: number;
  readonly #named: Promise<void>;
  readonly #group: SyncGroup;
  readonly #onFailed: (reason: string) => void;
  readonly #hash = createHash('sha256');
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  /** Appended, and not on the way to the disk yet. */
  readonly #held: Buffer[] = [];
  #dirty = false;
  #failure: string | null = null;

  private constructor(file: number, path: string, group: SyncGroup, onFailed: (reason: string) => void) {
    this.#file = file;
    this.#group = group;
    this.#onFailed = onFailed;
    this.#named = FOLDERS.sync(dirname(path));
    this.#named.catch((error: unknown) => this.#fail(messageOf(error)));
  }

  /**
   * Creates the file (never overwrites one); its name is durable soon, and when the file is finished.
   * @param onFailed called once, when a write or sync fails; nothing is written afterwards
   * @throws MediaError `io_error`
   */
  static async create(path: string, group: SyncGroup, onFailed: (reason: string) => void): Promise<RecordingFile> {
    if (!(await SPACE.in(dirname(path)))) throw new MediaError('io_error', 'the disk is full');
    try {
      const file = await openNew(path);
      return new RecordingFile(file, path, group, onFailed);
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
    this.#held.push(bytes);
    // The head of the file says nothing by itself: it is written with the first sound.
    if (bytes.length >= HOLD_BYTES) this.#group.hold(this);
  }

  /** Begins to write what was appended; called by the group. */
  write(): void {
    const held = this.#held.splice(0);
    if (held.length === 0) return;
    const bytes = held.length === 1 && held[0] ? held[0] : Buffer.concat(held);
    this.#tail = this.#tail.then(() => this.#write(bytes)).catch((error: unknown) => this.#fail(messageOf(error)));
  }

  /** Forces to the disk what was appended; called by the group. */
  sync(): Promise<void> {
    this.#tail = this.#tail.then(() => this.#datasync()).catch((error: unknown) => this.#fail(messageOf(error)));
    return this.#tail;
  }

  /**
   * Waits until everything is on the disk and closes the file.
   * @throws MediaError `io_error` when anything since `create` has failed
   */
  async finish(): Promise<{ sizeBytes: number; sha256: string }> {
    this.write();
    await this.#group.leave(this);
    await this.#named.catch(() => undefined);
    close(this.#file, () => undefined);
    if (this.#failure !== null) throw new MediaError('io_error', this.#failure);
    return { sizeBytes: this.sizeBytes, sha256: this.#hash.digest('hex') };
  }

  async #write(bytes: Buffer): Promise<void> {
    if (this.#failure !== null) return;
    let done = 0;
    while (done < bytes.length) done += await writeSome(this.#file, bytes, done);
    this.#waiting -= bytes.length;
    this.#dirty = true;
    this.#group.mark(this);
  }

  async #datasync(): Promise<void> {
    // A failed sync is never tried again: what the kernel dropped is gone, and the next sync would say all is well.
    if (this.#failure !== null || !this.#dirty) return;
    this.#dirty = false;
    await dataSync(this.#file);
  }

  #fail(reason: string): void {
    if (this.#failure !== null) return;
    this.#failure = reason;
    this.#onFailed(reason);
  }
}

const openNew = (path: string): Promise<number> =>
  new Promise((resolve, reject) => open(path, 'wx', 0o600, (error, file) => (error ? reject(error) : resolve(file))));

/** @returns how many bytes were taken */
const writeSome = (file: number, bytes: Buffer, from: number): Promise<number> =>
  new Promise((resolve, reject) => write(file, bytes, from, bytes.length - from, null, (error, taken) => (error ? reject(error) : resolve(taken))));

const dataSync = (file: number): Promise<void> => new Promise((resolve, reject) => fdatasync(file, (error) => (error ? reject(error) : resolve())));
