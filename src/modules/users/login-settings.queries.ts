import { sql } from 'kysely';
import type { PasskeyMode } from '../../../shared/api/passkeys.ts';
import type { TenantTx } from '../../db/types.ts';

export const findLoginSettings = (tx: TenantTx) => tx.db.selectFrom('login_settings').select(['max_sessions', 'updated_at', 'updated_by']).executeTakeFirst();

export async function writeLoginSettings(tx: TenantTx, settings: { passkeys: PasskeyMode; maxSessions?: number }): Promise<void> {
  const values = { passkeys: settings.passkeys, ...(settings.maxSessions === undefined ? {} : { max_sessions: settings.maxSessions }) };
  await tx.db
    .insertInto('login_settings')
    .values({ tenant_id: tx.tenantId, ...values })
    .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet(values))
    .execute();
}

/** Active users with a passkey, and whether each has an authenticator app too. */
export const passkeyUsers = (tx: TenantTx) =>
  tx.db
    .selectFrom('users')
    .leftJoin('second_factors', 'second_factors.user_id', 'users.id')
    .select(['users.id', sql<boolean>`second_factors.confirmed_at is not null`.as('hasCodes')])
    .where('users.status', '=', 'active')
    .where((where) => where.exists(where.selectFrom('passkeys').select('passkeys.id').whereRef('passkeys.user_id', '=', 'users.id')))
    .execute();
