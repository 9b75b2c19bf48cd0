import type { TenantTx } from '../db/types.ts';
import { newId } from '../lib/ids.ts';
import type { CaseContent } from '../modules/cases/case-content.ts';
import { customerTokens } from '../modules/customers/customer-tokens.ts';
import { scoreSheets } from '../modules/quality/score-sheets.service.ts';
import { DEMO_ARTICLES } from './demo-articles.ts';
import { DEMO_CASES, DEMO_COMPANIES, DEMO_CUSTOMERS, type DemoCustomer } from './demo-people.ts';
import { DEMO_SHEET } from './demo-sheet.ts';

async function insertCompanies(tx: TenantTx): Promise<string[]> {
  const rows = DEMO_COMPANIES.map((content) => {
    const id = newId();
    return { tenant_id: tx.tenantId, id, sealed: tx.vault.seal({ table: 'companies', column: 'sealed', id }, content) };
  });
  await tx.db.insertInto('companies').values(rows).execute();
  for (const { id } of rows) await tx.audit({ code: 'company.created', subject: { kind: 'company', id }, detail: {} });
  return rows.map((row) => row.id);
}

async function insertCustomer(tx: TenantTx, { company, ...content }: DemoCustomer, companyIds: readonly string[]): Promise<string> {
  const id = newId();
  const companyId = company === null ? null : (companyIds[company] ?? null);
  const sealed = tx.vault.seal({ table: 'customers', column: 'sealed', id }, content);
  await tx.db.insertInto('customers').values({ tenant_id: tx.tenantId, id, company_id: companyId, sealed }).execute();
  const companyName = company === null ? '' : (DEMO_COMPANIES[company]?.name ?? '');
  const tokens = customerTokens(tx.vault, content, companyName).map((token) => ({ tenant_id: tx.tenantId, entity_id: id, ...token }));
  await tx.db.insertInto('search_tokens').values(tokens).execute();
  await tx.audit({ code: 'customer.created', subject: { kind: 'customer', id }, detail: {} });
  return id;
}

async function insertCases(tx: TenantTx, customerIds: readonly string[], ownerId: string | null): Promise<void> {
  for (const [index, { customer, subject, description, status, priority }] of DEMO_CASES.entries()) {
    const id = newId();
    const content: CaseContent = { subject, description };
    await tx.db
      .insertInto('cases')
      .values({
        tenant_id: tx.tenantId,
        id,
        number: index + 1,
        customer_id: customerIds[customer] ?? '',
        owner_id: ownerId,
        status,
        priority,
        sealed: tx.vault.seal({ table: 'cases', column: 'sealed', id }, content),
        closed_at: status === 'closed' ? new Date() : null,
      })
      .execute();
    await tx.audit({ code: 'case.created', subject: { kind: 'case', id }, detail: { number: index + 1 } });
  }
}

async function insertArticles(tx: TenantTx): Promise<void> {
  for (const content of DEMO_ARTICLES) {
    const id = newId();
    const sealed = tx.vault.seal({ table: 'knowledge_articles', column: 'sealed', id }, content);
    await tx.db.insertInto('knowledge_articles').values({ tenant_id: tx.tenantId, id, sealed }).execute();
    await tx.audit({ code: 'knowledge.created', subject: { kind: 'article', id }, detail: { title: content.title } });
  }
}

/** Companies, customers, cases, articles and a score sheet of the demo. @param ownerId user who owns the cases */
export async function seedRecords(tx: TenantTx, ownerId: string | null): Promise<void> {
  const companyIds = await insertCompanies(tx);
  const customerIds: string[] = [];
  for (const customer of DEMO_CUSTOMERS) customerIds.push(await insertCustomer(tx, customer, companyIds));
  await insertCases(tx, customerIds, ownerId);
  await insertArticles(tx);
  await scoreSheets.publish(tx, (await scoreSheets.create(tx, DEMO_SHEET)).id, '');
}
