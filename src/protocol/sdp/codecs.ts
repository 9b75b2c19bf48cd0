import { CODEC_NAMES, CODECS, isG711, type CodecName } from '../rtp/codecs.ts';
import type { SdpMedia } from './sdp.ts';

/** A codec as a description names it. */
export interface OfferedCodec {
  codec: CodecName;
  payloadType: number;
}

/** Payload type of our own offers for Opus, which has none of its own. */
const OPUS_TYPE = 111;

/** The payload type that our offer gives a codec. */
export const ownPayloadType = (codec: CodecName): number => CODECS[codec].payloadType ?? OPUS_TYPE;

/** Our own choice for telephone-event by its clock; an answer uses the number of the offer instead. */
export const ownDtmfType = (clock: number): number => (clock === 8000 ? 101 : 110);

/** The codec that a payload type means: by its rtpmap, or by RFC 3551 section 6 where it has none. */
function codecOf(format: string, encoding: string): CodecName | undefined {
  return CODEC_NAMES.find((name) => {
    const { rtpmap, payloadType } = CODECS[name];
    const own = rtpmap.toUpperCase();
    return encoding === '' ? `${payloadType}` === format : encoding === own || encoding === `${own}/1`;
  });
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

/**
 * The codec to use: the first of ours in the peer's order. Where nothing else is set any G.711 goes before the others: lines of
 * agents speak it, so it saves transcoding, and others are taken where the peer has nothing else.
 * @param wanted codecs we take, and take as the peer prefers them
 */
export function chooseCodec(media: SdpMedia, wanted?: readonly CodecName[]): OfferedCodec | null {
  const allowed = wanted ?? CODEC_NAMES;
  let wide: OfferedCodec | null = null;
  for (const format of media.formats) {
    const payloadType = payloadTypeOf(format);
    if (payloadType === null) continue;
    const codec = codecOf(format, encodingOf(media, format));
    if (!codec || !allowed.includes(codec)) continue;
    if (wanted || isG711(codec)) return { codec, payloadType };
    wide ??= { codec, payloadType };
  }
  return wide;
}

/** telephone-event with the clock of the codec (RFC 4733 section 2.1), else with any; null = none. */
export function chooseDtmf(media: SdpMedia, codec: CodecName): { payloadType: number; clock: number } | null {
  const clock = CODECS[codec].clockRate;
  let other: { payloadType: number; clock: number } | null = null;
  for (const format of media.formats) {
    const payloadType = payloadTypeOf(format);
    const match = /^TELEPHONE-EVENT\/(8000|16000|48000)$/.exec(encodingOf(media, format));
    if (payloadType === null || !match) continue;
    const found = { payloadType, clock: Number(match[1]) };
    if (found.clock === clock) return found;
    other ??= found;
  }
  return other;
}

const payloadTypeOf = (format: string): number | null =>
  /^\d{1,3}$/.test(format) && Number(format) <= 127 ? Number(format) : null;
