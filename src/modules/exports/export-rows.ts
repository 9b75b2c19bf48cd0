import { sql, type RawBuilder } from 'kysely';
import type { TenantTx } from '../../db/types.ts';
import { isDamage } from './export-damage.ts';
import { verdictOnField } from './export-secrets.ts';
import { sealedIdOf, type ExportTable } from './export-tables.ts';

/** Rows that are in memory at a time. */
const BATCH = 500;

/** A row of a table. */
export interface ExportRow {
  /** Its plain columns as JSON text, as the database writes it: numbers of any size, times to the microsecond. */
  plain: string;
  /** What was sealed, by the names of the export. */
  opened: Record<string, unknown>;
}

export interface ExportBatch {
  rows: ExportRow[];
  /** Sealed values that did not open; they are null in the rows. */
  damaged: { column: string; id: string }[];
  /** Fields that were left out because they look like secrets: `table.column.field`. */
  undecided: Set<string>;
}

type Faults = Pick<ExportBatch, 'damaged' | 'undecided'>;

interface Found {
  plain: string;
  key: string[];
  sealed: (Buffer | null)[];
}

/** Secret fields are not even in memory longer than it takes to open the value. */
function withoutSecrets(table: string, column: string, value: unknown, { undecided }: Faults): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const shown: [string, unknown][] = [];
  for (const [field, content] of Object.entries(value)) {
    const verdict = verdictOnField(table, column, field);
    if (verdict === 'out') shown.push([field, content]);
    if (verdict === 'undecided') undecided.add(`${table}.${column}.${field}`);
  }
  return Object.fromEntries(shown);
}

function openRow(tx: TenantTx, table: ExportTable, found: Found, faults: Faults): ExportRow {
  const opened: Record<string, unknown> = {};
  for (const [index, { column, name }] of table.columns.filter(({ form }) => form === 'opened').entries()) {
    const sealed = found.sealed[index] ?? null;
    const { key, idOf } = sealedIdOf(table.table, column);
    const id = idOf(key.map(([part]) => (part === 'tenant_id' ? tx.tenantId : (found.key[table.key.indexOf(part)] ?? ''))));
    try {
      opened[name] = sealed === null ? null : withoutSecrets(table.table, column, tx.vault.open({ table: table.table, column, id }, sealed), faults);
    } catch (error) {
      if (!isDamage(error)) throw error;
      opened[name] = null;
      faults.damaged.push({ column: `${table.table}.${column}`, id });
    }
  }
  return { plain: found.plain, opened };
}

function selectOf({ table, tenantColumn, key, columns }: ExportTable, tenantId: string): RawBuilder<Found> {
  const plain = columns.filter(({ form }) => form !== 'opened');
  const shown = plain.map(({ column, name, form }) => (form === 'hex' ? sql`encode(t.${sql.ref(column)}, 'hex') as ${sql.ref(name)}` : sql`t.${sql.ref(column)} as ${sql.ref(name)}`));
  const sealed = columns.filter(({ form }) => form === 'opened').map(({ column }) => sql`t.${sql.ref(column)}`);
  const keys = key.map((column) => sql`t.${sql.ref(column)}`);
  return sql<Found>`select (select row_to_json(shown) from (select ${sql.join(shown)}) as shown)::text as plain,
    array[${sql.join(keys.map((column) => sql`${column}::text`))}] as key, array[${sql.join(sealed)}]::bytea[] as sealed
    from ${sql.table(table)} t where t.${sql.ref(tenantColumn)} = ${sql.lit(tenantId)} order by ${sql.join(keys)}`;
}

/**
 * The rows of a table in the order of its key, a batch at a time, whatever their number. Within a snapshot all batches are of one moment.
 * One at a time in a transaction.
 */
export async function* readRows(tx: TenantTx, table: ExportTable): AsyncGenerator<ExportBatch> {
  await sql`declare export_rows no scroll cursor for ${selectOf(table, tx.tenantId)}`.execute(tx.db);
  for (;;) {
    const { rows } = await sql<Found>`fetch forward ${sql.lit(BATCH)} from export_rows`.execute(tx.db);
    if (rows.length > 0) {
      const faults: Faults = { damaged: [], undecided: new Set() };
      yield { rows: rows.map((row) => openRow(tx, table, row, faults)), ...faults };
    }
    if (rows.length < BATCH) break;
  }
  await sql`close export_rows`.execute(tx.db);
}

/** One line of a file in JSON Lines. */
export function lineOf({ plain, opened }: ExportRow): string {
  const more = Object.entries(opened).map(([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value) ?? 'null'}`);
  return `${plain.slice(0, -1)}${more.join('')}}\n`;
}

/** How many rows a tenant has in a table. */
export async function countRows(tx: TenantTx, { table, tenantColumn }: ExportTable): Promise<number> {
  const { rows } = await sql<{ count: string }>`select count(*) from ${sql.table(table)} where ${sql.ref(tenantColumn)} = ${tx.tenantId}`.execute(tx.db);
  return Number(rows[0]?.count ?? 0);
}
