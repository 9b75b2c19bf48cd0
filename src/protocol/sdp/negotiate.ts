/**
 * Offer and answer (RFC 3264) for what we speak: one audio stream of G.711, with telephone-event (RFC 4733). Pure; the
 * caller owns addresses and ports.
 */
import { attribute, formatSdp, parseSdp, SdpError, type Sdp, type SdpLine, type SdpMedia } from './sdp.ts';

export type G711 = 'PCMU' | 'PCMA';
export type SdpDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** Where and how to send to the peer; fits `RtpRemote` of the media protocol. */
export interface NegotiatedRemote {
  host: string;
  port: number;
  codec: G711;
  payloadType: number;
  /** Null = the peer does not take telephone-event. */
  dtmfPayloadType: number | null;
  /** Seen from our side: `sendonly` = we send, the peer does not. */
  direction: SdpDirection;
}

/** Our side of the stream. */
export interface LocalRtp {
  host: string;
  port: number;
  /** `o=` session id, constant through a dialog; the port when not given. */
  sessionId?: string;
}

/** Payload types that need no rtpmap (RFC 3551 section 6). */
const STATIC: Readonly<Record<string, G711>> = { '0': 'PCMU', '8': 'PCMA' };
const STATIC_TYPE: Readonly<Record<G711, number>> = { PCMU: 0, PCMA: 8 };

/** Our own choice for telephone-event; an answer uses the number of the offer instead. */
const DTMF_TYPE = 101;

/**
 * Answers an offer: the first audio stream with G.711 is taken, all others are refused with port 0. The codec is the
 * first of ours in the offerer's order.
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
  const index = offer.media.findIndex((media) => isUsable(media) && codecOf(media) !== null);
  const chosen = offer.media[index];
  if (!chosen) throw new SdpError('no G.711 audio in the offer', 0, 488);
  const remote = remoteOf(offer, chosen, direction);
  const formats = [`${remote.payloadType}`];
  const lines: SdpLine[] = [a(`rtpmap:${remote.payloadType} ${remote.codec}/8000`)];
  if (remote.dtmfPayloadType !== null) {
    formats.push(`${remote.dtmfPayloadType}`);
    lines.push(...dtmfLines(remote.dtmfPayloadType));
  }
  lines.push(a('ptime:20'), a(remote.direction));
  const media = offer.media.map((offered, at): SdpMedia => {
    if (at !== index) return { ...offered, port: 0, portSuffix: '', lines: [] };
    return { media: 'audio', port: local.port, portSuffix: '', proto: offered.proto, formats, lines };
  });
  return { answerSdp: formatSdp({ lines: sessionLines(local, version, timeOf(offer)), media }), remote };
}

/**
 * Our offer.
 * @param version `o=` version, see `answerFor`
 */
export function offerFor(local: LocalRtp, direction: SdpDirection, version = 1, codecs: readonly G711[] = ['PCMU', 'PCMA']): string {
  const types = codecs.map((codec) => STATIC_TYPE[codec]);
  const lines = [
    ...codecs.map((codec) => a(`rtpmap:${STATIC_TYPE[codec]} ${codec}/8000`)),
    ...dtmfLines(DTMF_TYPE),
    a('ptime:20'),
    a(direction),
  ];
  const formats = [...types, DTMF_TYPE].map(String);
  const media: SdpMedia = { media: 'audio', port: local.port, portSuffix: '', proto: 'RTP/AVP', formats, lines };
  return formatSdp({ lines: sessionLines(local, version, '0 0'), media: [media] });
}

/**
 * Reads the answer to an offer of `offerFor`.
 * @param direction what we offered
 * @throws SdpError 400 malformed, 488 when the audio was refused
 */
export function remoteFromAnswer(answerSdp: string, direction: SdpDirection = 'sendrecv'): NegotiatedRemote {
  const answer = parseSdp(answerSdp);
  const media = answer.media[0];
  if (!media || !isUsable(media)) throw new SdpError('audio was refused', 0, 488);
  return remoteOf(answer, media, direction);
}

