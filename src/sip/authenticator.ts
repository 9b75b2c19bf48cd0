/** Proves who a device is by digest (RFC 7616, RFC 8760), with limits on guessing and replay. */
import type { Clock } from '../lib/clock.ts';
import {
  checkNonce,
  digestHa1,
  formatChallenge,
  knownAlgorithm,
  makeNonce,
  parseCredentials,
  verifyCredentials,
  type DigestAlgorithm,
  type DigestCredentials,
} from '../protocol/sip/digest.ts';
import type { Header } from '../protocol/sip/header.ts';
import { headersOf, type SipRequest } from '../protocol/sip/message.ts';
import { SipParseError } from '../protocol/sip/parse-error.ts';
import { fromWire, toWire } from '../protocol/sip/scan.ts';
import { parseUri, sameUri } from '../protocol/sip/uri.ts';
import { offeredAlgorithms } from './digest-quirks.ts';
import type { TokenSource } from './token-source.ts';
import type { DeviceSecret, SipDirectory, SipSource } from './types.ts';

export interface AuthenticatorLimits {
  /** Life of a nonce, ms. */
  nonceTtlMs: number;
  /** Wrong answers allowed for one user name from one address within `windowMs`; after that 403. */
  tries: number;
  windowMs: number;
  /** Offered and taken; all that we know when not given. */
  algorithms?: readonly DigestAlgorithm[];
}

export const DEFAULT_AUTH_LIMITS: AuthenticatorLimits = { nonceTtlMs: 60_000, tries: 10, windowMs: 600_000 };

export type AuthResult =
  | { ok: true; device: DeviceSecret; user: string }
  /** 401 with challenges, 403 after too many tries, 400 when the header is malformed. */
  | { ok: false; status: 400 | 401 | 403; headers: Header[] };

/** Entries kept at most in each table; the oldest go first, so that a flood costs memory only up to here. */
const TABLE_LIMIT = 20_000;

export class Authenticator {
  readonly #directory: SipDirectory;
  readonly #clock: Clock;
  readonly #key: Uint8Array;
  readonly #token: TokenSource;
  readonly #limits: AuthenticatorLimits;
  /** Highest nonce count seen, by nonce. */
  readonly #counts = new Map<string, number>();
  readonly #failures = new Map<string, { count: number; since: number }>();

  /** @param key 32 random bytes of this process; nonces of another process are stale */
  constructor(directory: SipDirectory, clock: Clock, key: Uint8Array, token: TokenSource, limits: AuthenticatorLimits) {
    this.#directory = directory;
    this.#clock = clock;
    this.#key = key;
    this.#token = token;
    this.#limits = limits;
  }

  /** Checks the Authorization of a request for our realm. Unknown users look like wrong passwords. */
  async check(request: SipRequest, source: SipSource, realm: string): Promise<AuthResult> {
    const credentials = this.#credentialsOf(request, realm);
    if (credentials === 'malformed') return { ok: false, status: 400, headers: [] };
    if (credentials === null) return this.#challenge(realm, request, source, false);
    const algorithm = knownAlgorithm(credentials.algorithm);
    if (algorithm === null || this.#limits.algorithms?.includes(algorithm) === false) return this.#challenge(realm, request, source, false);
    const failureKey = `${source.host}|${credentials.username}`;
    if (this.#isBlocked(failureKey)) return { ok: false, status: 403, headers: [] };
    // The nonce is bound to the address: who only claims an address never sees one, so cannot use up its owner's tries.
    const nonceState = checkNonce(this.#key, credentials.nonce, this.#clock.monotonic(), this.#limits.nonceTtlMs, source.host);
    if (nonceState !== 'ok') {
      return this.#challenge(realm, request, source, true);
    }
    const user = fromWire(credentials.username);
    const device = await this.#directory.deviceSecret(realm, user, algorithm);
    // Made for everybody, so that time does not tell who exists: what the directory does for those who do is not seen outside of it.
    const nobodys = digestHa1(algorithm, user, realm, this.#token());
    const ha1 = device?.ha1 ?? nobodys;
    const isRight = verifyCredentials(credentials, algorithm, ha1, request.method) && isSameTarget(credentials.uri, request.uri);
    if (!isRight || !device) {
      this.#countFailure(failureKey);
      if (request.method === 'REGISTER') this.#directory.registerRefused?.(realm, user, source, algorithm);
      return this.#challenge(realm, request, source, false);
    }
    if (!this.#countUp(credentials)) return this.#challenge(realm, request, source, true);
    this.#failures.delete(failureKey);
    return { ok: true, device, user };
  }

  #credentialsOf(request: SipRequest, realm: string): DigestCredentials | 'malformed' | null {
    try {
      for (const value of headersOf(request, 'authorization')) {
        const credentials = parseCredentials(value);
        if (credentials && fromWire(credentials.realm) === realm) return credentials;
      }
    } catch (error) {
      if (error instanceof SipParseError) return 'malformed';
      throw error;
    }
    return null;
  }

  /** One challenge per algorithm, the strongest first (RFC 8760 section 2.3). */
  #challenge(realm: string, request: SipRequest, source: SipSource, stale: boolean): AuthResult {
    const nonce = makeNonce(this.#key, this.#clock.monotonic(), this.#token(), source.host);
    const headers = (this.#limits.algorithms ?? offeredAlgorithms(request, this.#directory.offersMd5?.(realm) ?? false)).map((algorithm) => ({
      name: 'WWW-Authenticate',
      id: 'www-authenticate',
      value: formatChallenge({ realm: toWire(realm), nonce, algorithm, stale }),
    }));
    return { ok: false, status: 401, headers };
  }

  /** False = this nonce count was used before: a replay. */
  #countUp(credentials: DigestCredentials): boolean {
    const count = Number.parseInt(credentials.nc, 16);
    if (count <= (this.#counts.get(credentials.nonce) ?? 0)) return false;
    this.#counts.delete(credentials.nonce);
    this.#counts.set(credentials.nonce, count);
    // A nonce that fell out is checked by its age alone: the table is larger than what 60 s of registrations can fill.
    dropOldest(this.#counts);
    return true;
  }

  #isBlocked(key: string): boolean {
    const entry = this.#failures.get(key);
    if (!entry) return false;
    if (this.#clock.monotonic() - entry.since <= this.#limits.windowMs) return entry.count >= this.#limits.tries;
    this.#failures.delete(key);
    return false;
  }

  #countFailure(key: string): void {
    const entry = this.#failures.get(key) ?? { count: 0, since: this.#clock.monotonic() };
    entry.count++;
    this.#failures.set(key, entry);
    dropOldest(this.#failures);
  }
}

function dropOldest(table: Map<string, unknown>): void {
  if (table.size <= TABLE_LIMIT) return;
  const oldest = table.keys().next();
  if (!oldest.done) table.delete(oldest.value);
}

/** The digest URI must be the Request-URI, or the answer to one request could be used for another (RFC 7616 section 3.4.6). */
function isSameTarget(digestUri: string, requestUri: string): boolean {
  if (digestUri === requestUri) return true;
  try {
    return sameUri(parseUri(digestUri), parseUri(requestUri));
  } catch (error) {
    if (error instanceof SipParseError) return false;
    throw error;
  }
}
