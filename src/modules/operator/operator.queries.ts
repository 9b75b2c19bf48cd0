import { sql, type Transaction } from 'kysely';
import { bindTransaction } from '../../db/tenant-transaction.ts';
import type { DB } from '../../db/schema.generated.ts';
import type { TenantKeyView } from '../../../shared/api/operator.ts';
import type { Actor } from '../../db/types.ts';
import { newId } from '../../lib/ids.ts';
import type { OperatorRole } from './operator-types.ts';

type Db = Transaction<DB>;

/** What operators did; the codes of the table's check. */
export type OperatorEventCode =
  | 'login'
  | 'login_refused'
  | 'logout'
  | 'password_reset'
  | 'tenant_suspended'
  | 'tenant_resumed'
  | KeyCeremony
  | 'master_key_rotated'
  | 'master_key_moved'
  | 'master_key_exported'
  | 'master_key_imported'
  | 'backup_made'
  | 'backup_failed'
  | 'backup_verified'
  | 'backup_restored'
  | 'audit_exported'
  | 'second_factor_enabled'
  | 'second_factor_reset'
  | 'recovery_code_used'
  | 'operator_created'
  | 'operator_disabled'
  | 'operator_enabled'
  | 'operator_role_changed'
  | 'session_revoked'
  | 'access_requested'
  | 'access_opened'
  | 'access_ended'
  | 'tenant_exported'
  | ContractCode;

/** What happened to a tenant's contract. */
type ContractCode =
  | 'contract_end_set'
  | 'contract_ended'
  | 'contract_renewed'
  | 'contract_held'
  | 'contract_released'
  | 'contract_deleted'
  | 'contract_undeleted'
  | 'contract_approved'
  | 'contract_reminder'
  | 'contract_destroyed';

/** What is done with a tenant's keys. */
export type KeyCeremony = 'key_created' | 'key_rotated' | 'key_retired' | 'key_exported' | 'key_imported' | 'key_destroyed';

export interface NewOperatorEvent {
  at: Date;
  code: OperatorEventCode;
  actor: string;
  ip: string;
  detail: Record<string, string>;
}

export interface OperatorRow {
  id: string;
  login_id: string;
  password_hash: string;
  failed_logins: number;
  locked_until: Date | null;
  /** Sealed; see operator-factor.service.ts. */
  factor: Buffer | null;
  factor_confirmed_at: Date | null;
  factor_last_step: number;
  role: OperatorRole;
  disabled_at: Date | null;
  created_at: Date;
}

const OPERATOR_COLUMNS = ['id', 'login_id', 'password_hash', 'failed_logins', 'locked_until', 'factor', 'factor_confirmed_at', 'factor_last_step', 'role', 'disabled_at', 'created_at'] as const;

export const findOperator = (db: Db, loginId: string) =>
  db.selectFrom('operators').select(OPERATOR_COLUMNS).where('login_id', '=', loginId).$castTo<OperatorRow>().executeTakeFirst();

/** The same, kept from others until the transaction ends, so that guesses made at the same time are all counted. */
export const lockOperator = (db: Db, id: string) =>
  db.selectFrom('operators').select(OPERATOR_COLUMNS).where('id', '=', id).forUpdate().$castTo<OperatorRow>().executeTakeFirst();

/** All of them, kept from others until the transaction ends: of two admins that are disabled at once, one stays. */
export const lockOperators = (db: Db) => db.selectFrom('operators').select(OPERATOR_COLUMNS).orderBy('login_id').forUpdate().$castTo<OperatorRow>().execute();

export const listOperators = (db: Db) => db.selectFrom('operators').select(OPERATOR_COLUMNS).orderBy('login_id').$castTo<OperatorRow>().execute();

export async function insertOperator(db: Db, operator: Pick<OperatorRow, 'id' | 'login_id' | 'password_hash' | 'role'>): Promise<void> {
  await db.insertInto('operators').values(operator).execute();
}

/** Columns that change after an operator was made. */
export type OperatorPatch = Partial<Omit<OperatorRow, 'id' | 'login_id' | 'created_at'>>;

export async function patchOperator(db: Db, id: string, patch: OperatorPatch): Promise<void> {
  await db.updateTable('operators').set(patch).where('id', '=', id).execute();
}

export async function insertEvent(db: Db, event: NewOperatorEvent): Promise<void> {
  await db
    .insertInto('operator_events')
    .values({ ...event, id: newId(), detail: JSON.stringify(event.detail) })
    .execute();
}

/** Newest first. */
export const latestEvents = (db: Db, limit: number) =>
  db.selectFrom('operator_events').selectAll().orderBy('at', 'desc').orderBy('id', 'desc').limit(limit).execute();

/** The newest event of a kind. */
export async function latestEventOf(db: Db, code: OperatorEventCode): Promise<{ at: Date; detail: Record<string, string> } | null> {
  const row = await db.selectFrom('operator_events').select(['at', 'detail']).where('code', '=', code).orderBy('at', 'desc').orderBy('id', 'desc').limit(1).executeTakeFirst();
  return row ? { at: row.at, detail: row.detail as Record<string, string> } : null;
}

/** Tenants that somebody asked to see since then. */
export async function tenantsAskedFor(db: Db, since: Date): Promise<string[]> {
  const rows = await db
    .selectFrom('operator_events')
    .select(sql<string>`detail->>'tenantId'`.as('tenant'))
    .distinct()
    .where('code', '=', 'access_requested')
    .where('at', '>=', since)
    .execute();
  return rows.map(({ tenant }) => tenant);
}

