import { describe, expect, it } from 'vitest';
import {
  answerChallenge,
  checkNonce,
  digestHa1,
  digestResponse,
  formatChallenge,
  formatCredentials,
  makeNonce,
  parseChallenge,
  parseCredentials,
  verifyCredentials,
} from './digest.ts';
import { SipParseError } from './parse-error.ts';

/** The example of RFC 7616 section 3.9.1. */
const EXAMPLE = {
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  uri: '/dir/index.html',
  qop: 'auth',
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
  nc: '00000001',
};

describe('digest', () => {
  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ] as const)('%s gives the response of the RFC', (algorithm, expected) => {
    const ha1 = digestHa1(algorithm, 'Mufasa', 'http-auth@example.org', 'Circle of Life');
    expect(digestResponse(algorithm, ha1, 'GET', EXAMPLE)).toBe(expected);
  });

  it.each(['MD5', 'SHA-256', 'SHA-512-256'] as const)('%s: challenge, answer and check fit together', (algorithm) => {
    const written = formatChallenge({ realm: 'a "b"', nonce: 'n1', algorithm, stale: false });
    const challenge = parseChallenge(written);
    expect(challenge).toEqual({ realm: 'a "b"', nonce: 'n1', algorithm, qopAuth: true, opaque: null, stale: false });
    if (!challenge) throw new Error('no challenge');
    const answer = answerChallenge(challenge, { username: 'ali"ce', password: 'pw' }, { method: 'REGISTER', uri: 'sip:h' }, 'c1');
    const credentials = answer && parseCredentials(formatCredentials(answer));
    expect(credentials).toEqual(answer);
    if (!credentials) throw new Error('no credentials');
    const ha1 = digestHa1(algorithm, 'ali"ce', 'a "b"', 'pw');
    expect(verifyCredentials(credentials, algorithm, ha1, 'REGISTER')).toBe(true);
    expect(verifyCredentials(credentials, algorithm, ha1, 'INVITE')).toBe(false);
    expect(verifyCredentials(credentials, algorithm, digestHa1(algorithm, 'ali"ce', 'a "b"', 'pW'), 'REGISTER')).toBe(false);
    for (const [name, value] of [['nonce', 'n2'], ['uri', 'sip:i'], ['nc', '00000002'], ['cnonce', 'c2'], ['response', '']] as const) {
      expect(verifyCredentials({ ...credentials, [name]: value }, algorithm, ha1, 'REGISTER'), name).toBe(false);
    }
    expect(verifyCredentials({ ...credentials, qop: null }, algorithm, ha1, 'REGISTER')).toBe(false);
  });

  it('does not answer algorithms that it does not know', () => {
    const challenge = parseChallenge('Digest realm="r", nonce="n", algorithm=SHA-512, qop="auth"');
    expect(challenge && answerChallenge(challenge, { username: 'u', password: 'p' }, { method: 'M', uri: 'u' }, 'c')).toBeNull();
  });

  it('reads other schemes and incomplete headers as null, and malformed ones as an error', () => {
    expect(parseCredentials('NoOneKnowsThisScheme opaque-data=here')).toBeNull();
    expect(parseCredentials('Digest username="u"')).toBeNull();
    expect(parseChallenge('Digest realm="r"')).toBeNull();
    for (const text of ['Digest x', 'Digest realm=', 'Digest realm="r', 'Digest a=b c=d', 'Digest a=b, a=c', 'Digest =b']) {
      expect(() => parseCredentials(text), text).toThrow(SipParseError);
    }
  });
});

describe('nonces', () => {
  const key = new Uint8Array(32).fill(7);

  it('are good for their time and no longer', () => {
    const nonce = makeNonce(key, 1_000_000, 'salt');
    expect(checkNonce(key, nonce, 1_000_000, 60_000)).toBe('ok');
    expect(checkNonce(key, nonce, 1_060_000, 60_000)).toBe('ok');
    expect(checkNonce(key, nonce, 1_060_001, 60_000)).toBe('stale');
  });

  it('are good only for what they are bound to', () => {
    const nonce = makeNonce(key, 1_000_000, 'salt', '192.0.2.1');
    expect(checkNonce(key, nonce, 1_000_000, 60_000, '192.0.2.1')).toBe('ok');
    expect(checkNonce(key, nonce, 1_000_000, 60_000, '192.0.2.2')).toBe('forged');
  });

  it('cannot be made by others', () => {
    const nonce = makeNonce(key, 1_000_000, 'salt');
    expect(checkNonce(new Uint8Array(32), nonce, 1_000_000, 60_000)).toBe('forged');
    for (const bad of ['', '.', 'x', nonce.slice(1), `${nonce}0`, nonce.replace('salt', 'sale')]) {
      expect(checkNonce(key, bad, 1_000_000, 60_000), bad).toBe('forged');
    }
  });
});
