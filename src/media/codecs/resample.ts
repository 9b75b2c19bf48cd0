/** Taps of the low pass for each phase; more would sharpen the edge at 3.6 kHz and cost time. */
const TAPS = 16;

/** Low pass at the lower rate's Nyquist frequency, Blackman window; sums to `factor`. */
function lowPass(factor: number): Float64Array {
  const length = TAPS * factor;
  const centre = (length - 1) / 2;
  const taps = Float64Array.from({ length }, (_, index) => {
    const distance = (index - centre) / factor;
    const angle = Math.PI * distance * 0.92;
    const phase = (2 * Math.PI * (index + 0.5)) / length;
    return (angle === 0 ? 1 : Math.sin(angle) / angle) * (0.42 - 0.5 * Math.cos(phase) + 0.08 * Math.cos(2 * phase));
  });
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => (tap * factor) / sum);
}

const clip = (value: number): number => Math.max(-32_768, Math.min(32_767, Math.round(value)));

/** Changes the rate of one stream by a whole factor (8, 16, 48 kHz), frame after frame, without seams. */
export class Resampler {
  readonly #factor: number;
  readonly #up: boolean;
  readonly #taps: Float64Array;
  readonly #history: Float64Array;

  /** @param from samples a second; @param to a whole multiple or fraction of it */
  constructor(from: number, to: number) {
    this.#up = to > from;
    this.#factor = this.#up ? to / from : from / to;
    this.#taps = lowPass(this.#factor);
    this.#history = new Float64Array(this.#up ? TAPS - 1 : TAPS * this.#factor - 1);
  }

  /** Length must be a multiple of the factor when going down. */
  run(input: Int16Array): Int16Array {
    const past = this.#history.length;
    const all = new Float64Array(past + input.length);
    all.set(this.#history);
    all.set(input, past);
    const output = this.#up ? this.#raise(all, input.length) : this.#lower(all, input.length);
    this.#history.set(all.subarray(input.length));
    return output;
  }

  #raise(all: Float64Array, length: number): Int16Array {
    const factor = this.#factor;
    const output = new Int16Array(length * factor);
    for (let index = 0; index < length; index++) {
      for (let phase = 0; phase < factor; phase++) {
        let sum = 0;
        for (let tap = 0; tap < TAPS; tap++) sum += (all[index + TAPS - 1 - tap] ?? 0) * (this.#taps[tap * factor + phase] ?? 0);
        output[index * factor + phase] = clip(sum);
      }
    }
    return output;
  }

  #lower(all: Float64Array, length: number): Int16Array {
    const factor = this.#factor;
    const taps = this.#taps;
    const output = new Int16Array(length / factor);
    for (let index = 0; index < output.length; index++) {
      let sum = 0;
      const start = index * factor;
      for (let tap = 0; tap < taps.length; tap++) sum += (all[start + tap] ?? 0) * (taps[tap] ?? 0);
      output[index] = clip(sum / factor);
    }
    return output;
  }
}
