import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';
import { hasUsablePasskey } from './passkeys.queries.ts';

const USER_COLUMNS = [
  'users.id',
  'users.login_id',
  'users.profile_id',
  'users.sealed',
  'users.status',
  'users.call_capacity',
  'users.failed_logins',
  'users.locked_until',
  'users.password_until',
  'users.created_at',
  'users.created_by',
  'users.updated_at',
  'users.updated_by',
  'profiles.code as profile_code',
  'profiles.name as profile_name',
  'profiles.preset as profile_preset',
  'profiles.permissions',
  'second_factors.confirmed_at as factor_at',
  'sso_identities.updated_at as linked_at',
] as const;

const users = (tx: TenantTx) =>
  tx.db
    .selectFrom('users')
    .innerJoin('profiles', 'profiles.id', 'users.profile_id')
    .leftJoin('second_factors', 'second_factors.user_id', 'users.id')
    .leftJoin('sso_identities', 'sso_identities.user_id', 'users.id')
    .select([...USER_COLUMNS, hasUsablePasskey('users.id').as('has_passkey')]);

export const findUser = (tx: TenantTx, id: string) => users(tx).where('users.id', '=', id).executeTakeFirst();

export type UserRow = NonNullable<Awaited<ReturnType<typeof findUser>>>;

export function listUserRows(tx: TenantTx, after: string | null, status: string | undefined, limit: number): Promise<UserRow[]> {
  let query = users(tx).orderBy('users.id').limit(limit);
  if (after) query = query.where('users.id', '>', after);
  if (status) query = query.where('users.status', '=', status);
  return query.execute();
}

/** The users with these login IDs. */
export const usersNamed = (tx: TenantTx, loginIds: readonly string[]): Promise<UserRow[]> => users(tx).where('users.login_id', '=', sql<string>`any(${loginIds}::text[])`).execute();

/** The active users that a file created. */
export const activeUsersOfImport = (tx: TenantTx, importId: string): Promise<UserRow[]> =>
  users(tx).where('users.import_id', '=', importId).where('users.status', '=', 'active').orderBy('users.id').execute();

/** What a login needs; the row is locked, so that guesses tried at the same time count one after the other. */
export const lockUserForLogin = (tx: TenantTx, id: string) =>
  tx.db
    .selectFrom('users')
    .select(['id', 'status', 'password_hash', 'password_until', 'failed_logins', 'locked_until'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();

const logins = (tx: TenantTx) =>
  tx.db
    .selectFrom('users')
    .innerJoin('profiles', 'profiles.id', 'users.profile_id')
    .select(['users.id', 'users.login_id', 'users.password_hash', 'users.sealed', 'users.profile_id', 'profiles.code as profile_code', 'profiles.ip_ranges']);

export const findLogin = (tx: TenantTx, loginId: string) => logins(tx).where('users.login_id', '=', loginId).executeTakeFirst();

export const findLoginById = (tx: TenantTx, id: string) => logins(tx).where('users.id', '=', id).executeTakeFirst();

export interface UserPatch {
  sealed?: Buffer;
  profile_id?: string;
  status?: 'active' | 'disabled';
  call_capacity?: number;
  failed_logins?: number;
  locked_until?: Date | null;
  password_hash?: string;
  password_until?: Date | null;
}

export async function patchUser(tx: TenantTx, id: string, patch: UserPatch): Promise<void> {
  await tx.db.updateTable('users').set(patch).where('id', '=', id).execute();
}

export interface NewUser {
  id: string;
  loginId: string;
  profileId: string;
  sealed: Buffer;
  passwordHash: string;
  /** Until when it lets in; null = the user chose it. */
  passwordUntil: Date | null;
  status: 'active' | 'disabled';
  /** The file it came from. */
  importId: string | null;
}

export async function insertUsers(tx: TenantTx, users: readonly NewUser[]): Promise<void> {
  if (users.length === 0) return;
  await tx.db
    .insertInto('users')
    .values(
      users.map((user) => ({
        tenant_id: tx.tenantId,
        id: user.id,
        login_id: user.loginId,
        profile_id: user.profileId,
        sealed: user.sealed,
        password_hash: user.passwordHash,
        password_until: user.passwordUntil,
        status: user.status,
        import_id: user.importId,
      })),
    )
    .execute();
}

/** A preset and its active users, which nobody else changes until the end of the transaction. */
export async function lockAdministrators(tx: TenantTx, preset: string): Promise<{ profileId: string; userIds: string[] }> {
  const profile = await tx.db.selectFrom('profiles').select('id').where('preset', '=', true).where('code', '=', preset).forUpdate().executeTakeFirst();
  if (!profile) return { profileId: '', userIds: [] };
  const rows = await tx.db.selectFrom('users').select('id').where('profile_id', '=', profile.id).where('status', '=', 'active').execute();
  return { profileId: profile.id, userIds: rows.map(({ id }) => id) };
}

/** Telephones of a user. */
export async function devicesOf(tx: TenantTx, userId: string): Promise<string[]> {
  const rows = await tx.db.selectFrom('sip_devices').select('id').where('user_id', '=', userId).execute();
  return rows.map(({ id }) => id);
}

export async function skillsOf(tx: TenantTx, ids: readonly string[]): Promise<Map<string, Record<string, number>>> {
  const rows = await tx.db.selectFrom('user_skills').select(['user_id', 'skill', 'level']).where('user_id', '=', sql<string>`any(${ids}::uuid[])`).execute();
  const found = new Map<string, Record<string, number>>();
  for (const row of rows) found.set(row.user_id, { ...found.get(row.user_id), [row.skill]: row.level });
  return found;
}

export async function replaceSkills(tx: TenantTx, userId: string, skills: Readonly<Record<string, number>>): Promise<void> {
  await tx.db.deleteFrom('user_skills').where('user_id', '=', userId).execute();
  const rows = Object.entries(skills).map(([skill, level]) => ({ tenant_id: tx.tenantId, user_id: userId, skill, level }));
  if (rows.length > 0) await tx.db.insertInto('user_skills').values(rows).execute();
}

/** Joins and leaves queues; places in those that stay are kept. */
export async function changeQueues(tx: TenantTx, userId: string, joined: readonly string[], left: readonly string[]): Promise<void> {
  if (left.length > 0) {
    await tx.db.deleteFrom('queue_members').where('user_id', '=', userId).where('queue_id', '=', sql<string>`any(${left}::uuid[])`).execute();
  }
  const rows = joined.map((queueId) => ({ tenant_id: tx.tenantId, user_id: userId, queue_id: queueId }));
  if (rows.length > 0) await tx.db.insertInto('queue_members').values(rows).execute();
}

export async function queuesOf(tx: TenantTx, ids: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await tx.db.selectFrom('queue_members').select(['user_id', 'queue_id']).where('user_id', '=', sql<string>`any(${ids}::uuid[])`).execute();
  const found = new Map<string, string[]>();
  for (const row of rows) found.set(row.user_id, [...(found.get(row.user_id) ?? []), row.queue_id]);
  return found;
}
