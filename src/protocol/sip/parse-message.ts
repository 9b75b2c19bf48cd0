/** From bytes to a message. Datagrams end where they end; streams are cut by `stream-reader.ts`. */
import { headerId, type Header } from './header.ts';
import { LIMITS } from './limits.ts';
import { NO_BODY, type SipMessage, type SipRequest, type SipResponse } from './message.ts';
import { SipParseError } from './parse-error.ts';
import { digits, isToken, skipSpace, tokenEnd, trimSpace } from './scan.ts';

const END_OF_HEAD = Buffer.from('\r\n\r\n');

/** Start line and headers; the body is not known yet. */
export interface Head {
  message: SipMessage;
  /** Null = no Content-Length header. */
  contentLength: number | null;
}

/** Index of the first byte that is no CR or LF: empty lines before a message are ignored (RFC 3261 section 7.5). */
export function skipEmptyLines(bytes: Uint8Array, at: number): number {
  let index = at;
  while (bytes[index] === 13 || bytes[index] === 10) index++;
  return index;
}

/** Index of the CRLFCRLF that ends the head, or -1. */
export const endOfHead = (bytes: Buffer, from: number): number => bytes.indexOf(END_OF_HEAD, from);

/**
 * Parses one datagram. Bytes after Content-Length are dropped, without Content-Length the body is the rest
 * (RFC 3261 section 18.3).
 * @throws SipParseError; its `request` is set when a refusal can be sent
 */
export function parseMessage(bytes: Buffer): SipMessage {
  if (bytes.length > LIMITS.datagramBytes) throw new SipParseError('datagram too large', LIMITS.datagramBytes, 513);
  const start = skipEmptyLines(bytes, 0);
  const end = endOfHead(bytes, start);
  const head = parseHead(bytes, start, end < 0 ? bytes.length : end);
  if (end < 0) throw refuse(head.message, 'head without an empty line', bytes.length);
  const bodyStart = end + 4;
  const length = head.contentLength ?? bytes.length - bodyStart;
  if (length > bytes.length - bodyStart) throw refuse(head.message, 'body shorter than Content-Length', bytes.length);
  if (length > 0) head.message.body = bytes.subarray(bodyStart, bodyStart + length);
  return head.message;
}

/** An error that carries the request it belongs to, if it is one. */
export function refuse(message: SipMessage, reason: string, offset: number, status = 400): SipParseError {
  const error = new SipParseError(reason, offset, status);
  if (message.kind === 'request') error.request = message;
  return error;
}

/**
 * Parses start line and headers in `bytes[start, end)`.
 * @throws SipParseError; when only the start line or the framing is bad its `request` still has the headers
 */
export function parseHead(bytes: Buffer, start: number, end: number): Head {
  const text = bytes.toString('latin1', start, end);
  const lineEnd = lineEndOf(text, 0);
  const { headers, error } = parseHeaders(text, lineEnd + 2);
  const contentLength = contentLengthOf(headers);
  try {
    const message = text.startsWith('SIP/') ? parseStatusLine(text, lineEnd, headers) : parseRequestLine(text, lineEnd, headers);
    if (Number.isNaN(contentLength)) throw refuse(message, 'no single, valid Content-Length', 0);
    if (error) throw refuse(message, error.reason, error.offset, error.status);
    return { message, contentLength };
  } catch (fault) {
    if (fault instanceof SipParseError) {
      fault.framingLost = Number.isNaN(contentLength);
      fault.contentLength = contentLength;
    }
    throw fault;
  }
}

