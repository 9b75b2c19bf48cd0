import type { TenantTx } from '../../db/types.ts';

const profiles = (tx: TenantTx) =>
  tx.db
    .selectFrom('profiles')
    .selectAll('profiles')
    .select((eb) => eb.selectFrom('users').whereRef('users.profile_id', '=', 'profiles.id').select((count) => count.fn.countAll<string>().as('n')).as('user_count'));

export const findProfile = (tx: TenantTx, id: string) => profiles(tx).where('profiles.id', '=', id).executeTakeFirst();

export type ProfileRow = NonNullable<Awaited<ReturnType<typeof findProfile>>>;

export function listProfileRows(tx: TenantTx, after: string | null, limit: number): Promise<ProfileRow[]> {
  const query = profiles(tx).orderBy('profiles.id').limit(limit);
  return (after ? query.where('profiles.id', '>', after) : query).execute();
}

export async function setIpRanges(tx: TenantTx, id: string, ranges: readonly string[]): Promise<void> {
  await tx.db.updateTable('profiles').set({ ip_ranges: [...ranges] }).where('id', '=', id).execute();
}

export async function setSecondFactorRequired(tx: TenantTx, id: string, required: boolean): Promise<void> {
  await tx.db.updateTable('profiles').set({ second_factor_required: required }).where('id', '=', id).execute();
}
