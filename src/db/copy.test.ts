import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { asOwner } from './prepare.ts';
import { copyIn, copyOut } from './copy.ts';

let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());

it('leaves the connection in use after rows of any number and size', { timeout: 60_000 }, async () => {
  const client = test.ownerClient;
  // Around the bytes that a stream holds before it asks for a rest, so that the end comes while it rests.
  for (const bytes of [1, 1000, 15_000, 16_384, 33_000, 63_000, 65_536, 70_000, 130_000]) {
    for (const rows of [1, 2, 5]) {
      let length = 0;
      for await (const chunk of copyOut(client, `copy (select repeat('x', ${bytes}) from generate_series(1, ${rows})) to stdout`)) {
        length += (chunk as Buffer).length;
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      expect(length).toBe((bytes + 1) * rows);
      const { rows: answer } = await client.query<{ one: number }>('select 1 as one');
      expect(answer).toEqual([{ one: 1 }]);
    }
  }
});

/** Rows of COPY's text form, 64 KiB each. */
async function* rowsOf(count: number, seen: { given: number; isLetGo: boolean }, badAt = -1): AsyncGenerator<Buffer> {
  try {
    for (; seen.given < count; seen.given += 1) {
      yield Buffer.from(`${seen.given === badAt ? 'no number' : seen.given}\t${'x'.repeat(65_536)}\n`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    seen.isLetGo = true;
  }
}

describe('rows that go in', () => {
  const text = 'copy arriving (n, t) from stdin';
  const fed = (source: AsyncIterable<Buffer>) =>
    asOwner(test.ownerConnection, async (client) => {
      await client.query('create temporary table arriving (n int, t text)');
      const outcome = await copyIn(client, text, source).catch((error: unknown) => (error as Error).message);
      // In use again, whatever happened.
      const { rows } = await client.query<{ count: string }>('select count(*) from arriving');
      return { outcome, count: Number(rows[0]?.count) };
    });

  it('arrive whole, without a listener left for each rest', { timeout: 60_000 }, async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    const seen = { given: 0, isLetGo: false };
    expect(await fed(rowsOf(1_500, seen))).toEqual({ outcome: 1_500, count: 1_500 });
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  it('stop at one that the server refuses, with the source let go of', { timeout: 60_000 }, async () => {
    const seen = { given: 0, isLetGo: false };
    expect(await fed(rowsOf(5_000, seen, 20))).toEqual({ outcome: expect.stringContaining('invalid input syntax'), count: 0 });
    expect(seen.isLetGo).toBe(true);
    expect(seen.given).toBeLessThan(2_000);
  });

  it('are none when their source fails in the middle, or nothing takes them', async () => {
    const failing = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('1\tx\n');
      await Promise.reject(new Error('the file was cut'));
    };
    expect(await fed(failing())).toEqual({ outcome: expect.stringContaining('the file was cut'), count: 0 });
    const client = test.ownerClient;
    await expect(copyIn(client, 'copy nowhere from stdin', failing())).rejects.toThrow('does not exist');
    expect((await client.query<{ one: number }>('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('end with the connection', async () => {
    const seen = { given: 0, isLetGo: false };
    const feeding = asOwner({ ...test.ownerConnection, application_name: 'cut-in-the-middle' }, async (client) => {
      await client.query('create temporary table arriving (n int, t text)');
      await copyIn(client, text, rowsOf(1_000_000, seen));
    });
    const refused = expect(feeding).rejects.toThrow(/terminat/);
    while (seen.given < 100) await new Promise((resolve) => setTimeout(resolve, 1));
    await test.ownerClient.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'cut-in-the-middle'");
    await refused;
    expect(seen.isLetGo).toBe(true);
  });
});

it('lets go of the server when its reader gives up in the middle', async () => {
  const begun = asOwner(test.ownerConnection, async (client) => {
    for await (const chunk of copyOut(client, "copy (select repeat('x', 10000) from generate_series(1, 100000)) to stdout")) {
      if ((chunk as Buffer).length > 0) throw new Error('the disk is full');
    }
  });
  await expect(begun).rejects.toThrow('the disk is full');
});
