/** Making messages: responses from requests, and the headers that all of ours carry. Pure. */
import { headerId, type Header, type HeaderId } from '../protocol/sip/header.ts';
import { headerOf, NO_BODY, type SipRequest, type SipResponse } from '../protocol/sip/message.ts';
import { parseAddress, tagOf } from '../protocol/sip/address.ts';
import { SipParseError } from '../protocol/sip/parse-error.ts';
import { toWire } from '../protocol/sip/scan.ts';

/** Methods that we serve; the rest of the known ones is answered 405, unknown ones 501. */
export const ALLOWED_METHODS = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'INFO', 'REGISTER', 'PRACK', 'UPDATE', 'REFER', 'NOTIFY', 'SUBSCRIBE'] as const;
/** Registered methods that we do not serve (IANA "SIP Parameters", methods). */
export const REFUSED_METHODS: ReadonlySet<string> = new Set([
  'MESSAGE', 'PUBLISH',
]);
/** Extensions that a peer may require of us. */
export const EXTENSIONS = ['100rel', 'timer', 'replaces', 'norefersub'] as const;
/** Those that a REGISTER may require besides. */
export const REGISTRAR_EXTENSIONS = ['path', 'outbound'] as const;

/** A header with its id; the value is a text, not yet a wire string. */
export const header = (name: string, value: string): Header => ({ name, id: headerId(name), value: toWire(value) });

export const ALLOW: Header = header('Allow', ALLOWED_METHODS.join(', '));
export const SUPPORTED: Header = header('Supported', EXTENSIONS.join(', '));
export const ACCEPT: Header = header('Accept', 'application/sdp');
export const ACCEPT_ENCODING: Header = header('Accept-Encoding', 'identity');
/** What we take, as an answer to OPTIONS tells it (RFC 3261 section 11.2); our own words are English. */
export const CAPABILITIES: readonly Header[] = [ALLOW, ACCEPT, ACCEPT_ENCODING, header('Accept-Language', 'en'), SUPPORTED];
export const MAX_FORWARDS: Header = header('Max-Forwards', '70');
export const CONTENT_SDP: Header = header('Content-Type', 'application/sdp');

const REASONS: Readonly<Record<number, string>> = {
  100: 'Trying', 180: 'Ringing', 181: 'Call Is Being Forwarded', 182: 'Queued', 183: 'Session Progress', 200: 'OK', 202: 'Accepted',
  301: 'Moved Permanently', 302: 'Moved Temporarily', 422: 'Session Interval Too Small', 429: 'Provide Referrer Identity', 489: 'Bad Event',
  400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed', 406: 'Not Acceptable',
  408: 'Request Timeout', 410: 'Gone', 415: 'Unsupported Media Type', 416: 'Unsupported URI Scheme', 420: 'Bad Extension',
  423: 'Interval Too Brief', 480: 'Temporarily Unavailable', 481: 'Call/Transaction Does Not Exist', 482: 'Loop Detected',
  483: 'Too Many Hops', 484: 'Address Incomplete', 486: 'Busy Here', 487: 'Request Terminated', 488: 'Not Acceptable Here',
  491: 'Request Pending', 500: 'Server Internal Error', 501: 'Not Implemented', 503: 'Service Unavailable',
  504: 'Server Time-out', 505: 'Version Not Supported', 513: 'Message Too Large', 600: 'Busy Everywhere', 603: 'Decline',
};

/** The usual reason phrase of a status. */
export const reasonOf = (status: number): string => REASONS[status] ?? (status < 300 ? 'OK' : 'Failed');

export interface ResponseOptions {
  /** Added to To when the request had no To tag; not for 100. */
  toTag?: string;
  headers?: readonly Header[];
  /** Session description; brings its Content-Type. */
  sdp?: string;
  reason?: string;
}

/** Reason (RFC 3326) from our own word for it; `answered elsewhere` has a number that telephones know (no missed call). */
export function reasonHeaders(reason: string | undefined): Header[] {
  if (reason === undefined) return [];
  if (reason === ANSWERED_ELSEWHERE) return [header('Reason', 'SIP;cause=200;text="Call completed elsewhere"')];
  return [header('Reason', `SIP;text="${reason.replace(/["\\\r\n]/g, ' ')}"`)];
}

/** `hangup` with this reason tells other telephones of a ringing group that the call is no missed one. */
const ANSWERED_ELSEWHERE = 'answered elsewhere';

const COPIED: ReadonlySet<HeaderId> = new Set(['via', 'from', 'to', 'call-id', 'cseq']);

/** A response with all that RFC 3261 section 8.2.6 copies from the request. */
export function buildResponse(request: SipRequest, status: number, options: ResponseOptions = {}): SipResponse {
  const makesDialog = request.method === 'INVITE' && status > 100 && status < 300;
  const headers: Header[] = [];
  for (const line of request.headers) {
    const isCopied = COPIED.has(line.id) || (makesDialog && line.id === 'record-route') || (status === 100 && line.id === 'timestamp');
    if (!isCopied) continue;
    headers.push(line.id === 'to' && options.toTag !== undefined && status > 100 ? withTag(line, options.toTag) : line);
  }
  if (options.headers) headers.push(...options.headers);
  const body = options.sdp === undefined || options.sdp === '' ? NO_BODY : Buffer.from(options.sdp, 'utf8');
  if (body.length > 0) headers.push(CONTENT_SDP);
  return { kind: 'response', status, reason: toWire(options.reason ?? reasonOf(status)), headers, body };
}

/** The To header with our tag; a malformed one (which is only ever echoed in a refusal) gets it as well. */
function withTag(line: Header, tag: string): Header {
  try {
    if (tagOf(parseAddress(line.value)) !== '') return line;
  } catch (error) {
    if (!(error instanceof SipParseError)) throw error;
  }
  return { ...line, value: `${line.value};tag=${tag}` };
}

/** ACK to a final response other than 2xx: same branch, same route (RFC 3261 section 17.1.1.3). */
export function buildFailureAck(invite: SipRequest, response: SipResponse): SipRequest {
  const headers: Header[] = [];
  let hasVia = false;
  for (const line of invite.headers) {
    if (line.id === 'via') {
      if (!hasVia) headers.push(line);
      hasVia = true;
    } else if (line.id === 'from' || line.id === 'call-id' || line.id === 'route' || line.id === 'max-forwards') headers.push(line);
  }
  headers.push({ name: 'To', id: 'to', value: headerOf(response, 'to') ?? '' });
  const number = (headerOf(invite, 'cseq') ?? '').split(' ')[0] ?? '';
  headers.push({ name: 'CSeq', id: 'cseq', value: `${number} ACK` });
  return { kind: 'request', method: 'ACK', uri: invite.uri, headers, body: NO_BODY };
}

/** CANCEL of an INVITE that we sent: same Request-URI, top Via, Route, From, To, Call-ID and CSeq number (section 9.1). */
export function buildCancel(invite: SipRequest): SipRequest {
  const copied: ReadonlySet<HeaderId> = new Set(['via', 'from', 'to', 'call-id', 'route', 'max-forwards']);
  const headers = invite.headers.filter((line) => copied.has(line.id));
  const number = (headerOf(invite, 'cseq') ?? '').split(' ')[0] ?? '';
  headers.push({ name: 'CSeq', id: 'cseq', value: `${number} CANCEL` });
  return { kind: 'request', method: 'CANCEL', uri: invite.uri, headers, body: NO_BODY };
}
