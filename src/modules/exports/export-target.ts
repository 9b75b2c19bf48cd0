import type { VirtualFile } from '../../vault/wav.ts';

/** A file of an export, as the manifest lists it. */
export interface FinishedFile {
  /** Within the export: letters, digits, `.`, `_`, `-`, folders by `/`. */
  path: string;
  bytes: number;
  /** hex */
  sha256: string;
  /** Whose rows it holds. */
  table: string | null;
  rows: number | null;
  /** Moment of the snapshot that the rows are of, ISO 8601. */
  readAt: string | null;
}

/** A file to be written. */
export interface NewFile {
  path: string;
  table?: string;
  readAt?: string;
  /** Asked when all of it is written. */
  rows?: () => number;
  content: AsyncIterable<string | Buffer>;
}

/** A sound in the store. */
export interface Sound {
  path: string;
  source: 'recording' | 'prompt';
  /** Its sealed file in the store. */
  storePath: string;
  /** Null: its key does not open. */
  key: Buffer | null;
  /** What its chunks are bound to. */
  boundTo: string;
  /** As WAV, from where its sealed file is. */
  open: (storePath: string) => Promise<VirtualFile>;
}

/** The same with its key. */
export type OpenSound = Sound & { key: Buffer };

/** Something that could not be read. */
export interface Unreadable {
  /** Path of the file that there would be, or `table.column` and the row. */
  what: string;
  /** undecided: a field that looks like a secret and that nobody has decided on; it is left out. */
  why: 'missing' | 'damaged' | 'undecided';
}

/** What an earlier run of the same export has done. */
export interface Begun {
  /** Finished files but recordings, by path. */
  files: ReadonlyMap<string, FinishedFile>;
  recordings: number;
  recordingBytes: number;
  /** The last recording that was finished, in order of ids. */
  lastRecordingId: string | null;
  unreadable: readonly Unreadable[];
}

/** Where an export is written. Each file is there as a whole or not at all. */
export interface ExportTarget {
  begun(): Promise<Begun>;
  write(file: NewFile): Promise<FinishedFile>;
  /** @throws SealedStreamError, AppError `not_found` when the sound cannot be read; then nothing of it is kept */
  writeSound(sound: OpenSound): Promise<FinishedFile>;
  note(unreadable: Unreadable): Promise<void>;
  /** All files so far, in the order in which they were written. */
  files(): AsyncIterable<FinishedFile>;
}

/** Bytes that are read from a sound at a time. */
export const STEP_BYTES = 256 * 1024;

export async function* bytesOf(file: VirtualFile, start = 0, end = file.sizeBytes): AsyncGenerator<Buffer> {
  for (let at = start; at < end; ) {
    const piece = await file.read(at, Math.min(STEP_BYTES, end - at));
    if (piece.length === 0) return;
    yield piece;
    at += piece.length;
  }
}

/** The path of a recording within an export names it. */
export const recordingIdOf = (path: string): string | null => /^(?:recordings|voicemails)\/[\d-]+\/([0-9a-f-]{36})\.wav$/.exec(path)?.[1] ?? null;
