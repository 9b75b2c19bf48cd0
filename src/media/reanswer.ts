/** A change of direction within a WebRTC session, by text alone: transport, keys and codecs stay what they are. Pure. */
import { MediaError } from './errors.ts';
import { narrowOffer } from './offer.ts';
import type { Direction } from './protocol.ts';

/** What both sides agreed on at first. */
export interface AgreedSession {
  /** Our first description. */
  localSdp: string;
  remoteSdp: string;
}

const MIRROR: Readonly<Record<Direction, Direction>> = { sendrecv: 'sendrecv', sendonly: 'recvonly', recvonly: 'sendonly', inactive: 'inactive' };

const linesOf = (sdp: string): string[] => sdp.split(/\r?\n/).filter((line) => line !== '');

const valueOf = (sdp: string, prefix: string): string | undefined => linesOf(sdp).find((line) => line.startsWith(prefix))?.slice(prefix.length);

/** Who opened DTLS: `active` or `passive` for us, as it has to be said again in each answer (RFC 8842 section 5.5). */
function ownRole({ localSdp, remoteSdp }: AgreedSession): string {
  const local = valueOf(localSdp, 'a=setup:');
  if (local === 'active' || local === 'passive') return local;
  return valueOf(remoteSdp, 'a=setup:') === 'active' ? 'passive' : 'active';
}

/**
 * Answers the offer of a re-INVITE or UPDATE, for example hold.
 * @param version `o=` version of the answer
 * @returns the direction as we see it
 * @throws MediaError `bad_sdp` when the peer wants another transport (ICE restart, another certificate), or its offer is bad
 */
export function reanswer(agreed: AgreedSession, offerSdp: string, version: number): { answerSdp: string; direction: Direction } {
  const { mid } = narrowOffer(offerSdp);
  for (const kept of ['a=ice-ufrag:', 'a=fingerprint:']) {
    if (valueOf(offerSdp, kept)?.toLowerCase() !== valueOf(agreed.remoteSdp, kept)?.toLowerCase()) throw new MediaError('bad_sdp', 'The connection cannot be changed within the call.');
  }
  if (mid !== valueOf(agreed.remoteSdp, 'a=mid:')) throw new MediaError('bad_sdp', 'The offer is about another stream.');
  const offered = linesOf(offerSdp).findLast((line) => /^a=(sendrecv|sendonly|recvonly|inactive)$/.test(line))?.slice(2) as Direction | undefined;
  const direction = MIRROR[offered ?? 'sendrecv'];
  const role = ownRole(agreed);
  const lines = linesOf(agreed.localSdp).map((line) => {
    if (line.startsWith('o=')) return line.replace(/^(o=\S+ \S+) \S+/, `$1 ${version}`);
    if (line.startsWith('a=setup:')) return `a=setup:${role}`;
    return /^a=(sendrecv|sendonly|recvonly|inactive)$/.test(line) ? `a=${direction}` : line;
  });
  return { answerSdp: `${lines.join('\r\n')}\r\n`, direction };
}
