import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { copyOut } from './copy.ts';

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