function parseRequestLine(text: string, lineEnd: number, headers: Header[]): SipRequest {
  const line = text.slice(0, lineEnd);
  const space = line.indexOf(' ');
  const lastSpace = line.lastIndexOf(' ');
  const method = line.slice(0, Math.max(0, space));
  const uri = line.slice(space + 1, Math.max(space + 1, lastSpace));
  const request: SipRequest = { kind: 'request', method, uri, headers, body: NO_BODY };
  if (!isToken(method)) throw new SipParseError('bad method', 0);
  const version = line.slice(lastSpace + 1);
  if (uri === '' || uri.includes(' ') || uri.includes('\t')) throw refuse(request, 'bad request line', space + 1);
  if (version !== 'SIP/2.0' && version.toUpperCase() !== 'SIP/2.0') {
    const isOtherVersion = /^SIP\/\d{1,9}\.\d{1,9}$/i.test(version);
    throw refuse(request, 'unsupported SIP version', lastSpace + 1, isOtherVersion ? 505 : 400);
  }
  return request;
}

function parseStatusLine(text: string, lineEnd: number, headers: Header[]): SipResponse {
  const line = text.slice(0, lineEnd);
  if (!line.startsWith('SIP/2.0 ')) throw new SipParseError('bad status line', 0, 505);
  const status = digits(line.slice(8, 11), 699);
  const isWellFormed = status >= 100 && (line.length === 11 || line.charCodeAt(11) === 32);
  if (!isWellFormed) throw new SipParseError('bad status code', 8);
  return { kind: 'response', status, reason: line.slice(12), headers, body: NO_BODY };
}

/** Index of the next CRLF, or the end of the text. */
function lineEndOf(text: string, at: number): number {
  const end = text.indexOf('\r\n', at);
  return end < 0 ? text.length : end;
}

/**
 * Reads every header line that can be read, and remembers the first fault: with the other headers at hand the fault can
 * still be answered.
 */
function parseHeaders(text: string, start: number): { headers: Header[]; error: SipParseError | null } {
  const headers: Header[] = [];
  let error: SipParseError | null = null;
  let viaCount = 0;
  let at = start;
  while (at < text.length) {
    const end = unfoldedEnd(text, at);
    const colon = colonAfterName(text, at);
    if (colon < 0) error ??= new SipParseError('bad header name', at);
    else {
      const value = unfold(text, colon + 1, end);
      if (value.includes('\n') || value.includes('\r')) error ??= new SipParseError('lone CR or LF', at);
      const name = trimSpace(text.slice(at, colon));
      const id = headerId(name);
      if (id === 'via') viaCount += viaValues(value);
      if (headers.length >= LIMITS.headerLines) return { headers, error: error ?? new SipParseError('too many headers', at, 513) };
      if (viaCount > LIMITS.viaValues) error ??= new SipParseError('too many Via values', at, 483);
      headers.push({ name, id, value });
    }
    at = end + 2;
  }
  return { headers, error };
}

/** Index of the CRLF that ends the header at `at`, over its continuation lines (RFC 3261 section 7.3.1). */
function unfoldedEnd(text: string, at: number): number {
  let end = lineEndOf(text, at);
  while (text.charCodeAt(end + 2) === 32 || text.charCodeAt(end + 2) === 9) end = lineEndOf(text, end + 2);
  return end;
}

/** The value with each fold replaced by one space. */
function unfold(text: string, start: number, end: number): string {
  const raw = text.slice(start, end);
  if (!raw.includes('\r\n')) return trimSpace(raw);
  return raw
    .split('\r\n')
    .map(trimSpace)
    .filter((piece) => piece !== '')
    .join(' ');
}

/** Index of the colon, or -1; only SP and HTAB may stand between the name and it. */
function colonAfterName(text: string, at: number): number {
  const end = tokenEnd(text, at);
  const colon = skipSpace(text, end);
  return end === at || text.charCodeAt(colon) !== 58 ? -1 : colon;
}

function viaValues(value: string): number {
  let count = 1;
  for (let at = value.indexOf(','); at >= 0; at = value.indexOf(',', at + 1)) count++;
  return count;
}

/** Null = none, NaN = bad. A second one is bad even when it says the same: two readers could choose differently. */
function contentLengthOf(headers: readonly Header[]): number | null {
  let found: number | null = null;
  for (const { id, value } of headers) {
    if (id === 'content-length') found = found === null ? digits(value, 2 ** 31) : Number.NaN;
  }
  return found;
}
