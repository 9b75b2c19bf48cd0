import type { TenantTx } from '../../db/types.ts';

/** Who spoke with the customer last, and who looks after the customer, or else after the company. */
export async function preferredAgentsOf(tx: TenantTx, customerId: string): Promise<{ lastAgentId: string | null; ownerId: string | null }> {
  const last = await tx.db
    .selectFrom('calls')
    .select('agent_id')
    .where('tenant_id', '=', tx.tenantId)
    .where('customer_id', '=', customerId)
    .where('agent_id', 'is not', null)
    .where('agent_answered_at', 'is not', null)
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  const owners = await tx.db
    .selectFrom('customers')
    .leftJoin('companies', (join) => join.onRef('companies.tenant_id', '=', 'customers.tenant_id').onRef('companies.id', '=', 'customers.company_id'))
    .select(['customers.owner_id', 'companies.owner_id as company_owner_id'])
    .where('customers.tenant_id', '=', tx.tenantId)
    .where('customers.id', '=', customerId)
    .executeTakeFirst();
  return { lastAgentId: last?.agent_id ?? null, ownerId: owners?.owner_id ?? owners?.company_owner_id ?? null };
}
