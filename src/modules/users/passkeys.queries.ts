import { sql } from 'kysely';
import type { PasskeyMode } from '../../../shared/api/passkeys.ts';
import type { TenantTx } from '../../db/types.ts';

/** Where the tenant takes passkeys. */
export async function passkeyMode(tx: TenantTx): Promise<PasskeyMode> {
  const row = await tx.db.selectFrom('login_settings').select('passkeys').executeTakeFirst();
  return (row?.passkeys ?? 'off') as PasskeyMode;
}

/** True when the user has a passkey and the tenant takes passkeys; for a statement that names the user's column. */
export const hasUsablePasskey = (userColumn: 'users.id' | 'sessions.user_id') =>
  sql<boolean>`exists (select from passkeys k join login_settings s on s.tenant_id = k.tenant_id where k.user_id = ${sql.ref(userColumn)} and s.passkeys <> 'off')`;

const COLUMNS = ['id', 'user_id', 'sealed', 'sign_count', 'synced', 'last_used_at', 'created_at'] as const;

/** Passkeys of a user, the oldest first. */
export const passkeysOfUser = (tx: TenantTx, userId: string) =>
  tx.db.selectFrom('passkeys').select(COLUMNS).where('user_id', '=', userId).orderBy('created_at').orderBy('id').execute();

/** The passkey with this credential, locked, so that one count cannot be brought by two logins at once. */
export const lockPasskey = (tx: TenantTx, credentialHash: Buffer) =>
  tx.db.selectFrom('passkeys').select(COLUMNS).where('credential_hash', '=', credentialHash).forUpdate().executeTakeFirst();

export type PasskeyRow = NonNullable<Awaited<ReturnType<typeof lockPasskey>>>;

/** Whose credential it is. */
export const ownerOfPasskey = (tx: TenantTx, credentialHash: Buffer) =>
  tx.db.selectFrom('passkeys').select(['id', 'user_id']).where('credential_hash', '=', credentialHash).executeTakeFirst();

/** False when the credential is registered already. */
export async function insertPasskey(tx: TenantTx, row: { id: string; userId: string; credentialHash: Buffer; sealed: Buffer; signCount: number; synced: boolean; at: Date }): Promise<boolean> {
  const made = await tx.db
    .insertInto('passkeys')
    .values({ tenant_id: tx.tenantId, id: row.id, user_id: row.userId, credential_hash: row.credentialHash, sealed: row.sealed, sign_count: row.signCount, synced: row.synced, created_at: row.at })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'credential_hash']).doNothing())
    .returning('id')
    .executeTakeFirst();
  return made !== undefined;
}

export async function touchPasskey(tx: TenantTx, id: string, used: { signCount: number; synced: boolean; at: Date }): Promise<void> {
  await tx.db.updateTable('passkeys').set({ sign_count: used.signCount, synced: used.synced, last_used_at: used.at }).where('id', '=', id).execute();
}

/** Takes one passkey of a user away; its sealed part, undefined when it is not theirs. */
export const deletePasskey = (tx: TenantTx, userId: string, id: string) =>
  tx.db.deleteFrom('passkeys').where('user_id', '=', userId).where('id', '=', id).returning(['id', 'sealed']).executeTakeFirst();

/** Takes every passkey of a user away. @returns how many there were */
export async function deletePasskeysOfUser(tx: TenantTx, userId: string): Promise<number> {
  const gone = await tx.db.deleteFrom('passkeys').where('user_id', '=', userId).returning('id').execute();
  return gone.length;
}
