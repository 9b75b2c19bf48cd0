/**
 * G.722 at 64 kbit/s (mode 1): two samples of 16 kHz become one byte, six bits for the band below 4 kHz and two for the band
 * above (ITU-T G.722; tables of section 3.3 to 3.6, names of blocks as there).
 */
import { G722Band, limit16 } from './g722-band.ts';

/** Half of the symmetric quadrature mirror filter (table 11). */
const MIRROR = Int32Array.of(3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11);
/** Samples of history that the filter needs. */
const HISTORY = 22;

/** Decision levels of the 6-bit quantizer (Q6). */
const LEVELS = Int32Array.of(
  0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714,
  786, 858, 940, 1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919,
);
/** Codes of the intervals for negative differences (ILN); for positive ones it is 62 minus the interval, but for the ends. */
const NEGATIVE = Uint8Array.of(
  0, 63, 62, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4,
);
const POSITIVE_TOP = 62;
/** Output of the 6-bit inverse quantizer (QM6), for what is heard. */
const FINE = Int32Array.of(
  -136, -136, -136, -136, -24_808, -21_904, -19_008, -16_704, -14_984, -13_512, -12_280, -11_192, -10_232, -9360, -8576, -7856,
  -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688, -1360, -1040, -728,
  24_808, 21_904, 19_008, 16_704, 14_984, 13_512, 12_280, 11_192, 10_232, 9360, 8576, 7856, 7192, 6576, 6000, 5456,
  4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136,
);
/** Output of the 4-bit inverse quantizer (QM4), for the predictor, and the step of the scale factor for it (WL by RL42). */
const COARSE = Int32Array.of(
  0, -20_456, -12_896, -8968, -6288, -4240, -2584, -1200, 20_456, 12_896, 8968, 6288, 4240, 2584, 1200, 0,
);
const COARSE_STEP = Int32Array.of(-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60);
/** The same for the two bits of the upper band (QM2, WH by RH2). */
const UPPER = Int32Array.of(-7408, -1616, 7408, 1616);
const UPPER_STEP = Int32Array.of(798, -214, 798, -214);
/** Decision level of the upper band. */
const UPPER_LEVEL = 564;

/** Interval of a magnitude, 1 to 30. */
function intervalOf(magnitude: number, scale: number): number {
  let low = 1;
  let high = 30;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (magnitude < ((LEVELS[middle] ?? 0) * scale) >> 12) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** One direction of one stream: 16 kHz samples to bytes. */
export class G722Encoder {
  readonly #low = new G722Band('low');
  readonly #high = new G722Band('high');
  readonly #window: Int32Array;

  /** @param most longest input of one call, samples */
  constructor(most = 960) {
    this.#window = new Int32Array(HISTORY + most);
  }

  /** Encodes an even number of samples into half as many bytes at `offset`; returns how many. */
  encode(samples: Int16Array, into: Uint8Array, offset: number): number {
    const window = this.#window;
    window.set(samples, HISTORY);
    const bytes = samples.length >> 1;
    for (let index = 0; index < bytes; index++) {
      let odd = 0;
      let even = 0;
      const start = index * 2;
      for (let tap = 0; tap < 12; tap++) {
        odd += (window[start + tap * 2] ?? 0) * (MIRROR[tap] ?? 0);
        even += (window[start + tap * 2 + 1] ?? 0) * (MIRROR[11 - tap] ?? 0);
      }
      into[offset + index] = (this.#upper((even - odd) >> 14) << 6) | this.#lower((even + odd) >> 14);
    }
    window.copyWithin(0, bytes * 2, bytes * 2 + HISTORY);
    return bytes;
  }

  #lower(sample: number): number {
    const band = this.#low;
    const error = limit16(sample - band.prediction);
    const interval = intervalOf(error >= 0 ? error : -(error + 1), band.scale);
    const code = error < 0 ? (NEGATIVE[interval] ?? 0) : POSITIVE_TOP - interval;
    const coarse = code >> 2;
    band.adapt((band.scale * (COARSE[coarse] ?? 0)) >> 15, COARSE_STEP[coarse] ?? 0);
    return code;
  }

  #upper(sample: number): number {
    const band = this.#high;
    const error = limit16(sample - band.prediction);
    const isLarge = (error >= 0 ? error : -(error + 1)) >= (UPPER_LEVEL * band.scale) >> 12;
    const code = (error < 0 ? 0 : 2) + (isLarge ? 0 : 1);
    band.adapt((band.scale * (UPPER[code] ?? 0)) >> 15, UPPER_STEP[code] ?? 0);
    return code;
  }
}

/** One direction of one stream: bytes to 16 kHz samples. */
export class G722Decoder {
  readonly #low = new G722Band('low');
  readonly #high = new G722Band('high');
  readonly #window: Int32Array;

  /** @param most longest input of one call, bytes */
  constructor(most = 1500) {
    this.#window = new Int32Array(HISTORY + most * 2);
  }

  /** Decodes `length` bytes into twice as many samples at the beginning of `into`; returns how many. */
  decode(bytes: Uint8Array, offset: number, length: number, into: Int16Array): number {
    const window = this.#window;
    for (let index = 0; index < length; index++) {
      const code = bytes[offset + index] ?? 0;
      const low = this.#lower(code & 63);
      const high = this.#upper(code >> 6);
      window[HISTORY + index * 2] = low + high;
      window[HISTORY + index * 2 + 1] = low - high;
    }
    for (let index = 0; index < length; index++) {
      let first = 0;
      let second = 0;
      const start = index * 2;
      for (let tap = 0; tap < 12; tap++) {
        second += (window[start + tap * 2] ?? 0) * (MIRROR[tap] ?? 0);
        first += (window[start + tap * 2 + 1] ?? 0) * (MIRROR[11 - tap] ?? 0);
      }
      into[start] = limit16(first >> 11);
      into[start + 1] = limit16(second >> 11);
    }
    window.copyWithin(0, length * 2, length * 2 + HISTORY);
    return length * 2;
  }

  #lower(code: number): number {
    const band = this.#low;
    const sample = Math.min(16_383, Math.max(-16_384, band.prediction + ((band.scale * (FINE[code] ?? 0)) >> 15)));
    const coarse = code >> 2;
    band.adapt((band.scale * (COARSE[coarse] ?? 0)) >> 15, COARSE_STEP[coarse] ?? 0);
    return sample;
  }

  #upper(code: number): number {
    const band = this.#high;
    const difference = (band.scale * (UPPER[code] ?? 0)) >> 15;
    const sample = Math.min(16_383, Math.max(-16_384, band.prediction + difference));
    band.adapt(difference, UPPER_STEP[code] ?? 0);
    return sample;
  }
}
