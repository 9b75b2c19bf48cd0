/**
 * Dialogs (RFC 3261 section 12) as plain JSON data and pure functions.
 *
 *     early ──2xx──► confirmed ──BYE (either side), 481, 408──► terminated
 *       └──300-699, CANCEL──────────────────────────────────────►
 *
 * early: a provisional response with a To tag. confirmed: a 2xx was sent or received; requests flow both ways, numbered by
 * CSeq. terminated: nothing more may be sent but the answers still due.
 */
import { formatAddress, parseAddress, type Address } from '../protocol/sip/address.ts';
import type { Essentials } from '../protocol/sip/essentials.ts';
import type { Header } from '../protocol/sip/header.ts';
import { listOf } from '../protocol/sip/list-header.ts';
import { headerOf, NO_BODY, type SipRequest, type SipResponse } from '../protocol/sip/message.ts';
import { formatUri, parseUri, uriParam, type SipUri } from '../protocol/sip/uri.ts';
import { CONTENT_SDP, MAX_FORWARDS } from './build.ts';
import type { Hop } from './transport.ts';

export interface DialogState {
  session: 'early' | 'confirmed' | 'terminated';
  callId: string;
  localTag: string;
  /** Empty = the peer is of RFC 2543 and has none. */
  remoteTag: string;
  /** From of our requests, without tag; wire string. */
  localAddress: string;
  /** To of our requests, without tag; wire string. */
  remoteAddress: string;
  /** CSeq of our last request; 0 = none yet. */
  localSeq: number;
  /** CSeq of the peer's last request; -1 = none yet. */
  remoteSeq: number;
  /** CSeq of our last INVITE: its ACK repeats it. */
  localInviteSeq: number;
  /** URI of the peer's Contact. */
  remoteTarget: string;
  /** Route values in the order in which we send them. */
  routeSet: string[];
  /** Our Contact URI. */
  contact: string;
  /** Send here whatever the target says: a TCP connection, or a peer behind NAT; null = go by route set and target. */
  flow: Hop | null;
}

/** The dialog of an INVITE that we answer (section 12.1.1). */
export function uasDialog(request: SipRequest, essentials: Essentials, localTag: string, contact: string, flow: Hop | null): DialogState {
  return {
    session: 'confirmed',
    callId: essentials.callId,
    localTag,
    remoteTag: essentials.fromTag,
    localAddress: withoutTag(essentials.to),
    remoteAddress: withoutTag(essentials.from),
    localSeq: 0,
    remoteSeq: essentials.cseq,
    localInviteSeq: 0,
    // RFC 2543 clients may leave Contact out: their From is all that is left to send to.
    remoteTarget: contactUri(request) ?? essentials.from.uri,
    routeSet: listOf(request, 'record-route'),
    contact,
    flow,
  };
}

/** The dialog of a response to our INVITE (section 12.1.2). */
export function uacDialog(request: SipRequest, response: SipResponse, essentials: Essentials, contact: string, flow: Hop | null): DialogState {
  return {
    session: response.status < 200 ? 'early' : 'confirmed',
    callId: essentials.callId,
    localTag: essentials.fromTag,
    remoteTag: essentials.toTag,
    localAddress: withoutTag(essentials.from),
    remoteAddress: withoutTag(essentials.to),
    localSeq: essentials.cseq,
    remoteSeq: -1,
    localInviteSeq: essentials.cseq,
    remoteTarget: contactUri(response) ?? request.uri,
    routeSet: listOf(response, 'record-route').toReversed(),
    contact,
    flow,
  };
}

function withoutTag(address: Address): string {
  return formatAddress({ ...address, params: address.params.filter(({ name }) => name.toLowerCase() !== 'tag') });
}

/** The first Contact's URI, without headers that would otherwise slip into our requests; null = none. */
export function contactUri(message: SipRequest | SipResponse): string | null {
  const [first] = listOf(message, 'contact');
  if (first === undefined || first === '*') return null;
  const { uri, parsed } = parseAddress(first);
  return requestUriOf(uri, parsed);
}

/** A URI made fit to stand in a request line: no headers, no method parameter (section 19.1.1, table 1). */
export function requestUriOf(text: string, uri: SipUri = parseUri(text)): string {
  if (uri.headers === '' && uriParam(uri, 'method') === undefined) return text;
  return formatUri({ ...uri, headers: '', params: uri.params.filter(({ name }) => name.toLowerCase() !== 'method') });
}

export interface DialogRequestOptions {
  headers?: readonly Header[];
  sdp?: string;
  /** Another body than a session description; UTF-8. */
  body?: { type: string; text: string };
}

/** Requests that make or refresh a target (RFC 3261 section 12.2, RFC 3311, RFC 3515, RFC 6665). */
const CARRIES_CONTACT: ReadonlySet<string> = new Set(['INVITE', 'UPDATE', 'REFER', 'SUBSCRIBE', 'NOTIFY']);

