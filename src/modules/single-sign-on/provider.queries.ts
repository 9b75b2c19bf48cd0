import type { TenantTx } from '../../db/types.ts';

/** Sealed part of a provider (`sso_providers.sealed`). */
export interface ProviderContent {
  issuer: string;
  clientId: string;
  clientSecret: string;
  claim: string;
  field: 'loginId' | 'email' | 'employeeNumber';
  textJa: string;
  textEn: string;
  secondFactorByProvider: boolean;
}

const place = (tenantId: string) => ({ table: 'sso_providers', column: 'sealed', id: tenantId });

/** The tenant's provider with its secret; null when there is none. */
export async function readProvider(tx: TenantTx) {
  const row = await tx.db.selectFrom('sso_providers').select(['sealed', 'only_way', 'except_user_id', 'updated_at', 'updated_by']).executeTakeFirst();
  return row ? { ...row, content: tx.vault.open<ProviderContent>(place(tx.tenantId), row.sealed) } : null;
}

export type ProviderRow = NonNullable<Awaited<ReturnType<typeof readProvider>>>;

export async function writeProvider(tx: TenantTx, content: ProviderContent, rules: { only: boolean; exceptUserId: string | null }): Promise<void> {
  const values = { sealed: tx.vault.seal(place(tx.tenantId), content), only_way: rules.only, except_user_id: rules.exceptUserId };
  await tx.db
    .insertInto('sso_providers')
    .values({ tenant_id: tx.tenantId, ...values })
    .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet(values))
    .execute();
}

/** False when there was none. */
export async function deleteProvider(tx: TenantTx): Promise<boolean> {
  const gone = await tx.db.deleteFrom('sso_providers').where('tenant_id', '=', tx.tenantId).returning('tenant_id').executeTakeFirst();
  return gone !== undefined;
}

/** Whether a user may come in only through the provider. */
export async function mustUseProvider(tx: TenantTx, userId: string): Promise<boolean> {
  const row = await tx.db.selectFrom('sso_providers').select(['only_way', 'except_user_id']).executeTakeFirst();
  return row !== undefined && row.only_way && row.except_user_id !== userId;
}

/** Users with what a claim may be compared with. */
export const matchableUsers = (tx: TenantTx) => tx.db.selectFrom('users').select(['id', 'login_id', 'sealed', 'status']).execute();
