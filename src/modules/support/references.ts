import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';
import { invalid } from '../../lib/errors.ts';
import type { CustomerContent } from '../customers/customer-content.ts';
import type { UserContent } from '../users/user-content.ts';

/*
 * Names of referenced objects, for answers that show "who" beside an id. Row level security decides what is found, so a
 * foreign id simply has no name.
 */

const distinct = (ids: readonly (string | null)[]): string[] => [...new Set(ids.filter((id) => id !== null))];

/** Names of users by id. */
export async function userNames(tx: TenantTx, ids: readonly (string | null)[]): Promise<Map<string, string>> {
  const wanted = distinct(ids);
  if (wanted.length === 0) return new Map();
  const rows = await tx.db.selectFrom('users').select(['id', 'sealed']).where('id', '=', sql<string>`any(${wanted}::uuid[])`).execute();
  return new Map(rows.map((row) => [row.id, tx.vault.open<UserContent>({ table: 'users', column: 'sealed', id: row.id }, row.sealed).name]));
}

/** @throws AppError `invalid` when there is no such user */
export async function checkOwner(tx: TenantTx, ownerId: string | null): Promise<void> {
  if (ownerId === null || (await userNames(tx, [ownerId])).has(ownerId)) return;
  throw invalid('There is no such user.', { errors: [{ path: 'body.ownerId', message: 'no such user' }] });
}

/** Full names of customers by id. */
export async function customerNames(tx: TenantTx, ids: readonly (string | null)[]): Promise<Map<string, string>> {
  const wanted = distinct(ids);
  if (wanted.length === 0) return new Map();
  const rows = await tx.db.selectFrom('customers').select(['id', 'sealed']).where('id', '=', sql<string>`any(${wanted}::uuid[])`).execute();
  return new Map(
    rows.map((row) => {
      const content = tx.vault.open<CustomerContent>({ table: 'customers', column: 'sealed', id: row.id }, row.sealed);
      return [row.id, `${content.familyName} ${content.givenName}`.trim()];
    }),
  );
}

/** Names of stations by id. */
export async function stationNames(tx: TenantTx, ids: readonly (string | null)[]): Promise<Map<string, string>> {
  const wanted = distinct(ids);
  if (wanted.length === 0) return new Map();
  const rows = await tx.db.selectFrom('stations').select(['id', 'name']).where('id', '=', sql<string>`any(${wanted}::uuid[])`).execute();
  return new Map(rows.map((row) => [row.id, row.name]));
}

/** Names of queues by id. */
export async function queueNames(tx: TenantTx, ids: readonly (string | null)[]): Promise<Map<string, string>> {
  const wanted = distinct(ids);
  if (wanted.length === 0) return new Map();
  const rows = await tx.db.selectFrom('queues').select(['id', 'name']).where('id', '=', sql<string>`any(${wanted}::uuid[])`).execute();
  return new Map(rows.map((row) => [row.id, row.name]));
}
