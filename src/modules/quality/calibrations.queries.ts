import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';
import { permissionsOf } from '../users/profile-permissions.ts';

const calibrations = (tx: TenantTx) =>
  tx.db
    .selectFrom('calibrations')
    .innerJoin('score_sheets', 'score_sheets.id', 'calibrations.sheet_id')
    .innerJoin('calls', 'calls.id', 'calibrations.call_id')
    .selectAll('calibrations')
    .select(['score_sheets.name as sheet_name', 'calls.started_at as called_at', 'calls.agent_id']);

export const findCalibration = (tx: TenantTx, id: string) => calibrations(tx).where('calibrations.id', '=', id).executeTakeFirst();

export type CalibrationRow = NonNullable<Awaited<ReturnType<typeof findCalibration>>>;

export const lockCalibration = (tx: TenantTx, id: string) => tx.db.selectFrom('calibrations').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();

export function listCalibrationRows(tx: TenantTx, before: string | null, limit: number): Promise<CalibrationRow[]> {
  const query = calibrations(tx).orderBy('calibrations.id', 'desc').limit(limit);
  return (before ? query.where('calibrations.id', '<', before) : query).execute();
}

export interface NewCalibration {
  id: string;
  name: string;
  sheetId: string;
  sheetVersion: number;
  callId: string;
  referenceId: string | null;
}

export async function insertCalibration(tx: TenantTx, row: NewCalibration, participantIds: readonly string[]): Promise<void> {
  const tenant = { tenant_id: tx.tenantId };
  await tx.db
    .insertInto('calibrations')
    .values({ ...tenant, id: row.id, name: row.name, sheet_id: row.sheetId, sheet_version: row.sheetVersion, call_id: row.callId, reference_id: row.referenceId })
    .execute();
  await tx.db.insertInto('calibration_participants').values(participantIds.map((userId) => ({ ...tenant, calibration_id: row.id, user_id: userId }))).execute();
}

export const participantsOf = (tx: TenantTx, ids: readonly string[]) =>
  tx.db
    .selectFrom('calibration_participants')
    .selectAll()
    .where('calibration_id', '=', sql<string>`any(${ids}::uuid[])`)
    .orderBy('user_id')
    .execute();

/** @returns false when the user was not invited */
export async function writeSubmission(tx: TenantTx, id: string, userId: string, sealed: Buffer): Promise<boolean> {
  const written = await tx.db
    .updateTable('calibration_participants')
    .set({ sealed, submitted_at: sql<Date>`now()` })
    .where('calibration_id', '=', id)
    .where('user_id', '=', userId)
    .returning('user_id')
    .executeTakeFirst();
  return written !== undefined;
}

export async function endCalibration(tx: TenantTx, id: string, state: 'closed' | 'cancelled'): Promise<void> {
  await tx.db.updateTable('calibrations').set({ state, closed_at: sql<Date>`now()` }).where('id', '=', id).execute();
}

/** Of these users, the active ones who may evaluate. */
export async function evaluatorsAmong(tx: TenantTx, ids: readonly string[]): Promise<Set<string>> {
  const rows = await tx.db
    .selectFrom('users')
    .innerJoin('profiles', 'profiles.id', 'users.profile_id')
    .select(['users.id', 'profiles.code', 'profiles.preset', 'profiles.permissions'])
    .where('users.id', '=', sql<string>`any(${ids}::uuid[])`)
    .where('users.status', '=', 'active')
    .execute();
  return new Set(rows.filter((row) => permissionsOf(row).includes('quality.evaluate')).map(({ id }) => id));
}
