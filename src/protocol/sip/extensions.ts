/** Values of the headers that extend calls: Replaces, Reason, Refer-To, Session-Expires, RAck, and `message/sipfrag`. Pure. */
import { parseAddress } from './address.ts';
import { MAX_CSEQ } from './limits.ts';
import { SipParseError } from './parse-error.ts';
import { digits, fromWire, isToken, paramOf, parseParams, skipSpace, tokenEnd, unquote } from './scan.ts';
import { formatUri, unescapeUri, userOf } from './uri.ts';

/** Replaces (RFC 3891): a dialog, seen from the side that receives the header. */
export interface ReplacesValue {
  callId: string;
  /** Tag of the receiver. */
  toTag: string;
  fromTag: string;
  earlyOnly: boolean;
}

/** @throws SipParseError when the Call-ID or one of the tags is missing or doubled */
export function parseReplaces(value: string): ReplacesValue {
  const semicolon = value.indexOf(';');
  const callId = semicolon < 0 ? '' : value.slice(0, semicolon).trim();
  if (callId === '' || /[\s,<>"]/.test(callId)) throw new SipParseError('bad Replaces', 0);
  const params = parseParams(value, semicolon);
  const one = (name: string): string => {
    const found = params.filter((param) => param.name.toLowerCase() === name);
    if (found.length !== 1 || !found[0]?.value) throw new SipParseError(`Replaces needs one ${name}`, semicolon);
    return found[0].value;
  };
  return { callId, toTag: one('to-tag'), fromTag: one('from-tag'), earlyOnly: paramOf(params, 'early-only') !== undefined };
}

export function formatReplaces({ callId, toTag, fromTag, earlyOnly }: ReplacesValue): string {
  return `${callId};to-tag=${toTag};from-tag=${fromTag}${earlyOnly ? ';early-only' : ''}`;
}

/** Refer-To (RFC 3515): where to call, and what that call is to replace. Other headers hidden in the URI are dropped. */
export interface ReferTarget {
  uri: string;
  user: string;
  /** Replaces, escapes undone; null = none. */
  replaces: string | null;
}

/** @throws SipParseError, also for URIs that cannot be called and for a method other than INVITE */
export function parseReferTo(value: string): ReferTarget {
  const uri = parseAddress(value).parsed;
  if (uri.scheme !== 'sip' && uri.scheme !== 'sips' && uri.scheme !== 'tel') throw new SipParseError('Refer-To cannot be called', 0);
  const method = paramOf(uri.params, 'method');
  if (method && method.toUpperCase() !== 'INVITE') throw new SipParseError('Refer-To with another method', 0);
  let replaces: string | null = null;
  for (const pair of uri.headers.split('&')) {
    const equals = pair.indexOf('=');
    if (equals < 0 || pair.slice(0, equals).toLowerCase() !== 'replaces') continue;
    if (replaces !== null) throw new SipParseError('two Replaces in Refer-To', 0);
    replaces = unescapeUri(pair.slice(equals + 1));
    parseReplaces(replaces);
  }
  const params = uri.params.filter(({ name }) => name.toLowerCase() !== 'method');
  return { uri: formatUri({ ...uri, params, headers: '' }), user: userOf(uri), replaces };
}

/** Escapes a value for the headers of a URI (RFC 3261 section 25.1, hvalue). */
export const escapeHeaderValue = (value: string): string =>
  value.replace(/[^A-Za-z0-9\-_.!~*'()]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);

interface ReasonValue {
  protocol: string;
  cause: number | null;
  text: string;
}

/** The first value of Reason (RFC 3326). @throws SipParseError */
export function parseReason(value: string): ReasonValue {
  const end = tokenEnd(value, 0);
  if (end === 0) throw new SipParseError('Reason without protocol', 0);
  const params = parseParams(value, end);
  const cause = digits(paramOf(params, 'cause') ?? '', 999);
  return { protocol: value.slice(0, end), cause: Number.isNaN(cause) ? null : cause, text: fromWire(unquote(paramOf(params, 'text') ?? '')) };
}

/** Session-Expires (RFC 4028 section 4) or, without refresher, Min-SE. `seconds` is at least 1. @throws SipParseError */
export function parseSessionExpires(value: string): { seconds: number; refresher: 'uac' | 'uas' | null } {
  const semicolon = value.indexOf(';');
  const seconds = digits((semicolon < 0 ? value : value.slice(0, semicolon)).trim(), 2 ** 31 - 1);
  if (Number.isNaN(seconds) || seconds < 1) throw new SipParseError('bad Session-Expires', 0);
  const refresher = (semicolon < 0 ? '' : (paramOf(parseParams(value, semicolon), 'refresher') ?? '')).toLowerCase();
  if (refresher !== '' && refresher !== 'uac' && refresher !== 'uas') throw new SipParseError('bad refresher', semicolon);
  return { seconds, refresher: refresher === '' ? null : refresher };
}

/** RAck (RFC 3262 section 7.2). @throws SipParseError */
export function parseRAck(value: string): { rseq: number; cseq: number; method: string } {
  const [, rseqText = '', cseqText = '', method = ''] = /^([0-9]+)[ \t]+([0-9]+)[ \t]+(\S+)$/.exec(value) ?? [];
  const rseq = parseRSeq(rseqText);
  const cseq = digits(cseqText, MAX_CSEQ);
  if (Number.isNaN(cseq) || !isToken(method)) throw new SipParseError('bad RAck', 0);
  return { rseq, cseq, method };
}

/** RSeq: 1 to 2^32 - 1 (RFC 3262 section 7.1). @throws SipParseError */
export function parseRSeq(value: string): number {
  const rseq = digits(value, 2 ** 32 - 1);
  if (Number.isNaN(rseq) || rseq < 1) throw new SipParseError('bad RSeq', 0);
  return rseq;
}

/** Status of the status line that a `message/sipfrag` begins with; null = it begins with something else. */
export function sipfragStatus(text: string): number | null {
  const at = skipSpace(text, 0);
  if (text.slice(at, at + 8).toUpperCase() !== 'SIP/2.0 ') return null;
  const status = digits(text.slice(at + 8, at + 11), 699);
  return Number.isNaN(status) || status < 100 ? null : status;
}
