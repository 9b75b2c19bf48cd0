import type { Case, CreateCase } from '../../../shared/api/cases.ts';
import type { TenantTx } from '../../db/types.ts';
import { invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { findCustomer } from '../customers/customers.queries.ts';
import { decodeCursor, pageOf } from '../support/paging.ts';
import { changesOf, isoOrNull, recordOf, withoutUndefined } from '../support/records.ts';
import { customerNames, userNames } from '../support/references.ts';
import type { CaseContent } from './case-content.ts';
import { findCase, insertCase, listCaseRows, lockCase, nextCaseNumber, updateCaseRow, type CaseFilter, type CaseRow } from './cases.queries.ts';

const place = (id: string) => ({ table: 'cases', column: 'sealed', id });

async function views(tx: TenantTx, rows: readonly CaseRow[]): Promise<Case[]> {
  const customers = await customerNames(tx, rows.map((row) => row.customer_id));
  const owners = await userNames(tx, rows.map((row) => row.owner_id));
  return rows.map((row) => ({
    ...recordOf(row),
    ...tx.vault.open<CaseContent>(place(row.id), row.sealed),
    number: row.number,
    customerId: row.customer_id,
    customerName: customers.get(row.customer_id) ?? '',
    ownerId: row.owner_id,
    ownerName: owners.get(row.owner_id ?? '') ?? '',
    status: row.status as Case['status'],
    priority: row.priority as Case['priority'],
    closedAt: isoOrNull(row.closed_at),
  }));
}

/** @throws AppError `not_found` */
export async function caseView(tx: TenantTx, id: string): Promise<Case> {
  const row = await findCase(tx, id);
  const [view] = row ? await views(tx, [row]) : [];
  if (!view) throw notFound('case');
  return view;
}

/** Cases by number, newest first. @throws AppError `invalid_cursor` */
export async function listCases(tx: TenantTx, query: Omit<CaseFilter, 'before'> & { cursor?: string | undefined }) {
  const { cursor, ...filter } = query;
  const before = decodeCursor(cursor);
  const rows = await listCaseRows(tx, { ...filter, before: before ? Number.parseInt(before.key, 10) || 0 : null, limit: query.limit + 1 });
  return pageOf(await views(tx, rows), query.limit, (view) => view, (view) => ({ key: String(view.number), id: view.id }));
}

async function demandOwner(tx: TenantTx, ownerId: string | null): Promise<void> {
  if (ownerId !== null && !(await userNames(tx, [ownerId])).has(ownerId)) {
    throw invalid('There is no such user.', { errors: [{ path: 'body.ownerId', message: 'no such user' }] });
  }
}

/**
 * Opens a case.
 * @param self user to own it when nobody is named; null for programs
 * @throws AppError `invalid` when customer or owner are not the tenant's
 */
export async function createCase(tx: TenantTx, self: string | null, given: CreateCase & { id?: string }): Promise<Case> {
  const { id = newId(), customerId, subject, description = '', priority = 'normal' } = given;
  const ownerId = given.ownerId === undefined ? self : given.ownerId;
  if (!(await findCustomer(tx, customerId))) {
    throw invalid('There is no such customer.', { errors: [{ path: 'body.customerId', message: 'no such customer' }] });
  }
  await demandOwner(tx, ownerId);
  const content: CaseContent = { subject, description };
  const number = await nextCaseNumber(tx);
  await insertCase(tx, { id, number, customerId, ownerId, priority, sealed: tx.vault.seal(place(id), content) });
  await tx.audit({ code: 'case.created', subject: { kind: 'case', id }, detail: { number, customerId, ownerId, priority, ...content } });
  return caseView(tx, id);
}

interface CaseChange {
  subject?: string | undefined;
  description?: string | undefined;
  status?: Case['status'] | undefined;
  priority?: Case['priority'] | undefined;
  ownerId?: string | null | undefined;
}

/** Changes the given fields. @param at wall clock, ms @throws AppError `not_found`, `invalid` */
export async function updateCase(tx: TenantTx, id: string, patch: CaseChange, at: number): Promise<Case> {
  const row = await lockCase(tx, id);
  if (!row) throw notFound('case');
  const content = tx.vault.open<CaseContent>(place(id), row.sealed);
  const before = { ...content, status: row.status, priority: row.priority, ownerId: row.owner_id };
  const after = { ...before, ...withoutUndefined(patch) };
  const changes = changesOf(before, after);
  if (Object.keys(changes.after).length === 0) return caseView(tx, id);
  if (after.ownerId !== before.ownerId) await demandOwner(tx, after.ownerId);
  const closedAt = after.status === 'closed' ? (row.closed_at ?? new Date(at)) : null;
  await updateCaseRow(tx, id, {
    owner_id: after.ownerId,
    status: after.status,
    priority: after.priority,
    closed_at: closedAt,
    sealed: tx.vault.seal(place(id), { subject: after.subject, description: after.description } satisfies CaseContent),
  });
  await tx.audit({ code: 'case.updated', subject: { kind: 'case', id }, detail: changes });
  return caseView(tx, id);
}
