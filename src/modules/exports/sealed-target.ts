import { createHash } from 'node:crypto';
import { link, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Actor, TenantTx, WithTenant } from '../../db/types.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import { associatedData, openBytes, sealBytes } from '../../vault/envelope.ts';
import { SealedStreamWriter } from '../../vault/stream.ts';
import { subkey } from '../../vault/subkey.ts';
import type { VirtualFile } from '../../vault/wav.ts';
import { CHUNK_BYTES, chunksOf, NO_SOUND } from '../backup/sealed-file.ts';
import { memberBytes } from './export-archive.ts';
import { openKeptSound, openWhole } from './export-sounds.ts';
import { bytesOf, recordingIdOf, type Begun, type ExportTarget, type FinishedFile, type NewFile, type OpenSound, type Unreadable } from './export-target.ts';
import { exportContent, fileRows, insertFile, lastRecordingOf, otherFilesOf, sealExport, type FileRow } from './exports.queries.ts';

/** Where the files of a tenant's exports wait, sealed. */
export const exportsFolder = (tenantId: string): string => `exports/${tenantId}`;
export const exportFolder = (tenantId: string, exportId: string): string => `${exportsFolder(tenantId)}/${exportId}`;
const storePathOf = (tenantId: string, exportId: string, position: number): string => `${exportFolder(tenantId, exportId)}/${String(position).padStart(8, '0')}.sccx`;

const PAGE = 500;

/** Of one export, with its key. */
export interface SealedExport {
  tenantId: string;
  exportId: string;
  /** 32 bytes. */
  key: Buffer;
}

const fileKey = ({ key }: SealedExport, path: string): Buffer => subkey(key, `export-file/${path}`);
const bindingOf = ({ tenantId, exportId }: SealedExport, path: string): string => `export/${tenantId}/${exportId}/${path}`;
const soundPlace = ({ exportId }: SealedExport, path: string): Buffer => associatedData('export-sound', exportId, path);

/** The key of an export. @throws AppError `sealed_content_damaged` */
export const exportKeyOf = (tx: TenantTx, row: { id: string; wrapped_key: Buffer; key_version: number }): Buffer => tx.vault.unwrapObjectKey(row.id, row.wrapped_key, row.key_version);

/** A file of an export that waits, in the clear while it is read. @throws SealedStreamError when it was changed, AppError `not_found` */
export function openFile(store: Pick<ObjectStore, 'info' | 'read'>, of: SealedExport, row: Pick<FileRow, 'position' | 'path' | 'source' | 'bound_to' | 'sound_key'>): Promise<VirtualFile> {
  const storePath = storePathOf(of.tenantId, of.exportId, row.position);
  if (row.source === 'file' || !row.sound_key) return openWhole(store, storePath, fileKey(of, row.path), bindingOf(of, row.path));
  const key = openBytes(subkey(of.key, 'export-sounds'), soundPlace(of, row.path), row.sound_key);
  return openKeptSound(store, { source: row.source, storePath, key, boundTo: row.bound_to });
}

interface TargetDeps {
  withTenant: WithTenant;
  store: ObjectStore;
  actor: Actor;
}

/**
 * An export that waits for its download in the object store. Its files are sealed under a key of its own; sounds are the sealed files of the
 * store under a second name, so that they take no room and outlive a retention that comes meanwhile. The list of files is in the database.
 */
export class SealedTarget implements ExportTarget {
  readonly #deps: TargetDeps;
  readonly #of: SealedExport;
  /** Where the next file goes. */
  #position = 1;
  #archiveAt = 0;

  constructor(deps: TargetDeps, of: SealedExport) {
    this.#deps = deps;
    this.#of = of;
  }

