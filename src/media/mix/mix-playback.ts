import { G711_RATE, MULAW_TO_LINEAR } from '../../protocol/rtp/g711.ts';
import { Resampler } from '../codecs/resample.ts';
import type { Sound } from '../sound-library.ts';
import { FRAME_SAMPLES } from '../ticker.ts';

/** Sounds without a gap as frames of 20 ms, to be mixed in. */
export class MixPlayback {
  readonly id: string;
  readonly onFinished: () => void;
  readonly #sounds: readonly Sound[];
  readonly #loop: boolean;
  readonly #frame = new Int16Array(FRAME_SAMPLES);
  #resampler: Resampler | null = null;
  #index = 0;
  #position = 0;

  constructor(id: string, sounds: readonly Sound[], loop: boolean, rate: number, onFinished: () => void) {
    this.id = id;
    this.onFinished = onFinished;
    this.#sounds = sounds.filter((sound) => sound.mulaw.length > 0);
    this.#loop = loop;
    this.setRate(rate);
  }

  /** The last frame was given. */
  get isOver(): boolean {
    return this.#index >= this.#sounds.length;
  }

  setRate(rate: number): void {
    this.#resampler = rate === G711_RATE ? null : new Resampler(G711_RATE, rate);
  }

  /** The next frame, valid until the next call; null when it is over. */
  next(): Int16Array | null {
    if (this.isOver) return null;
    const frame = this.#frame.fill(0);
    for (let index = 0; index < frame.length; index++) {
      const sound = this.#sounds[this.#index];
      if (!sound) break;
      frame[index] = MULAW_TO_LINEAR[sound.mulaw[this.#position++] ?? 0] ?? 0;
      if (this.#position >= sound.mulaw.length) this.#advance();
    }
    return this.#resampler ? this.#resampler.run(frame) : frame;
  }

  #advance(): void {
    this.#position = 0;
    this.#index++;
    if (this.#loop && this.isOver) this.#index = 0;
  }
}
