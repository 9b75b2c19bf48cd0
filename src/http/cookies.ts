import type { IncomingMessage } from 'node:http';

type Headers = IncomingMessage['headers'];

/** A cookie of ours. */
export interface Cookie {
  name: string;
  /** What its name begins with for pages over TLS (RFC 6265bis section 4.1.3): browsers then take it from this host over TLS alone. */
  prefix: '__Host-' | '__Secure-';
}

/** Opens a session. */
export const SESSION_COOKIE: Cookie = { name: 'scc_session', prefix: '__Host-' };
/** Binds what a browser is asked at a login to that browser. */
export const CHALLENGE_COOKIE: Cookie = { name: 'scc_challenge', prefix: '__Secure-' };
/** Tells a browser that a user has logged in with from others; opens nothing. */
export const BROWSER_COOKIE: Cookie = { name: 'scc_browser', prefix: '__Secure-' };
/** Opens the operator's console. Browsers do not tell ports apart, so the name differs from the tenants'. */
export const OPERATOR_COOKIE: Cookie = { name: 'scc_operator', prefix: '__Host-' };

/** A browser is forgotten after so long without a login. */
export const BROWSER_DAYS = 90;

const LOOPBACK = /^(?:(?:[\w-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/**
 * Whether a page over TLS makes the request. Browsers say where a request comes from (`Sec-Fetch-Site`) to trustworthy addresses alone: those
 * over TLS, and the machine itself. So it does not depend on what a proxy says, and programs keep the names that they know.
 */
export const isPageOverTls = (headers: Headers): boolean => headers['sec-fetch-site'] !== undefined && !LOOPBACK.test(headers.host ?? '');

/** Name of the cookie that is given to whoever makes the request. */
export const cookieName = ({ name, prefix }: Cookie, headers: Headers): string => (isPageOverTls(headers) ? `${prefix}${name}` : name);

/**
 * Value of a cookie, empty when there is none. A page over TLS is known by the prefixed name alone: a neighbour below the same domain, or whoever
 * answers in the clear for the same name, can set the other one.
 */
export function cookieValue({ name, prefix }: Cookie, headers: Headers): string {
  const values = new Map((headers.cookie ?? '').split(/;\s*/).toReversed().map((pair) => [pair.slice(0, Math.max(0, pair.indexOf('='))), pair.slice(pair.indexOf('=') + 1)]));
  return values.get(`${prefix}${name}`) ?? (isPageOverTls(headers) ? '' : (values.get(name) ?? ''));
}

/** Whether cookies are for TLS alone. @param protocol as the connection, or a trusted proxy, says */
export const isOverTls = (headers: Headers, protocol: string): boolean => protocol === 'https' || isPageOverTls(headers) || (headers.origin ?? '').startsWith('https://');