/**
 * A request within the dialog (section 12.2.1.1), still without Via. ACK repeats the number of the INVITE, all others count
 * on. The To and From keep the addresses of the first INVITE.
 */
export function dialogRequest(
  state: DialogState,
  method: string,
  options: DialogRequestOptions = {},
): { state: DialogState; request: SipRequest } {
  const isAck = method === 'ACK';
  const cseq = isAck ? state.localInviteSeq : state.localSeq + 1;
  const { uri, routes } = routing(state);
  const remoteTag = state.remoteTag === '' ? '' : `;tag=${state.remoteTag}`;
  const headers: Header[] = [MAX_FORWARDS];
  for (const route of routes) headers.push({ name: 'Route', id: 'route', value: route });
  headers.push(
    { name: 'From', id: 'from', value: `${state.localAddress};tag=${state.localTag}` },
    { name: 'To', id: 'to', value: `${state.remoteAddress}${remoteTag}` },
    { name: 'Call-ID', id: 'call-id', value: state.callId },
    { name: 'CSeq', id: 'cseq', value: `${cseq} ${method}` },
  );
  if (CARRIES_CONTACT.has(method)) headers.push({ name: 'Contact', id: 'contact', value: `<${state.contact}>` });
  if (options.headers) headers.push(...options.headers);
  const text = options.body?.text ?? options.sdp ?? '';
  const body = text === '' ? NO_BODY : Buffer.from(text, 'utf8');
  if (body.length > 0) headers.push(options.body ? { name: 'Content-Type', id: 'content-type', value: options.body.type } : CONTENT_SDP);
  const next = isAck ? state : { ...state, localSeq: cseq, localInviteSeq: method === 'INVITE' ? cseq : state.localInviteSeq };
  return { state: next, request: { kind: 'request', method, uri, headers, body } };
}

/** Loose routing, or, when the first route has no `lr`, strict routing (section 12.2.1.1). */
function routing(state: DialogState): { uri: string; routes: readonly string[] } {
  const [first] = state.routeSet;
  if (first === undefined) return { uri: state.remoteTarget, routes: [] };
  const { uri, parsed } = parseAddress(first);
  if (uriParam(parsed, 'lr') !== undefined) return { uri: state.remoteTarget, routes: state.routeSet };
  return { uri: requestUriOf(uri, parsed), routes: [...state.routeSet.slice(1), `<${state.remoteTarget}>`] };
}

/** The URI whose host the next request goes to. */
export function nextHopUri(state: DialogState): string {
  const [first] = state.routeSet;
  return first === undefined ? state.remoteTarget : parseAddress(first).uri;
}

/**
 * Takes a request of the peer (section 12.2.2). A number that is not higher than the last is out of order; ACK has the
 * number of its INVITE and is not counted.
 */
export function receiveRequest(state: DialogState, request: SipRequest, cseq: number): { state: DialogState; inOrder: boolean } {
  if (cseq <= state.remoteSeq) return { state, inOrder: false };
  const target = CARRIES_CONTACT.has(request.method) ? contactUri(request) : null;
  return { state: { ...state, remoteSeq: cseq, remoteTarget: target ?? state.remoteTarget }, inOrder: true };
}

/** Takes the Contact of a 2xx to our re-INVITE (target refresh, section 12.2.1.2). */
export function refreshTarget(state: DialogState, response: SipResponse): DialogState {
  const target = contactUri(response);
  return target === null ? state : { ...state, remoteTarget: target };
}

/** True when the message belongs to this dialog; RFC 2543 peers may leave their tag out. */
export function belongsTo(state: DialogState, essentials: Essentials): boolean {
  return essentials.callId === state.callId && essentials.fromTag === state.remoteTag && essentials.toTag === state.localTag;
}

/** Reads a dialog back from the journal; null when it is none. */
export function restoreDialog(data: unknown): DialogState | null {
  if (typeof data !== 'object' || data === null) return null;
  const state = data as DialogState;
  const texts = [state.callId, state.localTag, state.remoteTag, state.localAddress, state.remoteAddress, state.remoteTarget, state.contact];
  const numbers = [state.localSeq, state.remoteSeq, state.localInviteSeq];
  const isWhole =
    texts.every((text) => typeof text === 'string') && numbers.every(Number.isInteger) && Array.isArray(state.routeSet);
  if (!isWhole) return null;
  const { session, callId, localTag, remoteTag, localAddress, remoteAddress, localSeq, remoteSeq, localInviteSeq, remoteTarget, contact } = state;
  const kept = { session, callId, localTag, remoteTag, localAddress, remoteAddress, localSeq, remoteSeq, localInviteSeq, remoteTarget, contact };
  return { ...kept, routeSet: [...state.routeSet], flow: state.flow ? { ...state.flow } : null };
}

/** True when a Record-Route says that a proxy stays in the path. */
export const isProxied = (request: SipRequest): boolean => headerOf(request, 'record-route') !== null;
