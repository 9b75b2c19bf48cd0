/** What a telephone is offered of the digest algorithms that we know. Pure. */
import { DIGEST_ALGORITHMS, type DigestAlgorithm } from '../protocol/sip/digest.ts';
import { headerOf, type SipRequest } from '../protocol/sip/message.ts';

/** Without MD5, which RFC 8760 leaves to telephones that know nothing better. */
const STRONG: readonly DigestAlgorithm[] = DIGEST_ALGORITHMS.filter((algorithm) => algorithm !== 'MD5');

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
 * The algorithms to offer, strongest first. The User-Agent is not proof of anything, but nothing is lost by believing it: what
 * it says can only make the offer shorter.
 * @param withMd5 the realm has telephones that need it
 */
export function offeredAlgorithms(request: SipRequest, withMd5: boolean): readonly DigestAlgorithm[] {
  const agent = headerOf(request, 'user-agent') ?? '';
  const known = LIMITED_AGENTS.find(({ prefix }) => agent.startsWith(prefix))?.algorithms ?? DIGEST_ALGORITHMS;
  const offered = withMd5 ? known : known.filter((algorithm) => algorithm !== 'MD5');
  // One that knows MD5 alone gets what it cannot take: an honest refusal rather than none at all.
  return offered.length > 0 ? offered : STRONG;
}
