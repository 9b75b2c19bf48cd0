/** STUN as keep-alive on the SIP port (RFC 5626 section 4.4.2): a phone behind NAT asks which address it has. Pure. */
import { StunParseError } from '../../protocol/stun/errors.ts';
import { BINDING, looksLikeStun, parseStun, serializeStun, type StunMessage, xorMappedAddress } from '../../protocol/stun/message.ts';

/** A SIP message begins with a letter, STUN with two zero bits; null = no request for an address. */
export function bindingRequest(bytes: Buffer): StunMessage | null {
  if (!looksLikeStun(bytes)) return null;
  try {
    const message = parseStun(bytes);
    return message.class === 'request' && message.method === BINDING ? message : null;
  } catch (error) {
    if (error instanceof StunParseError) return null;
    throw error;
  }
}

/** The answer, with the address that the request came from (RFC 8489 section 14.2). @throws RangeError when the host is no address */
export const bindingResponse = ({ transactionId }: StunMessage, host: string, port: number): Buffer =>
  serializeStun({ class: 'success', method: BINDING, transactionId, attributes: [xorMappedAddress({ host, port }, transactionId)] }, null, false);
