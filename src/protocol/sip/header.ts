/** Names of header fields: one canonical id for every spelling, compact forms included (RFC 3261 section 7.3.3). */

/** Canonical id: the long name in lower case. */
export type HeaderId = string;

/** One header line after unfolding. */
export interface Header {
  /** Name as it was written; serialized again in the same way. */
  name: string;
  id: HeaderId;
  /** Wire string (one character per byte), without the spaces around it. */
  value: string;
}

/** Long names in their usual spelling; those after a `/` are the compact form. */
const KNOWN = [
  'Accept', 'Accept-Contact/a', 'Accept-Encoding', 'Accept-Language', 'Alert-Info', 'Allow', 'Allow-Events/u',
  'Authentication-Info', 'Authorization', 'Call-ID/i', 'Call-Info', 'Contact/m', 'Content-Disposition', 'Content-Encoding/e',
  'Content-Language', 'Content-Length/l', 'Content-Type/c', 'CSeq', 'Date', 'Diversion', 'Error-Info', 'Event/o', 'Expires',
  'From/f', 'History-Info', 'Identity/y', 'In-Reply-To', 'Info-Package', 'Max-Forwards', 'MIME-Version', 'Min-Expires', 'Min-SE',
  'Organization', 'P-Asserted-Identity', 'P-Preferred-Identity', 'Path', 'Priority', 'Privacy', 'Proxy-Authenticate',
  'Proxy-Authorization', 'Proxy-Require', 'RAck', 'Reason', 'Record-Route', 'Refer-To/r', 'Referred-By/b', 'Reject-Contact/j',
  'Remote-Party-ID', 'Replaces', 'Reply-To', 'Request-Disposition/d', 'Require', 'Retry-After', 'Route', 'RSeq', 'Server',
  'Service-Route', 'Session-Expires/x', 'Subject/s', 'Subscription-State', 'Supported/k', 'Timestamp', 'To/t', 'Unsupported',
  'User-Agent', 'Via/v', 'Warning', 'WWW-Authenticate',
] as const;

const IDS = new Map<string, HeaderId>();
for (const entry of KNOWN) {
  const [name = '', compact] = entry.split('/');
  const id = name.toLowerCase();
  IDS.set(name, id).set(id, id);
  if (compact) IDS.set(compact, id).set(compact.toUpperCase(), id);
}

/** The id of a header name in any spelling. An unknown header has its own name in lower case. */
export function headerId(name: string): HeaderId {
  const known = IDS.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  return IDS.get(lower) ?? lower;
}

/** Headers that may stand only once (RFC 3261 section 7.3.1: those that are no comma-separated list). */
export const SINGLE_HEADERS: ReadonlySet<HeaderId> = new Set([
  'call-id', 'content-disposition', 'content-length', 'content-type', 'cseq', 'date', 'expires', 'from', 'max-forwards',
  'mime-version', 'min-expires', 'priority', 'referred-by', 'refer-to', 'replaces', 'subject', 'timestamp', 'to', 'user-agent',
]);
