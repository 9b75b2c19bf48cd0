import { createHash } from 'node:crypto';
import { closeSync, fdatasync, open, write } from 'node:fs';
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

/** Room for a chunk of a recording and the head of its file. */
const SLOT_BYTES = 8 * 1024 + 256;
const MAX_SPARE_SLOTS = 64;

/** Bytes on their way to the disk. */
interface Slot {
  readonly buffer: Buffer;
  used: number;
}

/**
 * Slots that were written. Memory that waits for a disk outlives the young generation, and what leaves that is given back so
 * seldom that it would be most of what a recording takes.
 */
const spareSlots: Slot[] = [];

function takeSlot(bytes: number): Slot {
  const spare = bytes <= SLOT_BYTES ? spareSlots.pop() : undefined;
  return spare ?? { buffer: Buffer.allocUnsafeSlow(Math.max(bytes, SLOT_BYTES)), used: 0 };
}

/** @param slot not used any more */
function giveSlot(slot: Slot): void {
  if (slot.buffer.length !== SLOT_BYTES || spareSlots.length >= MAX_SPARE_SLOTS) return;
  slot.used = 0;
  spareSlots.push(slot);
}

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
  readonly #held: Slot[] = [];
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

  /** Queues a copy of the bytes; a killed process leaves all of them in the file or, seldom, a part. */
  append(bytes: Buffer): void {
    if (this.#failure !== null) return;
    this.#hash.update(bytes);
    this.sizeBytes += bytes.length;
    this.#waiting += bytes.length;
    if (this.#waiting > MAX_WAITING_BYTES) this.#fail('the disk does not keep up');
    this.#hold(bytes);
    // The head of the file says nothing by itself: it is written with the first sound.
    if (bytes.length >= HOLD_BYTES) this.#group.hold(this);
  }

  /** Begins to write what was appended; called by the group. */
  write(): void {
    const held = this.#held.splice(0);
    if (held.length === 0) return;
    this.#tail = this.#tail.then(() => this.#write(held)).catch((error: unknown) => this.#fail(messageOf(error)));
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
    await this.#group.leave(this);
    await this.#named.catch(() => undefined);
    // Everything is on the disk: nothing is left to wait for, and a thread would cost more.
    closeSync(this.#file);
    if (this.#failure !== null) throw new MediaError('io_error', this.#failure);
    return { sizeBytes: this.sizeBytes, sha256: this.#hash.digest('hex') };
  }

  #hold(bytes: Buffer): void {
    let slot = this.#held.at(-1);
    if (!slot || slot.buffer.length - slot.used < bytes.length) this.#held.push((slot = takeSlot(bytes.length)));
    slot.used += bytes.copy(slot.buffer, slot.used);
  }

  async #write(slots: readonly Slot[]): Promise<void> {
    for (const slot of slots) {
      let done = 0;
      while (done < slot.used && this.#failure === null) done += await writeSome(this.#file, slot.buffer, done, slot.used);
      this.#waiting -= slot.used;
      giveSlot(slot);
    }
    if (this.#failure !== null) return;
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
const writeSome = (file: number, bytes: Buffer, from: number, to: number): Promise<number> =>
  new Promise((resolve, reject) => write(file, bytes, from, to - from, null, (error, taken) => (error ? reject(error) : resolve(taken))));

const dataSync = (file: number): Promise<void> => new Promise((resolve, reject) => fdatasync(file, (error) => (error ? reject(error) : resolve())));
