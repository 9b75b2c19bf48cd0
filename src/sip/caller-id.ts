/** Who calls: RFC 3325 (P-Asserted-Identity), RFC 3323 (Privacy), and the reasons that Japanese carriers give. Pure. */
import { displayName, parseAddress, type Address } from '../protocol/sip/address.ts';
import type { Essentials } from '../protocol/sip/essentials.ts';
import { listOf } from '../protocol/sip/list-header.ts';
import { headerOf, type SipRequest } from '../protocol/sip/message.ts';
import { SipParseError } from '../protocol/sip/parse-error.ts';
import { userOf } from '../protocol/sip/uri.ts';
import { referredByOf } from './referrals.ts';
import type { IncomingInvite } from './types.ts';

export type CallerId = Pick<IncomingInvite, 'caller' | 'withheldReason' | 'displayName'>;
type CallPath = Pick<IncomingInvite, 'to' | 'privacy' | 'referredBy' | 'diversion'>;

/** What an INVITE says of its way to us. */
export function callPathOf(request: SipRequest, essentials: Essentials): CallPath {
  return {
    to: userOf(essentials.to.parsed),
    privacy: (headerOf(request, 'privacy') ?? '').toLowerCase().split(/[;\s]+/).filter((word) => word !== ''),
    referredBy: referredByOf(request),
    diversion: diversionOf(request),
  };
}

/** A single History-Info entry is the call itself, diverted by nobody (RFC 7044 section 5). */
function diversionOf(request: SipRequest): string | null {
  try {
    const [diversion] = listOf(request, 'diversion');
    const history = diversion === undefined ? listOf(request, 'history-info') : [];
    const value = diversion ?? (history.length > 1 ? history[0] : undefined);
    return value === undefined ? null : userOf(parseAddress(value).parsed) || null;
  } catch (error) {
    if (error instanceof SipParseError) return null;
    throw error;
  }
}

/**
 * @param trusted whether the sender may assert identities (a trunk); a device's P-Asserted-Identity is ignored
 */
export function callerIdOf(request: SipRequest, essentials: Essentials, trusted: boolean): CallerId {
  const asserted = trusted ? assertedAddress(request) : null;
  const address = asserted ?? essentials.from;
  const shownName = displayName(essentials.from);
  const withheldReason = reasonFor(request, essentials.from, shownName);
  if (withheldReason !== null) return { caller: null, withheldReason, displayName: '' };
  const number = userOf(address.parsed);
  return { caller: number === '' ? null : number, withheldReason: null, displayName: displayName(address) || shownName };
}

function assertedAddress(request: SipRequest): Address | null {
  try {
    const [first] = listOf(request, 'p-asserted-identity');
    return first === undefined ? null : parseAddress(first);
  } catch (error) {
    if (error instanceof SipParseError) return null;
    throw error;
  }
}

/** Display names by which carriers say why there is no number (TTC JJ-90.24). */
function reasonFor(request: SipRequest, from: Address, name: string): CallerId['withheldReason'] {
  const lower = name.toLowerCase();
  if (lower.startsWith('coin line') || lower === 'payphone') return 'payphone';
  if (lower === 'unavailable' || lower === 'interaction with other service') return 'unavailable';
  const privacy = (headerOf(request, 'privacy') ?? '').toLowerCase().split(';');
  const asksPrivacy = privacy.some((word) => ['id', 'user', 'header', 'critical'].includes(word.trim()));
  const uri = from.parsed;
  const isAnonymous = lower === 'anonymous' || userOf(uri).toLowerCase() === 'anonymous' || uri.host.toLowerCase() === 'anonymous.invalid';
  return asksPrivacy || isAnonymous ? 'anonymous' : null;
}
