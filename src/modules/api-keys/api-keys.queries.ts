import type { TenantTx } from '../../db/types.ts';

const apiKeys = (tx: TenantTx) =>
  tx.db
    .selectFrom('api_keys')
    .select(['id', 'name', 'permissions', 'last_used_at', 'revoked_at', 'created_at', 'created_by', 'updated_at', 'updated_by']);

export const findApiKey = (tx: TenantTx, id: string) => apiKeys(tx).where('id', '=', id).executeTakeFirst();

export type ApiKeyRow = NonNullable<Awaited<ReturnType<typeof findApiKey>>>;

export const findApiKeyBySecret = (tx: TenantTx, secretHash: Buffer) => apiKeys(tx).where('secret_hash', '=', secretHash).executeTakeFirst();

export function listApiKeyRows(tx: TenantTx, after: string | null, limit: number): Promise<ApiKeyRow[]> {
  const query = apiKeys(tx).orderBy('id').limit(limit);
  return (after ? query.where('id', '>', after) : query).execute();
}

export async function insertApiKey(tx: TenantTx, key: { id: string; name: string; secretHash: Buffer; permissions: readonly string[] }): Promise<void> {
  await tx.db
    .insertInto('api_keys')
    .values({ tenant_id: tx.tenantId, id: key.id, name: key.name, secret_hash: key.secretHash, permissions: [...key.permissions] })
    .execute();
}

export async function markRevoked(tx: TenantTx, id: string, at: Date): Promise<void> {
  await tx.db.updateTable('api_keys').set({ revoked_at: at }).where('id', '=', id).execute();
}

export async function markUsed(tx: TenantTx, id: string, at: Date): Promise<void> {
  await tx.db.updateTable('api_keys').set({ last_used_at: at }).where('id', '=', id).execute();
}

export async function tenantIsActive(tx: TenantTx): Promise<boolean> {
  const row = await tx.db.selectFrom('tenants').select('status').where('id', '=', tx.tenantId).executeTakeFirst();
  return row?.status === 'active';
}
