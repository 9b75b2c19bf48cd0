import { CODECS, type CodecName } from '../../protocol/rtp/codecs.ts';
import { ALAW_TO_LINEAR, linearToAlaw, linearToMulaw, MULAW_TO_LINEAR } from '../../protocol/rtp/g711.ts';
import { G722Decoder, G722Encoder } from './g722.ts';
import { opusDecoder, opusEncoder, opusTicks } from './opus.ts';

/** Longest packet that is decoded: 120 ms at 16 kHz. */
export const MOST_SAMPLES = 1920;
/** Longest packet that is made: 20 ms, any codec. */
export const MOST_BYTES = 400;

/** A rate of samples that we work with, Hz. */
export type SampleRate = 8000 | 16_000;

/** The rate at which a codec is best run for sound of `rate`: Opus does both itself, the others have one. */
export const rateFor = (codec: CodecName, rate: SampleRate): SampleRate => (codec === 'OPUS' ? rate : CODECS[codec].sampleRate);

/** Bytes to samples at the rate that `rateFor` tells; keeps what the codec remembers of one stream. */
export interface SpeechDecoder {
  /** Fills the beginning of `into` (`MOST_SAMPLES`); returns how many samples, 0 = the packet was not valid. */
  decode(bytes: Uint8Array, offset: number, length: number, into: Int16Array): number;
}

/** Samples at the rate that `rateFor` tells to bytes. */
export interface SpeechEncoder {
  /** Writes one frame of 20 ms at `offset`; returns the bytes, at most `MOST_BYTES`. */
  encode(samples: Int16Array, into: Uint8Array, offset: number): number;
}

function tableDecoder(table: Int16Array): SpeechDecoder {
  return {
    decode(bytes, offset, length, into) {
      const count = Math.min(length, MOST_SAMPLES);
      for (let index = 0; index < count; index++) into[index] = table[bytes[offset + index] ?? 0] ?? 0;
      return count;
    },
  };
}

/** Opus needs `loadOpus` before. */
export function decoderFor(codec: CodecName, rate: SampleRate = CODECS[codec].sampleRate): SpeechDecoder {
  if (codec === 'PCMU') return tableDecoder(MULAW_TO_LINEAR);
  if (codec === 'PCMA') return tableDecoder(ALAW_TO_LINEAR);
  if (codec === 'G722') {
    const decoder = new G722Decoder(MOST_SAMPLES / 2);
    return { decode: (bytes, offset, length, into) => decoder.decode(bytes, offset, Math.min(length, MOST_SAMPLES / 2), into) };
  }
  const decoder = opusDecoder(rate);
  return {
    decode(bytes, offset, length, into) {
      try {
        const made = decoder.decode(bytes.subarray(offset, offset + length));
        const count = Math.min(MOST_SAMPLES, made.byteLength >> 1);
        const view = new DataView(made.buffer, made.byteOffset, count * 2);
        for (let index = 0; index < count; index++) into[index] = view.getInt16(index * 2, true);
        return count;
      } catch {
        // Not Opus: the peer's fault, and heard as a loss.
        return 0;
      }
    },
  };
}

/** Opus needs `loadOpus` before. */
export function encoderFor(codec: CodecName, rate: SampleRate = CODECS[codec].sampleRate): SpeechEncoder {
  if (codec === 'G722') return new G722Encoder();
  if (codec === 'OPUS') {
    const encoder = opusEncoder(rate);
    return {
      encode(samples, into, offset) {
        const made = encoder.encode(samples);
        into.set(made, offset);
        return made.length;
      },
    };
  }
  const toLaw = codec === 'PCMU' ? linearToMulaw : linearToAlaw;
  return {
    encode(samples, into, offset) {
      into.set(toLaw(samples), offset);
      return samples.length;
    },
  };
}

/** Length of a packet in units of its RTP clock; 0 = not valid. G.722 has one byte a unit, like G.711. */
export const ticksOf = (codec: CodecName, bytes: Uint8Array, offset: number, length: number): number =>
  codec === 'OPUS' ? opusTicks(bytes, offset, length) : length;
