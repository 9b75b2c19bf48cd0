/**
 * Character classes and small scanners of the SIP grammar (RFC 3261 section 25.1). Text is a "wire string": one character
 * per byte (latin1), so that offsets are byte offsets and nothing is lost; see `fromWire` and `toWire`.
 */
import { LIMITS } from './limits.ts';
import { SipParseError } from './parse-error.ts';

const TOKEN = classOf("-.!%*_+`'~");
const PARAM_VALUE = classOf("-.!%*_+`'~[]:/?@&$#|^{}()\\");
const HOST = classOf('-._');

function classOf(extra: string): Uint8Array {
  const table = new Uint8Array(256);
  for (let code = 48; code <= 57; code++) table[code] = 1;
  for (let code = 65; code <= 90; code++) table[code] = 1;
  for (let code = 97; code <= 122; code++) table[code] = 1;
  for (const char of extra) table[char.charCodeAt(0)] = 1;
  return table;
}

/** True for a `token` character. */
export const isTokenCode = (code: number): boolean => TOKEN[code] === 1;

/** True when the whole text is a non-empty `token`. */
export function isToken(text: string): boolean {
  return text.length > 0 && spanOf(text, 0, TOKEN) === text.length;
}

/** Index of the first character at or after `at` that is no `token` character. */
export const tokenEnd = (text: string, at: number): number => spanOf(text, at, TOKEN);

/** Index of the first character at or after `at` that cannot stand in a host name. */
export const hostNameEnd = (text: string, at: number): number => spanOf(text, at, HOST);

function spanOf(text: string, at: number, table: Uint8Array): number {
  let index = at;
  while (index < text.length && table[text.charCodeAt(index)] === 1) index++;
  return index;
}

/** Index after any spaces and tabs. */
export function skipSpace(text: string, at: number): number {
  let index = at;
  for (;;) {
    const code = text.charCodeAt(index);
    if (code !== 32 && code !== 9) return index;
    index++;
  }
}

/** Cuts spaces and tabs, and nothing else, from both ends. */
export function trimSpace(text: string): string {
  const from = skipSpace(text, 0);
  let to = text.length;
  while (to > from && (text.charCodeAt(to - 1) === 32 || text.charCodeAt(to - 1) === 9)) to--;
  return from === 0 && to === text.length ? text : text.slice(from, to);
}

/**
 * Index after the closing quote of the quoted-string that opens at `at`.
 * @throws SipParseError when it never closes
 */
export function quotedEnd(text: string, at: number): number {
  for (let index = at + 1; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 92) index++;
    else if (code === 34) return index + 1;
  }
  throw new SipParseError('unclosed quote', at);
}

/** Content of a quoted-string with its escapes undone; other text comes back as it is. */
export function unquote(text: string): string {
  if (text.charCodeAt(0) !== 34) return text;
  const inner = text.slice(1, -1);
  if (!inner.includes('\\')) return inner;
  let out = '';
  for (let index = 0; index < inner.length; index++) {
    if (inner.charCodeAt(index) === 92 && index + 1 < inner.length) index++;
    out += inner[index];
  }
  return out;
}

/** A quoted-string with this content; line breaks, which could smuggle a header, become spaces. */
export function quote(text: string): string {
  let out = '"';
  for (const char of text) {
    if (char === '"' || char === '\\') out += `\\${char}`;
    else out += char === '\r' || char === '\n' ? ' ' : char;
  }
  return `${out}"`;
}

/** Decimal digits only, at most `max`; NaN otherwise (also for an empty text). Leading zeros are allowed. */
export function digits(text: string, max: number): number {
  if (text.length === 0) return Number.NaN;
  let value = 0;
  for (let index = 0; index < text.length; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
    if (value > max) return Number.NaN;
  }
  return value;
}

/** One `;name` or `;name=value`; the value is kept as written, quotes included. */
export interface Param {
  name: string;
  value: string | null;
}

/**
 * Reads `;name=value` parameters from `at` to the end of the text, spaces allowed around `;` and `=`.
 * @throws SipParseError on an empty name, an empty value or anything left over
 */
export function parseParams(text: string, at: number): Param[] {
  const params: Param[] = [];
  let index = skipSpace(text, at);
  while (index < text.length) {
    if (text.charCodeAt(index) !== 59) throw new SipParseError('expected ;', index);
    const nameStart = skipSpace(text, index + 1);
    const nameEnd = tokenEnd(text, nameStart);
    if (nameEnd === nameStart) throw new SipParseError('empty parameter name', nameStart);
    if (params.length >= LIMITS.parameters) throw new SipParseError('too many parameters', nameStart);
    const name = text.slice(nameStart, nameEnd);
    index = skipSpace(text, nameEnd);
    if (text.charCodeAt(index) !== 61) {
      params.push({ name, value: null });
      continue;
    }
    const valueStart = skipSpace(text, index + 1);
    const valueEnd = text.charCodeAt(valueStart) === 34 ? quotedEnd(text, valueStart) : spanOf(text, valueStart, PARAM_VALUE);
    if (valueEnd === valueStart) throw new SipParseError('empty parameter value', valueStart);
    params.push({ name, value: text.slice(valueStart, valueEnd) });
    index = skipSpace(text, valueEnd);
  }
  return params;
}

/** The value of a parameter (names are case-insensitive); null = present without value, undefined = absent. */
export function paramOf(params: readonly Param[], name: string): string | null | undefined {
  for (const param of params) {
    if (param.name === name || (param.name.length === name.length && param.name.toLowerCase() === name)) return param.value;
  }
  return undefined;
}

/** Writes parameters as `;name=value`. */
export function formatParams(params: readonly Param[]): string {
  let out = '';
  for (const { name, value } of params) out += value === null ? `;${name}` : `;${name}=${value}`;
  return out;
}

/**
 * Cuts a list header at its commas, not at those inside quotes or angle brackets. Empty elements stay, so that a caller
 * can refuse them.
 * @throws SipParseError on an unclosed quote, or too many elements
 */
export function splitList(value: string): string[] {
  if (!value.includes(',')) return [trimSpace(value)];
  const parts: string[] = [];
  let start = 0;
  let inBrackets = false;
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code === 34 && !inBrackets) index = quotedEnd(value, index) - 1;
    else if (code === 60) inBrackets = true;
    else if (code === 62) inBrackets = false;
    else if (code === 44 && !inBrackets) {
      if (parts.push(trimSpace(value.slice(start, index))) >= LIMITS.listValues) throw new SipParseError('too many values', index);
      start = index + 1;
    }
  }
  parts.push(trimSpace(value.slice(start)));
  return parts;
}

/** Text that people read, from the bytes of a wire string; bytes that are no UTF-8 become U+FFFD. */
export function fromWire(wire: string): string {
  for (let index = 0; index < wire.length; index++) {
    if (wire.charCodeAt(index) > 127) return Buffer.from(wire, 'latin1').toString('utf8');
  }
  return wire;
}

/** The wire string of a text: its UTF-8 bytes, one character each. */
export function toWire(text: string): string {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 127) return Buffer.from(text, 'utf8').toString('latin1');
  }
  return text;
}
