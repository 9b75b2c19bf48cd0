import { Readable } from 'node:stream';
import type { Clock } from '../../lib/clock.ts';
import { AppError, notFound } from '../../lib/errors.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import type { VirtualFile } from '../../vault/wav.ts';
import { parseRange } from '../recordings/http-range.ts';
import type { PlayLog } from '../recordings/play-log.ts';
import { BinaryAnswer, type RequestContext } from '../support/binding.ts';
import { archiveOf, type ArchiveMember } from './export-archive.ts';
import { bytesOf } from './export-target.ts';
import { fileAt, fileCovering, type ExportRow, type FileRow } from './exports.queries.ts';
import { readyExport, recordDownload } from './exports.service.ts';
import { exportKeyOf, openFile, type SealedExport } from './sealed-target.ts';

export interface DownloadDeps {
  store: Pick<ObjectStore, 'info' | 'read'>;
  clock: Clock;
  /** Tells a new download from a range that belongs to one. */
  downloads: PlayLog;
}

const TYPES: Readonly<Record<string, string>> = { csv: 'text/csv; charset=utf-8', json: 'application/json', jsonl: 'application/x-ndjson', wav: 'audio/wav', txt: 'text/plain; charset=utf-8' };

const damaged = (error: unknown): never => {
  if (error instanceof AppError && error.code === 'not_found') throw new AppError('export_damaged', 500, 'A file of the export is not there any more. Ask for a new export.');
  throw error;
};

/** The folder that all files of an archive are in. */
const folderOf = (slug: string, row: ExportRow): string => `scc-export-${slug}-${(row.finished_at ?? row.created_at).toISOString().slice(0, 10).replaceAll('-', '')}`;

interface Ready {
  row: ExportRow;
  of: SealedExport;
}

const ready = (deps: DownloadDeps, context: RequestContext, id: string): Promise<Ready> =>
  context.inTenant(async (tx) => {
    const row = await readyExport(tx, id, deps.clock.wall());
    return { row, of: { tenantId: tx.tenantId, exportId: id, key: exportKeyOf(tx, row) } };
  });

async function answer(deps: DownloadDeps, context: RequestContext, { row }: Ready, file: VirtualFile, what: { path: string | null; name: string; type: string; tag: string }): Promise<BinaryAnswer> {
  const range = parseRange(context.range, file.sizeBytes);
  const start = range?.start ?? 0;
  const end = range ? range.end + 1 : file.sizeBytes;
  const subject = `${row.id}/${what.path ?? ''}`;
  const { sessionId } = context.session;
  if (deps.downloads.isNewPlay(sessionId, subject, start)) {
    await context.inTenant((tx) => recordDownload(tx, row, { path: what.path, bytes: file.sizeBytes }));
    deps.downloads.begin(sessionId, subject);
  }
  const headers: Record<string, string> = {
    'content-type': what.type,
    'content-disposition': `attachment; filename="${what.name}"`,
    'accept-ranges': 'bytes',
    etag: `"${what.tag}"`,
    'content-length': String(end - start),
    ...(range ? { 'content-range': `bytes ${range.start}-${range.end}/${file.sizeBytes}` } : {}),
  };
  return new BinaryAnswer(range ? 206 : 200, headers, Readable.from(bytesOf(file, start, end)));
}

/**
 * All files as one archive, opened while they go out, or the range of it that was asked for.
 * @throws AppError `not_found`, `export_not_ready`, `export_expired`, `range_not_satisfiable`
 */
export async function downloadArchive(deps: DownloadDeps, context: RequestContext, id: string, slug: string): Promise<BinaryAnswer> {
  const found = await ready(deps, context, id);
  const { row, of } = found;
  const folder = folderOf(slug, row);
  const rows = new Map<ArchiveMember, FileRow>();
  const archive = archiveOf({
    folder,
    at: (row.finished_at ?? row.created_at).getTime(),
    sizeBytes: Number(row.archive_bytes ?? 0),
    async memberAt(byte) {
      const file = await context.inTenant((tx) => fileCovering(tx, id, byte));
      if (!file) return null;
      const member = { path: file.path, bytes: Number(file.bytes), at: Number(file.archive_at) };
      rows.clear();
      rows.set(member, file);
      return member;
    },
    open(member) {
      const file = rows.get(member);
      if (!file) throw notFound('file');
      return openFile(deps.store, of, file).catch(damaged);
    },
  });
  return answer(deps, context, found, archive, { path: null, name: `${folder}.tar`, type: 'application/x-tar', tag: row.id });
}

/** @throws AppError `not_found`, `export_not_ready`, `export_expired`, `range_not_satisfiable` */
export async function downloadFile(deps: DownloadDeps, context: RequestContext, id: string, number: number): Promise<BinaryAnswer> {
  const found = await ready(deps, context, id);
  const row = await context.inTenant((tx) => fileAt(tx, id, number));
  if (!row) throw notFound('file');
  const file = await openFile(deps.store, found.of, row).catch(damaged);
  const name = row.path.split('/').at(-1) ?? row.path;
  return answer(deps, context, found, file, { path: row.path, name, type: TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream', tag: row.sha256 });
}
