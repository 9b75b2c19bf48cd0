import type { CallerMatch } from '../../../shared/events.ts';
import type { TenantTx } from '../../db/types.ts';
import type { CallContent } from '../calls/call-content.ts';
import type { CaseContent } from '../cases/case-content.ts';
import type { CompanyContent } from '../companies/company-content.ts';
import type { UserContent } from '../users/user-content.ts';
import { customersByToken, openCasesOf, pastCallsOf } from './caller-match.queries.ts';
import { cautionTexts } from '../cautions/cautions.service.ts';
import type { CustomerContent } from './customer-content.ts';
import { phoneToken } from './customer-tokens.ts';

/** Customers shown for one number; a family or an office may share it. */
const MAX_MATCHES = 5;
const MAX_OPEN_CASES = 20;
const PAST_CALLS_EACH = 5;

/**
 * Who may be calling from this number, with open cases and past calls; made while the telephone rings, so it takes four
 * queries by index and no more.
 * @param number in any written form; something that is no number matches nobody
 */
export async function matchCaller(tx: TenantTx, number: string): Promise<CallerMatch[]> {
  const token = phoneToken(tx.vault, number);
  const customers = token ? await customersByToken(tx, token, MAX_MATCHES) : [];
  if (customers.length === 0) return [];
  const ids = customers.map((customer) => customer.id);
  const cases = await openCasesOf(tx, ids, MAX_OPEN_CASES);
  const cautions = await cautionTexts(tx, ids);
  const calls = await pastCallsOf(tx, ids, PAST_CALLS_EACH);
  const open = <T>(table: string, id: string, sealed: Buffer): T => tx.vault.open<T>({ table, column: 'sealed', id }, sealed);
  return customers.map((row) => {
    const content = open<CustomerContent>('customers', row.id, row.sealed);
    return {
      customerId: row.id,
      name: `${content.familyName} ${content.givenName}`.trim(),
      nameKana: `${content.familyNameKana} ${content.givenNameKana}`.trim(),
      company: row.company_id && row.company_sealed ? open<CompanyContent>('companies', row.company_id, row.company_sealed).name : '',
      caution: cautions.get(row.id) ?? '',
      openCases: cases
        .filter((found) => found.customer_id === row.id)
        .map((found) => ({ caseId: found.id, number: found.number, subject: open<CaseContent>('cases', found.id, found.sealed).subject, priority: found.priority })),
      pastCalls: calls
        .filter((found) => found.customer_id === row.id)
        .map((found) => ({
          callId: found.id,
          startedAt: found.started_at.toISOString(),
          agent: found.agent_id && found.agent_sealed ? open<UserContent>('users', found.agent_id, found.agent_sealed).name : (found.station_name ?? ''),
          wrapUpCode: found.wrap_up_label ?? '',
          note: open<CallContent>('calls', found.id, found.sealed).note,
        })),
    };
  });
}

/** Ids and labels of the customers with a number, for flows that go by them. @param number in any written form */
export async function customersOfNumber(tx: TenantTx, number: string): Promise<{ id: string; labels: string[] }[]> {
  const token = phoneToken(tx.vault, number);
  const customers = token ? await customersByToken(tx, token, MAX_MATCHES) : [];
  return customers.map(({ id, sealed }) => ({ id, labels: tx.vault.open<CustomerContent>({ table: 'customers', column: 'sealed', id }, sealed).labels }));
}
