import type { Transaction } from 'kysely';
import type { DB } from '../../db/schema.generated.ts';
import { AppError } from '../../lib/errors.ts';
import { verifyPassword } from '../users/passwords.ts';
import { findOperator, insertEvent, lockOperator, type OperatorRow } from './operator.queries.ts';
import { spendOperatorCode } from './operator-factor.service.ts';
import { countOperatorFailure, lockOfOperator, operatorCameFrom, operatorCountOf, type OperatorCount } from './operator-origins.ts';
import { endByCookie, openSession } from './operator-sessions.service.ts';
import type { OperatorDeps, OperatorRole, Origin } from './operator-types.ts';

type LoginDeps = Pick<OperatorDeps, 'database' | 'clock' | 'refusalFloorMs' | 'master'>;

export interface OperatorLogin {
  loginId: string;
  cookie: string;
  csrfToken: string;
  /** There is no second factor yet: the session may only set one up. */
  mustSetUpFactor: boolean;
  role: OperatorRole;
}

interface LoginRequest {
  loginId: string;
  password: string;
  /** Empty when none was typed. */
  code: string;
  origin: Origin;
  /** Cookie of an earlier session in the same browser; it ends with the login. */
  oldCookie: string;
}

/** The one answer to every login that does not succeed. */
const refused = (): AppError =>
  new AppError('login_refused', 401, 'The login was refused. Check login ID, password and code; after several failed tries wait before the next.');

/**
 * Logs an operator in. Answers the same and takes the same time whether the login ID is unknown, the password or the code
 * wrong, or the account locked or disabled; the events have the reason.
 * @throws AppError `login_refused`
 */
export async function logIn(deps: LoginDeps, request: LoginRequest): Promise<OperatorLogin> {
  const start = deps.clock.monotonic();
  const result = await attempt(deps, request);
  if (result) return result;
  const rest = deps.refusalFloorMs - (deps.clock.monotonic() - start);
  if (rest > 0) await new Promise<void>((resolve) => deps.clock.after(rest, resolve));
  throw refused();
}

async function attempt(deps: LoginDeps, request: LoginRequest): Promise<OperatorLogin | null> {
  const found = await deps.database.withDirectory((db) => findOperator(db, request.loginId));
  const right = await verifyPassword(found?.password_hash ?? null, request.password);
  return deps.database.withDirectory((db) => decide(deps, db, request, found ?? null, right));
}

async function decide(deps: LoginDeps, db: Transaction<DB>, request: LoginRequest, found: OperatorRow | null, right: boolean): Promise<OperatorLogin | null> {
  const now = deps.clock.wall();
  const event = { at: new Date(now), ip: request.origin.ip };
  const operator = found ? await lockOperator(db, found.id) : undefined;
  if (!found || !operator) {
    // What was typed is not kept: it may be somebody's password.
    await insertEvent(db, { ...event, code: 'login_refused', actor: '', detail: { reason: 'unknown_operator' } });
    return null;
  }
  // The password may have changed between reading the hash and taking the lock.
  const matches = right && operator.password_hash === found.password_hash;
  const count = await operatorCountOf(db, operator, request.origin.ip, now);
  const reason = await refusalOf(deps, db, operator, count, { matches, code: request.code, ...event });
  if (reason) {
    if (reason !== 'locked') await countOperatorFailure(db, count, now);
    await insertEvent(db, { ...event, code: 'login_refused', actor: operator.login_id, detail: { reason, from: count.network === null ? 'unknown' : 'known address' } });
    return null;
  }
  await operatorCameFrom(db, count, request.origin.ip, now);
  await endByCookie(db, request.oldCookie, now);
  const opened = await openSession(db, operator.id, request.origin, now);
  await insertEvent(db, { ...event, code: 'login', actor: operator.login_id, detail: {} });
  return { loginId: operator.login_id, role: operator.role, mustSetUpFactor: operator.factor_confirmed_at === null, ...opened };
}

type Refusal = 'locked' | 'disabled' | 'wrong_password' | 'wrong_code' | 'no_code' | 'factor_damaged';

/** Why a login is refused. A code is spent only together with the right password, so that nobody else can use it up. */
async function refusalOf(deps: LoginDeps, db: Transaction<DB>, operator: OperatorRow, count: OperatorCount, given: { matches: boolean; code: string; at: Date; ip: string }): Promise<Refusal | null> {
  if (lockOfOperator(count, given.at.getTime()) !== 'none') return 'locked';
  if (!given.matches) return 'wrong_password';
  if (operator.disabled_at) return 'disabled';
  const outcome = await spendOperatorCode(deps.master, db, operator, given);
  return outcome === 'right' || outcome === 'not_needed' ? null : outcome;
}
