import { latestRotation } from '../modules/keys/rotation.service.ts';
import { keyVersionUses } from '../modules/keys/ceremonies.ts';
import { print, table } from './output.ts';
import { cliActor, tenantIdOf, withDatabase } from './with-database.ts';

/** `scc keys list --tenant T`: the versions of a tenant's key with what refers to each, and how far a rotation is. */
export async function listKeysCommand(slug: string): Promise<void> {
  const { uses, rotation } = await withDatabase(async (database) => {
    const tenantId = await tenantIdOf(database, slug);
    return database.withTenant(tenantId, cliActor, async (tx) => ({ uses: await keyVersionUses(tx), rotation: await latestRotation(tx) }));
  });
  const body = uses.map((row) => [
    `${row.version}${row.current ? ' *' : ''}`,
    row.createdAt,
    row.createdBy,
    String(row.sealed),
    String(row.auditEntries),
    row.tokens ? 'yes' : '',
  ]);
  for (const line of table([['VERSION', 'CREATED', 'BY', 'SEALED', 'AUDIT', 'SEARCH'], ...body])) print(line);
  if (rotation) print(`rotation to ${rotation.to_version}: ${rotation.state}, ${rotation.sealed_rows} of ${rotation.total_rows} sealed anew, ${rotation.pass_damaged} damaged`);
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
