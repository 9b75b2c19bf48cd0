/** The six headers without which nothing can be done with a message (RFC 3261 section 8.1.1), parsed and checked. */
import { parseAddress, tagOf, type Address } from './address.ts';
import { MAX_CSEQ } from './limits.ts';
import { headerOf, type SipMessage } from './message.ts';
import { SipParseError } from './parse-error.ts';
import { digits, isToken, skipSpace, splitList } from './scan.ts';
import { branchOf, parseVia, type Via } from './via.ts';

export interface Essentials {
  /** The top Via. */
  via: Via;
  branch: string;
  callId: string;
  cseq: number;
  cseqMethod: string;
  from: Address;
  /** Empty = none: an RFC 2543 peer. */
  fromTag: string;
  to: Address;
  toTag: string;
}

/**
 * Reads Via, Call-ID, CSeq, From and To.
 * @throws SipParseError when one is missing or malformed
 */
export function readEssentials(message: SipMessage): Essentials {
  const viaValue = needed(message, 'via');
  const via = parseVia(viaValue.includes(',') ? (splitList(viaValue)[0] ?? '') : viaValue);
  const { cseq, cseqMethod } = parseCSeq(needed(message, 'cseq'));
  const from = parseAddress(needed(message, 'from'));
  const to = parseAddress(needed(message, 'to'));
  const callId = needed(message, 'call-id');
  if (callId.includes(' ')) throw new SipParseError('space in Call-ID', callId.indexOf(' '));
  return { via, branch: branchOf(via), callId: owned(callId), cseq, cseqMethod, from, fromTag: owned(tagOf(from)), to, toTag: owned(tagOf(to)) };
}

/** A copy for those who keep it: a piece of a text is a view of the text, and would hold the whole message in memory. */
const owned = (piece: string): string => ` ${piece}`.slice(1);

function needed(message: SipMessage, id: string): string {
  const value = headerOf(message, id);
  if (value === null || value === '') throw new SipParseError(`no ${id}`, 0);
  return value;
}

/** Parses `CSeq`: a number below 2^31 and a method. @throws SipParseError */
export function parseCSeq(value: string): { cseq: number; cseqMethod: string } {
  const space = value.search(/[ \t]/);
  const cseq = space < 0 ? Number.NaN : digits(value.slice(0, space), MAX_CSEQ);
  const cseqMethod = space < 0 ? '' : value.slice(skipSpace(value, space));
  if (Number.isNaN(cseq) || !isToken(cseqMethod)) throw new SipParseError('bad CSeq', 0);
  return { cseq, cseqMethod };
}