export async function countRefusedSince(db: Db, since: Date): Promise<number> {
  const row = await db
    .selectFrom('operator_events')
    .select(sql<string>`count(*)`.as('count'))
    .where('code', '=', 'login_refused')
    .where('at', '>=', since)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

export async function insertSession(
  db: Db,
  session: { id: string; operatorId: string; tokenHash: Buffer; ip: string; userAgent: string; at: Date; expiresAt: Date },
): Promise<void> {
  await db
    .insertInto('operator_sessions')
    .values({
      id: session.id,
      operator_id: session.operatorId,
      token_hash: session.tokenHash,
      ip: session.ip,
      user_agent: session.userAgent,
      created_at: session.at,
      last_seen_at: session.at,
      expires_at: session.expiresAt,
    })
    .execute();
}

/** A session that nobody ended, by the hash of its secret. */
export const findSession = (db: Db, tokenHash: Buffer) =>
  db
    .selectFrom('operator_sessions')
    .innerJoin('operators', 'operators.id', 'operator_sessions.operator_id')
    .select(['operator_sessions.id', 'operator_id', 'login_id', 'last_seen_at', 'expires_at', 'role', 'factor_confirmed_at'])
    .where('token_hash', '=', tokenHash)
    .where('revoked_at', 'is', null)
    .where('disabled_at', 'is', null)
    .$narrowType<{ role: OperatorRole }>()
    .executeTakeFirst();

export async function touchSession(db: Db, id: string, at: Date): Promise<void> {
  await db.updateTable('operator_sessions').set({ last_seen_at: at }).where('id', '=', id).where('revoked_at', 'is', null).execute();
}

/** @returns false when it had ended already */
export async function revokeSession(db: Db, id: string, at: Date): Promise<boolean> {
  const row = await db
    .updateTable('operator_sessions')
    .set({ revoked_at: at })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** @param but a session that goes on */
export async function revokeSessionsOf(db: Db, operatorId: string, at: Date, but?: string): Promise<void> {
  let sessions = db.updateTable('operator_sessions').set({ revoked_at: at }).where('operator_id', '=', operatorId).where('revoked_at', 'is', null);
  if (but !== undefined) sessions = sessions.where('id', '<>', but);
  await sessions.execute();
}

/** Sessions that nobody ended and that have not expired, newest first. @param operatorId null = of everybody */
export function liveSessions(db: Db, operatorId: string | null, seenSince: Date, now: Date) {
  const sessions = db
    .selectFrom('operator_sessions')
    .innerJoin('operators', 'operators.id', 'operator_sessions.operator_id')
    .select(['operator_sessions.id', 'operator_id', 'login_id', 'ip', 'user_agent', 'operator_sessions.created_at', 'last_seen_at', 'expires_at'])
    .where('revoked_at', 'is', null)
    .where('disabled_at', 'is', null)
    .where('expires_at', '>', now)
    .where('last_seen_at', '>', seenSince)
    .orderBy('operator_sessions.created_at', 'desc')
    .limit(200);
  return (operatorId === null ? sessions : sessions.where('operator_id', '=', operatorId)).execute();
}

const COUNTER: Actor = { kind: 'system', id: 'operator-overview', ip: '' };

/** Figures of one tenant: counts and nothing else, and without its key. Binds the transaction to the tenant. */
export async function countTenant(db: Db, tenantId: string, since: Date): Promise<{ users: number; refusedLogins: number }> {
  await bindTransaction(db, tenantId, COUNTER);
  const users = db.selectFrom('users').select(sql<string>`count(*)`.as('count')).where('tenant_id', '=', tenantId).where('status', '=', 'active');
  const refused = db
    .selectFrom('audit_events')
    .select(sql<string>`count(*)`.as('count'))
    .where('tenant_id', '=', tenantId)
    .where('code', '=', 'session.login_refused')
    .where('at', '>=', since);
  const row = await db.selectNoFrom([users.as('users'), refused.as('refused')]).executeTakeFirst();
  return { users: Number(row?.users ?? 0), refusedLogins: Number(row?.refused ?? 0) };
}

/** A tenant's keys as operators see them: versions, progress and how often they were used; no key is touched. Binds the transaction. */
export async function keysOfTenant(db: Db, tenantId: string, since: Date): Promise<Omit<TenantKeyView, 'tenantId' | 'slug' | 'name'>> {
  await bindTransaction(db, tenantId, COUNTER);
  const tenant = await db.selectFrom('tenants').select('key_state').where('id', '=', tenantId).$castTo<{ key_state: TenantKeyView['state'] }>().executeTakeFirstOrThrow();
  const versions = await db.selectFrom('tenant_keys').select(['version', 'created_at']).where('tenant_id', '=', tenantId).orderBy('version').execute();
  const rotation = await db.selectFrom('key_rotations').selectAll().where('tenant_id', '=', tenantId).orderBy('to_version', 'desc').limit(1).executeTakeFirst();
  const last = await db.selectFrom('key_log').select(['at', 'purpose']).where('tenant_id', '=', tenantId).orderBy('at', 'desc').limit(1).executeTakeFirst();
  const used = await db.selectFrom('key_log').select(sql<string>`count(*)`.as('count')).where('tenant_id', '=', tenantId).where('at', '>=', since).executeTakeFirst();
  return {
    state: tenant.key_state,
    versions: versions.map(({ version, created_at: at }) => ({ version, createdAt: at.toISOString() })),
    rotation: rotation
      ? {
          to: rotation.to_version,
          state: rotation.state as NonNullable<TenantKeyView['rotation']>['state'],
          sealed: Number(rotation.sealed_rows),
          total: Number(rotation.total_rows),
          damaged: Number(rotation.pass_damaged),
          finishedAt: rotation.finished_at?.toISOString() ?? null,
        }
      : null,
    uses: Number(used?.count ?? 0),
    lastUse: last ? { at: last.at.toISOString(), purpose: last.purpose } : null,
  };
}
