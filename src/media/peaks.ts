import { MULAW_TO_LINEAR } from '../protocol/rtp/g711.ts';

/** Samples in one point of the waveform: 100 ms. */
const POINT_SAMPLES = 800;
/** Level of each mu-law code, 0..127, linear. */
const LEVEL = Uint8Array.from(MULAW_TO_LINEAR, (sample) => Math.min(127, Math.abs(sample) >> 8));

/** Collects the waveform of two interleaved channels. */
export class PeakMeter {
  readonly left: number[] = [];
  readonly right: number[] = [];
  #left = 0;
  #right = 0;
  #count = 0;

  /** @param frames interleaved mu-law, two bytes a sample */
  add(frames: Uint8Array): void {
    for (let index = 0; index + 1 < frames.length; index += 2) {
      const left = LEVEL[frames[index] ?? 0] ?? 0;
      const right = LEVEL[frames[index + 1] ?? 0] ?? 0;
      if (left > this.#left) this.#left = left;
      if (right > this.#right) this.#right = right;
      if (++this.#count === POINT_SAMPLES) this.#point();
    }
  }

  /** Closes the last, shorter point. */
  end(): void {
    if (this.#count > 0) this.#point();
  }

  #point(): void {
    this.left.push(this.#left);
    this.right.push(this.#right);
    this.#left = 0;
    this.#right = 0;
    this.#count = 0;
  }
}
