import type pg from 'pg';
import { SCOPES } from './backup-set.ts';

/** Sessions and leases say who is there now: after a restore nobody is. */
const LEFT_OUT = new Set(['schema_migrations', 'sessions', 'operator_sessions', 'cell_leases', 'tenant_keys']);

/** Names that begin like this belong to the scope; everything else is of the customers' side. */
const BEGINNINGS: Readonly<Partial<Record<(typeof SCOPES)[number], readonly string[]>>> = {
  recordings: ['recording', 'voicemail'],
  pbx: ['number', 'queue', 'flow', 'prompt', 'sip_', 'trunk', 'station', 'outbound', 'dial_', 'calendar', 'emergency_', 'calls', 'call_', 'live_calls', 'routing_', 'agent_states', 'skill'],
  ai: ['assist', 'knowledge'],
};

/** The part of the white paper's clause 12.3.1 that a table belongs to. */
export const scopeOf = (table: string): (typeof SCOPES)[number] => SCOPES.find((scope) => BEGINNINGS[scope]?.some((start) => table.startsWith(start))) ?? 'crm';

/** A table as it is backed up. */
export interface BackupTable {
  table: string;
  columns: string[];
  key: string[];
  /** Rows belong to tenants by this column; null: a directory without one. */
  tenantColumn: string | null;
}

interface CatalogRow {
  table: string;
  columns: string[];
  key: string[] | null;
  parents: string[];
}

/**
 * All tables in an order in which their rows can be put in: those that others refer to come first.
 * @throws Error when tables refer to each other in a circle
 */
export async function orderedTables(client: pg.Client): Promise<BackupTable[]> {
  const { rows } = await client.query<CatalogRow>(`
    select c.relname as table,
      (select array_agg(a.attname::text order by a.attnum) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
      (select array_agg(a.attname::text order by array_position(i.indkey::int[], a.attnum::int)) from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
        where i.indrelid = c.oid and i.indisprimary) as key,
      (select coalesce(array_agg(distinct p.relname::text), '{}') from pg_constraint k join pg_class p on p.oid = k.confrelid where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> k.conrelid) as parents
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by c.relname`);
  const ordered: CatalogRow[] = [];
  let left = rows;
  while (left.length > 0) {
    const ready = left.filter((row) => row.parents.every((parent) => !left.some(({ table }) => table === parent)));
    if (ready.length === 0) throw new Error(`These tables refer to each other in a circle: ${left.map(({ table }) => table).join(', ')}`);
    ordered.push(...ready);
    left = left.filter((row) => !ready.includes(row));
  }
  return ordered.map(({ table, columns, key }) => ({ table, columns, key: key ?? columns, tenantColumn: columns.includes('tenant_id') ? 'tenant_id' : null }));
}

/** The tables that are backed up, in the same order. */
export const backupTables = async (client: pg.Client): Promise<BackupTable[]> => (await orderedTables(client)).filter(({ table }) => !LEFT_OUT.has(table));

const quoted = (name: string): string => `"${name}"`;
export const columnList = (columns: readonly string[]): string => columns.map(quoted).join(', ');

/** Equal rows give equal bytes, on whatever server. */
export const EXACT_TEXT = "set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set extra_float_digits = 1; set bytea_output = 'hex'";

/** @param tenantId null for a directory */
export function copyOutText({ table, columns, key }: Pick<BackupTable, 'table' | 'columns' | 'key'>, tenantId: string | null): string {
  const where = tenantId === null ? '' : ` where tenant_id = '${tenantId}'`;
  const order = key.map((column) => `${quoted(column)}::text collate "C"`).join(', ');
  return `copy (select ${columnList(columns)} from ${quoted(table)}${where} order by ${order}) to stdout`;
}
