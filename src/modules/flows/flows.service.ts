import type { z } from 'zod';
import type { createFlow as createContract, FlowListItem, FlowView, saveFlowDraft as saveContract } from '../../../shared/api/flows.ts';
import type { Flow } from '../../../shared/flow/nodes.ts';
import type { TenantTx } from '../../db/types.ts';
import { conflict, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { decodeIdCursor, pageOf } from '../support/paging.ts';
import { recordOf } from '../support/records.ts';
import { findFlow, findVersion, flowsThatName, insertFlow, listFlowRows, lockFlow, patchFlow, removeFlow, type FlowRow } from './flows.queries.ts';

/** What a flow that was never published does with a call; no number can lead to it. */
const UNPUBLISHED: Flow = { start: 'end', nodes: { end: { verb: 'hangup' } } };

const listItem = (row: FlowRow): FlowListItem => ({
  ...recordOf(row),
  code: row.code,
  name: row.name,
  version: row.version,
  lastVersion: row.last_version,
  hasDraft: row.draft !== null,
  schedule: row.due_version === null || row.due_at === null ? null : { version: row.due_version, dueAt: row.due_at.toISOString(), createdBy: row.scheduled_by ?? '' },
  numbers: row.numbers ?? [],
});

export async function listFlows(tx: TenantTx, query: { limit: number; cursor?: string | undefined }) {
  const rows = await listFlowRows(tx, decodeIdCursor(query.cursor), query.limit + 1);
  return pageOf(rows, query.limit, listItem, (row) => ({ key: '', id: row.id }));
}

/** @throws AppError `not_found` */
export async function flowDetail(tx: TenantTx, id: string): Promise<FlowView> {
  const row = await findFlow(tx, id);
  if (!row) throw notFound('flow');
  const upcoming = row.due_version === null ? null : await findVersion(tx, id, row.due_version);
  return {
    ...listItem(row),
    definition: row.definition as FlowView['definition'],
    draft: row.draft as FlowView['draft'],
    upcoming: (upcoming?.definition ?? null) as FlowView['upcoming'],
    draftRevision: row.draft_revision,
  };
}

/** The flow, which nobody else changes until the transaction ends. @throws AppError `not_found` */
export async function lockedFlow(tx: TenantTx, id: string): Promise<FlowView> {
  await lockFlow(tx, id);
  return flowDetail(tx, id);
}

/** @throws AppError `duplicate` when another flow has the code */
export async function createFlow(tx: TenantTx, given: z.output<typeof createContract.body>): Promise<FlowView> {
  const id = newId();
  const { code, name, draft = UNPUBLISHED } = given;
  await insertFlow(tx, { id, code, name, version: 0, last_version: 0, definition: JSON.stringify(UNPUBLISHED), draft: JSON.stringify(draft), draft_revision: 1 });
  await tx.audit({ code: 'flow.created', subject: { kind: 'flow', id }, detail: { code } });
  return flowDetail(tx, id);
}

/** @throws AppError `not_found` */
export async function renameFlow(tx: TenantTx, id: string, name: string): Promise<FlowView> {
  const before = await lockedFlow(tx, id);
  if (before.name === name) return before;
  await patchFlow(tx, id, { name });
  await tx.audit({ code: 'flow.updated', subject: { kind: 'flow', id }, detail: { before: { name: before.name }, after: { name } } });
  return flowDetail(tx, id);
}

/** @throws AppError `not_found`, `flow_in_use` */
export async function deleteFlow(tx: TenantTx, id: string): Promise<void> {
  const { code, numbers } = await lockedFlow(tx, id);
  const others = await flowsThatName(tx, ['subflow', 'goto'], 'flow', code);
  if (numbers.length > 0 || others.length > 0) throw conflict('flow_in_use', 'A number or another flow leads to this flow.');
  await removeFlow(tx, id);
  await tx.audit({ code: 'flow.removed', subject: { kind: 'flow', id }, detail: { code } });
}

/** @throws AppError `flow_changed` when somebody else saved meanwhile */
export function demandRevision(flow: FlowView, revision: number): void {
  if (flow.draftRevision !== revision) throw conflict('flow_changed', 'Somebody else has changed this flow meanwhile.');
}

/** @throws AppError `not_found`, `flow_changed` */
export async function saveDraft(tx: TenantTx, id: string, { revision, draft }: z.output<typeof saveContract.body>): Promise<FlowView> {
  const before = await lockedFlow(tx, id);
  demandRevision(before, revision);
  await patchFlow(tx, id, { draft: JSON.stringify(draft), draft_revision: revision + 1 });
  await tx.audit({ code: 'flow.draft_saved', subject: { kind: 'flow', id }, detail: { code: before.code, revision: revision + 1 } });
  return flowDetail(tx, id);
}

/** No fault when there is none. @throws AppError `not_found`, `flow_unpublished` when nothing would be left */
export async function discardDraft(tx: TenantTx, id: string): Promise<void> {
  const before = await lockedFlow(tx, id);
  if (before.draft === null) return;
  if (before.lastVersion === 0) throw conflict('flow_unpublished', 'This flow was never published: there is nothing but the draft.');
  await patchFlow(tx, id, { draft: null, draft_revision: before.draftRevision + 1 });
  await tx.audit({ code: 'flow.draft_discarded', subject: { kind: 'flow', id }, detail: { code: before.code } });
}
