/** The INVITE of a call that we place, and who it says that we are (RFC 3261 section 8.1.1, RFC 3323, RFC 3325). Pure. */
import { wireDisplay } from '../protocol/sip/address.ts';
import { formatReplaces, type ReplacesValue } from '../protocol/sip/extensions.ts';
import type { Header } from '../protocol/sip/header.ts';
import { NO_BODY, type SipRequest } from '../protocol/sip/message.ts';
import { escapeUser, parseUri, uriParam } from '../protocol/sip/uri.ts';
import { ALLOW, CONTENT_SDP, header, MAX_FORWARDS, SUPPORTED } from './build.ts';
import type { OutboundTarget } from './types.ts';

/** Reliable provisionals need an offer in the INVITE: without one the PRACK would have to bring the answer. */
const SUPPORTED_WITHOUT_OFFER: Header = header('Supported', 'timer, replaces, norefersub');

interface InviteParts {
  uri: string;
  localTag: string;
  callId: string;
  cseq: number;
  contact: string;
  /** Route to a telephone that registered through proxies, the first one first. */
  path: readonly string[];
  /** Our host when the target names none. */
  address: string;
  /** The leg of `target.replacesLegId`, as its peer knows it. */
  replaces: ReplacesValue | null;
  /** Credentials, and Session-Expires. */
  extra: readonly Header[];
}

/** Still without Via. */
export function buildInvite(target: OutboundTarget, parts: InviteParts): SipRequest {
  const { uri, localTag, callId, cseq, contact, extra } = parts;
  const headers: Header[] = [MAX_FORWARDS];
  for (const value of parts.path) headers.push({ name: 'Route', id: 'route', value });
  if (target.outboundProxy && parts.path.length === 0) headers.push({ name: 'Route', id: 'route', value: `<${looseRoute(target.outboundProxy)}>` });
  const from = target.privacy ? '"Anonymous" <sip:anonymous@anonymous.invalid>' : ownAddress(target, target.fromUser, parts.address);
  headers.push(
    { name: 'From', id: 'from', value: `${from};tag=${localTag}` },
    { name: 'To', id: 'to', value: `<${target.toUri ?? uri}>` },
    { name: 'Call-ID', id: 'call-id', value: callId },
    { name: 'CSeq', id: 'cseq', value: `${cseq} INVITE` },
    { name: 'Contact', id: 'contact', value: `<${contact}>` },
    ALLOW,
    target.sdp === '' ? SUPPORTED_WITHOUT_OFFER : SUPPORTED,
  );
  pushIdentity(headers, target, parts.address);
  const replaces = parts.replaces ? formatReplaces(parts.replaces) : target.replaces;
  // A peer that does not know Replaces must refuse: as an ordinary call it would ring beside the one to be replaced.
  if (replaces) headers.push(header('Replaces', replaces), header('Require', 'replaces'));
  if (target.referredBy) headers.push(header('Referred-By', `<${target.referredBy}>`));
  headers.push(...extra);
  const body = target.sdp === '' ? NO_BODY : Buffer.from(target.sdp, 'utf8');
  if (body.length > 0) headers.push(CONTENT_SDP);
  return { kind: 'request', method: 'INVITE', uri, headers, body };
}

function pushIdentity(headers: Header[], target: OutboundTarget, address: string): void {
  if (target.identity === 'asserted' || target.identity === 'preferred') {
    const name = target.identity === 'asserted' ? 'P-Asserted-Identity' : 'P-Preferred-Identity';
    headers.push({ name, id: name.toLowerCase(), value: ownAddress(target, target.assertedUser ?? target.fromUser, address) });
  }
  if (target.privacy) headers.push(header('Privacy', 'id'));
}

function ownAddress(target: OutboundTarget, user: string, address: string): string {
  const uri = `<sip:${escapeUser(user)}@${target.fromHost ?? address}>`;
  const display = wireDisplay(target.fromDisplayName);
  return display === '' ? uri : `${display} ${uri}`;
}

/** A proxy without `lr` would get its own address as Request-URI (RFC 3261 section 12.2.1.1); none of today wants that. */
function looseRoute(uri: string): string {
  return uriParam(parseUri(uri), 'lr') === undefined ? `${uri};lr` : uri;
}
