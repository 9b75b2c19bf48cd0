/**
 * Descriptions of one audio stream over ICE and DTLS-SRTP (RFC 8829, RFC 8839, RFC 8842), as browsers write and read them: PCMU
 * and telephone-event, RTCP on the same port, no trickle. We are an ICE-lite agent with one host candidate. Pure.
 */
import type { DtlsRole } from '../dtls/state.ts';
import type { Fingerprint } from '../dtls/signatures.ts';
import type { IceCredentials } from '../stun/ice-lite.ts';
import { chooseCodec, chooseDtmf, ownDtmfType } from './codecs.ts';
import { fingerprintsOf, iceOf, SETUP, setupOf } from './security.ts';
import { attribute, formatSdp, parseSdp, SdpError, type Sdp, type SdpLine } from './sdp.ts';

export type WebrtcDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** What the peer says about itself. */
export interface WebrtcPeer {
  proto: string;
  /** Null = none, as of telephones that speak ICE. */
  mid: string | null;
  isBundled: boolean;
  ice: IceCredentials;
  fingerprints: readonly Fingerprint[];
  /** Part in DTLS that the peer plays or leaves open (RFC 8842 section 5). */
  setup: DtlsRole | 'either';
  /** Payload type of PCMU. */
  payloadType: number;
  /** Null = the peer does not take telephone-event. */
  dtmfPayloadType: number | null;
  /** As the peer sees it. */
  direction: WebrtcDirection;
}

/** What we say about ourselves. */
export interface WebrtcLocal {
  host: string;
  port: number;
  /** `o=` session id and version. */
  sessionId: string;
  version: number;
  ice: IceCredentials;
  /** SHA-256. */
  fingerprint: string;
  /** Ours; `either` in offers. */
  setup: DtlsRole | 'either';
  direction: WebrtcDirection;
  ssrc: number;
  stream: Pick<WebrtcPeer, 'proto' | 'mid' | 'isBundled' | 'payloadType' | 'dtmfPayloadType'>;
}

/** The stream of our own offers. */
export const OFFERED_STREAM: WebrtcLocal['stream'] = { proto: 'UDP/TLS/RTP/SAVPF', mid: '0', isBundled: true, payloadType: 0, dtmfPayloadType: ownDtmfType(8000) };

export const MOST_SDP_BYTES = 64 * 1024;

/** RFC 8445 section 5.1.2.1: type preference of a host candidate, one interface, component 1. */
const PRIORITY = 126 * 2 ** 24 + 65_535 * 2 ** 8 + 255;

/** @throws SdpError 400 malformed, 488 when it is not what we do */
export function readWebrtc(text: string): WebrtcPeer {
  if (text.length > MOST_SDP_BYTES) throw new SdpError('too long', 0);
  const sdp = parseSdp(text);
  const [media] = sdp.media;
  if (!media || sdp.media.length !== 1 || media.media !== 'audio' || media.port === 0) throw refused('exactly one section is wanted, and that audio');
  const codec = chooseCodec(media, ['PCMU']);
  if (!codec) throw refused('PCMU is missing');
  if (!/^(?:UDP\/TLS\/)?RTP\/SAVPF?$/.test(media.proto)) throw refused('the sound is not encrypted');
  const ice = iceOf(media.lines, sdp.lines);
  const fingerprints = fingerprintsOf(media.lines, sdp.lines);
  if (!ice || fingerprints.length === 0) throw refused('ICE or the fingerprint is missing');
  if (attribute(media.lines, 'rtcp-mux') === null) throw refused('RTCP is wanted on the same port');
  const mid = attribute(media.lines, 'mid');
  if (mid !== null && (mid === '' || mid.length > 64)) throw refused('the media id cannot be used');
  return {
    proto: media.proto,
    mid,
    isBundled: mid !== null && sdp.lines.some(({ type, value }) => type === 'a' && value.startsWith('group:BUNDLE')),
    ice,
    fingerprints,
    setup: setupOf(media.lines, sdp.lines) ?? 'either',
    payloadType: codec.payloadType,
    dtmfPayloadType: chooseDtmf(media, 'PCMU')?.payloadType ?? null,
    direction: directionOf(media.lines) ?? directionOf(sdp.lines) ?? 'sendrecv',
  };
}

const refused = (why: string): SdpError => new SdpError(why, 0, 488);

function directionOf(lines: readonly SdpLine[]): WebrtcDirection | null {
  for (const { type, value } of lines) {
    if (type === 'a' && (value === 'sendrecv' || value === 'sendonly' || value === 'recvonly' || value === 'inactive')) return value;
  }
  return null;
}

const a = (value: string): SdpLine => ({ type: 'a', value });

export function writeWebrtc({ host, port, sessionId, version, ice, fingerprint, setup, direction, ssrc, stream }: WebrtcLocal): string {
  const { proto, mid, isBundled, payloadType, dtmfPayloadType } = stream;
  const address = `IN ${host.includes(':') ? 'IP6' : 'IP4'} ${host}`;
  const lines = [
    `rtpmap:${payloadType} PCMU/8000`,
    ...(dtmfPayloadType === null ? [] : [`rtpmap:${dtmfPayloadType} telephone-event/8000`, `fmtp:${dtmfPayloadType} 0-15`]),
    'ptime:20',
    ...(mid === null ? [] : [`mid:${mid}`]),
    direction,
    'rtcp-mux',
    `ice-ufrag:${ice.fragment}`,
    `ice-pwd:${ice.password}`,
    `fingerprint:sha-256 ${fingerprint}`,
    `setup:${SETUP[setup]}`,
    `candidate:1 1 UDP ${PRIORITY} ${host} ${port} typ host`,
    'end-of-candidates',
    'msid:sound sound',
    `ssrc:${ssrc} cname:sound`,
    `ssrc:${ssrc} msid:sound sound`,
  ].map(a);
  const session: SdpLine[] = [
    { type: 'v', value: '0' },
    { type: 'o', value: `- ${sessionId} ${version} ${address}` },
    { type: 's', value: '-' },
    { type: 't', value: '0 0' },
    ...(isBundled ? [a(`group:BUNDLE ${mid}`)] : []),
    a('ice-lite'),
  ];
  const formats = [payloadType, ...(dtmfPayloadType === null ? [] : [dtmfPayloadType])].map(String);
  const sdp: Sdp = { lines: session, media: [{ media: 'audio', port, portSuffix: '', proto, formats, lines: [{ type: 'c', value: address }, ...lines] }] };
  return formatSdp(sdp);
}
