import { sql } from 'kysely';
import type { PasskeyMode } from '../../../shared/api/passkeys.ts';
import type { TenantTx } from '../../db/types.ts';

export const findLoginSettings = (tx: TenantTx) => tx.db.selectFrom('login_settings').select(['updated_at', 'updated_by']).executeTakeFirst();

export async function writePasskeyMode(tx: TenantTx, passkeys: PasskeyMode): Promise<void> {
  await tx.db
    .insertInto('login_settings')
    .values({ tenant_id: tx.tenantId, passkeys })
    .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet({ passkeys }))
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
