import type { ScoreSheet, ScoreSheetDetail } from '../../../shared/api/score-sheets.ts';
import { sheetDefinitionSchema, sheetFaults, type SheetDefinition } from '../../../shared/score-sheet.ts';
import type { TenantTx } from '../../db/types.ts';
import { invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { decodeIdCursor, pageOf } from '../support/paging.ts';
import { changesOf, recordOf, withoutUndefined } from '../support/records.ts';
import { findSheet, findSheetVersion, insertSheet, insertSheetVersion, listSheetRows, lockSheet, patchSheet, sheetVersionsOf, type SheetRow } from './score-sheets.queries.ts';

const viewOf = (row: SheetRow): ScoreSheet => ({ ...recordOf(row), name: row.name, active: row.active, version: row.version });

/** A definition as stored; it was checked when it was written. */
const definitionOf = (stored: unknown): SheetDefinition => sheetDefinitionSchema.parse(stored);

/** @throws AppError `not_found` */
export async function sheetDetail(tx: TenantTx, id: string): Promise<ScoreSheetDetail> {
  const row = await findSheet(tx, id);
  if (!row) throw notFound('score sheet');
  const versions = await sheetVersionsOf(tx, id);
  return {
    ...viewOf(row),
    draft: definitionOf(row.draft),
    versions: versions.map(({ version, created_at, created_by, comment, definition }) => ({
      version,
      at: created_at.toISOString(),
      by: created_by,
      comment,
      definition: definitionOf(definition),
    })),
  };
}

export async function listSheets(tx: TenantTx, query: { limit: number; cursor?: string | undefined }) {
  const rows = await listSheetRows(tx, decodeIdCursor(query.cursor), query.limit + 1);
  return pageOf(rows, query.limit, viewOf, (row) => ({ key: '', id: row.id }));
}

/** @throws AppError `duplicate` when the name is taken */
export async function createSheet(tx: TenantTx, given: { name: string; draft: SheetDefinition }): Promise<ScoreSheetDetail> {
  const id = newId();
  await insertSheet(tx, { id, ...given });
  await tx.audit({ code: 'score_sheet.created', subject: { kind: 'scoreSheet', id }, detail: { ...given } });
  return sheetDetail(tx, id);
}

interface Change {
  name?: string | undefined;
  draft?: SheetDefinition | undefined;
  active?: boolean | undefined;
}

/** @throws AppError `not_found`, `duplicate` */
export async function updateSheet(tx: TenantTx, id: string, patch: Change): Promise<ScoreSheetDetail> {
  const row = await lockSheet(tx, id);
  if (!row) throw notFound('score sheet');
  const before = { name: row.name, active: row.active, draft: definitionOf(row.draft) };
  const after = { ...before, ...withoutUndefined(patch) };
  const changes = changesOf(before, after);
  if (Object.keys(changes.after).length > 0) {
    await patchSheet(tx, id, after);
    await tx.audit({ code: 'score_sheet.updated', subject: { kind: 'scoreSheet', id }, detail: changes });
  }
  return sheetDetail(tx, id);
}

/** @throws AppError `not_found`, `invalid` with the faults of the draft */
export async function publishSheet(tx: TenantTx, id: string, comment: string): Promise<ScoreSheetDetail> {
  const row = await lockSheet(tx, id);
  if (!row) throw notFound('score sheet');
  const draft = definitionOf(row.draft);
  const faults = sheetFaults(draft);
  if (faults.length > 0) {
    throw invalid('The draft has faults.', { errors: faults.map(({ section, fault }) => ({ path: section === '' ? 'draft' : `draft.${section}`, message: fault })) });
  }
  const version = (row.version ?? 0) + 1;
  await insertSheetVersion(tx, id, version, draft, comment);
  await tx.audit({ code: 'score_sheet.published', subject: { kind: 'scoreSheet', id }, detail: { version, comment } });
  return sheetDetail(tx, id);
}

/** The version that new work is done with. @throws AppError `invalid` for a sheet that is unknown, unpublished or retired */
export async function usableVersion(tx: TenantTx, sheetId: string): Promise<number> {
  const sheet = await findSheet(tx, sheetId);
  if (!sheet?.version || !sheet.active) throw invalid('There is no such published score sheet.', { errors: [{ path: 'body.sheetId', message: 'no such published score sheet' }] });
  return sheet.version;
}

/** @throws AppError `not_found` */
export async function definitionOfVersion(tx: TenantTx, sheetId: string, version: number): Promise<SheetDefinition> {
  const stored = await findSheetVersion(tx, sheetId, version);
  if (!stored) throw notFound('score sheet');
  return definitionOf(stored.definition);
}
