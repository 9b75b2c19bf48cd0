import type { Transaction } from 'kysely';
import type { DB } from '../../db/schema.generated.ts';
import { newId } from '../../lib/ids.ts';
import { unauthenticated } from '../support/binding.ts';
import { plainAddress } from '../users/ip-ranges.ts';
import { csrfTokenOf, hashOfSecret, newSecret } from '../users/secrets.ts';
import { findSession, insertEvent, insertSession, revokeSession, touchSession } from './operator.queries.ts';
import type { OperatorDeps, OperatorSession, Origin } from './operator-types.ts';

/** A session unused for this long has ended. A page that only refreshes itself does not use it. */
export const OPERATOR_IDLE_MS = 30 * 60_000;
/** A session ends after this long, used or not. */
export const OPERATOR_ABSOLUTE_MS = 12 * 60 * 60_000;
/** The time of last use is written at most this often. */
const TOUCH_EVERY_MS = 60_000;
/** While the database is away, a session it confirmed within this time may still look. */
const TRUST_WITHOUT_DATABASE_MS = 15 * 60_000;
const MOST_REMEMBERED = 100;

/** Opens a session in the transaction of the login. */
export async function openSession(db: Transaction<DB>, operatorId: string, origin: Origin, now: number): Promise<{ cookie: string; csrfToken: string }> {
  const secret = newSecret();
  await insertSession(db, {
    id: newId(),
    operatorId,
    tokenHash: hashOfSecret(secret),
    ip: plainAddress(origin.ip),
    userAgent: origin.userAgent.slice(0, 300),
    at: new Date(now),
    expiresAt: new Date(now + OPERATOR_ABSOLUTE_MS),
  });
  return { cookie: secret, csrfToken: csrfTokenOf(secret) };
}

/** Ends the session behind a cookie, if there is one. */
export async function endByCookie(db: Transaction<DB>, cookie: string, now: number): Promise<void> {
  if (cookie === '') return;
  const old = await findSession(db, hashOfSecret(cookie));
  if (old) await revokeSession(db, old.id, new Date(now));
}

type SessionDeps = Pick<OperatorDeps, 'database' | 'clock'>;

/** Operators' sessions as requests use them. */
export class OperatorSessions {
  readonly #deps: SessionDeps;
  /** Confirmed sessions by the hash of their secret, for the time when the database is away: then it matters most to see. */
  readonly #confirmed = new Map<string, { session: OperatorSession; at: number }>();

  constructor(deps: SessionDeps) {
    this.#deps = deps;
  }

  /**
   * The session behind a cookie.
   * @param use whether somebody is there, so that the session goes on
   * @throws AppError `unauthenticated`, `database_unavailable`
   */
  async find(cookie: string, use: boolean): Promise<OperatorSession> {
    if (cookie === '') throw unauthenticated();
    const tokenHash = hashOfSecret(cookie);
    const key = tokenHash.toString('hex');
    const session = await this.#deps.database.withDirectory((db) => this.#judge(db, tokenHash, use));
    this.#confirmed.delete(key);
    if (!session) throw unauthenticated();
    this.#remember(key, session);
    return session;
  }

  /** The same for looking only: goes on for a while without the database. @throws AppError `unauthenticated` */
  async findToLook(cookie: string, use: boolean): Promise<OperatorSession> {
    try {
      return await this.find(cookie, use);
    } catch (error) {
      if (this.#deps.database.healthy) throw error;
      const known = this.#confirmed.get(hashOfSecret(cookie).toString('hex'));
      if (!known || this.#deps.clock.monotonic() - known.at > TRUST_WITHOUT_DATABASE_MS) throw error;
      return known.session;
    }
  }

  /** Ends a session by its owner's wish. */
  async end(session: OperatorSession, cookie: string, ip: string): Promise<void> {
    const at = new Date(this.#deps.clock.wall());
    await this.#deps.database.withDirectory(async (db) => {
      if (!(await revokeSession(db, session.id, at))) return;
      await insertEvent(db, { at, code: 'logout', actor: session.loginId, ip, detail: {} });
    });
    this.#confirmed.delete(hashOfSecret(cookie).toString('hex'));
  }

  async #judge(db: Transaction<DB>, tokenHash: Buffer, use: boolean): Promise<OperatorSession | null> {
    const row = await findSession(db, tokenHash);
    if (!row) return null;
    const now = this.#deps.clock.wall();
    const idle = now - row.last_seen_at.getTime();
    if (row.expires_at.getTime() <= now || idle >= OPERATOR_IDLE_MS) {
      await revokeSession(db, row.id, new Date(now));
      return null;
    }
    if (use && idle >= TOUCH_EVERY_MS) await touchSession(db, row.id, new Date(now));
    return { id: row.id, operatorId: row.operator_id, loginId: row.login_id, role: row.role, mustSetUpFactor: row.factor_confirmed_at === null };
  }

  #remember(key: string, session: OperatorSession): void {
    this.#confirmed.set(key, { session, at: this.#deps.clock.monotonic() });
    for (const oldest of this.#confirmed.keys()) {
      if (this.#confirmed.size <= MOST_REMEMBERED) break;
      this.#confirmed.delete(oldest);
    }
  }
}
