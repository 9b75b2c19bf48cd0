import type { z } from 'zod';
import type { Company, CreateCompany, updateCompanySchema } from '../../../shared/api/companies.ts';
import type { TenantTx } from '../../db/types.ts';
import { notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { refreshCompanyTokens } from '../customers/customers.service.ts';
import { decodeIdCursor, encodeCursor, pageOf } from '../support/paging.ts';
import { changesOf, recordOf, withoutUndefined } from '../support/records.ts';
import { checkOwner, userNames } from '../support/references.ts';
import { replaceTokens, searchPage } from '../support/search.ts';
import { companiesById, findCompany, insertCompany, listCompanyRows, lockCompany, updateCompanyRow, type CompanyRow } from './companies.queries.ts';
import type { CompanyContent } from './company-content.ts';
import { companyQueries, companyTokens, matchesCompany } from './company-tokens.ts';

const place = (id: string) => ({ table: 'companies', column: 'sealed', id });

async function views(tx: TenantTx, rows: readonly CompanyRow[]): Promise<Company[]> {
  const owners = await userNames(tx, rows.map((row) => row.owner_id));
  return rows.map((row) => ({
    ...recordOf(row),
    ...tx.vault.open<CompanyContent>(place(row.id), row.sealed),
    ownerId: row.owner_id,
    ownerName: owners.get(row.owner_id ?? '') ?? '',
  }));
}

/** @throws AppError `not_found` */
export async function companyView(tx: TenantTx, id: string): Promise<Company> {
  const row = await findCompany(tx, id);
  const [view] = row ? await views(tx, [row]) : [];
  if (!view) throw notFound('company');
  return view;
}

/** Companies in order of creation; with `q` those that match by name, kana or number. */
export async function listCompanies(tx: TenantTx, query: { limit: number; cursor?: string | undefined; q?: string | undefined }) {
  const after = decodeIdCursor(query.cursor);
  if (!query.q) return pageOf(await views(tx, await listCompanyRows(tx, after, query.limit + 1)), query.limit, (view) => view, ({ id }) => ({ key: '', id }));
  const text = query.q;
  const { items, nextId } = await searchPage(
    tx,
    companyQueries(tx.vault, text),
    { after, limit: query.limit },
    async (ids) => views(tx, await companiesById(tx, ids)),
    (company) => matchesCompany(company, text),
  );
  return { items, nextCursor: nextId ? encodeCursor({ key: '', id: nextId }) : null };
}

export async function createCompany(tx: TenantTx, given: CreateCompany & { id?: string }): Promise<Company> {
  const { id = newId(), name, nameKana = '', phones = [], address = '', note = '', ownerId = null } = given;
  const content: CompanyContent = { name, nameKana, phones, address, note };
  await checkOwner(tx, ownerId);
  await insertCompany(tx, id, ownerId, tx.vault.seal(place(id), content));
  await replaceTokens(tx, id, companyTokens(tx.vault, content));
  await tx.audit({ code: 'company.created', subject: { kind: 'company', id }, detail: { after: { ...content, ownerId } } });
  return companyView(tx, id);
}

/** Changes the given fields. @throws AppError `not_found`, `invalid` when the owner is not the tenant's */
export async function updateCompany(tx: TenantTx, id: string, patch: z.output<typeof updateCompanySchema>): Promise<Company> {
  const row = await lockCompany(tx, id);
  if (!row) throw notFound('company');
  const content = tx.vault.open<CompanyContent>(place(id), row.sealed);
  const before = { ...content, ownerId: row.owner_id };
  const { ownerId, ...after } = { ...before, ...withoutUndefined(patch) };
  const changes = changesOf(before, { ...after, ownerId });
  if (Object.keys(changes.after).length === 0) return companyView(tx, id);
  if (ownerId !== before.ownerId) await checkOwner(tx, ownerId);
  await updateCompanyRow(tx, id, ownerId, tx.vault.seal(place(id), after));
  await replaceTokens(tx, id, companyTokens(tx.vault, after));
  if (after.name !== before.name) await refreshCompanyTokens(tx, id, after.name);
  await tx.audit({ code: 'company.updated', subject: { kind: 'company', id }, detail: changes });
  return companyView(tx, id);
}
