/** Via: the path that a request took and its response goes back (RFC 3261 section 20.42, RFC 3581). */
import { parseHostPort } from './host.ts';
import { SipParseError } from './parse-error.ts';
import { formatParams, paramOf, parseParams, skipSpace, tokenEnd, type Param } from './scan.ts';

export interface Via {
  /** As written: `UDP`, `TCP`, anything. */
  transport: string;
  host: string;
  /** Null = the default of the transport. */
  port: number | null;
  params: readonly Param[];
}

/** Branches of RFC 3261 start with this cookie; others follow the rules of RFC 2543. */
export const BRANCH_COOKIE = 'z9hG4bK';

/**
 * Parses one Via value (not a comma-separated list).
 * @throws SipParseError
 */
export function parseVia(text: string): Via {
  let at = expectWord(text, 0, 'SIP');
  at = expectWord(text, expectSlash(text, at), '2.0');
  const transportStart = expectSlash(text, at);
  const transportEnd = tokenEnd(text, transportStart);
  if (transportEnd === transportStart) throw new SipParseError('Via without transport', transportStart);
  const hostStart = skipSpace(text, transportEnd);
  if (hostStart === transportEnd) throw new SipParseError('Via without sent-by', hostStart);
  const { host, port, end } = parseHostPort(text, hostStart, true);
  return { transport: text.slice(transportStart, transportEnd), host, port, params: parseParams(text, end) };
}

function expectWord(text: string, at: number, word: string): number {
  const end = tokenEnd(text, at);
  const found = text.slice(at, end);
  if (found !== word && found.toUpperCase() !== word) throw new SipParseError(`Via without ${word}`, at);
  return end;
}

function expectSlash(text: string, at: number): number {
  const slash = skipSpace(text, at);
  if (text.charCodeAt(slash) !== 47) throw new SipParseError('Via without /', slash);
  return skipSpace(text, slash + 1);
}

/** Writes one Via value. */
export function formatVia(via: Via): string {
  const port = via.port === null ? '' : `:${via.port}`;
  return `SIP/2.0/${via.transport} ${via.host}${port}${formatParams(via.params)}`;
}

/** The branch parameter; empty = none (RFC 2543). */
export const branchOf = (via: Via): string => paramOf(via.params, 'branch') ?? '';
