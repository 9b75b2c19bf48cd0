import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';
import { SEALED_COLUMNS, type SealedColumn } from '../keys/sealed-columns.ts';
import { SECRET_FIELDS, TABLES_LEFT_OUT, verdictOnColumn } from './export-secrets.ts';

/** A column as an export writes it. */
export interface ExportColumn {
  /** Of the table. */
  column: string;
  /** In the lines of the file. */
  name: string;
  /** As the database writes it, for example `timestamp with time zone`; of what was opened `json`. */
  type: string;
  /** plain: as it is; hex: bytes; opened: a sealed value, opened. */
  form: 'plain' | 'hex' | 'opened';
}

/** Something that the export does not hold, and why. */
export interface LeftOut {
  name: string;
  why: string;
}

/** A table as an export writes it. */
export interface ExportTable {
  table: string;
  /** Rows belong to the tenant by this column. */
  tenantColumn: string;
  /** Primary key without the tenant, in its order; never empty: a table of one row a tenant has the tenant's column. */
  key: string[];
  columns: ExportColumn[];
  leftOut: LeftOut[];
}

interface CatalogRow {
  table: string;
  columns: { name: string; type: string }[];
  key: string[] | null;
}

const sealedColumn = (table: string, column: string): SealedColumn | undefined => SEALED_COLUMNS.find((each) => each.table === table && each.column === column);

/** `sealed` → `content`, `sealed_peaks` → `peaks`. */
const openedName = (column: string): string => (column === 'sealed' ? 'content' : column.replace(/^sealed_/, ''));

const WHY = { secret: 'secret', undecided: 'looks like a secret' } as const;

const secretFieldsOf = (table: string, column: string): LeftOut[] =>
  [...SECRET_FIELDS].filter((field) => field.startsWith(`${table}.${column}.`)).map((field) => ({ name: `${openedName(column)}.${field.slice(table.length + column.length + 2)}`, why: WHY.secret }));

function tableOf({ table, columns, key }: CatalogRow): ExportTable {
  const tenantColumn = table === 'tenants' ? 'id' : 'tenant_id';
  const parts = (key ?? columns.map(({ name }) => name)).filter((column) => column !== 'tenant_id');
  const made: ExportTable = { table, tenantColumn, key: parts.length === 0 ? [tenantColumn] : parts, columns: [], leftOut: [] };
  for (const { name, type } of columns) {
    const isSealed = sealedColumn(table, name)?.kind === 'value';
    const verdict = verdictOnColumn(table, name, type, isSealed);
    if (verdict !== 'out') made.leftOut.push({ name, why: WHY[verdict] });
    else if (isSealed) {
      made.columns.push({ column: name, name: openedName(name), type: 'json', form: 'opened' });
      made.leftOut.push(...secretFieldsOf(table, name));
    }
    else made.columns.push({ column: name, name, type, form: type === 'bytea' ? 'hex' : 'plain' });
  }
  return made;
}

/** How the sealed columns of a table say which row a value belongs to: the key's columns, and the id made of them. */
export function sealedIdOf(table: string, column: string): Pick<SealedColumn, 'key' | 'idOf'> {
  const found = sealedColumn(table, column);
  if (!found) throw new Error(`${table}.${column} is no sealed column.`);
  return found;
}

/**
 * Every table with rows of tenants, by name, from the catalog: a new one cannot be forgotten. The tenant's own row of the directory is
 * among them.
 */
export async function exportTables(tx: TenantTx): Promise<{ tables: ExportTable[]; leftOut: LeftOut[] }> {
  const { rows } = await sql<CatalogRow>`
    select c.relname as table,
      (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, null)) order by a.attnum)
        from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
      (select array_agg(a.attname::text order by array_position(i.indkey::int[], a.attnum::int))
        from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey) where i.indrelid = c.oid and i.indisprimary) as key
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and (c.relname = 'tenants' or exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped))
    order by c.relname`.execute(tx.db);
  const leftOut = rows.filter(({ table }) => table in TABLES_LEFT_OUT).map(({ table }) => ({ name: table, why: TABLES_LEFT_OUT[table] ?? '' }));
  return { tables: rows.filter(({ table }) => !(table in TABLES_LEFT_OUT)).map(tableOf), leftOut };
}
