import { DEFAULT_MAX_SESSIONS } from '../../../shared/api/login-settings.ts';
import type { LoginMethod } from '../../../shared/api/session.ts';
import type { Actor, TenantTx, WithTenant } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import type { DomainEmitter } from '../support/domain-events.ts';
import { unauthenticated, type Session } from '../support/binding.ts';
import { addressAllowed, plainAddress } from './ip-ranges.ts';
import { findLoginSettings } from './login-settings.queries.ts';
import { ADMINISTRATOR, permissionsOf, returningOf, tenantAccess } from './profile-permissions.ts';
import { csrfTokenOf, hashOfSecret, newSecret, splitCredential } from './secrets.ts';
import {
  findSession,
  findSessionById,
  insertSession,
  liveSessionsOfUser,
  revokeSession,
  touchSession,
  type SessionRow,
} from './sessions.queries.ts';
import { openUser } from './user-content.ts';

/** A session unused for this long has ended. */
export const IDLE_MS = 60 * 60_000;
/** A session ends after this long, used or not. */
export const ABSOLUTE_MS = 12 * 60 * 60_000;
/** The time of last use is written at most this often. */
const TOUCH_EVERY_MS = 60_000;

const SYSTEM = 'sessions';

export interface SessionDeps {
  withTenant: WithTenant;
  clock: Clock;
  events: DomainEmitter;
}

/** Opens a session in the transaction of the login; the answer is the cookie's value. */
export async function openSession(
  tx: TenantTx,
  clock: Clock,
  given: { userId: string; ip: string; userAgent: string; method?: LoginMethod },
): Promise<{ cookie: string; csrfToken: string; sessionId: string }> {
  const secret = newSecret();
  const csrfToken = csrfTokenOf(secret);
  const at = clock.wall();
  const sessionId = newId();
  await insertSession(tx, {
    id: sessionId,
    userId: given.userId,
    tokenHash: hashOfSecret(secret),
    csrfHash: hashOfSecret(csrfToken),
    ip: plainAddress(given.ip),
    userAgent: given.userAgent.slice(0, 300),
    method: given.method ?? 'password',
    at: new Date(at),
    expiresAt: new Date(at + ABSOLUTE_MS),
  });
  return { cookie: `${tx.tenantId}.${secret}`, csrfToken, sessionId };
}

/**
 * Makes room for a session that was just opened: of the user's others those used least lately end, until there are no more than the tenant
 * allows. The user's row is locked by the login, so two logins at once do not count each other out.
 * @returns the ids of what ended
 */
export async function endTooMany(tx: TenantTx, clock: Clock, userId: string, openedId: string): Promise<string[]> {
  const now = clock.wall();
  const max = (await findLoginSettings(tx))?.max_sessions ?? DEFAULT_MAX_SESSIONS;
  const others = (await liveSessionsOfUser(tx, userId, new Date(now), new Date(now - IDLE_MS))).filter(({ id }) => id !== openedId);
  const surplus = others.slice(max - 1).map(({ id }) => id);
  for (const id of surplus) {
    await revokeSession(tx, id, new Date(now));
    await tx.audit({ code: 'session.revoked', subject: { kind: 'session', id }, detail: { reason: 'too_many', maxSessions: max } });
  }
  return surplus;
}

type Verdict = { session: Session } | { ended: 'expired' | 'revoked'; sessionId: string } | { ended: 'unknown' };

/** Sessions as requests and WebSockets use them. */
export class Sessions {
  readonly #deps: SessionDeps;

  constructor(deps: SessionDeps) {
    this.#deps = deps;
  }

  /**
   * The session behind a cookie.
   * @throws AppError `unauthenticated` when it is unknown, expired or revoked, its user disabled, or the address not allowed
   */
  async find(cookie: string, ip: string): Promise<Session> {
    const credential = splitCredential(cookie);
    if (!credential) throw unauthenticated();
    return this.#checked(credential.tenantId, ip, (tx) => findSession(tx, hashOfSecret(credential.secret)));
  }

  /**
   * Checks a session again and counts as use; for connections that stay open without requests.
   * @throws AppError `unauthenticated`
   */
  async keepAlive(session: Session): Promise<void> {
    await this.#checked(session.tenantId, session.ip, (tx) => findSessionById(tx, session.sessionId));
  }

