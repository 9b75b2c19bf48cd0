import type pg from 'pg';

/** One rule of tenant isolation that the catalog breaks. */
export interface IsolationFault {
  rule: string;
  object: string;
}

/** Tables without a tenant that the application may read; they hold no tenant content. */
const DIRECTORIES = [
  'tenants', 'number_directory', 'cell_leases', 'operators', 'operator_sessions', 'operator_origins', 'operator_events', 'monitor_alarms', 'tenant_contracts', 'tenant_contract_events',
  'deletion_certificates', 'master_key_log',
];

const TENANT_TABLES = `tenant_tables as (
  select c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
  where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace)`;

const USER_SCHEMAS = `user_schemas as (
  select oid, nspname from pg_namespace
  where nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and nspname !~ '^pg_(temp|toast_temp)_')`;

/** Every query returns one row (column \`object\`) for each violation. $1 is the application's role. */
const RULES: readonly { rule: string; sql: string }[] = [
  {
    rule: 'every tenant table has forced row level security',
    sql: `with ${TENANT_TABLES} select relname as object from tenant_tables where not (relrowsecurity and relforcerowsecurity)`,
  },
  {
    rule: 'every tenant table has exactly one policy, on the tenant, for reading and writing',
    sql: `with ${TENANT_TABLES} select t.relname as object from tenant_tables t
      left join pg_policy p on p.polrelid = t.oid group by t.oid, t.relname
      having count(p.oid) <> 1 or not bool_and(p.polcmd = '*' and p.polpermissive and p.polroles = '{0}'
        and pg_get_expr(p.polqual, p.polrelid) = '(tenant_id = app_tenant())'
        and pg_get_expr(p.polwithcheck, p.polrelid) = '(tenant_id = app_tenant())')`,
  },
  {
    rule: 'every unique index of a tenant table starts with tenant_id',
    sql: `with ${TENANT_TABLES} select i.indexrelid::regclass::text as object from tenant_tables t
      join pg_index i on i.indrelid = t.oid and i.indisunique
      join pg_attribute a on a.attrelid = t.oid and a.attname = 'tenant_id' where i.indkey[0] <> a.attnum`,
  },
  {
    rule: 'every foreign key between tenant tables carries tenant_id',
    sql: `with ${TENANT_TABLES} select k.conname as object from pg_constraint k
      join tenant_tables c on c.oid = k.conrelid join tenant_tables p on p.oid = k.confrelid
      where k.contype = 'f' and not exists (
        select from unnest(k.conkey, k.confkey) as pair (child, parent)
        join pg_attribute ca on ca.attrelid = c.oid and ca.attnum = pair.child and ca.attname = 'tenant_id'
        join pg_attribute pa on pa.attrelid = p.oid and pa.attnum = pair.parent and pa.attname = 'tenant_id')`,
  },
  {
    rule: 'the application role is an ordinary one',
    sql: `select rolname as object from pg_roles where rolname = $1
      and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)
      union all select $1 where not exists (select from pg_roles where rolname = $1)`,
  },
  {
    rule: 'the application role is a member of no other role',
    sql: `select r.rolname as object from pg_auth_members m join pg_roles r on r.oid = m.roleid
      where m.member = (select oid from pg_roles where rolname = $1)`,
  },
  {
    rule: 'the application role owns nothing',
    sql: `with app as (select oid from pg_roles where rolname = $1)
      select relname as object from pg_class where relowner in (select oid from app)
      union all select proname from pg_proc where proowner in (select oid from app)
      union all select nspname from pg_namespace where nspowner in (select oid from app)`,
  },
  {
    rule: 'the application role may not truncate, reference or add triggers',
    sql: `with ${USER_SCHEMAS} select c.relname as object from pg_class c join user_schemas s on s.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'v', 'm') and (has_table_privilege($1, c.oid, 'TRUNCATE')
        or has_table_privilege($1, c.oid, 'REFERENCES') or has_table_privilege($1, c.oid, 'TRIGGER'))`,
  },
  {
    rule: 'the application role may create nothing',
    sql: `with ${USER_SCHEMAS} select nspname as object from user_schemas where has_schema_privilege($1, oid, 'CREATE')
      union all select current_database()::text where has_database_privilege($1, current_database(), 'CREATE')
      union all select current_database()::text where has_database_privilege($1, current_database(), 'TEMPORARY')`,
  },
  {
    rule: 'views run with the rights of the reader, and no materialized view is readable',
    sql: `with ${USER_SCHEMAS} select c.relname as object from pg_class c join user_schemas s on s.oid = c.relnamespace
      where (c.relkind = 'v' and not coalesce('security_invoker=true' = any (c.reloptions) or 'security_invoker=on' = any (c.reloptions), false))
        or (c.relkind = 'm' and has_table_privilege($1, c.oid, 'SELECT'))`,
  },
  {
    rule: 'no function runs with the rights of its owner',
    sql: `with ${USER_SCHEMAS} select p.proname as object from pg_proc p join user_schemas s on s.oid = p.pronamespace where p.prosecdef`,
  },
  {
    rule: 'tables without a tenant are known directories',
    sql: `with ${USER_SCHEMAS}, ${TENANT_TABLES} select c.relname as object from pg_class c join user_schemas s on s.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'f') and c.oid not in (select oid from tenant_tables)
        and has_table_privilege($1, c.oid, 'SELECT, INSERT, UPDATE, DELETE') and c.relname <> all ($2::text[])`,
  },
  {
    rule: 'without a tenant the policies let nothing through',
    sql: `select 'app_tenant' as object where app_tenant() is not null`,
  },
  {
    // CVE-2025-8713 and its predecessors: planner statistics and leaky operators showed rows behind policies.
    rule: 'the server has the fixes for row level security (15.14, 16.10, 17.6, 18.0 or later)',
    sql: `select current_setting('server_version') as object where (
      select case version / 10000 when 15 then version < 150014 when 16 then version < 160010 when 17 then version < 170006
        else version < 180000 end from (select current_setting('server_version_num')::int as version) v)`,
  },
];

/** What checkIsolation needs of a session. */
type Session = Pick<pg.Client, 'query'>;

/**
 * Checks in the catalog that one tenant cannot reach another's rows, whatever query the application runs.
 * Must run outside of a tenant's transaction.
 * @returns the violations; empty when all is well
 */
export async function checkIsolation(session: Session, appRole = 'scc_app'): Promise<IsolationFault[]> {
  const faults: IsolationFault[] = [];
  for (const { rule, sql } of RULES) {
    const values = [...(sql.includes('$1') ? [appRole] : []), ...(sql.includes('$2') ? [DIRECTORIES] : [])];
    const { rows } = await session.query<{ object: string }>(sql.replaceAll('$1', '$1::text'), values);
    for (const row of rows) faults.push({ rule, object: row.object });
  }
  return faults;
}
