import type { z } from 'zod';
import type { createUser as createContract, updateUser as updateContract, User } from '../../../shared/api/users.ts';
import type { TenantTx } from '../../db/types.ts';
import { conflict, invalid, notFound } from '../../lib/errors.ts';
import { randomPassword } from '../../lib/random-password.ts';
import type { RequestContext, Session } from '../support/binding.ts';
import { changesOf, withoutUndefined } from '../support/records.ts';
import type { TelephonyLive } from '../telephony/telephony-live.ts';
import { liftLocks } from './login-origins.ts';
import { hashIssuedPassword } from './passwords.ts';
import { ADMINISTRATOR, demandCovers, permissionsOf } from './profile-permissions.ts';
import { findProfile } from './profiles.queries.ts';
import { revokeSessionsOfUser } from './sessions.queries.ts';
import { tellRevoked } from './sessions.service.ts';
import { sealUser, type UserContent } from './user-content.ts';
import { createUser, userView, type UserDeps } from './users.service.ts';
import { devicesOf, findUser, lockAdministrators, patchUser, type UserPatch, type UserRow } from './users.queries.ts';

export interface UserLifeDeps extends UserDeps {
  telephony: Pick<TelephonyLive, 'dropContacts'>;
}

/** How long an issued password lets in, ms: a new colleague has a week to come. */
export const ISSUED_PASSWORD_MS = 7 * 86_400_000;

/** Nobody takes over, shuts out or raises a user who may do more than they. @throws AppError `above_you` */
export const demandReach = (session: Session, row: UserRow): void =>
  demandCovers(session, permissionsOf({ code: row.profile_code, preset: row.profile_preset, permissions: row.permissions }));

/** A user whom the caller may change. @throws AppError `not_found`, `above_you` */
export async function demandUser(tx: TenantTx, session: Session, id: string): Promise<void> {
  const row = await findUser(tx, id);
  if (!row) throw notFound('user');
  demandReach(session, row);
}

/** A profile that the caller may give. @throws AppError `invalid`, `above_you` */
export async function demandProfile(tx: TenantTx, session: Session, id: string): Promise<void> {
  const profile = await findProfile(tx, id);
  if (!profile) throw invalid('There is no such profile.', { errors: [{ path: 'body.profileId', message: 'no such profile' }] });
  demandCovers(session, permissionsOf(profile));
}

/** A user as a change would leave them. */
export interface Move {
  id: string;
  profileId: string;
  active: boolean;
}

/** Whether changes take a tenant's last administrator away. Whoever asks holds all administrators until the end of the transaction. */
export async function losesLastAdministrator(tx: TenantTx, moves: readonly Move[]): Promise<boolean> {
  const { profileId, userIds } = await lockAdministrators(tx, ADMINISTRATOR);
  const moved = new Set(moves.map(({ id }) => id));
  if (!userIds.some((id) => moved.has(id))) return false;
  return userIds.every((id) => moved.has(id)) && !moves.some((move) => move.active && move.profileId === profileId);
}

/**
 * Keeps a tenant from losing its last administrator, also when two are taken away at the same moment.
 * @throws AppError `last_administrator`
 */
export async function keepAdministrator(tx: TenantTx, moves: readonly Move[]): Promise<void> {
  if (await losesLastAdministrator(tx, moves)) throw conflict('last_administrator', 'A tenant keeps at least one active administrator.');
}

/**
 * Creates a user with an issued password.
 * @throws AppError `duplicate` when the login ID is taken, `invalid`, `above_you`
 */
export async function addUser(deps: UserDeps, context: RequestContext, given: z.output<typeof createContract.body>): Promise<{ user: User; password: string }> {
  const { loginId, profileId, ...content } = given;
  const now = deps.clock.wall();
  const password = randomPassword();
  const passwordHash = await hashIssuedPassword(password);
  const user = await context.inTenant(async (tx) => {
    await demandProfile(tx, context.session, profileId);
    const id = await createUser(tx, { loginId, profileId, content, passwordHash, passwordUntil: new Date(now + ISSUED_PASSWORD_MS) });
    return userView(tx, id, now);
  });
  deps.events.emit('configChanged', { tenantId: context.session.tenantId, area: 'users' });
  return { user, password };
}

type Patch = z.output<typeof updateContract.body>;

/** What may not be done to this user. @throws AppError `own_account`, `last_administrator`, `above_you`, `invalid` */
async function demandChange(tx: TenantTx, session: Session, before: User, { status, profileId }: Patch): Promise<void> {
  const disables = status === 'disabled' && before.status === 'active';
  const moves = profileId !== undefined && profileId !== before.profileId;
  if (moves) await demandProfile(tx, session, profileId);
  if ((disables || moves) && before.id === session.personId) throw conflict('own_account', 'Nobody can disable their own account, or give themselves another profile.');
  if (disables || moves) await keepAdministrator(tx, [{ id: before.id, profileId: profileId ?? before.profileId, active: (status ?? before.status) === 'active' }]);
}