  async begun(): Promise<Begun> {
    const { exportId } = this.#of;
    return this.#inTenant(async (tx) => {
      const others = await otherFilesOf(tx, exportId);
      const { last, count, bytes, recording } = await lastRecordingOf(tx, exportId);
      this.#position = (last?.position ?? 0) + 1;
      this.#archiveAt = last ? Number(last.archive_at) + memberBytes(Number(last.bytes)) : 0;
      const { unreadable } = await exportContent(tx, exportId);
      return { files: new Map(others.map((row) => [row.path, finishedOf(row)])), recordings: count, recordingBytes: bytes, lastRecordingId: recording === null ? null : recordingIdOf(recording), unreadable };
    });
  }

  /** Bytes that the files take in an archive. */
  get archived(): number {
    return this.#archiveAt;
  }

  async write({ path, table, readAt, rows, content }: NewFile): Promise<FinishedFile> {
    const digest = createHash('sha256');
    let bytes = 0;
    const counted = async function* (): AsyncGenerator<Buffer> {
      for await (const part of content) {
        const buffer = Buffer.isBuffer(part) ? part : Buffer.from(part, 'utf8');
        digest.update(buffer);
        bytes += buffer.length;
        yield buffer;
      }
    };
    const writer = new SealedStreamWriter(fileKey(this.#of, path), Buffer.from(bindingOf(this.#of, path), 'utf8'), NO_SOUND, CHUNK_BYTES);
    const sealed = async function* (): AsyncGenerator<Buffer> {
      yield writer.header;
      for await (const { chunk, last } of chunksOf(counted())) yield writer.seal(chunk, last);
    };
    await this.#deps.store.put(this.#storePath, Readable.from(sealed()));
    return this.#keep({ path, bytes, sha256: digest.digest('hex'), table: table ?? null, rows: rows?.() ?? null, readAt: readAt ?? null }, { source: 'file', boundTo: '', soundKey: null });
  }

  async writeSound(sound: OpenSound): Promise<FinishedFile> {
    const { store } = this.#deps;
    const { sizeBytes } = await store.info(sound.storePath);
    // Nothing was written of it before its writer was killed: there is no stream that could be kept.
    if (sizeBytes === 0) return this.write({ path: sound.path, content: bytesOf(await sound.open(sound.storePath)) });
    const kept = this.#storePath;
    await this.#keepSealed(sound.storePath, kept);
    try {
      const wav = await sound.open(kept);
      const digest = createHash('sha256');
      for await (const part of bytesOf(wav)) digest.update(part);
      const soundKey = sealBytes(subkey(this.#of.key, 'export-sounds'), 0, soundPlace(this.#of, sound.path), sound.key);
      return await this.#keep({ path: sound.path, bytes: wav.sizeBytes, sha256: digest.digest('hex'), table: null, rows: null, readAt: null }, { source: sound.source, boundTo: sound.boundTo, soundKey });
    } catch (error) {
      await store.delete(kept);
      throw error;
    }
  }

  async note(entry: Unreadable): Promise<void> {
    await this.#inTenant(async (tx) => {
      const content = await exportContent(tx, this.#of.exportId);
      await sealExport(tx, this.#of.exportId, { ...content, unreadable: [...content.unreadable, entry] });
    });
  }

  async *files(): AsyncGenerator<FinishedFile> {
    for (let after = 0; ; ) {
      const rows = await this.#inTenant((tx) => fileRows(tx, this.#of.exportId, after, PAGE));
      yield* rows.map(finishedOf);
      if (rows.length < PAGE) return;
      after = rows.at(-1)?.position ?? after;
    }
  }

  get #storePath(): string {
    return storePathOf(this.#of.tenantId, this.#of.exportId, this.#position);
  }

  /** A second name for a sealed file, or a copy where the store cannot give one. */
  async #keepSealed(from: string, to: string): Promise<void> {
    const { store } = this.#deps;
    const target = await store.localPath(to);
    await rm(target, { force: true });
    try {
      await link(await store.localPath(from), target);
    } catch {
      await store.put(to, await store.read(from));
    }
  }

  async #keep(file: FinishedFile, { source, boundTo, soundKey }: { source: string; boundTo: string; soundKey: Buffer | null }): Promise<FinishedFile> {
    await this.#inTenant((tx) =>
      insertFile(tx, {
        tenant_id: tx.tenantId, export_id: this.#of.exportId, position: this.#position, path: file.path, bytes: String(file.bytes), sha256: file.sha256, source, bound_to: boundTo, sound_key: soundKey,
        table_name: file.table, rows: file.rows === null ? null : String(file.rows), read_at: file.readAt, archive_at: String(this.#archiveAt),
      }),
    );
    this.#position += 1;
    this.#archiveAt += memberBytes(file.bytes);
    return file;
  }

  #inTenant<T>(work: (tx: TenantTx) => Promise<T>): Promise<T> {
    return this.#deps.withTenant(this.#of.tenantId, this.#deps.actor, work);
  }
}

export const finishedOf = (row: FileRow): FinishedFile => ({
  path: row.path,
  bytes: Number(row.bytes),
  sha256: row.sha256,
  table: row.table_name,
  rows: row.rows === null ? null : Number(row.rows),
  readAt: row.read_at?.toISOString() ?? null,
});
