import type { LoginMethod } from '../../../shared/api/session.ts';
import type { LiveSession } from '../../../shared/api/account.ts';
import type { TenantTx } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { notFound } from '../../lib/errors.ts';
import type { RequestContext, Session } from '../support/binding.ts';
import { demandPerson, withOwnProof } from './own-account.service.ts';
import { liveSessionsOfUser, ownerOfSession, revokeSession, revokeSessionsOfUser } from './sessions.queries.ts';
import { IDLE_MS, tellRevoked } from './sessions.service.ts';
import { demandUser } from './user-life.service.ts';
import { userView, type UserDeps } from './users.service.ts';

/** Where a user is logged in, the session used last first. */
async function liveSessions(tx: TenantTx, clock: Clock, userId: string, ownId: string): Promise<{ items: LiveSession[] }> {
  const now = clock.wall();
  const rows = await liveSessionsOfUser(tx, userId, new Date(now), new Date(now - IDLE_MS));
  return {
    items: rows.map((row) => ({
      id: row.id,
      ip: row.ip,
      userAgent: row.user_agent,
      method: row.method as LoginMethod,
      createdAt: row.created_at.toISOString(),
      lastSeenAt: row.last_seen_at.toISOString(),
      expiresAt: row.expires_at.toISOString(),
      current: row.id === ownId,
    })),
  };
}

/** The own sessions. @throws AppError `forbidden` for a program */
export function ownSessions(tx: TenantTx, clock: Clock, session: Session): Promise<{ items: LiveSession[] }> {
  demandPerson(session);
  return liveSessions(tx, clock, session.userId, session.sessionId);
}

/** Another user's sessions. @throws AppError `not_found` */
export async function sessionsOfUser(tx: TenantTx, clock: Clock, session: Session, id: string): Promise<{ items: LiveSession[] }> {
  await userView(tx, id, clock.wall());
  return liveSessions(tx, clock, id, session.sessionId);
}

/** Ends one of the own sessions; its WebSockets are closed. @throws AppError `password_refused`, `not_found` */
export async function endOwnSession(deps: UserDeps, session: Session, id: string, password: string): Promise<void> {
  await withOwnProof(deps, session, password, async (tx) => {
    if ((await ownerOfSession(tx, id))?.user_id !== session.userId) throw notFound('session');
    await revokeSession(tx, id, new Date(deps.clock.wall()));
    await tx.audit({ code: 'session.revoked', subject: { kind: 'session', id }, detail: { reason: 'owner' } });
  }, { loginCounts: true });
  tellRevoked(deps.events, session.tenantId, [id]);
}

/** Ends every own session but the one that asks; their WebSockets are closed. @throws AppError `password_refused` */
export async function endOtherSessions(deps: UserDeps, session: Session, password: string): Promise<{ sessionsEnded: number }> {
  const ended = await withOwnProof(deps, session, password, async (tx) => {
    const ids = await revokeSessionsOfUser(tx, session.userId, new Date(deps.clock.wall()), session.sessionId);
    for (const id of ids) await tx.audit({ code: 'session.revoked', subject: { kind: 'session', id }, detail: { reason: 'owner' } });
    return ids;
  }, { loginCounts: true });
  tellRevoked(deps.events, session.tenantId, ended);
  return { sessionsEnded: ended.length };
}

/** Ends every session of a user, but the caller's. @throws AppError `not_found` */
export async function endSessionsOfUser(deps: UserDeps, context: RequestContext, id: string): Promise<{ sessionsEnded: number }> {
  const { session } = context;
  const now = deps.clock.wall();
  const ended = await context.inTenant(async (tx) => {
    await demandUser(tx, session, id);
    const ids = await revokeSessionsOfUser(tx, id, new Date(now), session.sessionId);
    for (const one of ids) await tx.audit({ code: 'session.revoked', subject: { kind: 'session', id: one }, detail: { reason: 'supervisor', userId: id } });
    return ids;
  });
  tellRevoked(deps.events, session.tenantId, ended);
  return { sessionsEnded: ended.length };
}
