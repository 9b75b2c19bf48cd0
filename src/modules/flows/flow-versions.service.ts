import type { z } from 'zod';
import type { FlowView, publishFlow as publishContract } from '../../../shared/api/flows.ts';
import { lintFlow } from '../../../shared/flow/lint.ts';
import type { Flow } from '../../../shared/flow/nodes.ts';
import { hasErrors, type FlowContext } from '../../../shared/flow/problems.ts';
import type { TenantTx } from '../../db/types.ts';
import { AppError, invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { deleteSchedule, dueSchedules, findVersion, insertVersion, patchFlow, putSchedule, versionRows } from './flows.queries.ts';
import { demandRevision, flowDetail, lockedFlow } from './flows.service.ts';

/** Versions given at once. */
const PAGE = 100;

/** How far ahead a version may be made to wait, ms: one year. */
const LONGEST_WAIT_MS = 366 * 86_400_000;

/** The time a version is to take over; null = now. @throws AppError `invalid` for one that has passed or is too far */
function dueTime(at: string | null, now: number): Date | null {
  if (at === null) return null;
  const due = Date.parse(at);
  if (due <= now || due > now + LONGEST_WAIT_MS) throw invalid('The time must be within the next year.', { errors: [{ path: 'body.at', message: 'must be within the next year' }] });
  return new Date(due);
}

export interface Publishing {
  now: number;
  context: FlowContext;
  /** Has text spoken that the flow says; gives the flow with the sounds' names. */
  speak: (definition: Flow) => Promise<Flow>;
}

/**
 * Makes a version of the draft, for now or for later.
 * @throws AppError `not_found`, `flow_changed`, `flow_no_draft`, `flow_faulty`, `invalid`
 */
export async function publish(tx: TenantTx, id: string, given: z.output<typeof publishContract.body>, { now, context, speak }: Publishing): Promise<FlowView> {
  const flow = await lockedFlow(tx, id);
  demandRevision(flow, given.revision);
  if (flow.draft === null) throw new AppError('flow_no_draft', 409, 'There is nothing new to publish.');
  const dueAt = dueTime(given.at, now);
  const problems = lintFlow(flow.draft, context);
  if (hasErrors(problems)) {
    const errors = problems.filter(({ severity }) => severity === 'error').map(({ node, code, detail }) => ({ path: `draft.nodes.${node}`, message: `${code} ${detail}`.trim() }));
    throw new AppError('flow_faulty', 422, 'The flow has errors and cannot be published.', { errors });
  }
  const version = flow.lastVersion + 1;
  await insertVersion(tx, id, version, JSON.stringify(await speak(flow.draft)), given.comment);
  await patchFlow(tx, id, { draft: null, draft_revision: flow.draftRevision + 1, last_version: version });
  await tx.audit({ code: 'flow.published', subject: { kind: 'flow', id }, detail: { code: flow.code, version, comment: given.comment } });
  return startAt(tx, flow, version, dueAt);
}

/** An older version again, or a newer one before its time. @throws AppError `not_found`, `invalid` */
export async function activate(tx: TenantTx, id: string, version: number, at: string | null, now: number): Promise<FlowView> {
  const flow = await lockedFlow(tx, id);
  return startAt(tx, flow, version, dueTime(at, now));
}

async function startAt(tx: TenantTx, flow: FlowView, version: number, dueAt: Date | null): Promise<FlowView> {
  const row = await findVersion(tx, flow.id, version);
  if (!row) throw notFound('version');
  if (dueAt) {
    await putSchedule(tx, newId(), flow.id, version, dueAt);
    await tx.audit({ code: 'flow.scheduled', subject: { kind: 'flow', id: flow.id }, detail: { code: flow.code, version, at: dueAt.toISOString() } });
    return flowDetail(tx, flow.id);
  }
  // What waits for its time was decided on before this; it would undo it unseen.
  await deleteSchedule(tx, flow.id);
  await patchFlow(tx, flow.id, { version, definition: JSON.stringify(row.definition) });
  await tx.audit({ code: 'flow.activated', subject: { kind: 'flow', id: flow.id }, detail: { code: flow.code, before: { version: flow.version }, after: { version } } });
  return flowDetail(tx, flow.id);
}

/** No fault when nothing waits. @throws AppError `not_found` */
export async function cancelSchedule(tx: TenantTx, id: string): Promise<void> {
  const flow = await lockedFlow(tx, id);
  if (!(await deleteSchedule(tx, id))) return;
  await tx.audit({ code: 'flow.schedule_cancelled', subject: { kind: 'flow', id }, detail: { code: flow.code, version: flow.schedule?.version ?? null } });
}

/** Versions whose time has come take over. @returns whether there were any */
export async function activateDue(tx: TenantTx, now: number): Promise<boolean> {
  const due = await dueSchedules(tx, new Date(now));
  for (const { flow_id, version } of due) await startAt(tx, await lockedFlow(tx, flow_id), version, null);
  return due.length > 0;
}

/** @throws AppError `not_found` */
export async function listVersions(tx: TenantTx, id: string, before: number | undefined) {
  await flowDetail(tx, id);
  const rows = await versionRows(tx, id, before, PAGE);
  return { items: rows.map(({ version, comment, created_at, created_by }) => ({ version, comment, createdAt: created_at.toISOString(), createdBy: created_by })) };
}

/** @throws AppError `not_found` */
export async function versionDetail(tx: TenantTx, id: string, version: number) {
  const row = await findVersion(tx, id, version);
  if (!row) throw notFound('version');
  return { version, comment: row.comment, createdAt: row.created_at.toISOString(), createdBy: row.created_by, definition: row.definition as FlowView['definition'] };
}
