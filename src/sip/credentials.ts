/** Answering 401 and 407 with credentials of exactly one realm, so that nobody else can fish for them. Pure but for the cnonce. */
import { answerChallenge, DIGEST_ALGORITHMS, formatCredentials, knownAlgorithm, parseChallenge, type DigestChallenge } from '../protocol/sip/digest.ts';
import type { Header } from '../protocol/sip/header.ts';
import { headersOf, type SipRequest, type SipResponse } from '../protocol/sip/message.ts';
import { SipParseError } from '../protocol/sip/parse-error.ts';
import { toWire } from '../protocol/sip/scan.ts';
import type { OutboundTarget } from './types.ts';

export type Credentials = OutboundTarget['credentials'];

const SECOND_TRY = 'again-';

/**
 * The header that answers a challenge, or null when we cannot or will not.
 * @param alreadyTried a second challenge is only answered when it says that the nonce was stale
 */
export function answerTo(
  response: SipResponse,
  request: SipRequest,
  credentials: Credentials,
  alreadyTried: boolean,
  cnonce: string,
): Header | null {
  if (credentials === null) return null;
  const isProxy = response.status === 407;
  const challenge = bestChallenge(headersOf(response, isProxy ? 'proxy-authenticate' : 'www-authenticate'), credentials.realm);
  if (!challenge || (alreadyTried && !challenge.stale)) return null;
  // A server that calls every nonce stale must not keep us asking: our own cnonce says that this was the second try.
  const isThird = [...headersOf(request, 'authorization'), ...headersOf(request, 'proxy-authorization')].some((value) => value.includes(`cnonce="${SECOND_TRY}`));
  if (isThird) return null;
  const answer = answerChallenge(challenge, credentials, request, alreadyTried ? `${SECOND_TRY}${cnonce}` : cnonce);
  if (!answer) return null;
  const name = isProxy ? 'Proxy-Authorization' : 'Authorization';
  return { name, id: name.toLowerCase(), value: toWire(formatCredentials(answer)) };
}

/** The strongest algorithm among the challenges of our realm (RFC 8760 section 2.4). */
function bestChallenge(values: readonly string[], realm: string): DigestChallenge | null {
  const ours = values.map(readChallenge).filter((challenge) => challenge?.realm === realm);
  for (const algorithm of DIGEST_ALGORITHMS) {
    const found = ours.find((challenge) => challenge && knownAlgorithm(challenge.algorithm) === algorithm);
    if (found) return found;
  }
  return null;
}

function readChallenge(value: string): DigestChallenge | null {
  try {
    return parseChallenge(value);
  } catch (error) {
    if (error instanceof SipParseError) return null;
    throw error;
  }
}
