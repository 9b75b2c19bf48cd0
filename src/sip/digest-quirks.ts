/** Phones that cannot be offered all that RFC 8760 recommends. Pure. */
import { DIGEST_ALGORITHMS, type DigestAlgorithm } from '../protocol/sip/digest.ts';
import { headerOf, type SipRequest } from '../protocol/sip/message.ts';

/**
 * Phones that give up on a response in which any challenge has an algorithm unknown to them, instead of passing over that
 * challenge, by the beginning of their User-Agent. Seen with baresip 1.0.0 and linphonec 5.1.65 (Debian 12).
 */
const LIMITED_AGENTS: readonly { prefix: string; algorithms: readonly DigestAlgorithm[] }[] = [
  { prefix: 'baresip v0.', algorithms: ['MD5'] },
  { prefix: 'baresip v1.', algorithms: ['MD5'] },
  { prefix: 'Linphone', algorithms: ['SHA-256', 'MD5'] },
];

/**
 * The algorithms to offer, strongest first. The User-Agent is not proof of anything, but nothing is lost by believing it: MD5
 * is offered to everybody, only not alone.
 */
export function offeredAlgorithms(request: SipRequest): readonly DigestAlgorithm[] {
  const agent = headerOf(request, 'user-agent') ?? '';
  return LIMITED_AGENTS.find(({ prefix }) => agent.startsWith(prefix))?.algorithms ?? DIGEST_ALGORITHMS;
}
