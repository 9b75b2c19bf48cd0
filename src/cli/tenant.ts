import { createTenant, setTenantStatus } from '../modules/tenants/tenants.service.ts';
import type { TenantRow } from '../db/types.ts';
import { print, table } from './output.ts';
import { cliActor, withDatabase } from './with-database.ts';

/** `scc tenant list` */
export async function listTenantsCommand(): Promise<void> {
  const tenants = await withDatabase((database) => database.directory.tenants());
  for (const line of table([['CODE', 'NAME', 'STATUS', 'ID'], ...tenants.map((row) => [row.slug, row.name, row.status, row.id])])) print(line);
}

/** `scc tenant create CODE NAME` */
export async function createTenantCommand(slug: string, name: string): Promise<void> {
  const id = await withDatabase((database) => createTenant(database, { slug, name }, cliActor, (tx) => Promise.resolve(tx.tenantId)));
  print(`created ${slug} (${id})`);
}

/** `scc tenant suspend CODE`, `scc tenant resume CODE` */
export async function tenantStatusCommand(slug: string, status: TenantRow['status']): Promise<void> {
  await withDatabase((database) => setTenantStatus(database, slug, status, cliActor));
  print(`${slug}: ${status}`);
}
