/**
 * Digest authentication (RFC 7616, RFC 8760): challenges, credentials, responses and nonces. Pure: time, key and randomness
 * are arguments. Only qop=auth is offered or answered with; the form of RFC 2069 without qop is computed for old servers.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { SipParseError } from './parse-error.ts';
import { quote, quotedEnd, skipSpace, tokenEnd, unquote } from './scan.ts';

/** Algorithms in our order of preference. */
export const DIGEST_ALGORITHMS = ['SHA-512-256', 'SHA-256', 'MD5'] as const;
export type DigestAlgorithm = (typeof DIGEST_ALGORITHMS)[number];

export interface DigestChallenge {
  realm: string;
  nonce: string;
  /** As the server wrote it; absent = MD5 (RFC 7616 section 3.3). */
  algorithm: string;
  /** True when the server offers qop=auth. */
  qopAuth: boolean;
  opaque: string | null;
  stale: boolean;
}

export interface DigestCredentials {
  username: string;
  realm: string;
  nonce: string;
  uri: string;
  response: string;
  algorithm: string;
  /** Null = RFC 2069. */
  qop: string | null;
  cnonce: string;
  /** Eight hex digits as written. */
  nc: string;
  opaque: string | null;
}

/**
 * Parameters of `Digest a=b, c="d"`, names in lower case, quotes undone. Null when the scheme is another one.
 * @throws SipParseError when it is Digest, but malformed
 */
export function parseDigestParams(value: string): Map<string, string> | null {
  const schemeEnd = tokenEnd(value, 0);
  if (value.slice(0, schemeEnd).toLowerCase() !== 'digest') return null;
  const params = new Map<string, string>();
  let at = skipSpace(value, schemeEnd);
  while (at < value.length) {
    const nameEnd = tokenEnd(value, at);
    const equals = skipSpace(value, nameEnd);
    if (nameEnd === at || value.charCodeAt(equals) !== 61) throw new SipParseError('bad digest parameter', at);
    const start = skipSpace(value, equals + 1);
    const end = value.charCodeAt(start) === 34 ? quotedEnd(value, start) : unquotedEnd(value, start);
    const name = value.slice(at, nameEnd).toLowerCase();
    if (params.has(name)) throw new SipParseError(`two digest parameters ${name}`, at);
    params.set(name, unquote(value.slice(start, end)));
    at = skipSpace(value, end);
    if (at < value.length && value.charCodeAt(at) !== 44) throw new SipParseError('expected a comma', at);
    at = skipSpace(value, at + 1);
  }
  return params;
}

function unquotedEnd(value: string, start: number): number {
  let end = start;
  for (; end < value.length; end++) {
    const code = value.charCodeAt(end);
    if (code === 44 || code === 32 || code === 9) break;
  }
  if (end === start) throw new SipParseError('empty digest parameter', start);
  return end;
}

/** Parses WWW-Authenticate or Proxy-Authenticate. Null = not Digest, or without realm or nonce. @throws SipParseError */
export function parseChallenge(value: string): DigestChallenge | null {
  const params = parseDigestParams(value);
  const realm = params?.get('realm');
  const nonce = params?.get('nonce');
  if (!params || realm === undefined || nonce === undefined) return null;
  const qops = (params.get('qop') ?? '').split(',').map((word) => word.trim().toLowerCase());
  return {
    realm,
    nonce,
    algorithm: params.get('algorithm') ?? 'MD5',
    qopAuth: qops.includes('auth'),
    opaque: params.get('opaque') ?? null,
    stale: (params.get('stale') ?? '').toLowerCase() === 'true',
  };
}

/** Parses Authorization or Proxy-Authorization. Null = not Digest, or a required parameter is missing. @throws SipParseError */
export function parseCredentials(value: string): DigestCredentials | null {
  const params = parseDigestParams(value);
  if (!params) return null;
  const [username, realm, nonce, uri, response] = ['username', 'realm', 'nonce', 'uri', 'response'].map((name) => params.get(name));
  if (username === undefined || realm === undefined || nonce === undefined || uri === undefined || response === undefined) {
    return null;
  }
  return {
    username,
    realm,
    nonce,
    uri,
    response: response.toLowerCase(),
    algorithm: params.get('algorithm') ?? 'MD5',
    qop: params.get('qop')?.toLowerCase() ?? null,
    cnonce: params.get('cnonce') ?? '',
    nc: (params.get('nc') ?? '').toLowerCase(),
    opaque: params.get('opaque') ?? null,
  };
}

/** One WWW-Authenticate value. */
export function formatChallenge(challenge: { realm: string; nonce: string; algorithm: DigestAlgorithm; stale: boolean }): string {
  const stale = challenge.stale ? ', stale=true' : '';
  return `Digest realm=${quote(challenge.realm)}, nonce="${challenge.nonce}", algorithm=${challenge.algorithm}, qop="auth"${stale}`;
}

