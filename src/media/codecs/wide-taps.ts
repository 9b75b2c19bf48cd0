import { CODECS, type CodecName } from '../../protocol/rtp/codecs.ts';
import { linearToMulaw } from '../../protocol/rtp/g711.ts';
import { decoderFor, MOST_SAMPLES, rateFor, type SpeechDecoder } from './codec.ts';
import { Resampler } from './resample.ts';

/**
 * Packets of wide-band codecs as mu-law for those who listen to a path (recorder, tone detector): they place packets by
 * timestamp themselves, so there is no jitter buffer here, and a loss stays a gap that a recording can show.
 */
export class WideTaps {
  readonly codec: CodecName;
  readonly #decoder: SpeechDecoder;
  readonly #resampler: Resampler | null;
  readonly #decoded = new Int16Array(MOST_SAMPLES);

  constructor(codec: CodecName) {
    this.codec = codec;
    const rate = rateFor(codec, 8000);
    this.#decoder = decoderFor(codec, rate);
    this.#resampler = rate === 8000 ? null : new Resampler(rate, 8000);
  }

  /** Mu-law at 8 kHz; empty when the packet was not valid. */
  narrow(packet: Buffer, offset: number, length: number): Buffer {
    const count = this.#decoder.decode(packet, offset, length, this.#decoded);
    const samples = this.#decoded.subarray(0, count);
    return linearToMulaw(this.#resampler ? this.#resampler.run(samples) : samples);
  }

  /** A timestamp of the codec's clock in units of 1/8000 s. */
  narrowTime(timestamp: number): number {
    return Math.floor((timestamp * 8000) / CODECS[this.codec].clockRate);
  }
}
