/** SIP, SIPS and tel URIs, and room for any other scheme (RFC 3261 section 19.1, RFC 3966). */
import { isHex, parseHostPort } from './host.ts';
import { LIMITS } from './limits.ts';
import { SipParseError } from './parse-error.ts';
import { formatParams, paramOf, type Param } from './scan.ts';

export interface SipUri {
  /** Lower case: `sip`, `sips`, `tel` or anything else. */
  scheme: string;
  /** User part as written, escapes included; null = none. For `tel` the number. Use `userOf` for reading. */
  user: string | null;
  /** Deprecated by the RFC, kept for the round trip. */
  password: string | null;
  /** As written; IPv6 in brackets. Empty for `tel` and unknown schemes. */
  host: string;
  port: number | null;
  params: readonly Param[];
  /** What follows `?`, raw; empty = none. Never turned into headers of a message. */
  headers: string;
  /** All after the colon of a scheme that we do not know. */
  opaque: string;
}

const SCHEME_START = /^[A-Za-z][A-Za-z0-9+.-]*$/;

/**
 * Parses a URI of any scheme. `sip`, `sips` and `tel` are taken apart, others stay opaque.
 * @throws SipParseError
 */
export function parseUri(text: string): SipUri {
  const colon = text.indexOf(':');
  const written = colon > 0 && colon <= 32 ? text.slice(0, colon) : '';
  const scheme = written === 'sip' ? written : written.toLowerCase();
  if (!SCHEME_START.test(scheme)) throw new SipParseError('bad URI scheme', 0);
  if (scheme === 'sip' || scheme === 'sips') return parseSip(text, colon + 1, scheme);
  if (scheme === 'tel') return parseTel(text, colon + 1);
  checkVisible(text, colon + 1, text.length);
  if (colon + 1 === text.length) throw new SipParseError('empty URI', colon + 1);
  return { ...EMPTY, scheme, opaque: text.slice(colon + 1) };
}

const EMPTY: SipUri = { scheme: '', user: null, password: null, host: '', port: null, params: [], headers: '', opaque: '' };

function parseSip(text: string, start: number, scheme: string): SipUri {
  const at = text.indexOf('@', start);
  let user: string | null = null;
  let password: string | null = null;
  if (at >= 0) {
    checkVisible(text, start, at);
    if (at === start) throw new SipParseError('empty user', start);
    const colon = text.indexOf(':', start);
    const userEnd = colon >= 0 && colon < at ? colon : at;
    user = text.slice(start, userEnd);
    if (userEnd < at) password = text.slice(userEnd + 1, at);
  }
  const { host, port, end } = parseHostPort(text, at >= 0 ? at + 1 : start, false);
  if (end === text.length) return { scheme, user, password, host, port, params: [], headers: '', opaque: '' };
  const question = text.indexOf('?', end);
  const paramsEnd = question >= 0 ? question : text.length;
  const params = parseUriParams(text, end, paramsEnd);
  const headers = question >= 0 ? text.slice(question + 1) : '';
  if (question >= 0 && headers === '') throw new SipParseError('empty URI headers', question);
  checkVisible(text, paramsEnd, text.length);
  return { scheme, user, password, host, port, params, headers, opaque: '' };
}

function parseTel(text: string, start: number): SipUri {
  const semicolon = text.indexOf(';', start);
  const end = semicolon >= 0 ? semicolon : text.length;
  if (end === start) throw new SipParseError('empty telephone number', start);
  for (let index = start; index < end; index++) {
    const code = text.charCodeAt(index);
    const isVisualSeparator = '-.()*#+'.includes(text.charAt(index));
    if (!isHex(code) && !isVisualSeparator) throw new SipParseError('bad telephone number', index);
  }
  return { ...EMPTY, scheme: 'tel', user: text.slice(start, end), params: parseUriParams(text, end, text.length) };
}

