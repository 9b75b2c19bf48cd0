/** Channel and call-rate limits of one trunk, both ways. */
import { SlidingWindow } from '../../lib/sliding-window.ts';

const SECOND_MS = 1000;

export class Channels {
  /** Legs that hold one. */
  readonly #used = new Set<string>();
  readonly #begun = new SlidingWindow(SECOND_MS);

  get used(): number {
    return this.#used.size;
  }

  /**
   * Takes a channel for a leg. Taking one twice changes nothing.
   * @param at monotonic ms
   * @returns which limit is in the way; null = it is taken
   */
  take(limits: { channels: number; callsPerSecond: number }, legId: string, at: number): 'channels' | 'rate' | null {
    if (this.#used.has(legId)) return null;
    if (this.#used.size >= limits.channels) return 'channels';
    if (this.#begun.countAt(at) >= limits.callsPerSecond) return 'rate';
    this.#used.add(legId);
    this.#begun.add(at);
    return null;
  }

  /** A call from before a restart holds its channel, whatever the limits say now. */
  adopt(legId: string): void {
    this.#used.add(legId);
  }

  /** Unknown legs change nothing. */
  free(legId: string): void {
    this.#used.delete(legId);
  }
}
