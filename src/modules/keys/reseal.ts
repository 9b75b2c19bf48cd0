import { sql, type RawBuilder } from 'kysely';
import type { TenantTx } from '../../db/types.ts';
import { AppError } from '../../lib/errors.ts';
import type { SealedColumn } from './sealed-columns.ts';

/** What one batch of one column came to. */
export interface BatchResult {
  /** Rows that were found under another version than the current one. */
  found: number;
  resealed: number;
  /** Rows that do not open under any version held: they stay as they are. */
  damaged: number;
  /** Key of the last row found. */
  lastKey: readonly string[] | null;
}

interface Found {
  key: string[];
  sealed: Buffer;
  object: string;
  version: number;
}

const names = (parts: readonly string[], alias = ''): RawBuilder<unknown> => sql.join(parts.map((part) => (alias === '' ? sql.ref(part) : sql.ref(`${alias}.${part}`))));

/** The version in an envelope's second and third byte (see vault/envelope.ts); -1 in bytes too short for one. */
export const envelopeVersion = (column: string): RawBuilder<number> =>
  sql`(case when octet_length(${sql.ref(column)}) > 2 then get_byte(${sql.ref(column)}, 1) * 256 + get_byte(${sql.ref(column)}, 2) else -1 end)`;

/** Objects have their version in a column of its own. */
const versionOf = ({ kind, column }: SealedColumn): RawBuilder<number> => (kind === 'object' ? sql`key_version` : envelopeVersion(column));

/** Rows of a column that are sealed under another version than `version`. */
export async function countOthers(tx: TenantTx, column: SealedColumn, version: number): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) from ${sql.table(column.table)}
    where tenant_id = ${tx.tenantId} and ${sql.ref(column.column)} is not null and ${versionOf(column)} <> ${version}`.execute(tx.db);
  return Number(rows[0]?.count ?? 0);
}

/** Rows of a column by the version they are sealed under. */
export async function countByVersion(tx: TenantTx, column: SealedColumn): Promise<{ version: number; count: number }[]> {
  const { rows } = await sql<{ version: number; count: string }>`
    select ${versionOf(column)} as version, count(*) from ${sql.table(column.table)}
    where tenant_id = ${tx.tenantId} and ${sql.ref(column.column)} is not null group by 1`.execute(tx.db);
  return rows.map(({ version, count }) => ({ version, count: Number(count) }));
}

/** Rows that somebody else has locked are left to the next pass: nobody waits for the other. */
async function findOthers(tx: TenantTx, column: SealedColumn, after: readonly string[], limit: number): Promise<Found[]> {
  const parts = column.key.map(([name]) => name);
  const from = after.length === 0 ? sql`true` : sql`(${names(parts)}) > (${sql.join(column.key.map(([, type], index) => sql`${after[index] ?? ''}::${sql.raw(type)}`))})`;
  const { rows } = await sql<Found>`
    select array[${sql.join(parts.map((part) => sql`${sql.ref(part)}::text`))}] as key, ${sql.ref(column.column)} as sealed,
      ${column.objectId ? sql.ref(column.objectId) : sql`''`}::text as object, ${versionOf(column)} as version
    from ${sql.table(column.table)}
    where tenant_id = ${tx.tenantId} and ${from} and ${sql.ref(column.column)} is not null and ${versionOf(column)} <> ${tx.vault.keyVersion}
    order by ${names(parts)} limit ${limit} for update skip locked`.execute(tx.db);
  return rows;
}

function sealedAnew(tx: TenantTx, column: SealedColumn, row: Found): Buffer | null {
  try {
    if (column.kind === 'object') return tx.vault.wrapObjectKey(row.object, tx.vault.unwrapObjectKey(row.object, row.sealed, row.version)).wrapped;
    const place = { table: column.table, column: column.column, id: column.idOf(row.key) };
    return tx.vault.seal(place, tx.vault.open(place, row.sealed));
  } catch (error) {
    if (error instanceof AppError && error.code === 'sealed_content_damaged') return null;
    throw error;
  }
}

async function write(tx: TenantTx, column: SealedColumn, rows: readonly { key: readonly string[]; sealed: Buffer }[]): Promise<void> {
  const parts = column.key.map(([name]) => name);
  const arrays = column.key.map(([, type], index) => sql`${rows.map(({ key }) => key[index] ?? '')}::text[]::${sql.raw(type)}[]`);
  const version = column.kind === 'object' ? sql`, key_version = ${tx.vault.keyVersion}` : sql``;
  await sql`
    update ${sql.table(column.table)} as target set ${sql.ref(column.column)} = fresh.bytes ${version}
    from unnest(${sql.join(arrays)}, ${rows.map(({ sealed }) => sealed)}::bytea[]) as fresh (${names(parts)}, bytes)
    where target.tenant_id = ${tx.tenantId} and (${names(parts, 'target')}) = (${names(parts, 'fresh')})`.execute(tx.db);
}

/**
 * Seals the next rows of a column under the current version. Who changed a record last stays as it was.
 * @param after key of the row where the last batch ended; empty = from the first one
 */
export async function resealBatch(tx: TenantTx, column: SealedColumn, after: readonly string[], limit: number): Promise<BatchResult> {
  const found = await findOthers(tx, column, after, limit);
  const fresh = found.flatMap((row) => {
    const sealed = sealedAnew(tx, column, row);
    return sealed ? [{ key: row.key, sealed }] : [];
  });
  if (fresh.length > 0) {
    await sql`select set_config('app.resealing', 'on', true)`.execute(tx.db);
    await write(tx, column, fresh);
    await sql`select set_config('app.resealing', '', true)`.execute(tx.db);
  }
  return { found: found.length, resealed: fresh.length, damaged: found.length - fresh.length, lastKey: found.at(-1)?.key ?? null };
}
