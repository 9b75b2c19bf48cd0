import type { Company, CreateCompany } from '../../../shared/api/companies.ts';
import type { TenantTx } from '../../db/types.ts';
import { notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { refreshCompanyTokens } from '../customers/customers.service.ts';
import { decodeIdCursor, encodeCursor, pageOf } from '../support/paging.ts';
import { changesOf, recordOf, withoutUndefined } from '../support/records.ts';
import { replaceTokens, searchPage } from '../support/search.ts';
import { companiesById, findCompany, insertCompany, listCompanyRows, lockCompany, updateCompanyRow, type CompanyRow } from './companies.queries.ts';
import type { CompanyContent } from './company-content.ts';
import { companyQueries, companyTokens, matchesCompany } from './company-tokens.ts';

const place = (id: string) => ({ table: 'companies', column: 'sealed', id });

const viewOf = (tx: TenantTx, row: CompanyRow): Company => ({ ...recordOf(row), ...tx.vault.open<CompanyContent>(place(row.id), row.sealed) });

/** @throws AppError `not_found` */
export async function companyView(tx: TenantTx, id: string): Promise<Company> {
  const row = await findCompany(tx, id);
  if (!row) throw notFound('company');
  return viewOf(tx, row);
}

/** Companies in order of creation; with `q` those that match by name, kana or number. */
export async function listCompanies(tx: TenantTx, query: { limit: number; cursor?: string | undefined; q?: string | undefined }) {
  const after = decodeIdCursor(query.cursor);
  const view = (row: CompanyRow): Company => viewOf(tx, row);
  if (!query.q) return pageOf(await listCompanyRows(tx, after, query.limit + 1), query.limit, view, (row) => ({ key: '', id: row.id }));
  const text = query.q;
  const { items, nextId } = await searchPage(
    tx,
    companyQueries(tx.vault, text),
    { after, limit: query.limit },
    async (ids) => (await companiesById(tx, ids)).map(view),
    (company) => matchesCompany(company, text),
  );
  return { items, nextCursor: nextId ? encodeCursor({ key: '', id: nextId }) : null };
}

export async function createCompany(tx: TenantTx, given: CreateCompany & { id?: string }): Promise<Company> {
  const { id = newId(), name, nameKana = '', phones = [], address = '', note = '' } = given;
  const content: CompanyContent = { name, nameKana, phones, address, note };
  await insertCompany(tx, id, tx.vault.seal(place(id), content));
  await replaceTokens(tx, id, companyTokens(tx.vault, content));
  await tx.audit({ code: 'company.created', subject: { kind: 'company', id }, detail: { after: content } });
  return companyView(tx, id);
}

/** Changes the given fields. @throws AppError `not_found` */
export async function updateCompany(tx: TenantTx, id: string, patch: Partial<{ [Key in keyof CompanyContent]: CompanyContent[Key] | undefined }>): Promise<Company> {
  const row = await lockCompany(tx, id);
  if (!row) throw notFound('company');
  const before = tx.vault.open<CompanyContent>(place(id), row.sealed);
  const after: CompanyContent = { ...before, ...withoutUndefined(patch) };
  const changes = changesOf(before, after);
  if (Object.keys(changes.after).length === 0) return viewOf(tx, row);
  await updateCompanyRow(tx, id, tx.vault.seal(place(id), after));
  await replaceTokens(tx, id, companyTokens(tx.vault, after));
  if (after.name !== before.name) await refreshCompanyTokens(tx, id, after.name);
  await tx.audit({ code: 'company.updated', subject: { kind: 'company', id }, detail: changes });
  return companyView(tx, id);
}
