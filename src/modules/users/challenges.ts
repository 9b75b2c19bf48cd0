import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';

/** A browser has this long to answer, ms. */
export const CHALLENGE_MS = 5 * 60_000;

/** What a challenge is for; one given for another purpose is worth nothing. */
export interface ChallengeFacts {
  purpose: 'register' | 'second_factor' | 'passwordless' | 'single_sign_on' | 'confirm';
  /** Id of the tenant, or the code that somebody typed who is not known yet. */
  tenant: string;
  /** The session of a set-up, the user of a second factor; empty while nobody is known. */
  subject: string;
}

/** What came of a question in time. */
export interface Redeemed extends ChallengeFacts {
  /** So long ago it was asked, ms. */
  ageMs: number;
}

/** Spent challenges are kept until they would have ended anyway. */
interface Spent {
  token: string;
  until: number;
}

/**
 * Questions that a browser must answer: bound to it by a cookie that holds a token, good for five minutes, once. Nothing is
 * kept of those that are only asked for, so that asking costs no memory; the key of the tokens lives and ends with the process.
 */
export class Challenges {
  readonly #clock: Clock;
  readonly #key = randomBytes(32);
  readonly #spent = new Set<string>();
  #order: Spent[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns the token for the cookie */
  issue(facts: ChallengeFacts): string {
    const until = this.#clock.monotonic() + CHALLENGE_MS;
    const body = Buffer.from(JSON.stringify({ ...facts, until, nonce: randomBytes(16).toString('base64url') })).toString('base64url');
    return `${body}.${this.derive(body, 'token').toString('base64url')}`;
  }

  /** A secret of the token that only this process can tell: the bytes to be signed, a state, a nonce. 32 bytes. */
  derive(token: string, label: string): Buffer {
    return createHmac('sha256', this.#key).update(`${label}\n${token}`).digest();
  }

  /** What the token was issued for, the first time it is asked; null when it is forged, too old, spent or for something else. */
  redeem(token: string, purpose: ChallengeFacts['purpose']): Redeemed | null {
    const [body = '', mac = ''] = token.split('.', 2);
    const expected = this.derive(body, 'token');
    const given = Buffer.from(mac, 'base64url');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
    const { until, ...facts } = JSON.parse(Buffer.from(body, 'base64url').toString()) as ChallengeFacts & { until: number };
    const now = this.#clock.monotonic();
    this.#forget(now);
    if (facts.purpose !== purpose || until <= now || this.#spent.has(body)) return null;
    this.#spent.add(body);
    this.#order.push({ token: body, until });
    return { purpose, tenant: facts.tenant, subject: facts.subject, ageMs: CHALLENGE_MS - (until - now) };
  }

  /** In the order of spending, which is nearly that of ending: what has ended goes with the first that has not. */
  #forget(now: number): void {
    const first = this.#order.findIndex(({ until }) => until > now);
    const gone = first === -1 ? this.#order.length : first;
    if (gone === 0) return;
    for (const { token } of this.#order.slice(0, gone)) this.#spent.delete(token);
    this.#order = this.#order.slice(gone);
  }
}
