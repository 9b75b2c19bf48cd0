import { Secret } from 'otpauth';
import { describe, expect, it } from 'vitest';
import { hashOfSecret } from './secrets.ts';
import { indexOfHash, newRecoveryCodes, newTotpSecret, plainCode, stepOfCode, totpUri } from './totp.ts';

/** The key of RFC 6238 appendix B for SHA-1. */
const SECRET = Secret.fromUTF8('12345678901234567890').base32;

describe('codes of the authenticator app', () => {
  // RFC 6238 appendix B; the last six of its eight digits.
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('at %i s the code is %s', (seconds, code) => {
    expect(stepOfCode(SECRET, code, seconds * 1000, 0)).toBe(Math.floor(seconds / 30));
    expect(stepOfCode(SECRET, code === '000000' ? '000001' : '000000', seconds * 1000, 0)).toBeNull();
  });

  it('are taken one step early or late, no more, and once', () => {
    const code = '287082';
    for (const [seconds, taken] of [[0, true], [29, true], [30, true], [89, true], [90, false], [120, false]] as const) {
      expect([seconds, stepOfCode(SECRET, code, seconds * 1000, 0) !== null]).toEqual([seconds, taken]);
    }
    expect(stepOfCode(SECRET, code, 59_000, 1)).toBeNull();
    expect(stepOfCode(SECRET, code, 59_000, 0)).toBe(1);
  });

  it.each(['', '12345', '1234567', 'abcdef', '28708２', '-87082'])('never are %j', (code) => {
    expect(stepOfCode(SECRET, code, 59_000, 0)).toBeNull();
  });

  it('come from secrets of 160 bits, which the QR code holds', () => {
    const secret = newTotpSecret();
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(newTotpSecret()).not.toBe(secret);
    const uri = new URL(totpUri(secret, 'demo/sv1'));
    expect(uri.protocol).toBe('otpauth:');
    expect(Object.fromEntries(uri.searchParams)).toMatchObject({ secret, issuer: 'Smart Contact Center', digits: '6', period: '30' });
  });
});

describe('recovery codes', () => {
  it('are ten, all different, of signs that nobody mistakes', () => {
    const codes = newRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^[A-HJKMNP-Z2-9]{5}-[A-HJKMNP-Z2-9]{5}$/);
  });

  it('are compared whatever the way of typing', () => {
    expect(plainCode(' abcde-ｆｇｈ２３ ')).toBe('ABCDEFGH23');
    const hashes = ['ABCDEFGH23', 'ZZZZZZZZZZ'].map((code) => hashOfSecret(code).toString('hex'));
    expect(indexOfHash(hashes, hashOfSecret(plainCode('zzzzz zzzzz')))).toBe(1);
    expect(indexOfHash(hashes, hashOfSecret('NO'))).toBe(-1);
    expect(indexOfHash([], hashOfSecret('NO'))).toBe(-1);
  });
});
