import type { Script, ScriptDetail } from '../../../shared/api/scripts.ts';
import { faultsOf, scriptDefinitionSchema, type ScriptDefinition } from '../../../shared/scripts.ts';
import type { TenantTx } from '../../db/types.ts';
import { invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { decodeIdCursor, pageOf } from '../support/paging.ts';
import { changesOf, recordOf, withoutUndefined } from '../support/records.ts';
import { findScript, insertScript, insertVersion, listScriptRows, lockScript, patchScript, versionsOf, type ScriptRow } from './scripts.queries.ts';

const viewOf = (row: ScriptRow): Script => ({ ...recordOf(row), name: row.name, active: row.active, version: row.version });

/** A definition as stored; it was checked when it was written. */
export const definitionOf = (stored: unknown): ScriptDefinition => scriptDefinitionSchema.parse(stored);

/** @throws AppError `not_found` */
export async function scriptDetail(tx: TenantTx, id: string): Promise<ScriptDetail> {
  const row = await findScript(tx, id);
  if (!row) throw notFound('script');
  const versions = await versionsOf(tx, id);
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

export async function listScripts(tx: TenantTx, query: { limit: number; cursor?: string | undefined }) {
  const rows = await listScriptRows(tx, decodeIdCursor(query.cursor), query.limit + 1);
  return pageOf(rows, query.limit, viewOf, (row) => ({ key: '', id: row.id }));
}

/** @throws AppError `duplicate` when the name is taken */
export async function createScript(tx: TenantTx, given: { name: string; draft: ScriptDefinition }): Promise<ScriptDetail> {
  const id = newId();
  await insertScript(tx, { id, ...given });
  await tx.audit({ code: 'script.created', subject: { kind: 'script', id }, detail: { ...given } });
  return scriptDetail(tx, id);
}

interface Change {
  name?: string | undefined;
  draft?: ScriptDefinition | undefined;
  active?: boolean | undefined;
}

/** @throws AppError `not_found`, `duplicate` */
export async function updateScript(tx: TenantTx, id: string, patch: Change): Promise<ScriptDetail> {
  const row = await lockScript(tx, id);
  if (!row) throw notFound('script');
  const before = { name: row.name, active: row.active, draft: definitionOf(row.draft) };
  const after = { ...before, ...withoutUndefined(patch) };
  const changes = changesOf(before, after);
  if (Object.keys(changes.after).length > 0) {
    await patchScript(tx, id, after);
    await tx.audit({ code: 'script.updated', subject: { kind: 'script', id }, detail: changes });
  }
  return scriptDetail(tx, id);
}

/** @throws AppError `not_found`, `invalid` with the faults of the draft */
export async function publishScript(tx: TenantTx, id: string, comment: string): Promise<ScriptDetail> {
  const row = await lockScript(tx, id);
  if (!row) throw notFound('script');
  const draft = definitionOf(row.draft);
  const faults = faultsOf(draft);
  if (faults.length > 0) {
    throw invalid('The draft has faults.', { errors: faults.map(({ step, fault }) => ({ path: `draft.${step}`, message: fault })) });
  }
  const version = (row.version ?? 0) + 1;
  await insertVersion(tx, id, version, draft, comment);
  await tx.audit({ code: 'script.published', subject: { kind: 'script', id }, detail: { version, comment } });
  return scriptDetail(tx, id);
}
