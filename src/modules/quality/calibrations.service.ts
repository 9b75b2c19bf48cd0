import type { Calibration, CalibrationDetail } from '../../../shared/api/calibrations.ts';
import type { TenantTx } from '../../db/types.ts';
import { AppError, conflict, invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import type { Session } from '../support/binding.ts';
import { decodeIdCursor, pageOf } from '../support/paging.ts';
import { isoOrNull, recordOf } from '../support/records.ts';
import { userNames } from '../support/references.ts';
import {
  endCalibration,
  evaluatorsAmong,
  findCalibration,
  insertCalibration,
  listCalibrationRows,
  lockCalibration,
  participantsOf,
  writeSubmission,
  type CalibrationRow,
} from './calibrations.queries.ts';
import { evaluatedCall } from './evaluations.queries.ts';
import { recordingViews } from './recording-views.ts';
import { definitionOfVersion, usableVersion } from './score-sheets.service.ts';
import { wholeScore, type Scoring } from './scoring.ts';

export const submissionPlace = (id: string, userId: string) => ({ table: 'calibration_participants', column: 'sealed', id: `${id}/${userId}` });

type Participant = Awaited<ReturnType<typeof participantsOf>>[number];

async function views(tx: TenantTx, rows: readonly CalibrationRow[]): Promise<Calibration[]> {
  const participants = await participantsOf(tx, rows.map(({ id }) => id));
  const names = await userNames(tx, [...rows.map(({ agent_id }) => agent_id), ...participants.map(({ user_id }) => user_id)]);
  return rows.map((row) => ({
    ...recordOf(row),
    name: row.name,
    callId: row.call_id,
    calledAt: row.called_at.toISOString(),
    // A call that was chosen had its agent.
    agentId: row.agent_id ?? '',
    agentName: names.get(row.agent_id ?? '') ?? '',
    sheetId: row.sheet_id,
    sheetName: row.sheet_name,
    sheetVersion: row.sheet_version,
    referenceId: row.reference_id,
    state: row.state as Calibration['state'],
    closedAt: isoOrNull(row.closed_at),
    participants: participants
      .filter(({ calibration_id }) => calibration_id === row.id)
      .map(({ user_id, submitted_at }) => ({ userId: user_id, name: names.get(user_id) ?? '', submittedAt: isoOrNull(submitted_at) })),
  }));
}

export async function listCalibrations(tx: TenantTx, query: { limit: number; cursor?: string | undefined }) {
  const rows = await listCalibrationRows(tx, decodeIdCursor(query.cursor), query.limit + 1);
  return pageOf(await views(tx, rows), query.limit, (view) => view, (view) => ({ key: '', id: view.id }));
}

const submissionOf = (tx: TenantTx, { calibration_id, user_id, sealed }: Participant): Scoring | null => (sealed === null ? null : tx.vault.open<Scoring>(submissionPlace(calibration_id, user_id), sealed));

/** The scores of others stay sealed until the session is closed. @throws AppError `not_found` */
export async function calibrationDetail(tx: TenantTx, session: Session, id: string): Promise<CalibrationDetail> {
  const row = await findCalibration(tx, id);
  const [view] = row ? await views(tx, [row]) : [];
  if (!row || !view) throw notFound('calibration session');
  const participants = await participantsOf(tx, [id]);
  const names = new Map(view.participants.map(({ userId, name }) => [userId, name]));
  const own = participants.find(({ user_id }) => user_id === session.userId);
  const shown = row.state === 'closed' ? participants : [];
  return {
    ...view,
    definition: await definitionOfVersion(tx, row.sheet_id, row.sheet_version),
    own: own ? submissionOf(tx, own) : null,
    raters: shown.flatMap((participant) => {
      const given = submissionOf(tx, participant);
      return given ? [{ userId: participant.user_id, name: names.get(participant.user_id) ?? '', ...given }] : [];
    }),
    recordings: await recordingViews(tx, row.call_id),
  };
}

interface Given {
  name: string;
  callId: string;
  sheetId: string;
  participantIds: string[];
  referenceId: string | null;
}

/** @throws AppError `invalid` without such a call, sheet or evaluators, `own_call` when its agent would take part */
export async function createCalibration(tx: TenantTx, session: Session, given: Given): Promise<CalibrationDetail> {
  const call = await evaluatedCall(tx, given.callId);
  if (!call?.agent_id) throw invalid('There is no such call of an agent.', { errors: [{ path: 'body.callId', message: 'no such call' }] });
  const sheetVersion = await usableVersion(tx, given.sheetId);
  const invited = [...new Set([...given.participantIds, ...(given.referenceId === null ? [] : [given.referenceId])])];
  const evaluators = await evaluatorsAmong(tx, invited);
  const strangers = invited.filter((userId) => !evaluators.has(userId));
  if (strangers.length > 0) throw invalid('Only active users who may evaluate can take part.', { errors: [{ path: 'body.participantIds', message: 'no such evaluator' }] });
  if (evaluators.has(call.agent_id)) throw conflict('own_call', 'Nobody evaluates their own calls.');
  const id = newId();
  await insertCalibration(tx, { id, ...given, sheetVersion }, invited);
  await tx.audit({ code: 'calibration.opened', subject: { kind: 'calibration', id }, detail: { ...given, sheetVersion } });
  return calibrationDetail(tx, session, id);
}

/** The row, locked, while it is open. @throws AppError `not_found`, `calibration_closed` */
async function openSession(tx: TenantTx, id: string) {
  const row = await lockCalibration(tx, id);
  if (!row) throw notFound('calibration session');
  if (row.state !== 'open') throw conflict('calibration_closed', 'The session is over.');
  return row;
}

/** @throws AppError `not_found`, `not_invited`, `calibration_closed`, `invalid`, `scores_missing` */
export async function submitCalibration(tx: TenantTx, session: Session, id: string, given: Scoring): Promise<CalibrationDetail> {
  const row = await openSession(tx, id);
  wholeScore(await definitionOfVersion(tx, row.sheet_id, row.sheet_version), given.answers);
  const written = await writeSubmission(tx, id, session.userId, tx.vault.seal(submissionPlace(id, session.userId), given));
  if (!written) throw new AppError('not_invited', 403, 'Only who was invited can hand in scores.');
  // Scores stand in no log that others read before the session is closed.
  await tx.audit({ code: 'calibration.submitted', subject: { kind: 'calibration', id }, detail: {} });
  return calibrationDetail(tx, session, id);
}

/** @throws AppError `not_found`, `calibration_closed`, `too_few_scores` */
export async function closeCalibration(tx: TenantTx, session: Session, id: string): Promise<CalibrationDetail> {
  const row = await openSession(tx, id);
  const submitted = (await participantsOf(tx, [id])).filter(({ submitted_at }) => submitted_at !== null).map(({ user_id }) => user_id);
  const hasReference = row.reference_id === null || submitted.includes(row.reference_id);
  if (submitted.length < 2 || !hasReference) throw conflict('too_few_scores', 'Two evaluators, and the reference, must have handed in their scores.');
  await endCalibration(tx, id, 'closed');
  await tx.audit({ code: 'calibration.closed', subject: { kind: 'calibration', id }, detail: { submitted: submitted.length } });
  return calibrationDetail(tx, session, id);
}

/** @throws AppError `not_found`, `calibration_closed` */
export async function cancelCalibration(tx: TenantTx, session: Session, id: string): Promise<CalibrationDetail> {
  const row = await openSession(tx, id);
  await endCalibration(tx, id, 'cancelled');
  await tx.audit({ code: 'calibration.cancelled', subject: { kind: 'calibration', id }, detail: { name: row.name, callId: row.call_id } });
  return calibrationDetail(tx, session, id);
}
