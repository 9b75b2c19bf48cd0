import type { Actor, TenantRow, TenantTx } from '../../db/types.ts';
import { conflict, notFound } from '../../lib/errors.ts';
import { writeTenantStatus } from '../tenants/tenants.service.ts';
import { revokeAllSessions } from '../users/sessions.queries.ts';
import { insertEvent } from './operator.queries.ts';
import type { OperatorDeps, OperatorSession } from './operator-types.ts';

type Deps = Pick<OperatorDeps, 'database' | 'clock' | 'events' | 'live'>;

interface StatusChange {
  tenantId: string;
  to: 'active' | 'suspended';
  reason: string;
  ip: string;
}

/**
 * Suspends a tenant or takes the suspension back. While it lasts its people cannot log in, its sessions have ended and new
 * calls to its numbers are refused; calls in progress go on. The reason is kept in the events and in the tenant's audit log.
 * Asking for the status that is there already changes nothing.
 * @throws AppError `not_found`, `tenant_ended`
 */
export async function changeTenantStatus(deps: Deps, session: OperatorSession, change: StatusChange): Promise<void> {
  const actor: Actor = { kind: 'operator', id: session.operatorId, ip: change.ip };
  const at = new Date(deps.clock.wall());
  const ended = await deps.database.withTenant(change.tenantId, actor, (tx) => write(tx, session, change, at));
  if (ended.length > 0) deps.events.emit('sessionsEnded', { tenantId: change.tenantId, sessionIds: ended, reason: 'revoked' });
  await deps.live.reloadTenant(change.tenantId);
}

async function write(tx: TenantTx, session: OperatorSession, { to, reason, ip }: StatusChange, at: Date): Promise<string[]> {
  const tenant = await tx.db.selectFrom('tenants').select(['id', 'slug', 'name', 'status']).where('id', '=', tx.tenantId).forUpdate().$castTo<TenantRow>().executeTakeFirst();
  if (!tenant) throw notFound('tenant');
  if (tenant.status === 'ended') throw conflict('tenant_ended', 'This tenant has ended.');
  if (tenant.status === to) return [];
  await writeTenantStatus(tx, tenant.status, to, reason);
  const code = to === 'suspended' ? 'tenant_suspended' : 'tenant_resumed';
  await insertEvent(tx.db, { at, code, actor: session.loginId, ip, detail: { tenant: tenant.slug, reason } });
  return to === 'suspended' ? revokeAllSessions(tx, at) : [];
}
