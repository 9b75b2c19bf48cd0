import { sql } from 'kysely';
import type { SccDatabase } from '../../db/database.ts';
import type { Actor, TenantTx } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import { SealedStreamError } from '../../vault/stream.ts';
import { signExport, type ExportSeal } from '../audit/audit-export.ts';
import { exportAudit } from '../audit/audit.service.ts';
import { END_FILES, writeEnd, type ExportOf } from './export-end.ts';
import { BYTES_A_ROW, type ExportProgress } from './export-progress.ts';
import { countRows, lineOf, readRows } from './export-rows.ts';
import { sheetHead, sheetLines, SHEET_TABLES } from './export-sheets.ts';
import { promptSounds, recordingSounds, type SoundDeps } from './export-sounds.ts';
import { exportTables, type ExportTable } from './export-tables.ts';
import type { Begun, ExportTarget, FinishedFile, Sound, Unreadable } from './export-target.ts';

export interface RunDeps extends Pick<SoundDeps, 'store'>, Pick<ExportSeal, 'signer' | 'clock'> {
  database: Pick<SccDatabase, 'withTenant' | 'withSnapshot'>;
  /** What the audit witness remembers of the tenant's chain. */
  checkpoint: (tenantId: string) => ReturnType<ExportSeal['checkpoint']>;
  time: Clock;
}

export const AUDIT_PATH = 'audit/audit.jsonl';
const dataPath = (table: string): string => `data/${table}.jsonl`;
const sheetPath = (table: string): string => `csv/${table}.csv`;

/** One run of an export: what goes on, where it goes, and how far it is. */
interface Run {
  deps: RunDeps;
  of: ExportOf;
  actor: Actor;
  target: ExportTarget;
  progress: ExportProgress;
  begun: Begun;
  /** What could not be read, as far as it is known. */
  noted: Set<string>;
}

/** Notes each fault once, also when a later run meets it again. */
async function note({ target, noted }: Run, entry: Unreadable): Promise<void> {
  if (noted.has(entry.what)) return;
  noted.add(entry.what);
  await target.note(entry);
}

async function writeTable(run: Run, tx: TenantTx, table: ExportTable, readAt: string): Promise<void> {
  const { target, progress } = run;
  let rows = 0;
  const lines = async function* (): AsyncGenerator<string> {
    for await (const batch of readRows(tx, table)) {
      for (const { column, id } of batch.damaged) await note(run, { what: `${column} ${id}`, why: 'damaged' });
      for (const what of batch.undecided) await note(run, { what, why: 'undecided' });
      rows += batch.rows.length;
      yield batch.rows.map(lineOf).join('');
      await progress.add({ workDone: batch.rows.length, rowsDone: batch.rows.length });
    }
  };
  await done(run, await target.write({ path: dataPath(table.table), table: table.table, readAt, rows: () => rows, content: lines() }));
}

async function writeSheet(run: Run, tx: TenantTx, table: ExportTable, readAt: string): Promise<void> {
  const lines = async function* (): AsyncGenerator<string> {
    yield sheetHead(table.table);
    for await (const { rows } of readRows(tx, table)) {
      yield await sheetLines(tx, table.table, rows);
      await run.progress.add({ workDone: rows.length });
    }
  };
  await done(run, await run.target.write({ path: sheetPath(table.table), table: table.table, readAt, content: lines() }));
}

const done = ({ progress }: Run, file: FinishedFile): Promise<void> => progress.add({ filesDone: 1, bytesDone: file.bytes });

