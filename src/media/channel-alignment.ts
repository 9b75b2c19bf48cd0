/** A stream whose timestamps run further ahead of the clock than this is set back to its arrival: 60 ms. */
const MAX_AHEAD = 480;
/** Beyond this, timestamps have jumped and mean nothing: 2 s. */
const MAX_JUMP = 16_000;
/** Packets over which the smallest delay is taken. */
const WINDOW = 50;
/** A stream that has been at least this late for a whole window is moved: 40 ms. */
const MAX_STEADY_LAG = 320;

/**
 * Finds the place of a packet on the time line of a recording. The first packet stands where it arrived; later ones follow by
 * their timestamps, so jitter does not tear the sound, and gaps in the timestamps stay gaps. Where the sender's clock and
 * ours drift apart, the line is moved by the smallest delay seen in a window.
 * All numbers are samples (1/8000 s).
 */
export class ChannelAlignment {
  #ssrc = -1;
  #first = 0;
  #base = 0;
  #smallest = Number.POSITIVE_INFINITY;
  #seen = 0;

  /** @returns the sample of the recording at which the packet's first sample stands */
  place(arrival: number, timestamp: number, ssrc: number): number {
    // Bit operators make the difference a signed 32-bit one, so a timestamp may wrap.
    let position = this.#base + ((timestamp - this.#first) | 0);
    const lag = arrival - position;
    if (ssrc !== this.#ssrc || lag > MAX_JUMP || lag < -MAX_AHEAD) {
      this.#anchor(arrival, timestamp, ssrc);
      return arrival;
    }
    this.#smallest = Math.min(this.#smallest, lag);
    if (++this.#seen >= WINDOW) {
      if (this.#smallest > MAX_STEADY_LAG) {
        this.#base += this.#smallest;
        position += this.#smallest;
      }
      this.#seen = 0;
      this.#smallest = Number.POSITIVE_INFINITY;
    }
    return position;
  }

  #anchor(arrival: number, timestamp: number, ssrc: number): void {
    this.#ssrc = ssrc;
    this.#first = timestamp;
    this.#base = arrival;
    this.#smallest = Number.POSITIVE_INFINITY;
    this.#seen = 0;
  }
}
