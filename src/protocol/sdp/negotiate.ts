/**
 * Offer and answer (RFC 3264) for what we speak: one audio stream of G.711, G.722 or Opus with telephone-event (RFC 4733), plain
 * or protected. Pure; the caller owns addresses, ports and keys.
 */
import { CODECS, type CodecName } from '../rtp/codecs.ts';
import { chooseCodec, chooseDtmf, ownDtmfType, ownPayloadType } from './codecs.ts';
import { attribute, formatSdp, parseSdp, SdpError, type Sdp, type SdpLine, type SdpMedia } from './sdp.ts';
import {
  cryptoAttribute,
  cryptoLines,
  type DtlsRemote,
  fingerprintsOf,
  iceOf,
  type LocalSecurity,
  localKeyOf,
  offeredCrypto,
  SETUP,
  setupOf,
  type SrtpKeys,
  type SrtpPolicy,
} from './security.ts';

export type SdpDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** Where and how to send to the peer; fits `RtpRemote` of the media protocol. What is left out is the plain case. */
export interface NegotiatedRemote {
  host: string;
  port: number;
  codec: CodecName;
  payloadType: number;
  /** Null = the peer does not take telephone-event. */
  dtmfPayloadType: number | null;
  /** Seen from our side: `sendonly` = we send, the peer does not. */
  direction: SdpDirection;
  /** Sound in one packet that the peer asks for, ms; absent = not said. */
  ptimeMs?: number;
  /** RTCP on the RTP port (RFC 5761). */
  rtcpMux?: true;
  /** RTCP port (RFC 3605) where it is not the one above. */
  rtcpPort?: number;
  srtp?: SrtpKeys;
  dtls?: DtlsRemote;
}

/** Our side of the stream. */
export interface LocalRtp extends LocalSecurity {
  host: string;
  port: number;
  /** `o=` session id, constant through a dialog; the port when not given. */
  sessionId?: string;
  /** `optional` when not given: protected where the peer asks for it. */
  srtp?: SrtpPolicy;
  /** Codecs we take, and offer in this order; when not given all are taken and G.711 is offered. */
  codecs?: readonly CodecName[];
}

/** How the first stream that we could take wants to be connected; `none` for a text that is no description, too. */
export type OfferedSecurity = 'none' | 'sdes' | 'dtls' | 'ice';

const PLAIN: readonly string[] = ['RTP/AVP', 'RTP/AVPF'];
const SECURE: readonly string[] = ['RTP/SAVP', 'RTP/SAVPF'];
const WITH_DTLS: readonly string[] = ['UDP/TLS/RTP/SAVP', 'UDP/TLS/RTP/SAVPF'];

/** How a stream is protected with what both have. */
interface Protection {
  srtp: SrtpKeys | null;
  dtls: DtlsRemote | null;
  /** Attributes of our answer. */
  lines: string[];
}

const UNPROTECTED: Protection = { srtp: null, dtls: null, lines: [] };

/**
 * Answers an offer: the first audio stream that we can take is taken, all others are refused with port 0.
 * @param direction what we want; narrowed to what the offer allows
 * @param version `o=` version; one more whenever our description changes within the dialog
 * @throws SdpError 400 malformed, 488 no audio stream in common
 */
export function answerFor(
  offerSdp: string,
  local: LocalRtp,
  direction: SdpDirection,
  version = 1,
): { answerSdp: string; remote: NegotiatedRemote } {
  const offer = parseSdp(offerSdp);
  const taken = takeStream(offer, local);
  if (!taken) throw new SdpError('no audio in common with the offer', 0, 488);
  const { index, media: chosen, protection } = taken;
  const remote = remoteOf(offer, chosen, direction, local, protection);
  const dtmf = chooseDtmf(chosen, remote.codec);
  const lines = [
    ...formatLines(remote.payloadType, remote.codec, dtmf),
    ...protection.lines,
    ...(remote.rtcpMux ? ['rtcp-mux'] : []),
    'ptime:20',
    remote.direction,
  ].map(a);
  const formats = [remote.payloadType, ...(dtmf ? [dtmf.payloadType] : [])].map(String);
  const media = offer.media.map((offered, at): SdpMedia => {
    if (at !== index) return { ...offered, port: 0, portSuffix: '', lines: [] };
    return { media: 'audio', port: local.port, portSuffix: '', proto: offered.proto, formats, lines };
  });
  return { answerSdp: formatSdp({ lines: sessionLines(local, version, timeOf(offer)), media }), remote };
}

