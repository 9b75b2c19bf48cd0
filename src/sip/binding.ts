/** One registered contact: how it is made from a REGISTER, and what of it outlives this process. Pure. */
import { parseAddress, type Address } from '../protocol/sip/address.ts';
import { bareHost } from '../protocol/sip/host.ts';
import { listOf } from '../protocol/sip/list-header.ts';
import type { SipRequest } from '../protocol/sip/message.ts';
import { SipParseError } from '../protocol/sip/parse-error.ts';
import { paramOf, type Param } from '../protocol/sip/scan.ts';
import { parseUri, sameUri, uriParam, type SipUri } from '../protocol/sip/uri.ts';
import type { IncomingRequest } from './endpoint.ts';
import { isStream } from './transport.ts';
import type { ContactBinding } from './types.ts';

/** A binding as plain data, for a restart. */
export interface KeptBinding extends ContactBinding {
  /** Contact parameters as the device gave them, but `expires`. */
  params: readonly Param[];
  callId: string;
  cseq: number;
  /** True when the device is behind NAT, behind a proxy or on TCP: send to `source`, not to the URI. */
  viaSource: boolean;
  /** Route of requests to the device, outermost proxy first (RFC 3327). */
  path: readonly string[];
}

export interface Binding extends KeptBinding {
  parsed: SipUri;
  stopTimer: () => void;
}

/** What a REGISTER asks for one contact, before anything is changed. */
export interface Wish {
  address: Address;
  parsed: SipUri;
  /** s */
  expires: number;
}

/** A path may be so long: each entry is a header of every request to the device. */
const MAX_PATH = 10;

/** @throws SipParseError when an entry is no address, or there are too many */
export function pathOf(request: SipRequest): string[] {
  const path = listOf(request, 'path');
  if (path.length > MAX_PATH) throw new SipParseError('Path is too long', 0);
  for (const entry of path) {
    // Without `lr` the entry would be taken for the target (RFC 3327 section 5.1 wants it).
    if (uriParam(parseAddress(entry).parsed, 'lr') === undefined) throw new SipParseError('Path without lr', 0);
  }
  return path;
}

/**
 * Which flow of which device this is (RFC 5626 section 6): a new registration of the same one takes the place of the old one,
 * whatever its address. Null = the device does not say, or a proxy without outbound stands between.
 */
export function flowIdOf({ request }: Pick<IncomingRequest, 'request'>, params: readonly Param[]): string | null {
  const instance = paramOf(params, '+sip.instance');
  const regId = paramOf(params, 'reg-id');
  const isWanted = listOf(request, 'supported').some((tag) => tag.toLowerCase() === 'outbound');
  const isDirect = listOf(request, 'via').length === 1;
  const hasOutboundPath = listOf(request, 'path').some((entry) => uriParam(parseAddress(entry).parsed, 'ob') !== undefined);
  return isWanted && instance && regId && (isDirect || hasOutboundPath) ? `${instance};${regId}` : null;
}

const keptFlowId = (params: readonly Param[]): string => `${paramOf(params, '+sip.instance') ?? ''};${paramOf(params, 'reg-id') ?? ''}`;

/** Whether a wish is about this binding. @param flowId of the wish */
export const isAbout = (wish: Wish, flowId: string | null, binding: Binding): boolean =>
  sameUri(wish.parsed, binding.parsed) || (flowId !== null && flowId === keptFlowId(binding.params));

/** @param expiresAt wall clock, ms */
export function bindingOf(wish: Wish, { request, essentials, source }: IncomingRequest, path: readonly string[], expiresAt: number): Binding {
  const params = wish.address.params.filter(({ name }) => name.toLowerCase() !== 'expires');
  // What a proxy brought goes back through it: only the proxy has the telephone's connection.
  const isProxied = listOf(request, 'via').length > 1;
  const isFlow = flowIdOf({ request }, params) !== null;
  return {
    uri: wish.address.uri,
    source,
    expiresAt,
    parsed: wish.parsed,
    params,
    callId: essentials.callId,
    cseq: essentials.cseq,
    viaSource: isProxied || isFlow || source.transport !== 'udp' || bareHost(essentials.via.host) !== source.host,
    path,
    stopTimer: () => undefined,
  };
}

export const keptOf = ({ parsed: _parsed, stopTimer: _stopTimer, ...kept }: Binding): KeptBinding => kept;

/**
 * A binding from before a restart.
 * @returns null for a contact to which only its connection led, which is gone (RFC 7118 section 5 for WebSocket)
 */
export function bindingFrom(kept: KeptBinding): Binding | null {
  const parsed = parseUri(kept.uri);
  const { transport, host } = kept.source;
  const isBrowser = transport === 'ws' || transport === 'wss';
  if (isBrowser || (isStream(transport) && kept.path.length === 0 && bareHost(parsed.host) !== host)) return null;
  return { ...kept, parsed, stopTimer: () => undefined };
}
