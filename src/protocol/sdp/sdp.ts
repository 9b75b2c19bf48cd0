/** Session descriptions (RFC 8866): lines in their order, unknown ones included. What they mean is in `negotiate.ts`. */

/** A description that cannot be read, or not be accepted. */
export class SdpError extends Error {
  /** Characters from the start of the text; 0 when the fault is in the meaning. */
  readonly offset: number;
  readonly reason: string;
  /** SIP status to refuse the request with: 400 malformed, 488 nothing in common. */
  readonly status: number;

  constructor(reason: string, offset: number, status = 400) {
    super(`${reason} at ${offset}`);
    this.name = 'SdpError';
    this.reason = reason;
    this.offset = offset;
    this.status = status;
  }
}

export interface SdpLine {
  /** One letter. */
  type: string;
  value: string;
}

export interface SdpMedia {
  /** `audio`, `video` … */
  media: string;
  /** 0 = refused or switched off. */
  port: number;
  /** What follows the port (`/2`), as written. */
  portSuffix: string;
  proto: string;
  formats: string[];
  /** All lines after `m=`. */
  lines: SdpLine[];
}

export interface Sdp {
  /** Session lines from `v=` to the first `m=`. */
  lines: SdpLine[];
  media: SdpMedia[];
}

const SDP_LIMITS = { characters: 65_535, lines: 1000, media: 32, formats: 64 } as const;

/**
 * Parses a session description; LF alone is taken for a line end too.
 * @throws SdpError
 */
export function parseSdp(text: string): Sdp {
  if (text.length > SDP_LIMITS.characters) throw new SdpError('SDP too large', SDP_LIMITS.characters);
  const sdp: Sdp = { lines: [], media: [] };
  let current = sdp.lines;
  let count = 0;
  let at = 0;
  while (at < text.length) {
    const newline = text.indexOf('\n', at);
    const next = newline < 0 ? text.length : newline;
    const end = next > at && text.charCodeAt(next - 1) === 13 ? next - 1 : next;
    if (end > at) {
      const line = parseLine(text, at, end);
      if (++count > SDP_LIMITS.lines) throw new SdpError('too many SDP lines', at);
      if (line.type === 'm') {
        const media = parseMediaLine(line.value, at);
        if (sdp.media.push(media) > SDP_LIMITS.media) throw new SdpError('too many media', at);
        current = media.lines;
      } else current.push(line);
    }
    at = next + 1;
  }
  if (sdp.lines[0]?.type !== 'v' || sdp.lines[0].value !== '0') throw new SdpError('SDP does not begin with v=0', 0);
  return sdp;
}

function parseLine(text: string, at: number, end: number): SdpLine {
  const code = text.charCodeAt(at);
  if (code < 97 || code > 122 || text.charCodeAt(at + 1) !== 61) throw new SdpError('bad SDP line', at);
  const value = text.slice(at + 2, end);
  if (value.includes('\r') || value.includes('\0')) throw new SdpError('bad character in SDP', at);
  return { type: text.charAt(at), value };
}

function parseMediaLine(value: string, offset: number): SdpMedia {
  const [media = '', portText = '', proto = '', ...formats] = value.split(' ').filter((word) => word !== '');
  const slash = portText.indexOf('/');
  const portDigits = slash < 0 ? portText : portText.slice(0, slash);
  const port = /^\d{1,5}$/.test(portDigits) ? Number(portDigits) : Number.NaN;
  const isWellFormed = port <= 65_535 && proto !== '' && formats.length > 0 && formats.length <= SDP_LIMITS.formats;
  if (!isWellFormed) throw new SdpError('bad m= line', offset);
  return { media, port, portSuffix: slash < 0 ? '' : portText.slice(slash), proto, formats, lines: [] };
}

/** Writes a session description with CRLF line ends. */
export function formatSdp(sdp: Sdp): string {
  let out = formatLines(sdp.lines);
  for (const media of sdp.media) {
    out += `m=${media.media} ${media.port}${media.portSuffix} ${media.proto} ${media.formats.join(' ')}\r\n`;
    out += formatLines(media.lines);
  }
  return out;
}

const formatLines = (lines: readonly SdpLine[]): string => lines.map(({ type, value }) => `${type}=${value}\r\n`).join('');

/** Value of the first attribute `a=name` or `a=name:value` among the lines; '' = without value, null = absent. */
export function attribute(lines: readonly SdpLine[], name: string): string | null {
  for (const { type, value } of lines) {
    if (type !== 'a') continue;
    if (value === name) return '';
    if (value.startsWith(name) && value.charCodeAt(name.length) === 58) return value.slice(name.length + 1);
  }
  return null;
}
