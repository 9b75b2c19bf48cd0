import type { IncomingMessage } from 'node:http';
import { timingSafeEqual } from 'node:crypto';
import type { WithTenant } from '../db/types.ts';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { credentialOfKey, sessionOfApiKey } from '../modules/api-keys/api-key-session.ts';
import { unauthenticated, type Session } from '../modules/support/binding.ts';
import type { DomainEmitter } from '../modules/support/domain-events.ts';
import { csrfTokenOf, hashOfSecret, splitCredential } from '../modules/users/secrets.ts';
import { Sessions } from '../modules/users/sessions.service.ts';
import { cookieValue, SESSION_COOKIE } from './cookies.ts';

/** The part of a request that says who makes it. */
export interface Credentials {
  headers: IncomingMessage['headers'];
  /** Address of the socket's other end, or what a trusted proxy says it is. */
  ip: string;
}

/** Who makes a request, and whether it may change things. */
export interface Auth {
  sessions: Sessions;
  /** Sessions that ended, from wherever; connections of theirs must be closed. */
  events: DomainEmitter;
  /** The session of a cookie or of a Bearer API key. @throws AppError `unauthenticated` */
  authenticate(request: Credentials): Promise<Session>;
  /**
   * The session of a WebSocket upgrade: a user's cookie, from a page of this origin only.
   * @throws AppError `unauthenticated`, `foreign_origin`
   */
  authenticateUpgrade(request: Credentials): Promise<Session>;
}

export interface AuthDeps {
  withTenant: WithTenant;
  clock: Clock;
  events: DomainEmitter;
}

/** Value of the session cookie; of several the first, as the browser puts the one of the longest path there. */
export const cookieOf = (headers: IncomingMessage['headers']): string => cookieValue(SESSION_COOKIE, headers);

const bearerOf = (headers: IncomingMessage['headers']): string | null => {
  const match = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(headers.authorization ?? '');
  return match?.[1] ?? null;
};

/** Whose a request says it is, before anybody has looked: the tenant, and a key that is the same for each session or API key. */
export function claimOf(headers: IncomingMessage['headers']): { tenantId: string; key: string } | null {
  const credential = headers.authorization === undefined ? splitCredential(cookieOf(headers)) : credentialOfKey(bearerOf(headers) ?? '');
  return credential && { tenantId: credential.tenantId, key: hashOfSecret(credential.secret).toString('base64') };
}

export function createAuth(deps: AuthDeps): Auth {
  const sessions = new Sessions(deps);
  const bySession = (request: Credentials): Promise<Session> => {
    const cookie = cookieOf(request.headers);
    return cookie === '' ? Promise.reject(unauthenticated()) : sessions.find(cookie, request.ip);
  };
  return {
    sessions,
    events: deps.events,
    authenticate(request) {
      // A request that shows a key is judged by the key alone: a browser's cookie must not help it.
      if (request.headers.authorization === undefined) return bySession(request);
      const bearer = bearerOf(request.headers);
      return bearer === null ? Promise.reject(unauthenticated()) : sessionOfApiKey(deps, bearer, request.ip);
    },
    async authenticateUpgrade(request) {
      demandOwnOrigin(request.headers, true);
      return bySession(request);
    },
  };
}

/**
 * Refuses requests that a page of another origin makes a browser send.
 * @param required whether a missing Origin is refused too (browsers always send one on an upgrade)
 * @throws AppError `foreign_origin`
 */
export function demandOwnOrigin(headers: IncomingMessage['headers'], required: boolean): void {
  const site = headers['sec-fetch-site'];
  if (typeof site === 'string' && site !== 'same-origin' && site !== 'none') throw foreignOrigin();
  const { origin } = headers;
  if (origin === undefined) {
    if (required) throw foreignOrigin();
    return;
  }
  if (!URL.canParse(origin) || new URL(origin).host !== headers.host?.toLowerCase()) throw foreignOrigin();
}

const foreignOrigin = (): AppError => new AppError('foreign_origin', 403, 'The request came from a page of another site.');

/**
 * Demands the token of the session on a request that changes something. Programs with API keys need none: no browser sends
 * their key by itself.
 * @throws AppError `csrf`
 */
export function demandCsrfToken(headers: IncomingMessage['headers']): void {
  demandTokenOf(splitCredential(cookieOf(headers))?.secret ?? '', headers);
}

/** Demands the token that belongs to a session's secret. @throws AppError `csrf` */
export function demandTokenOf(secret: string, headers: IncomingMessage['headers']): void {
  const expected = Buffer.from(csrfTokenOf(secret));
  const given = Buffer.from(String(headers['x-csrf-token'] ?? ''));
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new AppError('csrf', 403, 'The header x-csrf-token is missing or wrong.');
  }
}