/**
 * Our offer. Protection `required` is `RTP/SAVP`; `optional` keeps `RTP/AVP` and adds keys that a peer may take up (RFC 8643).
 * @param version `o=` version, see `answerFor`
 */
export function offerFor(
  local: LocalRtp,
  direction: SdpDirection,
  version = 1,
  codecs: readonly CodecName[] = local.codecs ?? ['PCMU', 'PCMA'],
): string {
  const clocks = [...new Set(codecs.map((codec) => CODECS[codec].clockRate))];
  const { proto, lines: protection } = offeredProtection(local);
  const lines = [
    ...codecs.map((codec) => `rtpmap:${ownPayloadType(codec)} ${CODECS[codec].rtpmap}`),
    ...clocks.flatMap((clock) => dtmfLines(ownDtmfType(clock), clock)),
    ...protection,
    'ptime:20',
    direction,
  ].map(a);
  const formats = [...codecs.map(ownPayloadType), ...clocks.map(ownDtmfType)].map(String);
  const media: SdpMedia = { media: 'audio', port: local.port, portSuffix: '', proto, formats, lines };
  return formatSdp({ lines: sessionLines(local, version, '0 0'), media: [media] });
}

/**
 * Reads the answer to an offer of `offerFor`.
 * @param direction what we offered
 * @param local what the offer was made of, where it had keys
 * @throws SdpError 400 malformed, 488 when the audio was refused, or its protection
 */
export function remoteFromAnswer(answerSdp: string, direction: SdpDirection = 'sendrecv', local: Omit<LocalRtp, 'host' | 'port'> = {}): NegotiatedRemote {
  const answer = parseSdp(answerSdp);
  const media = answer.media[0];
  const protection = media && isAudio(media) ? protectionOf(answer, media, local) : null;
  if (!media || !protection) throw new SdpError('audio was refused', 0, 488);
  return remoteOf(answer, media, direction, local, protection);
}

/** How the caller wants to be connected, to make the fitting endpoint before `answerFor`. Never throws. */
export function securityOfOffer(offerSdp: string): OfferedSecurity {
  try {
    const offer = parseSdp(offerSdp);
    for (const media of offer.media) {
      if (media.media !== 'audio' || media.port === 0 || chooseCodec(media) === null) continue;
      const isSecure = SECURE.includes(media.proto) || WITH_DTLS.includes(media.proto);
      if (isSecure && fingerprintsOf(media.lines, offer.lines).length > 0 && iceOf(media.lines, offer.lines)) return 'ice';
      if (cryptoLines(media.lines).length > 0 && !WITH_DTLS.includes(media.proto)) return 'sdes';
      if (isSecure && fingerprintsOf(media.lines, offer.lines).length > 0) return 'dtls';
      if (PLAIN.includes(media.proto)) return 'none';
    }
  } catch (error) {
    // answerFor says what is wrong with it.
    if (!(error instanceof SdpError)) throw error;
  }
  return 'none';
}

/** True for an audio stream over a transport we know that is switched on. */
const isAudio = (media: SdpMedia): boolean =>
  media.media === 'audio' && media.port !== 0 && [...PLAIN, ...SECURE, ...WITH_DTLS].includes(media.proto);

function takeStream(offer: Sdp, local: LocalRtp): { index: number; media: SdpMedia; protection: Protection } | null {
  for (const [index, media] of offer.media.entries()) {
    if (!isAudio(media) || chooseCodec(media, local.codecs) === null) continue;
    const protection = protectionOf(offer, media, local);
    if (protection) return { index, media, protection };
  }
  return null;
}

