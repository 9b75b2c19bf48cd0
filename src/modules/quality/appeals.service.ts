import type { EvaluationDetail } from '../../../shared/api/evaluations.ts';
import type { TenantTx } from '../../db/types.ts';
import { AppError } from '../../lib/errors.ts';
import type { Session } from '../support/binding.ts';
import { moveTo, type LockedEvaluation } from './evaluations.queries.ts';
import { addRevision, appealPlace, evaluationDetail, inState, type AppealContent } from './evaluations.service.ts';
import type { Scoring } from './scoring.ts';

/** A published evaluation of the session's own call. @throws AppError `not_found`, `not_your_call`, `evaluation_moved_on` */
async function ofOwnCall(tx: TenantTx, session: Session, id: string): Promise<LockedEvaluation> {
  const row = await inState(tx, session, id, ['published']);
  if (row.agent_id !== session.userId) throw new AppError('not_your_call', 403, 'Only the agent who handled the call can answer its evaluation.');
  return row;
}

/** @throws AppError `not_found`, `not_your_call`, `evaluation_moved_on` */
export async function acknowledgeEvaluation(tx: TenantTx, session: Session, id: string): Promise<EvaluationDetail> {
  const row = await ofOwnCall(tx, session, id);
  await moveTo(tx, id, 'acknowledged');
  await tx.audit({ code: 'evaluation.acknowledged', subject: { kind: 'evaluation', id }, detail: { revision: row.revision } });
  return evaluationDetail(tx, session, id);
}

/** @throws AppError `not_found`, `not_your_call`, `evaluation_moved_on` */
export async function appealEvaluation(tx: TenantTx, session: Session, id: string, reason: string): Promise<EvaluationDetail> {
  const row = await ofOwnCall(tx, session, id);
  await moveTo(tx, id, 'appealed', tx.vault.seal(appealPlace(id), { reason, answer: '', answeredBy: '' } satisfies AppealContent));
  await tx.audit({ code: 'evaluation.appealed', subject: { kind: 'evaluation', id }, detail: { revision: row.revision, reason } });
  return evaluationDetail(tx, session, id);
}

/** The appeal with its answer. @throws AppError `not_found`, `own_call`, `evaluation_moved_on` */
async function answering(tx: TenantTx, session: Session, id: string, answer: string): Promise<{ row: LockedEvaluation; sealed: Buffer }> {
  const row = await inState(tx, session, id, ['appealed']);
  if (row.agent_id === session.userId) throw new AppError('own_call', 403, 'Nobody answers their own appeal.');
  const { reason } = tx.vault.open<AppealContent>(appealPlace(id), row.sealed_appeal ?? Buffer.alloc(0));
  return { row, sealed: tx.vault.seal(appealPlace(id), { reason, answer, answeredBy: `${session.kind}:${session.userId}` } satisfies AppealContent) };
}

/** The scores stay. @throws AppError `not_found`, `own_call`, `evaluation_moved_on` */
export async function upholdEvaluation(tx: TenantTx, session: Session, id: string, answer: string): Promise<EvaluationDetail> {
  const { row, sealed } = await answering(tx, session, id, answer);
  await moveTo(tx, id, 'upheld', sealed);
  await tx.audit({ code: 'evaluation.upheld', subject: { kind: 'evaluation', id }, detail: { revision: row.revision, answer } });
  return evaluationDetail(tx, session, id);
}

/** New scores; those before stay in the history. @throws AppError `not_found`, `own_call`, `evaluation_moved_on`, `invalid`, `scores_missing` */
export async function reviseEvaluation(tx: TenantTx, session: Session, id: string, given: Scoring & { answer: string }): Promise<EvaluationDetail> {
  const { answer, ...scoring } = given;
  const { row, sealed } = await answering(tx, session, id, answer);
  const revision = await addRevision(tx, row, scoring);
  await moveTo(tx, id, 'revised', sealed);
  const detail = await evaluationDetail(tx, session, id);
  await tx.audit({ code: 'evaluation.revised', subject: { kind: 'evaluation', id }, detail: { revision, answer, before: row.score === null ? null : row.score / 100, after: detail.percent } });
  return detail;
}
