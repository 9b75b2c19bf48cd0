/**
 * One of the two sub-bands of G.722: scale factor and adaptive predictor, the same in encoder and decoder (ITU-T G.722
 * sections 3.3 to 3.6; names of blocks as there). All arithmetic is on 16-bit integers in 32-bit ones, bit-exact.
 */

/** Antilogarithm of the scale factor: 2^(n/32) times 2048 (block SCALEL, table ILB). */
const POWERS = Int16Array.of(
  2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834,
  2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
);

/** Limits to 16 bits. */
export const limit16 = (value: number): number => (value > 32_767 ? 32_767 : Math.max(value, -32_768));

/** State of one sub-band. */
export class G722Band {
  /** Prediction of the next sample. */
  prediction = 0;
  /** Quantizer scale factor. */
  scale: number;
  readonly #most: number;
  readonly #shift: number;
  #logScale = 0;
  /** Prediction of the zero section. */
  #zero = 0;
  #pole1 = 0;
  #pole2 = 0;
  /** Partly reconstructed signal, newest first. */
  #partial1 = 0;
  #partial2 = 0;
  /** Reconstructed signal. */
  #signal1 = 0;
  readonly #zeros = new Int32Array(6);
  readonly #differences = new Int32Array(6);

  /** @param which the lower band has finer steps */
  constructor(which: 'low' | 'high') {
    this.scale = which === 'low' ? 32 : 8;
    this.#most = which === 'low' ? 18_432 : 22_528;
    this.#shift = which === 'low' ? 8 : 10;
  }

  /** Adapts scale and predictor to a sample's quantized difference. @param step of the logarithmic scale factor (WL, WH) */
  adapt(difference: number, step: number): void {
    this.#rescale(step);
    const partial = limit16(this.#zero + difference);
    const signal = limit16(this.prediction + difference);
    this.#movePoles(partial);
    this.#moveZeros(difference);
    this.prediction = limit16(this.#poleSection(signal) + this.#zero);
    this.#partial2 = this.#partial1;
    this.#partial1 = partial;
    this.#signal1 = signal;
  }

  /** Blocks LOGSCL/LOGSCH and SCALEL/SCALEH. */
  #rescale(step: number): void {
    const log = Math.min(this.#most, Math.max(0, ((this.#logScale * 127) >> 7) + step));
    this.#logScale = log;
    const shift = this.#shift - (log >> 11);
    const power = POWERS[(log >> 6) & 31] ?? 0;
    this.scale = (shift < 0 ? power << -shift : power >> shift) << 2;
  }

  /** Blocks UPPOL2 and UPPOL1. */
  #movePoles(partial: number): void {
    const sameAsLast = partial < 0 === this.#partial1 < 0;
    const sameAsBefore = partial < 0 === this.#partial2 < 0;
    const quadruple = limit16(this.#pole1 * 4);
    const turned = sameAsLast ? Math.min(-quadruple, 32_767) : quadruple;
    let pole2 = (sameAsBefore ? 128 : -128) + (turned >> 7) + ((this.#pole2 * 32_512) >> 15);
    pole2 = Math.min(12_288, Math.max(-12_288, pole2));
    const most = limit16(15_360 - pole2);
    const pole1 = limit16((sameAsLast ? 192 : -192) + ((this.#pole1 * 32_640) >> 15));
    this.#pole1 = Math.min(most, Math.max(-most, pole1));
    this.#pole2 = pole2;
  }

  /** Blocks UPZERO, DELAYA and FILTEZ in one pass, from the oldest to the newest. */
  #moveZeros(difference: number): void {
    const zeros = this.#zeros;
    const differences = this.#differences;
    const step = difference === 0 ? 0 : 128;
    let sum = 0;
    for (let index = 5; index >= 0; index--) {
      const old = differences[index] ?? 0;
      const moved = limit16((old < 0 === difference < 0 ? step : -step) + (((zeros[index] ?? 0) * 32_640) >> 15));
      const next = index === 0 ? difference : (differences[index - 1] ?? 0);
      zeros[index] = moved;
      differences[index] = next;
      sum += (moved * limit16(next + next)) >> 15;
    }
    this.#zero = limit16(sum);
  }

  /** Block FILTEP; `signal` is the newest sample, the field still the one before. */
  #poleSection(signal: number): number {
    const first = (this.#pole1 * limit16(signal + signal)) >> 15;
    const second = (this.#pole2 * limit16(this.#signal1 + this.#signal1)) >> 15;
    return limit16(first + second);
  }
}