/** What both can do for this stream under the policy; null = nothing. */
function protectionOf(sdp: Sdp, media: SdpMedia, local: LocalSecurity & { srtp?: SrtpPolicy }): Protection | null {
  const policy = local.srtp ?? 'optional';
  const isSecure = !PLAIN.includes(media.proto);
  if (policy === 'none') return isSecure ? null : UNPROTECTED;
  const found = (policy === 'dtls' || WITH_DTLS.includes(media.proto) ? null : sdesOf(media, local)) ?? (isSecure ? dtlsOf(sdp, media, local) : null);
  return found ?? (isSecure || policy !== 'optional' ? null : UNPROTECTED);
}

/**
 * Where the peer leaves it open we wait for its ClientHello: behind NAT it has to be the first to send. An agreed part is kept, as it cannot
 * change without another certificate (RFC 8842 section 5.4).
 */
function dtlsOf(sdp: Sdp, media: SdpMedia, { fingerprint, dtlsRole }: LocalSecurity): Protection | null {
  const fingerprints = fingerprintsOf(media.lines, sdp.lines);
  const theirs = setupOf(media.lines, sdp.lines);
  if (!fingerprint || fingerprints.length === 0 || theirs === null) return null;
  const role = theirs === 'either' ? (dtlsRole ?? 'server') : theirs === 'client' ? 'server' : 'client';
  return { srtp: null, dtls: { role, fingerprints }, lines: [`fingerprint:sha-256 ${fingerprint}`, `setup:${SETUP[role]}`] };
}

function sdesOf(media: SdpMedia, { sdesSecret }: LocalSecurity): Protection | null {
  const theirs = cryptoLines(media.lines)[0];
  if (!theirs || !sdesSecret) return null;
  const { tag, suite, key } = theirs;
  const srtp = { suite, localKey: localKeyOf(sdesSecret, suite), remoteKey: key };
  return { srtp, dtls: null, lines: [cryptoAttribute(tag, suite, sdesSecret)] };
}

function offeredProtection({ srtp, sdesSecret, fingerprint }: LocalRtp): { proto: string; lines: string[] } {
  if (srtp === 'dtls') {
    const lines = [...(fingerprint ? [`fingerprint:sha-256 ${fingerprint}`] : []), `setup:${SETUP.either}`, 'rtcp-mux'];
    return { proto: 'UDP/TLS/RTP/SAVP', lines };
  }
  const isWanted = srtp === 'required' || srtp === 'optional';
  return { proto: srtp === 'required' ? 'RTP/SAVP' : 'RTP/AVP', lines: isWanted && sdesSecret ? offeredCrypto(sdesSecret) : [] };
}

function remoteOf(sdp: Sdp, media: SdpMedia, wanted: SdpDirection, local: { codecs?: readonly CodecName[] }, protection: Protection): NegotiatedRemote {
  const codec = chooseCodec(media, local.codecs);
  if (codec === null) throw new SdpError('no codec of ours in the answer', 0, 488);
  const host = connectionHost(media.lines) ?? connectionHost(sdp.lines);
  if (host === null) throw new SdpError('no c= line', 0);
  const theirs = directionOf(media.lines) ?? directionOf(sdp.lines) ?? 'sendrecv';
  const may = { send: receives(theirs) && !isOldHold(host), receive: sends(theirs) };
  const ptimeMs = numberOf(media.lines, 'ptime', 200);
  const rtcpPort = numberOf(media.lines, 'rtcp', 65_535);
  return {
    host,
    port: media.port,
    ...codec,
    dtmfPayloadType: chooseDtmf(media, codec.codec)?.payloadType ?? null,
    direction: directionFrom(sends(wanted) && may.send, receives(wanted) && may.receive),
    ...(ptimeMs !== null && ptimeMs !== 20 && { ptimeMs }),
    ...(attribute(media.lines, 'rtcp-mux') !== null && { rtcpMux: true as const }),
    ...(rtcpPort !== null && rtcpPort !== media.port + 1 && { rtcpPort }),
    ...(protection.srtp && { srtp: protection.srtp }),
    ...(protection.dtls && { dtls: protection.dtls }),
  };
}

