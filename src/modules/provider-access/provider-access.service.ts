import type { ProviderAccess } from '../../../shared/api/provider-access.ts';
import type { TenantTx } from '../../db/types.ts';
import { conflict, notFound } from '../../lib/errors.ts';
import { insertEvent } from '../operator/operator.queries.ts';
import { decodeIdCursor, pageOf } from '../support/paging.ts';
import { isoOrNull } from '../support/records.ts';
import { countOpen, findAccess, goingOn, listAccessRows, lockAccess, patchAccess, viewsOf, type AccessRow } from './provider-access.queries.ts';

/** A request that nobody answered is over after this long, ms. */
const REQUEST_WAITS_MS = 4 * 3_600_000;
const VIEWS_SHOWN = 100;

/** Sealed part of `provider_accesses`. */
export interface AccessContent {
  reason: string;
  ticket: string;
  /** Null where a second operator is asked. */
  urgentReason: string | null;
}

export const accessPlace = (id: string) => ({ table: 'provider_accesses', column: 'sealed', id });

export const contentOf = (tx: TenantTx, row: AccessRow): AccessContent => tx.vault.open<AccessContent>(accessPlace(row.id), row.sealed);

/** Views of rows, with what was looked at. */
export async function accessViews(tx: TenantTx, rows: readonly AccessRow[]): Promise<ProviderAccess[]> {
  const looks = await viewsOf(tx, rows.map(({ id }) => id), VIEWS_SHOWN);
  return rows.map((row) => {
    const own = looks.filter(({ access_id: id }) => id === row.id);
    return {
      id: row.id,
      createdAt: row.created_at.toISOString(),
      operator: row.operator,
      scope: row.scope,
      minutes: row.minutes,
      ...contentOf(tx, row),
      status: row.status,
      approvedBy: row.approved_by,
      openedAt: isoOrNull(row.opened_at),
      until: isoOrNull(row.until),
      endedAt: isoOrNull(row.ended_at),
      endedHow: row.ended_how,
      views: own.map(({ at, view, subject }) => ({ at: at.toISOString(), view: view as ProviderAccess['views'][number]['view'], subject })),
      viewCount: own[0]?.count ?? 0,
    };
  });
}

/** When a row ends by itself, ms since the epoch. */
export const dueAt = (row: AccessRow): number => (row.status === 'open' && row.until ? row.until.getTime() : row.created_at.getTime() + REQUEST_WAITS_MS);

/** Code of the tenant, for the provider's own log. */
export async function slugOf(tx: TenantTx): Promise<string> {
  const row = await tx.db.selectFrom('tenants').select('slug').where('id', '=', tx.tenantId).executeTakeFirst();
  return row?.slug ?? '';
}

/** Who ends an access, for the provider's own log: a login ID, `tenant` or `system`. */
interface EndedBy {
  actor: string;
  ip: string;
}

/** Notes the end of an access that goes on. The caller holds its lock. */
export async function writeEnd(tx: TenantTx, row: AccessRow, how: NonNullable<ProviderAccess['endedHow']>, at: Date, by: EndedBy): Promise<void> {
  await patchAccess(tx, row.id, { status: 'ended', ended_at: at, ended_how: how });
  await tx.audit({
    code: 'provider_access.ended',
    subject: { kind: 'providerAccess', id: row.id },
    detail: { operator: row.operator, scope: row.scope, how, by: by.actor, wasOpen: row.status === 'open' },
  });
  await insertEvent(tx.db, { at, code: 'access_ended', actor: by.actor, ip: by.ip, detail: { tenant: await slugOf(tx), tenantId: tx.tenantId, operator: row.operator, how } });
}

/** Ends what has run its time. Its looks were refused from that moment on; here it is written down. @returns how many ended */
export async function endDue(tx: TenantTx, now: number): Promise<number> {
  const due = (await goingOn(tx)).filter((row) => dueAt(row) <= now);
  for (const row of due) await writeEnd(tx, row, 'time', new Date(dueAt(row)), { actor: 'system', ip: '' });
  return due.length;
}

/** Newest first, for the tenant's own people. */
export async function listProviderAccesses(tx: TenantTx, now: number, query: { limit: number; cursor?: string | undefined }): Promise<{ items: ProviderAccess[]; nextCursor: string | null; open: number }> {
  const rows = await listAccessRows(tx, decodeIdCursor(query.cursor), query.limit + 1);
  const page = pageOf(await accessViews(tx, rows), query.limit, (view) => view, ({ id }) => ({ key: '', id }));
  return { ...page, open: await countOpen(tx, new Date(now)) };
}

/** Ends an access at once by the tenant's wish. @throws AppError `not_found`, `access_over` */
export async function endByTenant(tx: TenantTx, now: number, id: string): Promise<ProviderAccess> {
  const row = await lockAccess(tx, id);
  if (!row) throw notFound('access');
  if (row.status === 'ended' || dueAt(row) <= now) throw conflict('access_over', 'This access is over.');
  await writeEnd(tx, row, 'tenant', new Date(now), { actor: 'tenant', ip: '' });
  const ended = await findAccess(tx, id);
  const [view] = ended ? await accessViews(tx, [ended]) : [];
  if (!view) throw notFound('access');
  return view;
}
