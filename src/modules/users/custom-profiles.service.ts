import type { Profile, ProfileChange } from '../../../shared/api/profiles.ts';
import type { Permission } from '../../../shared/permissions.ts';
import type { TenantTx } from '../../db/types.ts';
import { conflict, type AppError } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import type { RequestContext, Session } from '../support/binding.ts';
import { demandCovers } from './profile-permissions.ts';
import { deleteEndedLinks, deleteProfileRow, insertProfile, isUsedElsewhere, listProfileRows, patchProfile, usersOfProfile } from './profiles.queries.ts';
import { profileView, type ProfileDeps } from './profiles.service.ts';
import { folded } from './user-file.ts';
import { openUser } from './user-content.ts';
import { findUser } from './users.queries.ts';

/** Names of users that a change is told with. */
const MOST_NAMES = 100;

const presetLocked = (): AppError => conflict('preset_locked', 'A preset cannot be changed. Copy it and change the copy.');

/** Profiles are told apart by their names, whatever their width, case and spaces. @throws AppError `duplicate` */
async function demandFreeName(tx: TenantTx, name: string, except: string | null): Promise<void> {
  const wanted = folded(name);
  const taken = (await listProfileRows(tx, null, 10_000)).some((row) => row.id !== except && (folded(row.name) === wanted || folded(row.code) === wanted));
  if (taken) throw conflict('duplicate', 'There is a profile with this name.');
}

/** Makes a profile. Nobody gives it what they may not do. @throws AppError `above_you`, `duplicate` */
export async function createProfile(tx: TenantTx, session: Session, { name, permissions }: { name: string; permissions: readonly Permission[] }): Promise<Profile> {
  demandCovers(session, permissions);
  await demandFreeName(tx, name, null);
  const id = newId();
  await insertProfile(tx, { id, name, permissions: [...new Set(permissions)] });
  await tx.audit({ code: 'profile.created', subject: { kind: 'profile', id }, detail: { name, permissions } });
  return profileView(tx, id);
}

interface Given {
  name?: string | undefined;
  permissions?: Permission[] | undefined;
  preview: boolean;
}

/**
 * Changes a profile, or says what would change for whom. It is in force at once, in sessions that are open too.
 * @throws AppError `not_found`, `preset_locked`, `own_profile`, `above_you`, `duplicate`
 */
export async function changeProfile(deps: ProfileDeps, context: RequestContext, id: string, given: Given): Promise<ProfileChange> {
  const { session } = context;
  const { answer, userIds } = await context.inTenant(async (tx) => {
    const before = await profileView(tx, id);
    if (before.preset) throw presetLocked();
    const name = given.name ?? before.name;
    const permissions = [...new Set(given.permissions ?? before.permissions)];
    const gained = permissions.filter((permission) => !before.permissions.includes(permission));
    const lost = before.permissions.filter((permission) => !permissions.includes(permission));
    if (gained.length + lost.length > 0) await demandRights(tx, session, before, permissions);
    if (name !== before.name) await demandFreeName(tx, name, id);
    const users = await usersOfProfile(tx, id);
    const names = users.slice(0, MOST_NAMES).map((user) => ({ id: user.id, name: openUser(tx, user).name }));
    const effect = { gained, lost, users: names, userCount: users.length };
    if (given.preview || (name === before.name && gained.length + lost.length === 0)) return { answer: { profile: before, applied: false, ...effect }, userIds: [] };
    await patchProfile(tx, id, { name, permissions });
    await tx.audit({
      code: 'profile.updated',
      subject: { kind: 'profile', id },
      detail: { before: { name: before.name, permissions: before.permissions }, after: { name, permissions }, gained, lost, users: users.length },
    });
    return { answer: { profile: await profileView(tx, id), applied: true, ...effect }, userIds: users.map((user) => user.id) };
  });
  const { tenantId } = session;
  if (userIds.length > 0) {
    deps.events.emit('accessChanged', { tenantId, userIds });
    deps.events.emit('configChanged', { tenantId, area: 'users' });
  }
  return answer;
}

/** Nobody changes what they may do themselves, gives what they have not, or takes from who may do more. */
async function demandRights(tx: TenantTx, session: Session, before: Profile, permissions: readonly Permission[]): Promise<void> {
  const self = session.personId === '' ? undefined : await findUser(tx, session.personId);
  if (self?.profile_id === before.id) throw conflict('own_profile', 'Nobody changes the permissions of their own profile.');
  demandCovers(session, [...before.permissions, ...permissions]);
}

/** Removes a profile that nobody has. @param now ms since the epoch @throws AppError `not_found`, `preset_locked`, `profile_in_use`, `above_you` */
export async function deleteProfile(tx: TenantTx, session: Session, id: string, now: number): Promise<void> {
  const profile = await profileView(tx, id);
  if (profile.preset) throw presetLocked();
  demandCovers(session, profile.permissions);
  await deleteEndedLinks(tx, id, new Date(now));
  if (profile.userCount > 0 || (await isUsedElsewhere(tx, id))) throw conflict('profile_in_use', 'Users, or links for screens, still have this profile.');
  await deleteProfileRow(tx, id);
  await tx.audit({ code: 'profile.removed', subject: { kind: 'profile', id }, detail: { name: profile.name, permissions: profile.permissions } });
}
