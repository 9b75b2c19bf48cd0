/** `name-addr` and `addr-spec` with parameters: From, To, Contact, Route … (RFC 3261 section 20.10). */
import { SipParseError } from './parse-error.ts';
import {
  formatParams,
  fromWire,
  isTokenCode,
  paramOf,
  parseParams,
  quote,
  quotedEnd,
  skipSpace,
  toWire,
  trimSpace,
  unquote,
  type Param,
} from './scan.ts';
import { parseUri, type SipUri } from './uri.ts';

export interface Address {
  /** Display name as written, with its quotes; empty = none. Use `displayName` for reading. */
  display: string;
  /** URI as written. */
  uri: string;
  /** The same, taken apart. */
  parsed: SipUri;
  params: readonly Param[];
}

/**
 * Parses one address with its parameters.
 * @throws SipParseError, also when the URI inside is malformed
 */
export function parseAddress(text: string): Address {
  const start = skipSpace(text, 0);
  const open = openBracket(text, start);
  if (open < 0) return bareAddress(text, start);
  const close = text.indexOf('>', open);
  if (close < 0) throw new SipParseError('unclosed <', open);
  const uri = text.slice(open + 1, close);
  return { display: trimSpace(text.slice(start, open)), uri, parsed: parseUri(uri), params: parseParams(text, close + 1) };
}

/** Index of the `<` after a well-formed display name, or -1 when there is no bracket. */
function openBracket(text: string, start: number): number {
  if (text.charCodeAt(start) === 34) {
    const open = skipSpace(text, quotedEnd(text, start));
    if (text.charCodeAt(open) !== 60) throw new SipParseError('expected < after the display name', open);
    return open;
  }
  const open = text.indexOf('<', start);
  for (let index = start; index < open; index++) {
    const code = text.charCodeAt(index);
    // 8-bit characters outside quotes break the grammar, but phones with names in kana send them: let them through.
    if (!isTokenCode(code) && code !== 32 && code !== 9 && code < 128) {
      throw new SipParseError('bad character in the display name', index);
    }
  }
  return open;
}

/** Without brackets everything after `;` belongs to the header, and `?` and `,` may not appear at all. */
function bareAddress(text: string, start: number): Address {
  let end = start;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === 59 || code === 32 || code === 9) break;
    if (code === 63 || code === 44) throw new SipParseError('a URI with ? or , needs brackets', end);
  }
  const uri = text.slice(start, end);
  return { display: '', uri, parsed: parseUri(uri), params: parseParams(text, end) };
}

/** Writes an address, always in brackets, so that parameters cannot change sides. */
export function formatAddress(address: Address): string {
  const display = address.display === '' ? '' : `${address.display} `;
  return `${display}<${address.uri}>${formatParams(address.params)}`;
}

/** The display name as people read it. */
export const displayName = (address: Address): string => fromWire(unquote(address.display));

/** A display name as it is written on the wire; empty stays empty. */
export const wireDisplay = (name: string): string => (name === '' ? '' : quote(toWire(name)));

/** The tag parameter; empty = none (RFC 2543 peers send no From tag). */
export const tagOf = (address: Address): string => paramOf(address.params, 'tag') ?? '';
