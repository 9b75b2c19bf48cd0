import type { OperatorAccess } from '../../../shared/api/operator-access.ts';
import type { Actor, TenantRow, TenantTx } from '../../db/types.ts';
import { AppError, conflict, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { findAccess, insertAccess, listAccessRows, lockAccess, patchAccess, type AccessRow } from '../provider-access/provider-access.queries.ts';
import { accessPlace, accessViews, contentOf, dueAt, endDue, slugOf, writeEnd, type AccessContent } from '../provider-access/provider-access.service.ts';
import { insertEvent, tenantsAskedFor } from './operator.queries.ts';
import type { OperatorDeps, OperatorSession } from './operator-types.ts';

type Deps = Pick<OperatorDeps, 'database' | 'clock' | 'events'>;

/** Who acts, from where. */
export interface AccessBy {
  session: OperatorSession;
  ip: string;
}

/** What is asked for. */
export interface AccessRequest extends AccessContent {
  scope: AccessRow['scope'];
  minutes: number;
}

const LISTED_MS = 7 * 86_400_000;
const LISTED_PER_TENANT = 20;
const MINUTE_MS = 60_000;

export const operatorActor = ({ session, ip }: AccessBy): Actor => ({ kind: 'operator', id: session.operatorId, ip });

async function viewOf(tx: TenantTx, tenant: TenantRow, rows: readonly AccessRow[], session: OperatorSession): Promise<OperatorAccess[]> {
  const views = await accessViews(tx, rows);
  return views.map(({ views: _looks, ...view }, index) => ({ ...view, tenant: { id: tenant.id, slug: tenant.slug, name: tenant.name }, own: rows[index]?.operator_id === session.operatorId }));
}

async function tenantOf({ database }: Deps, tenantId: string): Promise<TenantRow> {
  const tenant = (await database.directory.tenants()).find(({ id }) => id === tenantId);
  if (!tenant) throw notFound('tenant');
  return tenant;
}

const auditOpened = (tx: TenantTx, row: { id: string; operator: string; scope: string; minutes: number }, content: AccessContent, opened: { until: Date; approvedBy: string | null }): Promise<void> =>
  tx.audit({
    code: 'provider_access.opened',
    subject: { kind: 'providerAccess', id: row.id },
    detail: { operator: row.operator, scope: row.scope, minutes: row.minutes, until: opened.until.toISOString(), approvedBy: opened.approvedBy, ...content },
  });

/** Asks to see a tenant; what is urgent is open at once. @throws AppError `not_found` */
export async function requestAccess(deps: Deps, by: AccessBy, tenantId: string, { scope, minutes, ...content }: AccessRequest): Promise<OperatorAccess> {
  const { session, ip } = by;
  const tenant = await tenantOf(deps, tenantId);
  const now = deps.clock.wall();
  const at = new Date(now);
  const id = newId();
  const view = await deps.database.withTenant(tenantId, operatorActor(by), async (tx) => {
    const urgent = content.urgentReason !== null;
    const until = new Date(now + minutes * MINUTE_MS);
    const row = { id, operator_id: session.operatorId, operator: session.loginId, scope, minutes, urgent, sealed: tx.vault.seal(accessPlace(id), content satisfies AccessContent) };
    await insertAccess(tx, { ...row, created_at: at, ...(urgent ? { status: 'open', opened_at: at, until } : { status: 'requested' }) });
    await tx.audit({ code: 'provider_access.requested', subject: { kind: 'providerAccess', id }, detail: { operator: session.loginId, scope, minutes, ...content } });
    const event = { at, actor: session.loginId, ip, detail: { tenant: tenant.slug, tenantId, scope, minutes: String(minutes) } };
    await insertEvent(tx.db, { ...event, code: 'access_requested' });
    if (urgent) {
      await auditOpened(tx, row, content, { until, approvedBy: null });
      await insertEvent(tx.db, { ...event, code: 'access_opened' });
    }
    const made = await findAccess(tx, id);
    const [shown] = made ? await viewOf(tx, tenant, [made], session) : [];
    if (!shown) throw notFound('access');
    return shown;
  });
  deps.events.emit('providerAccessChanged', { tenantId });
  return view;
}

/** Accesses of the last seven days, newest first. */
export async function operatorAccessList(deps: Deps, by: AccessBy): Promise<OperatorAccess[]> {
  const now = deps.clock.wall();
  const since = now - LISTED_MS;
  const asked = await deps.database.withDirectory((db) => tenantsAskedFor(db, new Date(since)));
  const tenants = (await deps.database.directory.tenants()).filter(({ id }) => asked.includes(id));
  const lists: OperatorAccess[][] = [];
  for (const tenant of tenants) lists.push(await accessesOf(deps, by, tenant, since));
  return lists.flat().toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
}

async function accessesOf(deps: Deps, by: AccessBy, tenant: TenantRow, since: number): Promise<OperatorAccess[]> {
  try {
    const { views, ended } = await deps.database.withTenant(tenant.id, operatorActor(by), async (tx) => {
      const count = await endDue(tx, deps.clock.wall());
      const rows = (await listAccessRows(tx, null, LISTED_PER_TENANT)).filter((row) => row.status !== 'ended' || row.created_at.getTime() >= since);
      return { views: await viewOf(tx, tenant, rows, by.session), ended: count };
    });
    if (ended > 0) deps.events.emit('providerAccessChanged', { tenantId: tenant.id });
    return views;
  } catch (error) {
    // Its keys were destroyed: nothing of it opens any more.
    if (error instanceof AppError && error.code === 'not_found') return [];
    throw error;
  }
}

/** What is done with an access that goes on. */
export type AccessChange = 'approve' | 'decline' | 'end';

/**
 * Agrees to a request of another operator, refuses it, or ends the own access.
 * @throws AppError `not_found`, `own_request`, `access_over`
 */
export async function changeAccess(deps: Deps, by: AccessBy, tenantId: string, accessId: string, change: AccessChange): Promise<void> {
  const { session } = by;
  await deps.database.withTenant(tenantId, operatorActor(by), async (tx) => {
    const row = await lockAccess(tx, accessId);
    if (!row) throw notFound('access');
    const isOwn = row.operator_id === session.operatorId;
    if (change === 'end' && !isOwn) throw notFound('access');
    if (change !== 'end' && isOwn) throw new AppError('own_request', 403, 'A second operator decides on it.');
    const now = deps.clock.wall();
    if (row.status === 'ended' || dueAt(row) <= now || (change !== 'end' && row.status === 'open')) throw conflict('access_over', 'This access is not asked for any more.');
    if (change === 'approve') return open(tx, row, by, now);
    const how = change === 'decline' ? 'declined' : row.status === 'open' ? 'operator' : 'withdrawn';
    return writeEnd(tx, row, how, new Date(now), { actor: session.loginId, ip: by.ip });
  });
  deps.events.emit('providerAccessChanged', { tenantId });
}

async function open(tx: TenantTx, row: AccessRow, { session, ip }: AccessBy, now: number): Promise<void> {
  const at = new Date(now);
  const until = new Date(now + row.minutes * MINUTE_MS);
  await patchAccess(tx, row.id, { status: 'open', approved_by: session.loginId, opened_at: at, until });
  await auditOpened(tx, row, contentOf(tx, row), { until, approvedBy: session.loginId });
  await insertEvent(tx.db, { at, code: 'access_opened', actor: session.loginId, ip, detail: { tenant: await slugOf(tx), tenantId: tx.tenantId, operator: row.operator, scope: row.scope, minutes: String(row.minutes) } });
}
