import { describe, expect, it } from 'vitest';
import { changes, customerProblems, emptyCustomer, phoneDigits, toSend } from './customer-form-rules.ts';

const valid = { ...emptyCustomer, familyName: '山田', phones: ['03-1234-5678'], emails: ['a@example.jp'] };

describe('customerProblems', () => {
  it('asks for a family or a given name only', () => {
    expect(customerProblems(emptyCustomer)).toEqual({ familyName: 'nameMissing' });
    expect(customerProblems({ ...emptyCustomer, givenName: '太郎' })).toEqual({});
    expect(customerProblems(valid)).toEqual({});
  });

  it.each(['ヤマダ', 'やまだ', 'ヤマタ゛', 'ジョー スミス', ''])('takes %j as kana', (familyNameKana) => {
    expect(customerProblems({ ...valid, familyNameKana })).toEqual({});
  });

  it.each(['山田', 'Yamada'])('does not take %j as kana', (familyNameKana) => {
    expect(customerProblems({ ...valid, familyNameKana })).toEqual({ familyNameKana: 'notKana' });
  });

  it.each(['03-1234-5678', '03-1234-5678', '(03)1234 5678', '+81 3 1234 5678', '110', '090ー1234ー5678'])('takes %j as a number', (phone) => {
    expect(customerProblems({ ...valid, phones: [phone] })).toEqual({});
  });

  it.each(['12', '03-abcd-5678', '1234567890123456', 'anonymous'])('does not take %j as a number', (phone) => {
    expect(customerProblems({ ...valid, phones: ['', phone] })).toEqual({ 'phones.1': 'notPhone' });
  });

  it('finds the same number or address written twice', () => {
    const problems = customerProblems({ ...valid, phones: ['0312345678', '03-1234-5678'], emails: ['a@b.jp', 'A@B.jp'] });

    expect(problems).toEqual({ 'phones.1': 'duplicate', 'emails.1': 'duplicate' });
  });

  it('refuses what is not an address, and what is too long', () => {
    expect(customerProblems({ ...valid, emails: ['a@b'] })).toEqual({ 'emails.0': 'notEmail' });
    expect(customerProblems({ ...valid, note: 'x'.repeat(10_001) })).toEqual({ note: 'tooLong' });
    expect(customerProblems({ ...valid, labels: ['VIP', 'x'.repeat(51)] })).toEqual({ labels: 'tooLong' });
    expect(customerProblems({ ...valid, labels: ['x'.repeat(50)] })).toEqual({});
  });
});

describe('toSend and changes', () => {
  it('trims and drops empty rows', () => {
    expect(toSend({ ...valid, familyName: ' 山田 ', phones: ['', ' 110 '], labels: ['VIP', ' '] })).toMatchObject({
      familyName: '山田',
      phones: ['110'],
      labels: ['VIP'],
    });
  });

  it('sees a change of substance and not an empty row', () => {
    expect(changes(valid, { ...valid, phones: [...valid.phones, ''] })).toEqual({});
    expect(changes(valid, { ...valid, givenName: '太郎 ', phones: [] })).toEqual({ givenName: '太郎', phones: [] });
  });
});

describe('phoneDigits', () => {
  it('reads any width and keeps a leading plus', () => {
    expect(phoneDigits('+81(3)1234')).toBe('+8131234');
  });
});
