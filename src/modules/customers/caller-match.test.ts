import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, testActor, type TestDatabase } from '../../../test/support/database.ts';
import type { TenantTx } from '../../db/types.ts';
import { matchCaller } from './caller-match.ts';
import { createCustomer, listCustomers } from './customers.service.ts';

let test: TestDatabase;
const ids = { father: '', daughter: '', other: '' };

const inTenant = <T>(work: (tx: TenantTx) => Promise<T>): Promise<T> => test.database.withTenant(test.tenantA.id, testActor, work);
const matched = async (number: string): Promise<string[]> => (await inTenant((tx) => matchCaller(tx, number))).map(({ customerId }) => customerId).toSorted();
const found = async (q: string): Promise<string[]> => (await inTenant((tx) => listCustomers(tx, { q, limit: 20 }))).items.map(({ id }) => id).toSorted();

beforeAll(async () => {
  test = await createTestDatabase();
  await inTenant(async (tx) => {
    const family = { familyName: '渡邊', familyNameKana: 'ワタナベ', phones: ['03-1234-5678'] };
    ids.father = (await createCustomer(tx, { ...family, givenName: '一郎', givenNameKana: 'イチロウ' })).id;
    ids.daughter = (await createCustomer(tx, { ...family, givenName: '桜', givenNameKana: 'サクラ', phones: ['03-1234-5678', '090-1111-2222'] })).id;
    ids.other = (await createCustomer(tx, { familyName: '東', givenName: '渡', familyNameKana: 'アズマ', givenNameKana: 'ワタル', phones: ['06-1234-5678', '1234-5678'] })).id;
  });
});
afterAll(() => test.close());

it('a caller is matched by the whole number in any written form, everybody who shares it is shown, and nobody else', async () => {
  for (const written of ['03-1234-5678', '(03) 1234 5678', '０３ー１２３４ー５６７８', '+81312345678', '+81-3-1234-5678']) {
    expect(await matched(written), written).toEqual([ids.father, ids.daughter].toSorted());
  }
  expect(await matched('090 1111 2222')).toEqual([ids.daughter]);
  expect(await matched('06-1234-5678'), 'the same digits behind another area code').toEqual([ids.other]);
  for (const nobody of ['', 'anonymous', '非通知', '12345678901', '03-1234-567']) expect(await matched(nobody), nobody).toEqual([]);
});

it('the family name comes first, in search, on screen and in readings, with or without a space', async () => {
  for (const typed of ['渡邊', '渡辺', '渡邊桜', '渡邊 桜', '渡辺　桜', 'わたなべさくら', 'ﾜﾀﾅﾍﾞ ｻｸﾗ', '桜']) expect(await found(typed), typed).toContain(ids.daughter);
  for (const typed of ['渡', '東']) expect(await found(typed), typed).toContain(ids.other);
  const [match] = await inTenant((tx) => matchCaller(tx, '09011112222'));
  expect(match).toMatchObject({ name: '渡邊 桜', nameKana: 'ワタナベ サクラ' });
});
