import type { Transaction } from 'kysely';
import type { OperatorAccount, OperatorSessionView } from '../../../shared/api/operator-accounts.ts';
import type { DB } from '../../db/schema.generated.ts';
import { conflict, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { randomPassword } from '../../lib/random-password.ts';
import { isoOrNull } from '../support/records.ts';
import { hashPassword } from '../users/passwords.ts';
import { clearFactor } from './operator-factor.service.ts';
import {
  findOperator,
  insertEvent,
  insertOperator,
  listOperators,
  liveSessions,
  lockOperators,
  patchOperator,
  revokeSession,
  revokeSessionsOf,
  type OperatorEventCode,
  type OperatorRow,
} from './operator.queries.ts';
import { liftOperatorLocks } from './operator-origins.ts';
import { OPERATOR_IDLE_MS } from './operator-sessions.service.ts';
import type { OperatorDeps, OperatorRole, OperatorSession } from './operator-types.ts';

type Deps = Pick<OperatorDeps, 'database' | 'clock'>;

/** Who changes something, from where. */
interface By {
  session: OperatorSession;
  ip: string;
}

const view = (row: OperatorRow): OperatorAccount => ({
  id: row.id,
  loginId: row.login_id,
  role: row.role,
  createdAt: row.created_at.toISOString(),
  disabledAt: isoOrNull(row.disabled_at),
  secondFactorSince: isoOrNull(row.factor_confirmed_at),
});

/** All operators by login ID. */
export const operatorAccounts = async ({ database }: Deps): Promise<OperatorAccount[]> => (await database.withDirectory(listOperators)).map(view);

/**
 * Makes an operator, with a password that is told this once.
 * @throws AppError `duplicate` when the login ID is taken
 */
export async function createOperatorAccount({ database, clock }: Deps, by: By, { loginId, role }: { loginId: string; role: OperatorRole }): Promise<{ password: string }> {
  const password = randomPassword();
  const password_hash = await hashPassword(password);
  const event = eventOf(by, clock.wall(), loginId);
  await database.withDirectory(async (db) => {
    if (await findOperator(db, loginId)) throw conflict('duplicate', 'This login ID is taken.');
    await insertOperator(db, { id: newId(), login_id: loginId, password_hash, role });
    await insertEvent(db, { ...event('operator_created'), detail: { operator: loginId, role } });
  });
  return { password };
}

const eventOf = ({ session, ip }: By, now: number, operator: string) => (code: OperatorEventCode) => ({ code, at: new Date(now), actor: session.loginId, ip, detail: { operator } });

/** What is done with the account of another operator. */
export type AccountChange = { do: 'disable' } | { do: 'enable' } | { do: 'role'; role: OperatorRole } | { do: 'password'; hash: string } | { do: 'factor' };

const isAdmin = (row: OperatorRow): boolean => row.role === 'admin' && row.disabled_at === null;

/** Somebody must be left who can let others in. */
function demandAdminLeft(all: readonly OperatorRow[], but: OperatorRow): void {
  if (isAdmin(but) && !all.some((row) => row.id !== but.id && isAdmin(row))) throw conflict('last_admin', 'This is the last admin who can log in.');
}

/**
 * Changes another operator's account. What takes rights away ends the operator's sessions.
 * @throws AppError `not_found`, `own_account`, `last_admin`
 */
export async function changeOperatorAccount({ database, clock }: Deps, by: By, id: string, change: AccountChange): Promise<void> {
  if (id === by.session.operatorId) throw conflict('own_account', 'Another admin changes your account.');
  const now = clock.wall();
  await database.withDirectory(async (db) => {
    const all = await lockOperators(db);
    const operator = all.find((row) => row.id === id);
    if (!operator) throw notFound('operator');
    if (change.do === 'disable' || (change.do === 'role' && change.role !== 'admin')) demandAdminLeft(all, operator);
    await apply(db, operator, change, by, now);
  });
}

async function apply(db: Transaction<DB>, operator: OperatorRow, change: AccountChange, by: By, now: number): Promise<void> {
  const at = new Date(now);
  const event = eventOf(by, now, operator.login_id);
  if (change.do === 'factor') return clearFactor(db, operator, { actor: by.session.loginId, at, ip: by.ip });
  if (change.do === 'enable') {
    if (operator.disabled_at === null) return;
    await patchOperator(db, operator.id, { disabled_at: null });
    return insertEvent(db, event('operator_enabled'));
  }
  if (change.do === 'disable') {
    if (operator.disabled_at !== null) return;
    await patchOperator(db, operator.id, { disabled_at: at });
    await insertEvent(db, event('operator_disabled'));
  } else if (change.do === 'role') {
    if (operator.role === change.role) return;
    await patchOperator(db, operator.id, { role: change.role });
    await insertEvent(db, { ...event('operator_role_changed'), detail: { operator: operator.login_id, role: change.role } });
  } else {
    await patchOperator(db, operator.id, { password_hash: change.hash });
    await liftOperatorLocks(db, operator.id);
    await insertEvent(db, event('password_reset'));
  }
  await revokeSessionsOf(db, operator.id, at);
}

/** A new password for another operator, told this once. @throws AppError `not_found`, `own_account` */
export async function reissuePassword(deps: Deps, by: By, id: string): Promise<{ password: string }> {
  const password = randomPassword();
  await changeOperatorAccount(deps, by, id, { do: 'password', hash: await hashPassword(password) });
  return { password };
}

/** Live sessions: an admin sees those of all operators, everybody else their own. */
export async function operatorSessionList({ database, clock }: Deps, session: OperatorSession): Promise<OperatorSessionView[]> {
  const now = clock.wall();
  const rows = await database.withDirectory((db) => liveSessions(db, session.role === 'admin' ? null : session.operatorId, new Date(now - OPERATOR_IDLE_MS), new Date(now)));
  return rows.map((row) => ({
    id: row.id,
    loginId: row.login_id,
    ip: row.ip,
    userAgent: row.user_agent,
    createdAt: row.created_at.toISOString(),
    lastSeenAt: row.last_seen_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    current: row.id === session.id,
  }));
}

/** Ends one of the sessions that the list shows. @throws AppError `not_found` */
export async function revokeOperatorSession({ database, clock }: Deps, { session, ip }: By, id: string): Promise<void> {
  const now = clock.wall();
  const at = new Date(now);
  await database.withDirectory(async (db) => {
    const seen = await liveSessions(db, session.role === 'admin' ? null : session.operatorId, new Date(now - OPERATOR_IDLE_MS), at);
    const found = seen.find((row) => row.id === id);
    if (!found || !(await revokeSession(db, id, at))) throw notFound('session');
    await insertEvent(db, { at, code: 'session_revoked', actor: session.loginId, ip, detail: { operator: found.login_id } });
  });
}