  /** Ends a session by its owner's wish. */
  async end(session: Session): Promise<void> {
    const actor: Actor = { kind: 'user', id: session.userId, ip: session.ip };
    await this.#deps.withTenant(session.tenantId, actor, async (tx) => {
      if (!(await revokeSession(tx, session.sessionId, new Date(this.#deps.clock.wall())))) return;
      await tx.audit({ code: 'session.logout', subject: { kind: 'session', id: session.sessionId }, detail: {} });
    });
    this.#deps.events.emit('sessionsEnded', { tenantId: session.tenantId, sessionIds: [session.sessionId], reason: 'logout' });
  }

  async #checked(tenantId: string, ip: string, find: (tx: TenantTx) => Promise<SessionRow | undefined>): Promise<Session> {
    const actor: Actor = { kind: 'system', id: SYSTEM, ip };
    const verdict = await this.#deps.withTenant(tenantId, actor, (tx) => this.#judge(tx, ip, find)).catch(unknownTenantIsNobody);
    if ('session' in verdict) return verdict.session;
    if (verdict.ended !== 'unknown') {
      this.#deps.events.emit('sessionsEnded', { tenantId, sessionIds: [verdict.sessionId], reason: verdict.ended });
    }
    throw unauthenticated();
  }

  async #judge(tx: TenantTx, ip: string, find: (tx: TenantTx) => Promise<SessionRow | undefined>): Promise<Verdict> {
    const row = await find(tx);
    const now = this.#deps.clock.wall();
    if (!row || row.revoked_at !== null || row.status !== 'active') return { ended: 'unknown' };
    const access = tenantAccess(row.tenant_status, row.readable_until, now);
    if (access === 'closed' || (access === 'returns' && row.profile_code !== ADMINISTRATOR)) return { ended: 'unknown' };
    const idle = now - row.last_seen_at.getTime();
    if (row.expires_at.getTime() <= now || idle >= IDLE_MS) {
      const first = await revokeSession(tx, row.id, new Date(now));
      if (first) await tx.audit({ code: 'session.expired', subject: { kind: 'session', id: row.id }, detail: { userId: row.user_id } });
      return { ended: 'expired', sessionId: row.id };
    }
    if (!addressAllowed(row.ip_ranges, ip)) {
      // Ended, not only refused: whoever has the cookie at a foreign address may have stolen it, and one entry says so.
      await revokeSession(tx, row.id, new Date(now));
      await tx.audit({ code: 'access.refused', subject: { kind: 'session', id: row.id }, detail: { userId: row.user_id, reason: 'address', ip } });
      return { ended: 'revoked', sessionId: row.id };
    }
    if (idle >= TOUCH_EVERY_MS) await touchSession(tx, row.id, new Date(now));
    return { session: sessionOf(tx, row, ip, access === 'returns') };
  }
}

/** Closes what sessions that were just revoked still hold open. */
export function tellRevoked(events: DomainEmitter, tenantId: string, sessionIds: readonly string[]): void {
  if (sessionIds.length > 0) events.emit('sessionsEnded', { tenantId, sessionIds: [...sessionIds], reason: 'revoked' });
}

/** A cookie that names a tenant which does not exist is just a wrong cookie. */
export function unknownTenantIsNobody(error: unknown): never {
  throw error instanceof AppError && error.code === 'not_found' ? unauthenticated() : error;
}

/** A login through a provider is let in only where that provider is relied on for the second factor, or none is demanded. */
function sessionOf(tx: TenantTx, row: SessionRow, ip: string, isReturning: boolean): Session {
  const held = permissionsOf({ code: row.profile_code, preset: row.profile_preset, permissions: row.permissions });
  const mustSetUpFactor = row.second_factor_required && row.factor_at === null && !row.has_passkey && row.method !== 'single_sign_on';
  // Who came through the provider has not used the issued password, and may never have seen it.
  const mustChangePassword = row.password_until !== null && row.method !== 'single_sign_on';
  return {
    kind: 'user',
    tenantId: tx.tenantId,
    userId: row.user_id,
    personId: row.user_id,
    sessionId: row.id,
    permissions: new Set(mustSetUpFactor || mustChangePassword ? [] : isReturning ? returningOf(held) : held),
    isReturning,
    mustSetUpFactor,
    mustChangePassword,
    ip,
    loginId: row.login_id,
    name: openUser(tx, { id: row.user_id, sealed: row.sealed }).name,
    profileId: row.profile_id,
    profileCode: row.profile_code,
    expiresAt: row.expires_at.getTime(),
  };
}
