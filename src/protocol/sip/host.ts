/** `host [":" port]` as it stands in URIs and Via (RFC 3261 section 25.1). */
import { LIMITS } from './limits.ts';
import { SipParseError } from './parse-error.ts';
import { digits, hostNameEnd, skipSpace } from './scan.ts';

export interface HostPort {
  /** Name or address as written; IPv6 keeps its brackets. */
  host: string;
  /** Null = not given. */
  port: number | null;
  /** Index of the first character after it. */
  end: number;
}

/**
 * Reads host and port at `at`.
 * @param spaces whether spaces may stand around the colon (they may in Via, not in a URI)
 * @throws SipParseError
 */
export function parseHostPort(text: string, at: number, spaces: boolean): HostPort {
  const end = text.charCodeAt(at) === 91 ? ipv6End(text, at) : hostNameEnd(text, at);
  if (end === at) throw new SipParseError('empty host', at);
  if (end - at > LIMITS.hostLength) throw new SipParseError('host too long', at);
  const host = text.slice(at, end);
  const colon = spaces ? skipSpace(text, end) : end;
  if (text.charCodeAt(colon) !== 58) return { host, port: null, end };
  const portStart = spaces ? skipSpace(text, colon + 1) : colon + 1;
  let portEnd = portStart;
  while (isDigit(text.charCodeAt(portEnd))) portEnd++;
  const port = digits(text.slice(portStart, portEnd), 65_535);
  if (Number.isNaN(port)) throw new SipParseError('bad port', portStart);
  return { host, port, end: portEnd };
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** IPv6 is checked by its characters only: what cannot be reached fails when it is used, as any other address does. */
function ipv6End(text: string, at: number): number {
  let colons = 0;
  for (let index = at + 1; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 93) {
      if (colons < 2) break;
      return index + 1;
    }
    if (code === 58) colons++;
    else if (code !== 46 && !isHex(code)) break;
  }
  throw new SipParseError('bad IPv6 reference', at);
}

/** True for 0-9, A-F, a-f. */
export function isHex(code: number): boolean {
  return isDigit(code) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102);
}

/** The host without the brackets of an IPv6 reference, as sockets want it. */
export const bareHost = (host: string): string => (host.charCodeAt(0) === 91 ? host.slice(1, -1) : host);

/** The host as it is written in a URI: an IPv6 address gets brackets. */
export const bracketHost = (host: string): string => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host);