/** What there is to do, counted before anything is written; what an earlier run has done counts as done. */
async function measure(run: Run, tx: TenantTx, tables: readonly ExportTable[]): Promise<void> {
  const { begun, progress } = run;
  for (const table of tables) {
    const files = [dataPath(table.table), ...(SHEET_TABLES.includes(table.table) ? [sheetPath(table.table)] : [])];
    const rows = (await countRows(tx, table)) * files.length;
    const found = files.filter((path) => begun.files.has(path));
    await progress.add({ filesTotal: files.length, workTotal: rows, workDone: (rows / files.length) * found.length, rowsDone: begun.files.get(dataPath(table.table))?.rows ?? 0 });
  }
  const { rows } = await sql<{ entries: string; recordings: string; bytes: string; prompts: string; prompt_bytes: string }>`
    select (select count(*) from audit_events) as entries,
      (select count(*) from recordings where status in ('complete', 'interrupted')) as recordings,
      (select coalesce(sum(size_bytes) * 2, 0) from recordings where status in ('complete', 'interrupted')) as bytes,
      (select count(*) from prompts) as prompts, (select coalesce(sum(size_bytes), 0) from prompts) as prompt_bytes`.execute(tx.db);
  const [sums] = rows;
  const soundWork = Math.ceil((Number(sums?.bytes) + Number(sums?.prompt_bytes)) / BYTES_A_ROW);
  const others = [...begun.files.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  await progress.add({
    filesTotal: 1 + END_FILES + Number(sums?.recordings) + Number(sums?.prompts),
    workTotal: Number(sums?.entries) + soundWork,
    workDone: (begun.files.has(AUDIT_PATH) ? Number(sums?.entries) : 0) + Math.ceil(begun.recordingBytes / BYTES_A_ROW),
    filesDone: begun.files.size + begun.recordings,
    bytesDone: others + begun.recordingBytes,
  });
}

/** All rows of one moment; a run that goes on reads what is left at a moment of its own, which each file names. */
async function writeRows(run: Run): Promise<Date> {
  const { deps, of, actor, begun } = run;
  return deps.database.withSnapshot(of.tenantId, actor, async (tx) => {
    const { rows } = await sql<{ at: Date }>`select now() as at`.execute(tx.db);
    const at = rows[0]?.at ?? new Date(deps.time.wall());
    const { tables } = await exportTables(tx);
    await measure(run, tx, tables);
    await run.progress.tell();
    for (const table of tables) {
      if (!begun.files.has(dataPath(table.table))) await writeTable(run, tx, table, at.toISOString());
      if (SHEET_TABLES.includes(table.table) && !begun.files.has(sheetPath(table.table))) await writeSheet(run, tx, table, at.toISOString());
    }
    return at;
  });
}

async function writeAudit(run: Run): Promise<void> {
  const { deps, of, actor, target, progress } = run;
  if (run.begun.files.has(AUDIT_PATH)) return;
  const pages = exportAudit((work) => deps.database.withTenant(of.tenantId, actor, work), {});
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const page of pages as AsyncIterable<Buffer>) {
      yield page;
      await progress.add({ workDone: page.toString('latin1').split('\n').length - 1 });
    }
  };
  const seal = { tenantId: of.tenantId, complete: true, signer: deps.signer, checkpoint: () => deps.checkpoint(of.tenantId), now: () => deps.time.wall(), clock: deps.clock };
  await done(run, await target.write({ path: AUDIT_PATH, content: signExport(counted(), seal) as AsyncIterable<Buffer> }));
}

/** Why a sound could not be read, null when something else went wrong. */
function faultOf(error: unknown): Unreadable['why'] | null {
  if (error instanceof SealedStreamError) return 'damaged';
  if (!(error instanceof AppError)) return null;
  if (error.code === 'not_found') return 'missing';
  return error.code === 'recording_damaged' ? 'damaged' : null;
}

async function writeSound(run: Run, sound: Sound): Promise<void> {
  if (sound.key === null) return note(run, { what: sound.path, why: 'damaged' });
  try {
    const file = await run.target.writeSound({ ...sound, key: sound.key });
    await run.progress.add({ workDone: Math.ceil(file.bytes / BYTES_A_ROW) });
    await done(run, file);
  } catch (error) {
    const why = faultOf(error);
    if (why === null) throw error;
    await note(run, { what: sound.path, why });
  }
}

async function writeSounds(run: Run, until: Date): Promise<void> {
  const { deps, of, actor, begun } = run;
  const sounds = { withTenant: deps.database.withTenant, store: deps.store };
  for (const sound of await promptSounds(sounds, of.tenantId, actor)) if (!begun.files.has(sound.path)) await writeSound(run, sound);
  for await (const sound of recordingSounds(sounds, of.tenantId, actor, begun.lastRecordingId, until)) await writeSound(run, sound);
}

/**
 * Writes everything a tenant has, file by file; a run that was ended goes on behind the last finished one.
 * @throws ExportStopped when the progress says so
 */
export async function runExport(deps: RunDeps, of: ExportOf, actor: Actor, target: ExportTarget, progress: ExportProgress): Promise<void> {
  const begun = await target.begun();
  const run: Run = { deps, of, actor, target, progress, begun, noted: new Set(begun.unreadable.map(({ what }) => what)) };
  const at = await writeRows(run);
  await writeAudit(run);
  await writeSounds(run, at);
  const { tables, leftOut } = await deps.database.withTenant(of.tenantId, actor, exportTables);
  const { unreadable } = await target.begun();
  const finishedAt = new Date(deps.time.wall()).toISOString();
  await writeEnd(target, run.begun, { ...of, tables, leftOut, unreadable, finishedAt, signer: deps.signer, serverClock: deps.clock() }, (file) => done(run, file));
  await progress.tell();
}