const CONTENT = ['name', 'nameKana', 'department', 'email', 'employeeNumber'] as const;

const contentOf = (user: User): UserContent => ({ name: user.name, nameKana: user.nameKana, department: user.department, email: user.email, employeeNumber: user.employeeNumber });

/** What a change takes from users at once. */
export interface Taken {
  userId: string;
  sessionIds: string[];
  deviceIds: string[];
}

/** Writes the change of one user. @returns what it takes away, or null when nothing is different */
export async function writeUser(tx: TenantTx, before: User, given: Patch, now: number): Promise<Taken | null> {
  const patch = withoutUndefined(given);
  const changes = changesOf(before, patch);
  if (Object.keys(changes.after).length === 0) return null;
  const columns: UserPatch = {
    ...(patch.status !== undefined && { status: patch.status }),
    ...(patch.profileId !== undefined && { profile_id: patch.profileId }),
    ...(CONTENT.some((field) => field in changes.after) && { sealed: sealUser(tx, before.id, { ...contentOf(before), ...pick(patch) }) }),
  };
  await patchUser(tx, before.id, columns);
  const disabled = 'status' in changes.after && patch.status === 'disabled';
  const taken: Taken = {
    userId: before.id,
    sessionIds: disabled ? await revokeSessionsOfUser(tx, before.id, new Date(now), null) : [],
    deviceIds: disabled ? await devicesOf(tx, before.id) : [],
  };
  await tx.audit({
    code: disabled ? 'user.disabled' : 'user.updated',
    subject: { kind: 'user', id: before.id },
    detail: { ...changes, ...(disabled && { sessionsEnded: taken.sessionIds.length, devices: taken.deviceIds.length }) },
  });
  return taken;
}

/** Tells the live side what changed of users: sessions, registrations, rights, and who takes calls. */
export function tellUsersChanged(deps: UserLifeDeps, tenantId: string, taken: readonly Taken[]): void {
  tellRevoked(deps.events, tenantId, taken.flatMap(({ sessionIds }) => sessionIds));
  for (const { deviceIds } of taken) for (const deviceId of deviceIds) deps.telephony.dropContacts(deviceId);
  deps.events.emit('accessChanged', { tenantId, userIds: taken.map(({ userId }) => userId) });
  deps.events.emit('configChanged', { tenantId, area: 'users' });
}

const pick = (patch: Partial<UserContent>): Partial<UserContent> => withoutUndefined(Object.fromEntries(CONTENT.map((field) => [field, patch[field]])));

/**
 * Changes a user; what was taken away is gone at once, in sessions that are open too.
 * @throws AppError `not_found`, `own_account`, `last_administrator`, `above_you`, `invalid`
 */
export async function changeUser(deps: UserLifeDeps, context: RequestContext, id: string, patch: Patch): Promise<User> {
  const { session } = context;
  const now = deps.clock.wall();
  const { view, taken } = await context.inTenant(async (tx) => {
    await demandUser(tx, session, id);
    const before = await userView(tx, id, now);
    await demandChange(tx, session, before, patch);
    const written = await writeUser(tx, before, patch, now);
    return { view: written === null ? before : await userView(tx, id, now), taken: written };
  });
  if (taken !== null) tellUsersChanged(deps, session.tenantId, [taken]);
  return view;
}

/**
 * Issues a password to a user who has none that works: told once, good for one login. A lock is lifted.
 * @throws AppError `not_found`, `own_account`, `above_you`
 */
export async function resetPassword(deps: UserDeps, context: RequestContext, id: string): Promise<{ user: User; password: string }> {
  const { session } = context;
  const now = deps.clock.wall();
  const password = randomPassword();
  const passwordHash = await hashIssuedPassword(password);
  const outcome = await context.inTenant(async (tx) => {
    await demandUser(tx, session, id);
    if (id === session.personId) throw conflict('own_account', 'The own password is changed with the own password.');
    await patchUser(tx, id, { password_hash: passwordHash, password_until: new Date(now + ISSUED_PASSWORD_MS) });
    await liftLocks(tx, id, { forget: true });
    const ended = await revokeSessionsOfUser(tx, id, new Date(now), null);
    await tx.audit({ code: 'user.password_reset', subject: { kind: 'user', id }, detail: { sessionsEnded: ended.length } });
    return { user: await userView(tx, id, now), ended };
  });
  tellRevoked(deps.events, session.tenantId, outcome.ended);
  return { user: outcome.user, password };
}
