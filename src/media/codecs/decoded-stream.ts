import { CODECS, type CodecName } from '../../protocol/rtp/codecs.ts';
import { Concealment } from '../concealment.ts';
import { JitterBuffer } from '../jitter-buffer.ts';
import { decoderFor, MOST_SAMPLES, rateFor, type SampleRate, type SpeechDecoder, ticksOf } from './codec.ts';
import { Resampler } from './resample.ts';

/** Below this a sample is as good as silence. */
const QUIET = 300;

/**
 * One peer's packets as an even flow of 20 ms frames: jitter buffer, decoder, concealment, rate. The frame that `next`
 * returns is valid until the next call.
 */
export class DecodedStream {
  readonly codec: CodecName;
  readonly rate: SampleRate;
  readonly jitter: JitterBuffer;
  readonly #decoder: SpeechDecoder;
  readonly #concealment: Concealment;
  readonly #resampler: Resampler | null;
  readonly #decoded = new Int16Array(MOST_SAMPLES);
  /** Decoded sound that was not asked for yet, at the codec's rate. */
  readonly #store = new Int16Array(MOST_SAMPLES * 2);
  readonly #frame: Int16Array;
  #stored = 0;

  /** @param rate of the frames */
  constructor(codec: CodecName, rate: SampleRate) {
    this.codec = codec;
    this.rate = rate;
    const sampleRate = rateFor(codec, rate);
    this.jitter = new JitterBuffer(CODECS[codec].clockRate);
    this.#decoder = decoderFor(codec, sampleRate);
    this.#concealment = new Concealment(sampleRate);
    this.#resampler = sampleRate === rate ? null : new Resampler(sampleRate, rate);
    this.#frame = new Int16Array(sampleRate / 50);
  }

  /** Takes the payload of a packet; what is no valid packet counts for nothing. */
  put(ssrc: number, timestamp: number, packet: Uint8Array, offset: number, length: number, nowMs: number): void {
    const ticks = ticksOf(this.codec, packet, offset, length);
    if (ticks === 0) return;
    this.jitter.put(ssrc, timestamp, ticks, packet.slice(offset, offset + length), nowMs);
  }

  /** 20 ms of sound, or null when the peer is quiet. */
  next(nowMs: number): Int16Array | null {
    const frame = this.#frame;
    while (this.#stored < frame.length) {
      const turn = this.jitter.take(nowMs);
      if (turn.kind === 'quiet') {
        if (this.#stored === 0) return null;
        this.#store.fill(0, this.#stored, frame.length);
        this.#stored = frame.length;
      } else if (turn.kind === 'lost') this.#conceal();
      else this.#play(turn.payload, turn.shrink);
    }
    frame.set(this.#store.subarray(0, frame.length));
    this.#store.copyWithin(0, frame.length, this.#stored);
    this.#stored -= frame.length;
    return this.#resampler ? this.#resampler.run(frame) : frame;
  }

  #conceal(): void {
    const lost = this.#decoded.subarray(0, this.#frame.length);
    this.#concealment.conceal(lost);
    this.#keep(lost);
  }

  #play(payload: Uint8Array, shrink: boolean): void {
    const count = this.#decoder.decode(payload, 0, payload.length, this.#decoded);
    if (count === 0) {
      this.#conceal();
      return;
    }
    const samples = this.#decoded.subarray(0, count);
    this.#concealment.good(samples);
    this.#keep(shrink ? withoutPeriod(samples) : samples);
  }

  #keep(samples: Int16Array): void {
    this.#store.set(samples, this.#stored);
    this.#stored += samples.length;
  }
}

/** Leaves out all of a silent frame, or of speech the stretch after which it resembles its beginning most. */
function withoutPeriod(samples: Int16Array): Int16Array {
  const quarter = samples.length >> 2;
  if (samples.every((sample) => Math.abs(sample) < QUIET)) return samples.subarray(0, 0);
  let best = quarter;
  let highest = 0;
  for (let lag = quarter; lag <= quarter * 3; lag++) {
    let product = 0;
    let energy = 1;
    for (let at = 0; at < quarter; at++) {
      const later = samples[at + lag] ?? 0;
      product += (samples[at] ?? 0) * later;
      energy += later * later;
    }
    const likeness = product <= 0 ? 0 : (product * product) / energy;
    if (likeness <= highest) continue;
    highest = likeness;
    best = lag;
  }
  const kept = samples.subarray(best);
  for (let at = 0; at < quarter; at++) {
    const share = (at + 1) / (quarter + 1);
    kept[at] = Math.round(share * (kept[at] ?? 0) + (1 - share) * (samples[at] ?? 0));
  }
  return kept;
}
