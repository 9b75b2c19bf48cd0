import type { Person, User } from '../../../shared/api/users.ts';
import type { TenantTx, WithTenant } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import type { RequestContext } from '../support/binding.ts';
import type { DomainEmitter } from '../support/domain-events.ts';
import { decodeIdCursor, pageOf } from '../support/paging.ts';
import { changesOf, isoOrNull, recordOf } from '../support/records.ts';
import { queueNames } from '../support/references.ts';
import { worstLock } from './login-lock.ts';
import { liftLocks } from './login-origins.ts';
import { originLocks } from './login-origins.queries.ts';
import { openUser, sealUser, type UserContent } from './user-content.ts';
import { changeQueues, findUser, insertUsers, listUserRows, patchUser, queuesOf, replaceSkills, skillsOf, type UserRow } from './users.queries.ts';

export interface UserDeps {
  withTenant: WithTenant;
  clock: Clock;
  events: DomainEmitter;
}

export interface GivenUser {
  id?: string;
  loginId: string;
  profileId: string;
  content: UserContent;
  passwordHash: string;
  passwordUntil?: Date;
  status?: User['status'];
  importId?: string;
}

/** Rows in one statement: nine values each, of 65,535 that a statement may have. */
const BATCH = 1000;

/** Creates users. The passwords are not checked here. @returns their ids, in the same order */
export async function createUsers(tx: TenantTx, given: readonly GivenUser[]): Promise<string[]> {
  const rows = given.map(({ id = newId(), content, passwordUntil = null, status = 'active', importId = null, ...user }) => ({
    ...user, id, status, importId, passwordUntil, name: content.name, sealed: sealUser(tx, id, content),
  }));
  for (let at = 0; at < rows.length; at += BATCH) await insertUsers(tx, rows.slice(at, at + BATCH));
  for (const { id, loginId, profileId, name, importId } of rows) {
    await tx.audit({ code: 'user.created', subject: { kind: 'user', id }, detail: { loginId, profileId, name, ...(importId !== null && { importId }) } });
  }
  return rows.map(({ id }) => id);
}

/** Creates one user. @returns the id */
export async function createUser(tx: TenantTx, given: GivenUser): Promise<string> {
  const [id = ''] = await createUsers(tx, [given]);
  return id;
}

/** Users as the API shows them. */
export async function userViews(tx: TenantTx, rows: readonly UserRow[], now: number): Promise<User[]> {
  const ids = rows.map((row) => row.id);
  const [skills, queues, elsewhere] = [await skillsOf(tx, ids), await queuesOf(tx, ids), await originLocks(tx, ids)];
  const lockOfRow = (row: UserRow) => worstLock([row, ...(elsewhere.get(row.id) ?? [])], now);
  return rows.map((row) => ({
    ...recordOf(row),
    ...openUser(tx, row),
    loginId: row.login_id,
    profileId: row.profile_id,
    profileCode: row.profile_code,
    profileName: row.profile_name,
    status: row.status as User['status'],
    lock: lockOfRow(row).lock,
    lockedUntil: isoOrNull(lockOfRow(row).until),
    secondFactor: row.factor_at !== null || row.has_passkey,
    singleSignOnSince: isoOrNull(row.linked_at),
    passwordUntil: isoOrNull(row.password_until),
    skills: skills.get(row.id) ?? {},
    queueIds: queues.get(row.id) ?? [],
    callCapacity: row.call_capacity,
  }));
}

/** One user. @throws AppError `not_found` */
export async function userView(tx: TenantTx, id: string, now: number): Promise<User> {
  const row = await findUser(tx, id);
  if (!row) throw notFound('user');
  const [view] = await userViews(tx, [row], now);
  if (!view) throw notFound('user');
  return view;
}

/** Users in order of creation; `q` looks into login ID, name and kana. */
export async function listUsers(
  tx: TenantTx,
  now: number,
  query: { limit: number; cursor?: string | undefined; q?: string | undefined; status?: 'active' | 'disabled' | undefined },
): Promise<{ items: User[]; nextCursor: string | null }> {
  const wanted = query.q?.normalize('NFKC').toLowerCase();
  let after = decodeIdCursor(query.cursor);
  const found: User[] = [];
  // A tenant has some thousand users at most, so a filter over sealed names reads on until the page is full.
  for (;;) {
    const rows = await listUserRows(tx, after, query.status, query.limit + 1);
    for (const view of await userViews(tx, rows, now)) {
      const text = `${view.loginId} ${view.name} ${view.nameKana}`.normalize('NFKC').toLowerCase();
      if (!wanted || text.includes(wanted)) found.push(view);
    }
    after = rows.at(-1)?.id ?? null;
    if (found.length > query.limit || rows.length <= query.limit) break;
  }
  return pageOf(found, query.limit, (view) => view, (view) => ({ key: '', id: view.id }));
}

/** Names of users in order of creation, and nothing else of them. */
export async function listPeople(
  tx: TenantTx,
  query: { limit: number; cursor?: string | undefined; status?: User['status'] | undefined },
): Promise<{ items: Person[]; nextCursor: string | null }> {
  const rows = await listUserRows(tx, decodeIdCursor(query.cursor), query.status, query.limit + 1);
  const named = (row: UserRow): Person => ({ id: row.id, name: openUser(tx, row).name });
  return pageOf(rows, query.limit, named, (row) => ({ key: '', id: row.id }));
}

/**
 * Sets skills and queues of a user, and how many calls of them at once.
 * @throws AppError `not_found`, `invalid` when a queue is not the tenant's
 */
export async function setUserRouting(deps: UserDeps, context: RequestContext, id: string, given: { skills: Record<string, number>; queueIds: string[]; callCapacity?: number | undefined }): Promise<User> {
  const now = deps.clock.wall();
  const view = await context.inTenant(async (tx) => {
    const before = await userView(tx, id, now);
    const queueIds = [...new Set(given.queueIds)].toSorted();
    const joined = queueIds.filter((queueId) => !before.queueIds.includes(queueId));
    const known = await queueNames(tx, joined);
    const errors = joined.filter((queueId) => !known.has(queueId)).map((queueId) => ({ path: 'body.queueIds', message: `no such queue: ${queueId}` }));
    if (errors.length > 0) throw invalid('A queue does not exist.', { errors });
    const callCapacity = given.callCapacity ?? before.callCapacity;
    const changes = changesOf({ skills: before.skills, queueIds: before.queueIds.toSorted(), callCapacity: before.callCapacity }, { skills: given.skills, queueIds, callCapacity });
    if (Object.keys(changes.after).length === 0) return before;
    await replaceSkills(tx, id, given.skills);
    if (callCapacity !== before.callCapacity) await patchUser(tx, id, { call_capacity: callCapacity });
    await changeQueues(tx, id, joined, before.queueIds.filter((queueId) => !queueIds.includes(queueId)));
    await tx.audit({ code: 'user.updated', subject: { kind: 'user', id }, detail: changes });
    return userView(tx, id, now);
  });
  deps.events.emit('configChanged', { tenantId: context.session.tenantId, area: 'users' });
  return view;
}

/** Lifts a lock that failed logins caused. @throws AppError `not_found` */
export async function unlockUser(tx: TenantTx, id: string, now: number): Promise<User> {
  const before = await userView(tx, id, now);
  await liftLocks(tx, id, { forget: false });
  await tx.audit({ code: 'user.unlocked', subject: { kind: 'user', id }, detail: { before: { lock: before.lock } } });
  return userView(tx, id, now);
}
