import { print, table } from './output.ts';
import { cliActor, tenantIdOf, withDatabase } from './with-database.ts';

/** `scc keys list --tenant T`: the versions of a tenant's key. */
export async function listKeysCommand(slug: string): Promise<void> {
  const rows = await withDatabase(async (database) => {
    const tenantId = await tenantIdOf(database, slug);
    return database.withTenant(tenantId, cliActor, ({ db }) => db.selectFrom('tenant_keys').select(['version', 'created_at', 'created_by']).orderBy('version').execute());
  });
  const body = rows.map((row) => [String(row.version), row.created_at.toISOString(), row.created_by]);
  for (const line of table([['VERSION', 'CREATED', 'BY'], ...body])) print(line);
}

/** `scc keys log --tenant T`: the newest uses of the tenant's keys. */
export async function keyLogCommand(slug: string, limit: number): Promise<void> {
  const rows = await withDatabase(async (database) => {
    const tenantId = await tenantIdOf(database, slug);
    return database.withTenant(tenantId, cliActor, ({ db }) => db.selectFrom('key_log').selectAll().orderBy('at', 'desc').orderBy('id', 'desc').limit(limit).execute());
  });
  const body = rows.map((row) => [row.at.toISOString(), row.actor, String(row.key_version), row.purpose, row.subject]);
  for (const line of table([['AT', 'ACTOR', 'VERSION', 'PURPOSE', 'SUBJECT'], ...body])) print(line);
}
