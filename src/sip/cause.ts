/** Reason (RFC 3326) of CANCEL, BYE and refusals, as far as it can be read. Pure. */
import { parseReason } from '../protocol/sip/extensions.ts';
import { listOf } from '../protocol/sip/list-header.ts';
import { headerOf, type SipMessage } from '../protocol/sip/message.ts';
import { SipParseError } from '../protocol/sip/parse-error.ts';
import type { SipCause } from './types.ts';

/** Empty when there is no Reason, or a malformed one: it never decides anything. */
export function causeOf(message: SipMessage): { cause?: SipCause } {
  if (headerOf(message, 'reason') === null) return {};
  try {
    const [first] = listOf(message, 'reason');
    return first === undefined ? {} : { cause: parseReason(first) };
  } catch (error) {
    if (error instanceof SipParseError) return {};
    throw error;
  }
}
