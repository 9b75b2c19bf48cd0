import type { Evaluation, EvaluationDetail } from '../../../shared/api/evaluations.ts';
import type { Call } from '../../../shared/api/calls.ts';
import type { TenantTx } from '../../db/types.ts';
import { AppError, conflict, invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { callViewsById } from '../calls/calls.service.ts';
import { forbidden, type Session } from '../support/binding.ts';
import { decodeIdCursor, pageOf } from '../support/paging.ts';
import { isoOrNull, recordOf } from '../support/records.ts';
import { userNames } from '../support/references.ts';
import {
  deleteEvaluation,
  evaluatedCall,
  findEvaluation,
  insertEvaluation,
  insertRevision,
  listEvaluationRows,
  lockEvaluation,
  markSeen,
  moveTo,
  revisionsOf,
  sampleCallIds,
  writeScores,
  type EvaluationFilter,
  type EvaluationRow,
  type LockedEvaluation,
} from './evaluations.queries.ts';
import { recordingViews } from './recording-views.ts';
import { definitionOfVersion, usableVersion } from './score-sheets.service.ts';
import { scoreColumns, scoreView, wholeScore, type Scoring } from './scoring.ts';

export interface AppealContent {
  reason: string;
  answer: string;
  /** Actor; empty before the answer. */
  answeredBy: string;
}

export const scoringPlace = (id: string) => ({ table: 'evaluations', column: 'sealed', id });
export const appealPlace = (id: string) => ({ table: 'evaluations', column: 'sealed_appeal', id });
const revisionPlace = (id: string, revision: number) => ({ table: 'evaluation_revisions', column: 'sealed', id: `${id}/${revision}` });

const seesAll = (session: Session): boolean => session.permissions.has('quality.evaluate');

/** An agent sees what was published of the own calls; who evaluates sees everything. */
const maySee = (session: Session, row: { agent_id: string; state: string }): boolean => seesAll(session) || (row.agent_id === session.userId && row.state !== 'draft');

async function views(tx: TenantTx, rows: readonly EvaluationRow[]): Promise<Evaluation[]> {
  const names = await userNames(tx, rows.flatMap((row) => [row.agent_id, row.evaluator_id]));
  return rows.map((row) => ({
    ...recordOf(row),
    sheetId: row.sheet_id,
    sheetName: row.sheet_name,
    sheetVersion: row.sheet_version,
    callId: row.call_id,
    calledAt: row.called_at.toISOString(),
    queueId: row.queue_id,
    queueName: row.queue_name ?? '',
    agentId: row.agent_id,
    agentName: names.get(row.agent_id) ?? '',
    evaluatorId: row.evaluator_id,
    evaluatorName: names.get(row.evaluator_id) ?? '',
    state: row.state as Evaluation['state'],
    ...scoreView(row),
    publishedAt: isoOrNull(row.published_at),
    acknowledgedAt: isoOrNull(row.acknowledged_at),
    appealedAt: isoOrNull(row.appealed_at),
    answeredAt: isoOrNull(row.answered_at),
    unread: row.unread,
  }));
}

type ListQuery = EvaluationFilter & { limit: number; cursor?: string | undefined };

/** Evaluations, newest first; for agents the published ones of their own calls. */
export async function listEvaluations(tx: TenantTx, session: Session, query: ListQuery) {
  const { cursor, ...filter } = query;
  const own = seesAll(session) ? {} : { agentId: session.userId, published: true };
  if (!seesAll(session) && filter.agentId && filter.agentId !== session.userId) return { items: [], nextCursor: null };
  const rows = await listEvaluationRows(tx, { ...filter, ...own, before: decodeIdCursor(cursor), limit: query.limit + 1 });
  return pageOf(await views(tx, rows), query.limit, (view) => view, (view) => ({ key: '', id: view.id }));
}

/** @throws AppError `not_found`, also for one that is not the session's to see */
export async function evaluationDetail(tx: TenantTx, session: Session, id: string): Promise<EvaluationDetail> {
  const row = await findEvaluation(tx, id);
  const [view] = row && maySee(session, row) ? await views(tx, [row]) : [];
  if (!row || !view) throw notFound('evaluation');
  const revisions = await revisionsOf(tx, id);
  return {
    ...view,
    definition: await definitionOfVersion(tx, row.sheet_id, row.sheet_version),
    ...tx.vault.open<Scoring>(scoringPlace(id), row.sealed),
    appeal: row.sealed_appeal ? tx.vault.open<AppealContent>(appealPlace(id), row.sealed_appeal) : null,
    revisions: revisions.map((each) => ({
      revision: each.revision,
      at: each.created_at.toISOString(),
      by: each.created_by,
      ...scoreView(each),
      ...tx.vault.open<Scoring>(revisionPlace(id, each.revision), each.sealed),
    })),
    recordings: await recordingViews(tx, row.call_id),
  };
}

/** The agent opened it; no fault when they did before. @throws AppError `not_found`, `not_your_call` */
export async function seeEvaluation(tx: TenantTx, session: Session, id: string): Promise<EvaluationDetail> {
  const row = await findEvaluation(tx, id);
  if (!row || !maySee(session, row)) throw notFound('evaluation');
  if (row.agent_id !== session.userId) throw new AppError('not_your_call', 403, 'Only the agent who handled the call reads its evaluation.');
  if (row.unread) {
    await markSeen(tx, id);
    await tx.audit({ code: 'evaluation.seen', subject: { kind: 'evaluation', id }, detail: { revision: row.revision } });
  }
  return evaluationDetail(tx, session, id);
}

/** @throws AppError `invalid` without such a call of an agent or such a sheet, `own_call`, `already_evaluated` */
export async function createEvaluation(tx: TenantTx, session: Session, given: { callId: string; sheetId: string }): Promise<EvaluationDetail> {
  // A program has no eyes and no name that an agent could turn to.
  if (session.kind !== 'user') throw forbidden();
  const call = await evaluatedCall(tx, given.callId);
  if (!call?.agent_id) throw invalid('There is no such call of an agent.', { errors: [{ path: 'body.callId', message: 'no such call' }] });
  const sheetVersion = await usableVersion(tx, given.sheetId);
  if (call.agent_id === session.userId) throw conflict('own_call', 'Nobody evaluates their own calls.');
  const id = newId();
  const sealed = tx.vault.seal(scoringPlace(id), { answers: {}, comment: '' } satisfies Scoring);
  const isNew = await insertEvaluation(tx, { id, sheetId: given.sheetId, sheetVersion, call, agentId: call.agent_id, evaluatorId: session.userId, sealed });
  if (!isNew) throw conflict('already_evaluated', 'This call has an evaluation with this sheet.');
  await tx.audit({ code: 'evaluation.started', subject: { kind: 'evaluation', id }, detail: { ...given, sheetVersion, agentId: call.agent_id } });
  return evaluationDetail(tx, session, id);
}

/** The row, locked, in one of the states. @throws AppError `not_found`, `evaluation_moved_on` */
export async function inState(tx: TenantTx, session: Session, id: string, states: readonly string[]): Promise<LockedEvaluation> {
  const row = await lockEvaluation(tx, id);
  if (!row || !maySee(session, row)) throw notFound('evaluation');
  if (!states.includes(row.state)) throw conflict('evaluation_moved_on', 'The evaluation is not in a state that allows this.');
  return row;
}

/** The same for its evaluator alone. @throws AppError `not_found`, `not_your_evaluation`, `evaluation_moved_on` */
async function ownInState(tx: TenantTx, session: Session, id: string, state: 'draft' | 'published'): Promise<LockedEvaluation> {
  const row = await inState(tx, session, id, [state]);
  if (row.evaluator_id !== session.userId) throw new AppError('not_your_evaluation', 403, 'Only who began the evaluation can do this.');
  return row;
}

/** @throws AppError `not_found`, `not_your_evaluation`, `evaluation_moved_on`, `invalid` */
export async function saveEvaluation(tx: TenantTx, session: Session, id: string, given: Scoring): Promise<EvaluationDetail> {
  const row = await ownInState(tx, session, id, 'draft');
  const columns = scoreColumns(await definitionOfVersion(tx, row.sheet_id, row.sheet_version), given.answers);
  await writeScores(tx, id, columns, tx.vault.seal(scoringPlace(id), given));
  await tx.audit({ code: 'evaluation.saved', subject: { kind: 'evaluation', id }, detail: scoreView(columns) });
  return evaluationDetail(tx, session, id);
}

/** @throws AppError `not_found`, `not_your_evaluation`, `evaluation_moved_on` also when it was published before */
export async function removeEvaluation(tx: TenantTx, session: Session, id: string): Promise<void> {
  const row = await ownInState(tx, session, id, 'draft');
  if (row.revision > 0) throw conflict('evaluation_moved_on', 'An evaluation that the agent has seen is not removed.');
  await deleteEvaluation(tx, id);
  await tx.audit({ code: 'evaluation.removed', subject: { kind: 'evaluation', id }, detail: { callId: row.call_id, sheetId: row.sheet_id } });
}

/** Keeps scores as the next that the agent sees. @returns their number @throws AppError `invalid`, `scores_missing` */
export async function addRevision(tx: TenantTx, row: LockedEvaluation, scoring: Scoring): Promise<number> {
  const columns = wholeScore(await definitionOfVersion(tx, row.sheet_id, row.sheet_version), scoring.answers);
  const revision = row.revision + 1;
  await writeScores(tx, row.id, columns, tx.vault.seal(scoringPlace(row.id), scoring));
  await insertRevision(tx, row.id, revision, columns, tx.vault.seal(revisionPlace(row.id, revision), scoring));
  return revision;
}

/** @throws AppError `not_found`, `not_your_evaluation`, `evaluation_moved_on`, `scores_missing` */
export async function publishEvaluation(tx: TenantTx, session: Session, id: string): Promise<EvaluationDetail> {
  const row = await ownInState(tx, session, id, 'draft');
  const revision = await addRevision(tx, row, tx.vault.open<Scoring>(scoringPlace(id), row.sealed));
  await moveTo(tx, id, 'published');
  const detail = await evaluationDetail(tx, session, id);
  await tx.audit({ code: 'evaluation.published', subject: { kind: 'evaluation', id }, detail: { revision, percent: detail.percent, passed: detail.passed, fatal: detail.fatal } });
  return detail;
}

/** @throws AppError `not_found`, `not_your_evaluation`, `evaluation_moved_on` once the agent has answered */
export async function retractEvaluation(tx: TenantTx, session: Session, id: string): Promise<EvaluationDetail> {
  const row = await ownInState(tx, session, id, 'published');
  await moveTo(tx, id, 'draft');
  await tx.audit({ code: 'evaluation.retracted', subject: { kind: 'evaluation', id }, detail: { revision: row.revision } });
  return evaluationDetail(tx, session, id);
}

interface SampleRequest {
  agentId?: string | undefined;
  queueId?: string | undefined;
  count: number;
  days: number;
  minSeconds: number;
}

/** Calls to evaluate next, newest first. @param now wall clock, ms */
export async function sampleCalls(tx: TenantTx, session: Session, query: SampleRequest, now: number): Promise<{ items: Call[] }> {
  const { agentId, queueId, count } = query;
  const ids = await sampleCallIds(tx, { agentId, queueId, count, since: new Date(now - query.days * 86_400_000), minTalkMs: query.minSeconds * 1000 }, session.userId);
  const calls = [...(await callViewsById(tx, ids)).values()];
  return { items: calls.toSorted((a, b) => b.startedAt.localeCompare(a.startedAt)) };
}
