import type { Readable } from 'node:stream';

/** One stored object. */
export interface ObjectInfo {
  path: string;
  sizeBytes: number;
}

/**
 * Keeps whole files under names of our own making: `recordings/<tenant>/<id>.sccr`. Contents are sealed before they come
 * here. Paths have segments of letters, digits, `.`, `_`, `-`, joined by `/`.
 */
export interface ObjectStore {
  /**
   * Stores an object durably: when the promise resolves it survives a power cut. Replaces one of the same path at once; a
   * reader sees the old or the new one, never a mixture.
   * @returns its size in bytes
   */
  put(path: string, content: Buffer | Readable): Promise<number>;
  /**
   * Reads bytes `start` to `end`, both included, as HTTP ranges count; all without a range.
   * @throws AppError `not_found`
   */
  read(path: string, range?: { start: number; end: number }): Promise<Readable>;
  /** @throws AppError `not_found` */
  info(path: string): Promise<ObjectInfo>;
  /** Does nothing when there is no such object. */
  delete(path: string): Promise<void>;
  /** Objects below a prefix that ends a segment, in order of their paths. */
  list(prefix: string): AsyncIterable<ObjectInfo>;
  /** First segments of the paths that are in use. */
  folders(): Promise<string[]>;
  /** Overwrites and removes everything below a prefix that ends a segment, unfinished writes too. */
  erase(prefix: string): Promise<{ files: number; bytes: number }>;
  /**
   * Where a media process on this machine writes the object itself; the folder exists afterwards. The writer takes care of
   * fsync.
   */
  localPath(path: string): Promise<string>;
}
