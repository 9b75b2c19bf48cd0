import type { LoginMethod } from '../../../shared/api/session.ts';
import type { TenantTx } from '../../db/types.ts';
import { hasUsablePasskey } from './passkeys.queries.ts';

const SESSION_COLUMNS = [
  'sessions.id',
  'sessions.user_id',
  'sessions.csrf_hash',
  'sessions.last_seen_at',
  'sessions.expires_at',
  'sessions.revoked_at',
  'sessions.method',
  'users.login_id',
  'users.status',
  'users.sealed',
  'users.profile_id',
  'users.password_until',
  'profiles.code as profile_code',
  'profiles.preset as profile_preset',
  'profiles.permissions',
  'profiles.ip_ranges',
  'profiles.second_factor_required',
  'second_factors.confirmed_at as factor_at',
  'tenants.status as tenant_status',
  'tenants.readable_until',
] as const;

const sessionsWithUsers = (tx: TenantTx) =>
  tx.db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .innerJoin('profiles', 'profiles.id', 'users.profile_id')
    .innerJoin('tenants', 'tenants.id', 'sessions.tenant_id')
    .leftJoin('second_factors', 'second_factors.user_id', 'sessions.user_id')
    .select([...SESSION_COLUMNS, hasUsablePasskey('sessions.user_id').as('has_passkey')]);

/** A session with its user and profile, by the hash of its secret. */
export const findSession = (tx: TenantTx, tokenHash: Buffer) => sessionsWithUsers(tx).where('sessions.token_hash', '=', tokenHash).executeTakeFirst();

export type SessionRow = NonNullable<Awaited<ReturnType<typeof findSession>>>;

/** The same by id; for connections that stay open. */
export const findSessionById = (tx: TenantTx, id: string) => sessionsWithUsers(tx).where('sessions.id', '=', id).executeTakeFirst();

export interface NewSession {
  id: string;
  userId: string;
  tokenHash: Buffer;
  csrfHash: Buffer;
  ip: string;
  userAgent: string;
  method: LoginMethod;
  at: Date;
  expiresAt: Date;
}

export async function insertSession(tx: TenantTx, session: NewSession): Promise<void> {
  await tx.db
    .insertInto('sessions')
    .values({
      tenant_id: tx.tenantId,
      id: session.id,
      user_id: session.userId,
      token_hash: session.tokenHash,
      csrf_hash: session.csrfHash,
      ip: session.ip,
      user_agent: session.userAgent,
      method: session.method,
      created_at: session.at,
      last_seen_at: session.at,
      expires_at: session.expiresAt,
    })
    .execute();
}

export async function touchSession(tx: TenantTx, id: string, at: Date): Promise<void> {
  await tx.db.updateTable('sessions').set({ last_seen_at: at }).where('id', '=', id).where('revoked_at', 'is', null).execute();
}

/** Marks one session as ended; false when it was already. */
export async function revokeSession(tx: TenantTx, id: string, at: Date): Promise<boolean> {
  const done = await tx.db
    .updateTable('sessions')
    .set({ revoked_at: at })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return done !== undefined;
}

/** Live sessions of users of a profile, with the address each was opened from. */
export const liveSessionsOfProfile = (tx: TenantTx, profileId: string, at: Date) =>
  tx.db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .select(['sessions.id', 'sessions.ip'])
    .where('users.profile_id', '=', profileId)
    .where('sessions.revoked_at', 'is', null)
    .where('sessions.expires_at', '>', at)
    .execute();

/** Live sessions of users of a profile who have no second factor. */
export const sessionsWithoutFactor = (tx: TenantTx, profileId: string, at: Date) =>
  tx.db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .leftJoin('second_factors', 'second_factors.user_id', 'sessions.user_id')
    .select('sessions.id')
    .where('users.profile_id', '=', profileId)
    .where('second_factors.confirmed_at', 'is', null)
    .where((where) => where.not(hasUsablePasskey('sessions.user_id')))
    .where('sessions.revoked_at', 'is', null)
    .where('sessions.expires_at', '>', at)
    .execute();

/** Live sessions of a user, the one used last first. */
export const liveSessionsOfUser = (tx: TenantTx, userId: string, now: Date, idleSince: Date) =>
  tx.db
    .selectFrom('sessions')
    .select(['id', 'ip', 'user_agent', 'method', 'created_at', 'last_seen_at', 'expires_at'])
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .where('last_seen_at', '>', idleSince)
    .orderBy('last_seen_at', 'desc')
    .orderBy('id', 'desc')
    .execute();

/** With what a session was opened, and when. */
export const findOpening = (tx: TenantTx, id: string) => tx.db.selectFrom('sessions').select(['method', 'created_at']).where('id', '=', id).executeTakeFirst();

/** The provider has said anew that the owner of the session is there. */
export async function markProved(tx: TenantTx, id: string, at: Date): Promise<void> {
  await tx.db.updateTable('sessions').set({ proved_at: at }).where('id', '=', id).execute();
}

/** Spends what the provider said. @returns whether it was said after `since` and not spent yet */
export async function spendProof(tx: TenantTx, id: string, since: Date): Promise<boolean> {
  const spent = await tx.db.updateTable('sessions').set({ proved_at: null }).where('id', '=', id).where('proved_at', '>', since).returning('id').executeTakeFirst();
  return spent !== undefined;
}

/** Whose session it is; undefined when it has ended. */
export const ownerOfSession = (tx: TenantTx, id: string) =>
  tx.db.selectFrom('sessions').select('user_id').where('id', '=', id).where('revoked_at', 'is', null).executeTakeFirst();

/** Ends all sessions of a user but one; their ids. */
export async function revokeSessionsOfUser(tx: TenantTx, userId: string, at: Date, except: string | null): Promise<string[]> {
  let query = tx.db.updateTable('sessions').set({ revoked_at: at }).where('user_id', '=', userId).where('revoked_at', 'is', null);
  if (except) query = query.where('id', '!=', except);
  const rows = await query.returning('id').execute();
  return rows.map((row) => row.id);
}

/** Ends every session of the tenant; their ids. */
export async function revokeAllSessions(tx: TenantTx, at: Date): Promise<string[]> {
  const rows = await tx.db.updateTable('sessions').set({ revoked_at: at }).where('tenant_id', '=', tx.tenantId).where('revoked_at', 'is', null).returning('id').execute();
  return rows.map((row) => row.id);
}
