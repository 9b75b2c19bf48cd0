import { describe, expect, it } from 'vitest';
import { LoadedTenantVault } from '../../vault/tenant-vault.ts';
import { customerQueries, customerTokens, matchesCustomer, phoneToken } from './customer-tokens.ts';

const vault = new LoadedTenantVault('t', new Map([[1, Buffer.alloc(32, 1)]]));
const customer = {
  familyName: '髙橋',
  givenName: '花子',
  familyNameKana: 'タカハシ',
  givenNameKana: 'ハナコ',
  phones: ['０９０－１２３４－５６７８'],
  emails: ['Hanako@Example.com'],
};
const stored = new Set(customerTokens(vault, customer, '東京サーバー株式会社').map(({ kind, token }) => `${kind}:${token.toString('hex')}`));
const finds = (text: string): boolean =>
  customerQueries(vault, text).some(({ kind, tokens }) => tokens.every((token) => stored.has(`${kind}:${token.toString('hex')}`))) &&
  matchesCustomer(customer, '東京サーバー株式会社', text);

describe('customer search', () => {
  it.each(['高橋', '髙橋 花子', '橋花', '花', 'たかはし', 'ﾀｶﾊｼ', 'ハナコ', '東京サーバ', '090-1234-5678', '+81 90 1234 5678', '5678', '12345678', '090-1234', '+81 90 1234', '0123', 'HANAKO@example.COM', '９０１２３４５６７８'])(
    'finds by %s',
    (text) => expect(finds(text)).toBe(true),
  );

  it.each(['山田', '花高', '678', '9999', '1234567891', 'hanako', '', '・', '090-1234-5679'])('does not find by %j', (text) => {
    expect(finds(text)).toBe(false);
  });

  it('matches a caller by number in any written form', () => {
    const token = phoneToken(vault, '+819012345678');
    expect(token && stored.has(`${token.kind}:${token.token.toString('hex')}`)).toBe(true);
    expect(phoneToken(vault, 'anonymous')).toBeNull();
  });
});
