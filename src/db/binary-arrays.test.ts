import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { byteaArray, int4Array, int8Array, textArray, timeArray, uuidArray } from './binary-arrays.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());

const read = async (type: string, array: Buffer): Promise<unknown> => {
  const { rows } = await test.ownerClient.query(`select coalesce(json_agg(to_json(value) order by place), '[]') as all from unnest($1::${type}[]) with ordinality as v (value, place)`, [array]);
  return (rows[0] as { all: unknown }).all;
};

describe('arrays in binary form', () => {
  it('are read by the server as they were meant', async () => {
    expect(await read('int4', int4Array([1, -2, null, 2_147_483_647]))).toEqual([1, -2, null, 2_147_483_647]);
    expect(await read('int8', int8Array([9_007_199_254_740_991, -1, null]))).toEqual([9_007_199_254_740_991, -1, null]);
    expect(await read('text', textArray(['', 'a "b", {c}', null, '電話']))).toEqual(['', 'a "b", {c}', null, '電話']);
    expect(await read('uuid', uuidArray(['0193b2a0-0000-7000-8000-0123456789ab', null]))).toEqual(['0193b2a0-0000-7000-8000-0123456789ab', null]);
    expect(await read('bytea', byteaArray([Buffer.from([0, 255]), Buffer.alloc(0)]))).toEqual(['\\x00ff', '\\x']);
    const [time] = (await read('timestamptz', timeArray([Date.UTC(2026, 10, 25, 1, 2, 3, 4)]))) as string[];
    expect(new Date(time ?? '').toISOString()).toBe('2026-11-25T01:02:03.004Z');
    const [before] = (await read('timestamptz', timeArray([Date.UTC(1999, 1, 3, 4, 5, 6, 7)]))) as string[];
    expect(new Date(before ?? '').toISOString()).toBe('1999-02-03T04:05:06.007Z');
  });

  it('may be empty', async () => {
    expect(await read('uuid', uuidArray([]))).toEqual([]);
  });
});
