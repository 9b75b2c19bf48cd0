import { sheetDefinitionSchema, sheetFaults, type SheetDefinition } from '../../../shared/score-sheet.ts';
import type { TenantTx } from '../../db/types.ts';
import { invalid, notFound } from '../../lib/errors.ts';
import { VersionedRecords } from '../support/versioned.ts';
import { findSheet, findSheetVersion, insertSheet, insertSheetVersion, listSheetRows, lockSheet, patchSheet, sheetVersionsOf } from './score-sheets.queries.ts';

/** A definition as stored; it was checked when it was written. */
const definitionOf = (stored: unknown): SheetDefinition => sheetDefinitionSchema.parse(stored);

/** Score sheets. */
export const scoreSheets = new VersionedRecords<SheetDefinition>({
  noun: 'score sheet',
  subject: 'scoreSheet',
  codes: { created: 'score_sheet.created', updated: 'score_sheet.updated', published: 'score_sheet.published' },
  definitionOf,
  faultsOf: (draft) => sheetFaults(draft).map(({ section, fault }) => ({ path: section === '' ? 'draft' : `draft.${section}`, message: fault })),
  find: findSheet,
  lock: lockSheet,
  list: listSheetRows,
  insert: insertSheet,
  patch: patchSheet,
  versionsOf: sheetVersionsOf,
  insertVersion: insertSheetVersion,
});

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