/** `;name=value` without spaces, as a URI has them. */
function parseUriParams(text: string, at: number, end: number): Param[] {
  const params: Param[] = [];
  checkVisible(text, at, end);
  let index = at;
  while (index < end) {
    if (text.charCodeAt(index) !== 59) throw new SipParseError('expected ; in URI', index);
    if (params.length >= LIMITS.parameters) throw new SipParseError('too many URI parameters', index);
    const next = text.indexOf(';', index + 1);
    const stop = next >= 0 && next < end ? next : end;
    const equals = text.indexOf('=', index + 1);
    const nameEnd = equals >= 0 && equals < stop ? equals : stop;
    if (nameEnd === index + 1) throw new SipParseError('empty URI parameter', index);
    const value = nameEnd < stop ? text.slice(nameEnd + 1, stop) : null;
    params.push({ name: text.slice(index + 1, nameEnd), value });
    index = stop;
  }
  return params;
}

/** Refuses spaces, control and 8-bit characters, `<>"@` out of place, and `%` without two hex digits. */
function checkVisible(text: string, start: number, end: number): void {
  for (let index = start; index < end; index++) {
    const code = text.charCodeAt(index);
    if (code <= 32 || code >= 127 || code === 60 || code === 62 || code === 34 || code === 64) {
      throw new SipParseError('bad character in URI', index);
    }
    const isEscape = code === 37;
    if (isEscape && !(index + 2 < end && isHex(text.charCodeAt(index + 1)) && isHex(text.charCodeAt(index + 2)))) {
      throw new SipParseError('bad escape in URI', index);
    }
  }
}

/** Writes a URI; the inverse of `parseUri` up to the case of the scheme. */
export function formatUri(uri: SipUri): string {
  if (uri.scheme === 'tel') return `tel:${uri.user ?? ''}${formatParams(uri.params)}`;
  if (uri.scheme !== 'sip' && uri.scheme !== 'sips') return `${uri.scheme}:${uri.opaque}`;
  let out = `${uri.scheme}:`;
  if (uri.user !== null) out += uri.password === null ? `${uri.user}@` : `${uri.user}:${uri.password}@`;
  out += uri.host;
  if (uri.port !== null) out += `:${uri.port}`;
  out += formatParams(uri.params);
  return uri.headers === '' ? out : `${out}?${uri.headers}`;
}

/** User part with its escapes undone (`%00` stays one NUL character, nothing is cut). */
export const userOf = (uri: SipUri): string => unescapeUri(uri.user ?? '');

/** Undoes `%41` escapes; what they spell is read as UTF-8. */
export function unescapeUri(text: string): string {
  if (!text.includes('%')) return text;
  let bytes = '';
  for (let index = 0; index < text.length; index++) {
    const isEscape = text.charCodeAt(index) === 37 && isHex(text.charCodeAt(index + 1)) && isHex(text.charCodeAt(index + 2));
    if (isEscape) {
      bytes += String.fromCharCode(Number.parseInt(text.slice(index + 1, index + 3), 16));
      index += 2;
    } else bytes += text[index];
  }
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** Escapes a text so that it can stand as a user part. */
export function escapeUser(text: string): string {
  let out = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const char = String.fromCharCode(byte);
    out += /[A-Za-z0-9\-_.!~*'()&=+$,;?/]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

/** A parameter of the URI: null = present without value, undefined = absent. */
export const uriParam = (uri: SipUri, name: string): string | null | undefined => paramOf(uri.params, name);

/** Parameters that must match even when only one URI has them (RFC 3261 section 19.1.4). */
const ALWAYS_COMPARED = ['user', 'ttl', 'method', 'maddr'];

/** URI comparison of RFC 3261 section 19.1.4; the order of parameters does not count. */
export function sameUri(a: SipUri, b: SipUri): boolean {
  if (a.scheme !== b.scheme || a.opaque !== b.opaque || a.port !== b.port) return false;
  if (a.host.toLowerCase() !== b.host.toLowerCase()) return false;
  if ((a.user === null) !== (b.user === null) || userOf(a) !== userOf(b) || a.password !== b.password) return false;
  if (a.headers !== b.headers) return false;
  return sharedParamsMatch(a, b) && sharedParamsMatch(b, a);
}

function sharedParamsMatch(a: SipUri, b: SipUri): boolean {
  return a.params.every(({ name, value }) => {
    const other = paramOf(b.params, name.toLowerCase());
    if (other === undefined) return !ALWAYS_COMPARED.includes(name.toLowerCase());
    return unescapeUri(value ?? '').toLowerCase() === unescapeUri(other ?? '').toLowerCase();
  });
}
