import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { checkIsolation } from './isolation.ts';

let test: TestDatabase;
let tables: string[];
/** As the product connects. */
let app: pg.Client;
beforeAll(async () => {
  test = await createTestDatabase();
  const { rows } = await test.ownerClient.query(
    "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid where a.attname = 'tenant_id' and c.relkind = 'r' and c.relnamespace = 'public'::regnamespace order by 1",
  );
  app = new pg.Client(test.appConnection);
  await app.connect();
  tables = (rows as { relname: string }[]).map((row) => row.relname);
});
afterAll(async () => {
  await app.end();
  await test.close();
});

describe('every tenant table', () => {
  const asApp = async (tenant: string | null, statement: string): Promise<number | string> => {
    await app.query('begin');
    try {
      if (tenant) await app.query("select set_config('app.tenant_id', $1, true)", [tenant]);
      const result = await app.query(statement);
      return result.rowCount ?? 0;
    } catch (error) {
      return (error as { code: string }).code;
    } finally {
      await app.query('rollback');
    }
  };

  it('shows no row of another tenant, and none without a tenant', async () => {
    expect(tables.length).toBeGreaterThan(25);
    for (const table of tables) {
      expect(await asApp(null, `select from ${table}`), table).toBe(0);
      expect(await asApp(test.tenantA.id, `select from ${table} where tenant_id <> '${test.tenantA.id}'`), table).toBe(0);
    }
  });

  it('shows the rows of its own tenant, so that the test above can fail', async () => {
    expect(await asApp(test.tenantA.id, 'select from tenant_keys')).toBe(1);
    expect(await asApp(test.tenantA.id, 'select from audit_heads')).toBe(1);
  });

  it('cannot be changed for another tenant, nor truncated', async () => {
    for (const table of tables) {
      const changed = await asApp(test.tenantA.id, `update ${table} set tenant_id = tenant_id where tenant_id = '${test.tenantB.id}'`);
      expect([0, '42501'], table).toContain(changed);
      expect([0, '42501'], table).toContain(await asApp(test.tenantA.id, `delete from ${table} where tenant_id = '${test.tenantB.id}'`));
      expect(await asApp(test.tenantA.id, `truncate ${table} cascade`), table).toBe('42501');
    }
  });

  // Policies are checked before constraints, so a row with nothing but a tenant shows which of the two walls refuses it.
  const REFUSED = '42501';
  const INSERTS: readonly [string, (table: string, tenant: string) => string][] = [
    ['insert', (table, tenant) => `insert into ${table} (tenant_id) values ('${tenant}')`],
    ['upsert', (table, tenant) => `insert into ${table} (tenant_id) values ('${tenant}') on conflict do nothing`],
    ['insert from select', (table, tenant) => `insert into ${table} (tenant_id) select '${tenant}'::uuid`],
  ];

  it.each(INSERTS)('takes no row for another tenant or without one: %s', async (_name, statement) => {
    for (const table of tables) {
      expect(await asApp(test.tenantA.id, statement(table, test.tenantB.id)), table).toBe(REFUSED);
      expect(await asApp(null, statement(table, test.tenantB.id)), table).toBe(REFUSED);
      // For its own tenant the policy lets it pass: what refuses is a constraint, or nothing.
      expect(await asApp(test.tenantA.id, statement(table, test.tenantA.id)), table).not.toBe(REFUSED);
    }
  });

  it('cannot be filled by COPY', async () => {
    for (const table of tables) expect([REFUSED, '0A000'], table).toContain(await asApp(test.tenantA.id, `copy ${table} (tenant_id) from stdin`));
  });

  it('copies out only its own rows', async () => {
    expect(await asApp(test.tenantA.id, `copy (select tenant_id from tenant_keys where tenant_id <> '${test.tenantA.id}') to stdout`)).toBe(0);
  });

  it('refers to no row of another tenant', async () => {
    const company = '11111111-1111-4111-8111-111111111111';
    await test.ownerClient.query("insert into companies (tenant_id, id, sealed) values ($1, $2, '')", [test.tenantB.id, company]);
    const insert = (tenant: string): string => `insert into customers (tenant_id, id, company_id, sealed) values ('${tenant}', gen_random_uuid(), '${company}', '')`;
    expect(await asApp(test.tenantA.id, insert(test.tenantA.id))).toBe('23503');
    expect(await asApp(test.tenantB.id, insert(test.tenantB.id))).toBe(1);
  });
});

describe('checkIsolation', () => {
  beforeEach(() => test.ownerClient.query('begin'));
  afterEach(() => test.ownerClient.query('rollback'));

  it('finds nothing wrong with the shipped schema', async () => {
    expect(await checkIsolation(test.ownerClient)).toEqual([]);
  });

  it('notices each single table that loses its policy', async () => {
    for (const table of tables) {
      await test.ownerClient.query('savepoint before');
      await test.ownerClient.query(`drop policy tenant_isolation on ${table}`);
      expect(await checkIsolation(test.ownerClient), table).toMatchObject([{ object: table }]);
      await test.ownerClient.query('rollback to before');
    }
  });

  const MUTATIONS: readonly [string, string][] = [
    ['row level security switched off', 'alter table customers disable row level security'],
    ['row level security not forced', 'alter table customers no force row level security'],
    ['a second policy', 'create policy more on customers using (true)'],
    ['a policy without check', 'drop policy tenant_isolation on customers; create policy tenant_isolation on customers using (tenant_id = app_tenant())  with check (true)'],
    ['a table of its own', 'alter table customers owner to scc_app'],
    ['the right to truncate', 'grant truncate on customers to scc_app'],
    ['the right to reference', 'grant references on customers to scc_app'],
    ['the right to add triggers', 'grant trigger on customers to scc_app'],
    ['the right to create', 'grant create on schema public to scc_app'],
    ['superuser', 'alter role scc_app superuser'],
    ['bypassrls', 'alter role scc_app bypassrls'],
    ['membership', 'grant pg_read_all_data to scc_app'],
    ['a view with its owner\'s rights', 'create view all_customers as select * from customers'],
    ['a readable materialized view', 'create materialized view m as select * from customers; grant select on m to scc_app'],
    ['a security definer function', "create function f() returns int language sql security definer as 'select 1'"],
    ['a unique index without the tenant', 'create unique index u on users (login_id)'],
    ['a foreign key without the tenant', 'create unique index i on companies (tenant_id, id); alter table cases add column other uuid; alter table companies add constraint single unique (id); alter table cases add foreign key (other) references companies (id)'],
    ['an unknown table without a tenant', 'create table notes (id uuid); grant select on notes to scc_app'],
    ['a tenant function that is open without a tenant', "create or replace function app_tenant() returns uuid language sql stable as $$ select coalesce(nullif(current_setting('app.tenant_id', true), ''), '00000000-0000-0000-0000-000000000000')::uuid $$"],
  ];

  it.each(MUTATIONS)('notices %s', async (_name, statement) => {
    await test.ownerClient.query(statement);
    expect(await checkIsolation(test.ownerClient)).not.toEqual([]);
  });
});