/** One Authorization value. */
export function formatCredentials(credentials: DigestCredentials): string {
  const { username, realm, nonce, uri, response, algorithm, qop, cnonce, nc, opaque } = credentials;
  let out = `Digest username=${quote(username)}, realm=${quote(realm)}, nonce=${quote(nonce)}, uri=${quote(uri)}`;
  out += `, response="${response}", algorithm=${algorithm}`;
  if (qop !== null) out += `, qop=${qop}, nc=${nc}, cnonce=${quote(cnonce)}`;
  return opaque === null ? out : `${out}, opaque=${quote(opaque)}`;
}

/** The algorithm by its name in any case, or null when we do not speak it. */
export function knownAlgorithm(name: string): DigestAlgorithm | null {
  const upper = name.toUpperCase();
  return DIGEST_ALGORITHMS.find((algorithm) => algorithm === upper) ?? null;
}

const HASH_NAMES: Readonly<Record<DigestAlgorithm, string>> = { 'SHA-512-256': 'sha512-256', 'SHA-256': 'sha256', MD5: 'md5' };

function hash(algorithm: DigestAlgorithm, text: string): string {
  return createHash(HASH_NAMES[algorithm]).update(text).digest('hex');
}

/** HA1 of RFC 7616 section 3.4.2, hex: what is stored instead of the password. */
export function digestHa1(algorithm: DigestAlgorithm, username: string, realm: string, password: string): string {
  return hash(algorithm, `${username}:${realm}:${password}`);
}

/** The `response` value, hex (RFC 7616 section 3.4.1). */
export function digestResponse(
  algorithm: DigestAlgorithm,
  ha1: string,
  method: string,
  credentials: Pick<DigestCredentials, 'nonce' | 'uri' | 'qop' | 'cnonce' | 'nc'>,
): string {
  const { nonce, uri, qop, cnonce, nc } = credentials;
  const ha2 = hash(algorithm, `${method}:${uri}`);
  return hash(algorithm, qop === null ? `${ha1}:${nonce}:${ha2}` : `${ha1}:${nonce}:${nc}:${cnonce}:${qop}:${ha2}`);
}

/**
 * Answers a challenge. Null = we do not know its algorithm.
 * @param cnonce fresh random text
 */
export function answerChallenge(
  challenge: DigestChallenge,
  account: { username: string; password: string },
  request: { method: string; uri: string },
  cnonce: string,
  count = 1,
): DigestCredentials | null {
  const algorithm = knownAlgorithm(challenge.algorithm);
  if (algorithm === null) return null;
  const { realm, nonce, opaque } = challenge;
  const ha1 = digestHa1(algorithm, account.username, realm, account.password);
  const nc = count.toString(16).padStart(8, '0');
  const parts = { nonce, uri: request.uri, qop: challenge.qopAuth ? 'auth' : null, cnonce, nc };
  const response = digestResponse(algorithm, ha1, request.method, parts);
  return { ...parts, username: account.username, realm, response, algorithm, opaque };
}

/** True when the response was made with this HA1; compared in constant time. */
export function verifyCredentials(
  credentials: DigestCredentials,
  algorithm: DigestAlgorithm,
  ha1: string,
  method: string,
): boolean {
  if (credentials.qop !== 'auth' || !/^[0-9a-f]{8}$/.test(credentials.nc) || credentials.cnonce === '') return false;
  const expected = Buffer.from(digestResponse(algorithm, ha1, method, credentials));
  const given = Buffer.from(credentials.response);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/**
 * A nonce that its maker can verify without storing it: time, salt and their HMAC.
 * @param nowMs any clock of the caller, ms; the same clock is passed to `checkNonce`
 * @param bound what the nonce is good for besides the key, for example the address that it was given to
 */
export function makeNonce(key: Uint8Array, nowMs: number, salt: string, bound = ''): string {
  const plain = `${Math.floor(nowMs).toString(36)}.${salt}`;
  return `${plain}.${nonceMac(key, plain, bound)}`;
}

/** `stale` = ours, but too old: the client may try again without asking for the password (RFC 7616 section 3.3). */
export function checkNonce(key: Uint8Array, nonce: string, nowMs: number, ttlMs: number, bound = ''): 'ok' | 'stale' | 'forged' {
  const end = nonce.lastIndexOf('.');
  const plain = nonce.slice(0, Math.max(0, end));
  const given = Buffer.from(nonce.slice(end + 1));
  const expected = Buffer.from(nonceMac(key, plain, bound));
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'forged';
  const madeAt = Number.parseInt(plain.slice(0, plain.indexOf('.')), 36);
  return nowMs - madeAt > ttlMs || madeAt > nowMs ? 'stale' : 'ok';
}

const nonceMac = (key: Uint8Array, plain: string, bound: string): string =>
  createHmac('sha256', key).update(`${plain}\n${bound}`).digest('hex').slice(0, 32);