/** True for an audio stream over plain RTP that is switched on. */
const isUsable = (media: SdpMedia): boolean =>
  media.media === 'audio' && media.port !== 0 && (media.proto === 'RTP/AVP' || media.proto === 'RTP/AVPF');

function remoteOf(sdp: Sdp, media: SdpMedia, wanted: SdpDirection): NegotiatedRemote {
  const codec = codecOf(media);
  if (codec === null) throw new SdpError('no G.711 in the answer', 0, 488);
  const host = connectionHost(media.lines) ?? connectionHost(sdp.lines);
  if (host === null) throw new SdpError('no c= line', 0);
  const isOldHold = host === '0.0.0.0';
  const theirs = directionOf(media.lines) ?? directionOf(sdp.lines) ?? 'sendrecv';
  const may = { send: receives(theirs) && !isOldHold, receive: sends(theirs) };
  return {
    host,
    port: media.port,
    codec: codec.codec,
    payloadType: codec.payloadType,
    dtmfPayloadType: dtmfOf(media),
    direction: directionFrom(sends(wanted) && may.send, receives(wanted) && may.receive),
  };
}

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

/** Encoding name and clock of a payload type: `PCMU/8000`, in upper case; '' = not mapped. */
function encodingOf(media: SdpMedia, format: string): string {
  for (const { type, value } of media.lines) {
    if (type !== 'a' || !value.startsWith('rtpmap:')) continue;
    const space = value.indexOf(' ');
    if (value.slice(7, space) === format) return value.slice(space + 1).trim().toUpperCase();
  }
  return '';
}

function codecOf(media: SdpMedia): { codec: G711; payloadType: number } | null {
  for (const format of media.formats) {
    const payloadType = payloadTypeOf(format);
    if (payloadType === null) continue;
    const encoding = encodingOf(media, format);
    if (encoding === '' && STATIC[format]) return { codec: STATIC[format], payloadType };
    if (encoding === 'PCMU/8000' || encoding === 'PCMU/8000/1') return { codec: 'PCMU', payloadType };
    if (encoding === 'PCMA/8000' || encoding === 'PCMA/8000/1') return { codec: 'PCMA', payloadType };
  }
  return null;
}

function dtmfOf(media: SdpMedia): number | null {
  for (const format of media.formats) {
    const payloadType = payloadTypeOf(format);
    if (payloadType !== null && encodingOf(media, format) === 'TELEPHONE-EVENT/8000') return payloadType;
  }
  return null;
}

const payloadTypeOf = (format: string): number | null =>
  /^\d{1,3}$/.test(format) && Number(format) <= 127 ? Number(format) : null;

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

/** Digits, star, hash and A-D (RFC 4733 section 3.2). */
const dtmfLines = (type: number): SdpLine[] => [a(`rtpmap:${type} telephone-event/8000`), a(`fmtp:${type} 0-15`)];

/** True when the description puts the peer on hold: we may not send to it. */
export function isHold(sdp: string): boolean {
  const parsed = parseSdp(sdp);
  const media = parsed.media.find((entry) => entry.media === 'audio');
  if (!media) return false;
  const direction = directionOf(media.lines) ?? directionOf(parsed.lines) ?? 'sendrecv';
  const host = connectionHost(media.lines) ?? connectionHost(parsed.lines);
  return direction === 'sendonly' || direction === 'inactive' || host === '0.0.0.0';
}

/** `a=ptime` of the first audio stream, ms; null = not given. */
export function ptimeOf(sdp: string): number | null {
  const media = parseSdp(sdp).media.find((entry) => entry.media === 'audio');
  const value = media ? attribute(media.lines, 'ptime') : null;
  return value !== null && /^\d{1,4}$/.test(value) ? Number(value) : null;
}
