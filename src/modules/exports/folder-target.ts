import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../lib/errors.ts';
import { bytesOf, recordingIdOf, type Begun, type ExportTarget, type FinishedFile, type NewFile, type OpenSound, type Unreadable } from './export-target.ts';

/** What is finished, a line a file, until all of it is. */
const STATE = '.export-state.jsonl';

const fileSchema = z.object({ path: z.string(), bytes: z.int(), sha256: z.string(), table: z.string().nullable(), rows: z.int().nullable(), readAt: z.string().nullable() });
const lineSchema = z.union([
  z.object({ tenantId: z.string(), exportId: z.string(), askedAt: z.string() }),
  z.object({ file: fileSchema }),
  z.object({ unreadable: z.object({ what: z.string(), why: z.enum(['missing', 'damaged', 'undecided']) }) }),
]);

/** What a folder's export began as. */
export interface FolderStart {
  tenantId: string;
  exportId: string;
  askedAt: string;
}

const refused = (message: string): AppError => new AppError('folder_refused', 422, message);

/** An export in the clear, in a folder of the operator's choice. Finished files are there under their names, others are not. */
export class FolderTarget implements ExportTarget {
  readonly #folder: string;
  readonly start: FolderStart;
  /** Whether an earlier run is gone on with. */
  readonly goesOn: boolean;

  private constructor(folder: string, start: FolderStart, goesOn: boolean) {
    this.#folder = folder;
    this.start = start;
    this.goesOn = goesOn;
  }

  /**
   * Takes an empty folder, or one in which an export of the same tenant was ended.
   * @throws AppError `folder_refused`
   */
  static async open(folder: string, begin: FolderStart): Promise<FolderTarget> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const lines = await readState(folder);
    const first = lines?.[0];
    if (first && 'tenantId' in first) {
      if (first.tenantId !== begin.tenantId) throw refused(`In ${folder} an export of another tenant was begun.`);
      // A line that a killed run did not end must not become the beginning of the next one.
      await writeFile(join(folder, `${STATE}.new`), (lines ?? []).map((line) => `${JSON.stringify(line)}\n`).join(''), { mode: 0o600 });
      await rename(join(folder, `${STATE}.new`), join(folder, STATE));
      return new FolderTarget(folder, first, true);
    }
    if ((await readdir(folder)).some((name) => name !== STATE)) throw refused(`${folder} is not empty. Give a new folder.`);
    const target = new FolderTarget(folder, begin, false);
    await rm(join(folder, STATE), { force: true });
    await target.#append(begin);
    return target;
  }

  async begun(): Promise<Begun> {
    const files = new Map<string, FinishedFile>();
    const unreadable: Unreadable[] = [];
    const sums = { recordings: 0, recordingBytes: 0, lastRecordingId: null as string | null };
    for (const line of (await readState(this.#folder)) ?? []) {
      if ('unreadable' in line) unreadable.push(line.unreadable);
      if (!('file' in line)) continue;
      const id = recordingIdOf(line.file.path);
      if (id === null) files.set(line.file.path, line.file);
      else Object.assign(sums, { recordings: sums.recordings + 1, recordingBytes: sums.recordingBytes + line.file.bytes, lastRecordingId: id });
    }
    return { files, unreadable, ...sums };
  }

  async write({ path, table, readAt, rows, content }: NewFile): Promise<FinishedFile> {
    const target = join(this.#folder, path);
    const digest = createHash('sha256');
    let bytes = 0;
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    const file = await open(`${target}.partial`, 'w', 0o600);
    try {
      for await (const part of content) {
        const buffer = Buffer.isBuffer(part) ? part : Buffer.from(part, 'utf8');
        digest.update(buffer);
        bytes += buffer.length;
        await file.writeFile(buffer);
      }
      await file.sync();
    } catch (error) {
      await rm(`${target}.partial`, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    await rename(`${target}.partial`, target);
    const finished = { path, bytes, sha256: digest.digest('hex'), table: table ?? null, rows: rows?.() ?? null, readAt: readAt ?? null };
    await this.#append({ file: finished });
    return finished;
  }

  async writeSound(sound: OpenSound): Promise<FinishedFile> {
    return this.write({ path: sound.path, content: bytesOf(await sound.open(sound.storePath)) });
  }

  note(unreadable: Unreadable): Promise<void> {
    return this.#append({ unreadable });
  }

  async *files(): AsyncGenerator<FinishedFile> {
    for (const line of (await readState(this.#folder)) ?? []) if ('file' in line) yield line.file;
  }

  /** All is written: what told how far it was is not part of the export. */
  async finish(): Promise<void> {
    await removePartial(this.#folder);
    await rm(join(this.#folder, STATE));
  }

  async #append(line: object): Promise<void> {
    const file = await open(join(this.#folder, STATE), 'a', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(line)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  }
}

/** Null when there is none. A last line that a killed run did not end does not count. */
async function readState(folder: string): Promise<z.infer<typeof lineSchema>[] | null> {
  const text = await readFile(join(folder, STATE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => lineSchema.parse(JSON.parse(line)));
}

/** What a killed run was writing. */
async function removePartial(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && entry.name.endsWith('.partial')) await rm(join(entry.parentPath, entry.name));
  }
}
