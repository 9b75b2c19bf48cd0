import type { TenantTx } from '../../db/types.ts';

const apiKeys = (tx: TenantTx) =>
  tx.db
    .selectFrom('api_keys')
    .leftJoin('users', (join) => join.onRef('users.tenant_id', '=', 'api_keys.tenant_id').onRef('users.id', '=', 'api_keys.owner_id'))
    .select([
      'api_keys.id', 'api_keys.name', 'api_keys.permissions', 'api_keys.owner_id', 'api_keys.expires_at', 'api_keys.ip_ranges', 'api_keys.last_used_at',
      'api_keys.refused_at', 'api_keys.revoked_at', 'api_keys.created_at', 'api_keys.created_by', 'api_keys.updated_at', 'api_keys.updated_by',
      'users.status as owner_status', 'users.sealed as owner_sealed',
    ]);

export const findApiKey = (tx: TenantTx, id: string) => apiKeys(tx).where('api_keys.id', '=', id).executeTakeFirst();

export type ApiKeyRow = NonNullable<Awaited<ReturnType<typeof findApiKey>>>;

export const findApiKeyBySecret = (tx: TenantTx, secretHash: Buffer) => apiKeys(tx).where('api_keys.secret_hash', '=', secretHash).executeTakeFirst();

export function listApiKeyRows(tx: TenantTx, after: string | null, limit: number): Promise<ApiKeyRow[]> {
  const query = apiKeys(tx).orderBy('api_keys.id').limit(limit);
  return (after ? query.where('api_keys.id', '>', after) : query).execute();
}

export interface NewApiKey {
  id: string;
  name: string;
  secretHash: Buffer;
  permissions: readonly string[];
  ownerId: string | null;
  expiresAt: Date | null;
  ipRanges: readonly string[];
}

export async function insertApiKey(tx: TenantTx, key: NewApiKey): Promise<void> {
  await tx.db
    .insertInto('api_keys')
    .values({
      tenant_id: tx.tenantId,
      id: key.id,
      name: key.name,
      secret_hash: key.secretHash,
      permissions: [...key.permissions],
      owner_id: key.ownerId,
      expires_at: key.expiresAt,
      ip_ranges: [...key.ipRanges],
    })
    .execute();
}

/** The owner's profile: the most a key of theirs may do. */
export const profileOfOwner = (tx: TenantTx, ownerId: string) =>
  tx.db
    .selectFrom('users')
    .innerJoin('profiles', 'profiles.id', 'users.profile_id')
    .select(['profiles.id', 'profiles.code', 'profiles.preset', 'profiles.permissions', 'profiles.ip_ranges'])
    .where('users.id', '=', ownerId)
    .where('users.status', '=', 'active')
    .executeTakeFirst();

export async function patchApiKey(tx: TenantTx, id: string, patch: { revoked_at?: Date; last_used_at?: Date; refused_at?: Date }): Promise<void> {
  await tx.db.updateTable('api_keys').set(patch).where('id', '=', id).execute();
}

export async function tenantIsActive(tx: TenantTx): Promise<boolean> {
  const row = await tx.db.selectFrom('tenants').select('status').where('id', '=', tx.tenantId).executeTakeFirst();
  return row?.status === 'active';
}
