/** Phones that cannot be offered what RFC 8760 recommends. Pure. */
import { DIGEST_ALGORITHMS, type DigestAlgorithm } from '../protocol/sip/digest.ts';
import { headerOf, type SipRequest } from '../protocol/sip/message.ts';

/**
 * Beginnings of User-Agent of phones that give up on a response in which any challenge has an algorithm other than MD5,
 * instead of passing over that challenge. Seen with baresip 1.0.0 (Debian 12).
 */
const MD5_ONLY_AGENTS = ['baresip v0.', 'baresip v1.'];

/**
 * The algorithms to offer, strongest first. The User-Agent is not proof of anything, but nothing is lost by believing it: MD5
 * is offered to everybody, only not alone.
 */
export function offeredAlgorithms(request: SipRequest): readonly DigestAlgorithm[] {
  const agent = headerOf(request, 'user-agent') ?? '';
  return MD5_ONLY_AGENTS.some((prefix) => agent.startsWith(prefix)) ? ['MD5'] : DIGEST_ALGORITHMS;
}
