import type { LoginMethod, SessionUser } from '../../../shared/api/session.ts';
import type { DirectoryReader, TenantTx, WithTenant } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { RequestContext } from '../support/binding.ts';
import type { DomainEmitter } from '../support/domain-events.ts';
import type { Challenges } from './challenges.ts';
import { addressAllowed } from './ip-ranges.ts';
import type { LoginGuard } from './login-guard.ts';
import { forgetFailures, lockOfCount, originName, rememberOrigin, type LockedUser } from './login-origins.ts';
import { hashOfSecret, newSecret, splitCredential } from './secrets.ts';
import { findSession, revokeSession } from './sessions.queries.ts';
import { endTooMany, openSession, tellRevoked } from './sessions.service.ts';
import { openUser } from './user-content.ts';
import type { findLogin } from './users.queries.ts';

/** What every way of logging in shares: who is refused, what is told of it, and how a session begins. */
export interface LoginDeps {
  withTenant: WithTenant;
  directory: DirectoryReader;
  clock: Clock;
  events: DomainEmitter;
  logger: Logger;
  challenges: Challenges;
  guard: LoginGuard;
  /** Where people open the product; null = not configured. */
  publicUrl: string | null;
  /** Refusals take at least this long, ms, so that the work done before does not tell why. */
  refusalFloorMs: number;
}

/** The browser or program that logs in. `cookie` is of an earlier session in it, which ends with the login. */
export type Visitor = Pick<RequestContext, 'ip' | 'userAgent' | 'cookie' | 'origin' | 'challenge' | 'setChallenge' | 'browser'>;

export interface LoginResult {
  user: SessionUser;
  csrfToken: string;
  cookie: string;
  /** What the browser is known by from now on. */
  browser: string;
}

/** The one answer to every login that does not succeed, whatever the reason. */
const refused = (): AppError =>
  new AppError('login_refused', 401, 'The login was refused. Check tenant, login ID and password; after several failed tries wait before the next.');

/** Why a login is refused: for the audit log alone. */
export type Reason = 'unknown_user' | 'wrong_password' | 'wrong_code' | 'wrong_passkey' | 'copied_passkey' | 'unknown_passkey' | 'passkeys_off' | 'locked' | 'guarded' | 'disabled' | 'address' | 'password_expired' | 'contract_ended'
  | 'single_sign_on_only' | 'provider_away' | 'provider_answer' | 'unmatched' | 'ambiguous' | 'other_subject' | 'second_factor';

/** Gives what `attempt` gives; nothing becomes the refusal, which never comes sooner than the floor. @throws AppError `login_refused` */
export async function orRefused<T>(deps: Pick<LoginDeps, 'clock' | 'refusalFloorMs'>, attempt: () => Promise<T | null>): Promise<T> {
  const start = deps.clock.monotonic();
  const result = await attempt();
  if (result !== null) return result;
  const rest = deps.refusalFloorMs - (deps.clock.monotonic() - start);
  if (rest > 0) await new Promise<void>((resolve) => deps.clock.after(rest, resolve));
  throw refused();
}

export type Found = NonNullable<Awaited<ReturnType<typeof findLogin>>>;

/** Why a user may not come in now, whatever was brought as proof; null = nothing stands against it. */
export function refusalOf(user: Omit<LockedUser, 'password_hash'>, found: Found, ip: string, proof: Reason | null, now: number): Reason | null {
  if (lockOfCount(user.count, now) !== 'none') return 'locked';
  if (proof !== null) return proof;
  if (user.status !== 'active') return 'disabled';
  if (user.password_until !== null && user.password_until.getTime() <= now) return 'password_expired';
  return addressAllowed(found.ip_ranges, ip) ? null : 'address';
}

/** @param detail what is known of who tried */
export async function auditRefusal(tx: TenantTx, visitor: Visitor, userId: string | null, reason: Reason, detail: Readonly<Record<string, string>>): Promise<void> {
  await tx.audit({ code: 'session.login_refused', subject: { kind: 'user', id: userId ?? '' }, detail: { ...detail, reason, ip: visitor.ip } });
}

/** A login that succeeded; `tell` once its transaction is written. */
export interface Entered {
  result: LoginResult;
  endedIds: readonly string[];
}

/** Opens the session of a user who has proved who they are. */
export async function enter(deps: LoginDeps, tx: TenantTx, visitor: Visitor, who: { user: LockedUser; found: Found; method: LoginMethod }): Promise<Entered> {
  const { user, found, method } = who;
  const now = deps.clock.wall();
  await forgetFailures(tx, user.count, now);
  const browser = visitor.browser || newSecret();
  await rememberOrigin(tx, found.id, { ip: visitor.ip, browser }, now);
  const endedId = await endOld(tx, visitor.cookie, now);
  const opened = await openSession(tx, deps.clock, { userId: found.id, ip: visitor.ip, userAgent: visitor.userAgent, method });
  await tx.audit({ code: 'session.login', subject: { kind: 'session', id: opened.sessionId }, detail: { loginId: found.login_id, method, from: originName(user.count), userAgent: visitor.userAgent.slice(0, 300) } });
  const tooMany = await endTooMany(tx, deps.clock, found.id, opened.sessionId);
  const endedIds = [...(endedId === null ? [] : [endedId]), ...tooMany];
  const view = { id: found.id, loginId: found.login_id, name: openUser(tx, found).name, profileId: found.profile_id, profileCode: found.profile_code };
  return { result: { user: view, csrfToken: opened.csrfToken, cookie: opened.cookie, browser }, endedIds };
}

/** Tells of the earlier sessions that a login ended. */
export function tellEntered(deps: LoginDeps, tenantId: string, { endedIds, result }: Entered): LoginResult {
  tellRevoked(deps.events, tenantId, endedIds);
  return result;
}

/** Gives the browser its session, and what it is known by. @returns the answer without either */
export function giveCookies(context: Pick<RequestContext, 'setCookie' | 'setBrowser'>, { cookie, browser, ...answer }: LoginResult): Omit<LoginResult, 'cookie' | 'browser'> {
  context.setCookie(cookie);
  context.setBrowser(browser);
  return answer;
}

/** Ends the session that the same browser had before. */
async function endOld(tx: TenantTx, cookie: string, now: number): Promise<string | null> {
  const credential = splitCredential(cookie);
  if (credential?.tenantId !== tx.tenantId) return null;
  const old = await findSession(tx, hashOfSecret(credential.secret));
  if (!old || !(await revokeSession(tx, old.id, new Date(now)))) return null;
  await tx.audit({ code: 'session.revoked', subject: { kind: 'session', id: old.id }, detail: { reason: 'new_login' } });
  return old.id;
}
