import type { CreateCustomer, Customer, UpdateCustomer } from '../../../shared/api/customers.ts';
import type { TenantTx } from '../../db/types.ts';
import { invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { companyNames } from '../companies/company-names.ts';
import { decodeIdCursor, encodeCursor, pageOf } from '../support/paging.ts';
import { changesOf, recordOf, withoutUndefined } from '../support/records.ts';
import { checkOwner, userNames } from '../support/references.ts';
import { replaceTokens, searchPage } from '../support/search.ts';
import type { CustomerContent } from './customer-content.ts';
import { customerQueries, customerTokens, matchesCustomer } from './customer-tokens.ts';
import {
  customersById,
  findCustomer,
  insertCustomer,
  listCustomerRows,
  lockCustomer,
  updateCustomerRow,
  type CustomerRow,
} from './customers.queries.ts';

const place = (id: string) => ({ table: 'customers', column: 'sealed', id });

async function views(tx: TenantTx, rows: readonly CustomerRow[]): Promise<Customer[]> {
  const companies = await companyNames(tx, rows.map((row) => row.company_id));
  const owners = await userNames(tx, rows.map((row) => row.owner_id));
  return rows.map((row) => ({
    ...recordOf(row),
    ...tx.vault.open<CustomerContent>(place(row.id), row.sealed),
    companyId: row.company_id,
    companyName: companies.get(row.company_id ?? '') ?? '',
    ownerId: row.owner_id,
    ownerName: owners.get(row.owner_id ?? '') ?? '',
  }));
}

/** @throws AppError `not_found` */
export async function customerView(tx: TenantTx, id: string): Promise<Customer> {
  const row = await findCustomer(tx, id);
  const [view] = row ? await views(tx, [row]) : [];
  if (!view) throw notFound('customer');
  return view;
}

interface ListQuery {
  limit: number;
  cursor?: string | undefined;
  q?: string | undefined;
  companyId?: string | undefined;
}

/** Customers in order of creation; with `q` those that match by name, kana, number, mail address or company. */
export async function listCustomers(tx: TenantTx, query: ListQuery): Promise<{ items: Customer[]; nextCursor: string | null }> {
  const after = decodeIdCursor(query.cursor);
  if (!query.q) {
    const rows = await listCustomerRows(tx, { after, companyId: query.companyId, limit: query.limit + 1 });
    const shown = await views(tx, rows);
    return pageOf(shown, query.limit, (view) => view, (view) => ({ key: '', id: view.id }));
  }
  const text = query.q;
  const { items, nextId } = await searchPage(
    tx,
    customerQueries(tx.vault, text),
    { after, limit: query.limit },
    async (ids) => views(tx, await customersById(tx, ids)),
    (view) => (!query.companyId || view.companyId === query.companyId) && matchesCustomer(view, view.companyName, text),
  );
  return { items, nextCursor: nextId ? encodeCursor({ key: '', id: nextId }) : null };
}

/** The tenant's company with this id. @throws AppError `invalid` */
async function nameOfCompany(tx: TenantTx, companyId: string | null): Promise<string> {
  if (companyId === null) return '';
  const name = (await companyNames(tx, [companyId])).get(companyId);
  if (name === undefined) throw invalid('There is no such company.', { errors: [{ path: 'body.companyId', message: 'no such company' }] });
  return name;
}

function contentOf(value: CustomerContent): CustomerContent {
  const { familyName, givenName, familyNameKana, givenNameKana, phones, emails, note, labels, custom } = value;
  return { familyName, givenName, familyNameKana, givenNameKana, phones, emails, note, labels, custom };
}

const EMPTY: CustomerContent = { familyName: '', givenName: '', familyNameKana: '', givenNameKana: '', phones: [], emails: [], note: '', labels: [], custom: {} };

/** @throws AppError `invalid` when the company is not one of the tenant's */
export async function createCustomer(tx: TenantTx, given: CreateCustomer & { id?: string }): Promise<Customer> {
  const { companyId = null, ownerId = null, id = newId(), ...rest } = given;
  const content = contentOf({ ...EMPTY, ...(rest as Partial<CustomerContent>) });
  const companyName = await nameOfCompany(tx, companyId);
  await checkOwner(tx, ownerId);
  await insertCustomer(tx, { id, companyId, ownerId, sealed: tx.vault.seal(place(id), content) });
  await replaceTokens(tx, id, customerTokens(tx.vault, content, companyName));
  await tx.audit({ code: 'customer.created', subject: { kind: 'customer', id }, detail: { after: { ...content, companyId, ownerId } } });
  return customerView(tx, id);
}

/** Changes the given fields. @throws AppError `not_found`, `invalid` */
export async function updateCustomer(tx: TenantTx, id: string, patch: UpdateCustomer): Promise<Customer> {
  const row = await lockCustomer(tx, id);
  if (!row) throw notFound('customer');
  const before = { ...tx.vault.open<CustomerContent>(place(id), row.sealed), companyId: row.company_id, ownerId: row.owner_id };
  const after = { ...before, ...withoutUndefined(patch) };
  if (after.familyName === '' && after.givenName === '') {
    throw invalid('A customer needs a name.', { errors: [{ path: 'body.familyName', message: 'a name is needed' }] });
  }
  const changes = changesOf(before, after);
  if (Object.keys(changes.after).length === 0) return customerView(tx, id);
  const content = contentOf(after);
  const companyName = await nameOfCompany(tx, after.companyId);
  if (after.ownerId !== before.ownerId) await checkOwner(tx, after.ownerId);
  await updateCustomerRow(tx, { id, companyId: after.companyId, ownerId: after.ownerId, sealed: tx.vault.seal(place(id), content) });
  await replaceTokens(tx, id, customerTokens(tx.vault, content, companyName));
  await tx.audit({ code: 'customer.updated', subject: { kind: 'customer', id }, detail: changes });
  return customerView(tx, id);
}

/** Makes customers of a company findable by its new name. */
export async function refreshCompanyTokens(tx: TenantTx, companyId: string, companyName: string): Promise<void> {
  for (let after: string | null = null; ; ) {
    const rows: CustomerRow[] = await listCustomerRows(tx, { after, companyId, limit: 200 });
    for (const row of rows) {
      await replaceTokens(tx, row.id, customerTokens(tx.vault, tx.vault.open<CustomerContent>(place(row.id), row.sealed), companyName));
    }
    if (rows.length < 200) return;
    after = rows.at(-1)?.id ?? null;
  }
}
