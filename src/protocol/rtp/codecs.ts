/**
 * The codecs of our RTP streams. RTP clock and sampling rate are not the same thing: G.722 samples at 16 kHz under an 8 kHz
 * clock (RFC 3551 section 4.5.2, an old mistake that is kept), Opus has a 48 kHz clock whatever it codes (RFC 7587 4.1).
 */

/** Codecs by their names. */
export type CodecName = 'PCMU' | 'PCMA' | 'G722' | 'OPUS';

export interface CodecFacts {
  name: CodecName;
  /** Encoding as in `a=rtpmap`, in the spelling of its RFC. */
  rtpmap: string;
  /** Static payload type (RFC 3551 table 4); null = dynamic. */
  payloadType: number | null;
  /** RTP timestamp units in a second; telephone-event beside it has the same clock (RFC 4733 section 2.1). */
  clockRate: number;
  /** Rate at which we encode and decode, samples a second. */
  sampleRate: 8000 | 16_000;
}

export const CODECS: Readonly<Record<CodecName, CodecFacts>> = {
  PCMU: { name: 'PCMU', rtpmap: 'PCMU/8000', payloadType: 0, clockRate: 8000, sampleRate: 8000 },
  PCMA: { name: 'PCMA', rtpmap: 'PCMA/8000', payloadType: 8, clockRate: 8000, sampleRate: 8000 },
  G722: { name: 'G722', rtpmap: 'G722/8000', payloadType: 9, clockRate: 8000, sampleRate: 16_000 },
  OPUS: { name: 'OPUS', rtpmap: 'opus/48000/2', payloadType: null, clockRate: 48_000, sampleRate: 16_000 },
};

/** All names, for checks of what came from outside. */
export const CODEC_NAMES: readonly CodecName[] = ['PCMU', 'PCMA', 'G722', 'OPUS'];

/** One byte a sample at 8 kHz, without memory of what came before. */
export const isG711 = (codec: CodecName): codec is 'PCMU' | 'PCMA' => codec === 'PCMU' || codec === 'PCMA';
