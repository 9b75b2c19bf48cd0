import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';

/** Where the shipped migrations are. */
export const MIGRATIONS_DIR = join(import.meta.dirname, '..', '..', 'migrations');

/** Every starter of one database waits here for its turn; an arbitrary constant. */
const LOCK_KEY = 7_262_011;

/** Marks, in a migration's text, a change after which older programs do wrong things. */
const BREAKING = /^-- breaking\b/m;

const FILE_NAME = /^(\d{6})_([a-z0-9_]+)\.sql$/;

/** One migration file. */
export interface Migration {
  version: number;
  name: string;
  sql: string;
  /** SHA-256 of the text, hex. */
  checksum: string;
  breaking: boolean;
}

/** The database and the program do not fit together; the message says how. */
export class MigrationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MigrationError';
  }
}

/** Reads the migrations of a folder in order. @throws MigrationError on a wrong file name or a gap */
export function readMigrations(folder: string = MIGRATIONS_DIR): Migration[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.sql')).toSorted();
  return files.map((file, index) => {
    const [, digits, name] = FILE_NAME.exec(file) ?? [];
    if (!digits || !name) throw new MigrationError(`${file} is not named like 000001_name.sql`);
    if (Number(digits) !== index + 1) throw new MigrationError(`${file} should have number ${index + 1}: migrations have no gaps`);
    const sql = readFileSync(join(folder, file), 'utf8');
    return { version: Number(digits), name, sql, checksum: createHash('sha256').update(sql).digest('hex'), breaking: BREAKING.test(sql) };
  });
}

interface AppliedRow {
  version: number;
  checksum: string;
  breaking: boolean;
}

function checkApplied(applied: readonly AppliedRow[], known: readonly Migration[]): void {
  for (const row of applied) {
    const ours = known[row.version - 1];
    if (ours && ours.checksum !== row.checksum) {
      throw new MigrationError(`Migration ${row.version} (${ours.name}) differs from the one in this database. A released migration is never edited.`);
    }
    if (!ours && row.breaking) {
      throw new MigrationError(`This database has schema ${row.version}, which this older version cannot work with. Install the version that made it, or a newer one.`);
    }
  }
}

/** The application's role: what it may do is granted table by table in the migrations. */
async function ensureAppRole(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query("select from pg_roles where rolname = 'scc_app'");
  if (rowCount) return;
  try {
    await client.query('create role scc_app login nosuperuser nobypassrls nocreatedb nocreaterole noreplication');
  } catch (error) {
    const code = (error as { code?: string }).code;
    // Roles belong to the whole server: the starter of another database may have been faster.
    if (code === '42710' || code === '23505') return;
    if (code === '42501') {
      throw new MigrationError('The database role needs CREATEROLE, or an administrator creates the role first: create role scc_app login nosuperuser nobypassrls;');
    }
    throw error;
  }
}

async function tightenDatabase(client: pg.Client): Promise<void> {
  await client.query(`do $$ begin
    execute format('revoke all on database %I from public', current_database());
    execute format('grant connect on database %I to scc_app', current_database());
    revoke create on schema public from public;
    grant usage on schema public to scc_app;
  end $$`);
  await client.query(`create table if not exists schema_migrations (
    version int primary key, name text not null, checksum text not null, breaking boolean not null,
    applied_at timestamptz not null default now())`);
}

async function applyOne(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(migration.sql);
    await client.query('insert into schema_migrations (version, name, checksum, breaking) values ($1, $2, $3, $4)', [
      migration.version,
      migration.name,
      migration.checksum,
      migration.breaking,
    ]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    const reason = error instanceof Error ? error.message : String(error);
    throw new MigrationError(`Migration ${migration.version} (${migration.name}) failed: ${reason}`);
  }
}

/**
 * Brings the schema up to date: forward only, one transaction each, one starter at a time.
 * @param client the owner's session
 * @returns the migrations applied now
 * @throws MigrationError when the database is newer in a breaking way, or a migration fails
 */
export async function migrate(client: pg.Client, migrations: readonly Migration[] = readMigrations()): Promise<Migration[]> {
  await client.query('select pg_advisory_lock($1)', [LOCK_KEY]);
  try {
    const table = await client.query("select to_regclass('public.schema_migrations') is not null as present");
    const first = !(table.rows[0] as { present: boolean }).present;
    if (first) {
      await ensureAppRole(client);
      await tightenDatabase(client);
    }
    const { rows } = await client.query<AppliedRow>('select version, checksum, breaking from schema_migrations order by version');
    checkApplied(rows, migrations);
    const done = new Set(rows.map((row) => row.version));
    const pending = migrations.filter((migration) => !done.has(migration.version));
    for (const migration of pending) await applyOne(client, migration);
    return pending;
  } finally {
    await client.query('select pg_advisory_unlock($1)', [LOCK_KEY]).catch(() => undefined);
  }
}
