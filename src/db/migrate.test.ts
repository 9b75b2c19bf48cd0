import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { migrate, readMigrations, type Migration } from './migrate.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());

const extra = (changes: Partial<Migration> = {}): Migration => ({
  version: readMigrations().length + 1,
  name: 'extra',
  sql: 'create table extra (id int)',
  checksum: 'x',
  breaking: false,
  ...changes,
});

const asOwner = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client(test.ownerConnection);
  await client.connect();
  return work(client).finally(() => client.end());
};

describe('migrate', () => {
  it('does nothing when all is applied', async () => {
    expect(await asOwner((client) => migrate(client))).toEqual([]);
  });

  it('applies a new migration once when ten start at the same time', async () => {
    const results = await Promise.all(Array.from({ length: 10 }, () => asOwner((client) => migrate(client, [...readMigrations(), extra()]))));
    expect(results.flat()).toHaveLength(1);
  });

  it('lets an older program work with a newer schema unless the change was breaking', async () => {
    expect(await asOwner((client) => migrate(client))).toEqual([]);
    await test.ownerClient.query("update schema_migrations set breaking = true where name = 'extra'");
    await expect(asOwner((client) => migrate(client))).rejects.toThrow(/older version/);
    await test.ownerClient.query("update schema_migrations set breaking = false where name = 'extra'");
  });

  it('refuses a migration that was edited after its release', async () => {
    await expect(asOwner((client) => migrate(client, [...readMigrations(), extra({ checksum: 'y' })]))).rejects.toThrow(/differs/);
  });

  it('leaves nothing of a migration that fails', async () => {
    const bad = extra({ version: readMigrations().length + 2, name: 'bad', sql: 'create table half (id int); select 1/0' });
    await expect(asOwner((client) => migrate(client, [...readMigrations(), extra(), bad]))).rejects.toThrow(/bad.*division/);
    const { rows } = await test.ownerClient.query("select to_regclass('half') as half");
    expect(rows).toEqual([{ half: null }]);
  });
});
