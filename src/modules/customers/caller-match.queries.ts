import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';

/** Customers that have a token, oldest first. */
export const customersByToken = (tx: TenantTx, token: { kind: number; token: Buffer }, limit: number) =>
  tx.db
    .selectFrom('search_tokens')
    .innerJoin('customers', 'customers.id', 'search_tokens.entity_id')
    .leftJoin('companies', 'companies.id', 'customers.company_id')
    .select(['customers.id', 'customers.sealed', 'companies.id as company_id', 'companies.sealed as company_sealed'])
    .where('search_tokens.kind', '=', token.kind)
    .where('search_tokens.token', '=', token.token)
    .orderBy('customers.id')
    .limit(limit)
    .execute();

const anyOf = (ids: readonly string[]) => sql<string>`any(${ids}::uuid[])`;

/** Cases that are not closed, newest first. */
export const openCasesOf = (tx: TenantTx, customerIds: readonly string[], limit: number) =>
  tx.db
    .selectFrom('cases')
    .select(['id', 'customer_id', 'number', 'priority', 'sealed'])
    .where('customer_id', '=', anyOf(customerIds))
    .where('status', '!=', 'closed')
    .orderBy('number', 'desc')
    .limit(limit)
    .execute();

export interface PastCallRow {
  id: string;
  customer_id: string;
  started_at: Date;
  sealed: Buffer;
  agent_id: string | null;
  agent_sealed: Buffer | null;
  station_name: string | null;
  wrap_up_label: string | null;
}

/** The newest calls of each customer. */
export async function pastCallsOf(tx: TenantTx, customerIds: readonly string[], limitEach: number): Promise<PastCallRow[]> {
  const { rows } = await sql<PastCallRow>`
    select c.id, c.customer_id, c.started_at, c.sealed, c.agent_id, u.sealed as agent_sealed, s.name as station_name, w.label as wrap_up_label
    from unnest(${customerIds}::uuid[]) as wanted (customer_id)
    cross join lateral (
      select * from calls where calls.customer_id = wanted.customer_id and calls.ended_at is not null order by started_at desc limit ${limitEach}
    ) as c
    left join users u on u.id = c.agent_id
    left join stations s on s.id = c.station_id
    left join wrap_up_codes w on w.id = c.wrap_up_code_id
    order by c.started_at desc`.execute(tx.db);
  return rows;
}
