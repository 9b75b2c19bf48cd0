import type { Kysely } from 'kysely';
import type { DB } from './schema.generated.ts';
import type { DirectoryReader, TenantRow } from './types.ts';

/** Reads the directories: which tenants exist and which number belongs to whom. */
export function createDirectory(db: Kysely<DB>, run: <T>(work: () => Promise<T>) => Promise<T>): DirectoryReader {
  const tenants = db.selectFrom('tenants').select(['id', 'slug', 'name', 'status']).orderBy('slug').$castTo<TenantRow>();
  return {
    tenants: () => run(() => tenants.execute()),
    tenantBySlug: (slug) => run(async () => (await tenants.where('slug', '=', slug).executeTakeFirst()) ?? null),
    tenantOfNumber: (number) =>
      run(async () => {
        const row = await db.selectFrom('number_directory').select('tenant').where('number', '=', number).executeTakeFirst();
        return row?.tenant ?? null;
      }),
    readableUntil: (tenantId) =>
      run(async () => {
        const row = await db.selectFrom('tenants').select('readable_until').where('id', '=', tenantId).executeTakeFirst();
        return row?.readable_until ?? null;
      }),
  };
}
