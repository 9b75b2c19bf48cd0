import { MULAW_TO_LINEAR } from '../protocol/rtp/g711.ts';

/** Samples in one point of the waveform: 100 ms. */
const POINT_SAMPLES = 800;
/** Level of each mu-law code without its sign bit, 0..127, linear: the smaller the code, the louder. */
const LEVEL = Uint8Array.from({ length: 128 }, (_, code) => Math.min(127, Math.abs(MULAW_TO_LINEAR[code] ?? 0) >> 8));
const SIGNLESS = 0x7f;
const POINT_MS = 100;
/** Up to this level, 36 dB below full scale, a line counts as silent. */
const SILENT_LEVEL = 1;

/** Collects the waveform of two interleaved channels. */
export class PeakMeter {
  readonly left: number[] = [];
  readonly right: number[] = [];
  /** Loudest codes of the point so far. */
  #left = SIGNLESS;
  #right = SIGNLESS;
  #count = 0;
  #silentPoints = 0;

  /** How long the left channel has been silent, ms. */
  get leftSilentMs(): number {
    return this.#silentPoints * POINT_MS;
  }

  /** @param frames interleaved mu-law, two bytes a sample */
  add(frames: Uint8Array): void {
    let index = 0;
    while (index + 1 < frames.length) {
      const end = Math.min(frames.length & ~1, index + (POINT_SAMPLES - this.#count) * 2);
      this.#count += (end - index) >> 1;
      let left = this.#left;
      let right = this.#right;
      for (; index < end; index += 2) {
        left = Math.min(left, (frames[index] ?? SIGNLESS) & SIGNLESS);
        right = Math.min(right, (frames[index + 1] ?? SIGNLESS) & SIGNLESS);
      }
      this.#left = left;
      this.#right = right;
      if (this.#count === POINT_SAMPLES) this.#point();
    }
  }

  /** Closes the last, shorter point. */
  end(): void {
    if (this.#count > 0) this.#point();
  }

  #point(): void {
    const left = LEVEL[this.#left] ?? 0;
    this.#silentPoints = left > SILENT_LEVEL ? 0 : this.#silentPoints + 1;
    this.left.push(left);
    this.right.push(LEVEL[this.#right] ?? 0);
    this.#left = SIGNLESS;
    this.#right = SIGNLESS;
    this.#count = 0;
  }
}
