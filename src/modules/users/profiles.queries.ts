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

export async function insertProfile(tx: TenantTx, { id, name, permissions }: { id: string; name: string; permissions: readonly string[] }): Promise<void> {
  await tx.db.insertInto('profiles').values({ tenant_id: tx.tenantId, id, code: name, name, preset: false, permissions: [...permissions] }).execute();
}

/** The code of a profile of the tenant's own is its name. */
export async function patchProfile(tx: TenantTx, id: string, { name, permissions }: { name: string; permissions: readonly string[] }): Promise<void> {
  await tx.db.updateTable('profiles').set({ code: name, name, permissions: [...permissions] }).where('id', '=', id).execute();
}

export async function deleteProfileRow(tx: TenantTx, id: string): Promise<void> {
  await tx.db.deleteFrom('profiles').where('id', '=', id).execute();
}

/** Users of a profile in order of creation, disabled ones too. */
export const usersOfProfile = (tx: TenantTx, id: string) => tx.db.selectFrom('users').select(['id', 'sealed']).where('profile_id', '=', id).orderBy('id').execute();

/** Removes links for screens that have ended: what they were stands in the audit log. */
export async function deleteEndedLinks(tx: TenantTx, id: string, now: Date): Promise<void> {
  await tx.db
    .deleteFrom('wall_links')
    .where('profile_id', '=', id)
    .where((eb) => eb.or([eb('revoked_at', 'is not', null), eb('expires_at', '<=', now)]))
    .execute();
}

/** Whether a link for screens goes by the profile's addresses. */
export async function isUsedElsewhere(tx: TenantTx, id: string): Promise<boolean> {
  return (await tx.db.selectFrom('wall_links').select('id').where('profile_id', '=', id).limit(1).executeTakeFirst()) !== undefined;
}

export async function setIpRanges(tx: TenantTx, id: string, ranges: readonly string[]): Promise<void> {
  await tx.db.updateTable('profiles').set({ ip_ranges: [...ranges] }).where('id', '=', id).execute();
}

export async function setSecondFactorRequired(tx: TenantTx, id: string, required: boolean): Promise<void> {
  await tx.db.updateTable('profiles').set({ second_factor_required: required }).where('id', '=', id).execute();
}