/** The number at the start of an attribute's value, 1 to `most`; null = absent or something else. */
function numberOf(lines: readonly SdpLine[], name: string, most: number): number | null {
  const word = attribute(lines, name)?.split(' ')[0] ?? '';
  const value = /^\d{1,5}$/.test(word) ? Number(word) : 0;
  return value >= 1 && value <= most ? value : null;
}

const isOldHold = (host: string): boolean => host === '0.0.0.0' || host === '::';

const sends = (direction: SdpDirection): boolean => direction === 'sendrecv' || direction === 'sendonly';
const receives = (direction: SdpDirection): boolean => direction === 'sendrecv' || direction === 'recvonly';

function directionFrom(send: boolean, receive: boolean): SdpDirection {
  if (send) return receive ? 'sendrecv' : 'sendonly';
  return receive ? 'recvonly' : 'inactive';
}

function directionOf(lines: readonly SdpLine[]): SdpDirection | null {
  for (const { type, value } of lines) {
    const isDirection = value === 'sendrecv' || value === 'sendonly' || value === 'recvonly' || value === 'inactive';
    if (type === 'a' && isDirection) return value;
  }
  return null;
}

/** The address of `c=IN IP4 address`, without a multicast TTL. */
function connectionHost(lines: readonly SdpLine[]): string | null {
  const line = lines.find(({ type }) => type === 'c');
  if (!line) return null;
  const [network = '', family = '', address = ''] = line.value.split(' ');
  if (network !== 'IN' || (family !== 'IP4' && family !== 'IP6') || !/^[A-Za-z0-9.:_-]{1,255}$/.test(address)) {
    throw new SdpError('bad c= line', 0);
  }
  return address;
}

/** `t=` of an answer equals that of the offer (RFC 3264 section 6). */
const timeOf = (offer: Sdp): string => offer.lines.find(({ type }) => type === 't')?.value ?? '0 0';

function sessionLines(local: LocalRtp, version: number, time: string): SdpLine[] {
  const family = local.host.includes(':') ? 'IP6' : 'IP4';
  const id = local.sessionId ?? `${local.port}`;
  return [
    { type: 'v', value: '0' },
    { type: 'o', value: `- ${id} ${version} IN ${family} ${local.host}` },
    { type: 's', value: '-' },
    { type: 'c', value: `IN ${family} ${local.host}` },
    { type: 't', value: time },
  ];
}

const a = (value: string): SdpLine => ({ type: 'a', value });

const formatLines = (payloadType: number, codec: CodecName, dtmf: { payloadType: number; clock: number } | null): string[] => [
  `rtpmap:${payloadType} ${CODECS[codec].rtpmap}`,
  ...(dtmf ? dtmfLines(dtmf.payloadType, dtmf.clock) : []),
];

/** Digits, star, hash and A-D (RFC 4733 section 3.2). */
const dtmfLines = (type: number, clock: number): string[] => [`rtpmap:${type} telephone-event/${clock}`, `fmtp:${type} 0-15`];

/** True when the description puts the peer on hold: we may not send to it. */
export function isHold(sdp: string): boolean {
  const parsed = parseSdp(sdp);
  const media = parsed.media.find((entry) => entry.media === 'audio');
  if (!media) return false;
  const direction = directionOf(media.lines) ?? directionOf(parsed.lines) ?? 'sendrecv';
  const host = connectionHost(media.lines) ?? connectionHost(parsed.lines);
  return direction === 'sendonly' || direction === 'inactive' || (host !== null && isOldHold(host));
}

/** `a=ptime` of the first audio stream, ms; null = not given. */
export function ptimeOf(sdp: string): number | null {
  const media = parseSdp(sdp).media.find((entry) => entry.media === 'audio');
  return media ? numberOf(media.lines, 'ptime', 9999) : null;
}
