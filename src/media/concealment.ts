/**
 * Hides lost packets by repeating the last pitch period of what was heard, fading out within 60 ms: the idea of ITU-T G.711
 * Appendix I, without its delay of 3.75 ms (the seam is smoothed after it instead of before).
 */
export class Concealment {
  readonly #rate: number;
  readonly #history: Int16Array;
  #cycle = new Float64Array(0);
  #at = 0;
  /** Samples concealed since the last good one. */
  #lost = 0;
  /** Step at the seam, which fades. */
  #step = 0;

  /** @param rate samples a second */
  constructor(rate: number) {
    this.#rate = rate;
    this.#history = new Int16Array(rate / 20);
  }

  /** Takes decoded sound; its beginning is blended with the concealment before it, in place. */
  good(samples: Int16Array): void {
    if (this.#lost > 0) {
      const overlap = Math.min(samples.length, Math.round(this.#rate * Math.min(0.01, 0.003 + (this.#lost / this.#rate) * 0.2)));
      for (let index = 0; index < overlap; index++) {
        const share = (index + 1) / (overlap + 1);
        samples[index] = Math.round(share * (samples[index] ?? 0) + (1 - share) * this.#next());
      }
      this.#lost = 0;
    }
    this.#remember(samples);
  }

  /** Fills `into` with what may have been said. */
  conceal(into: Int16Array): void {
    if (this.#lost === 0) this.#begin();
    for (let index = 0; index < into.length; index++) into[index] = this.#next();
  }

  #next(): number {
    const seconds = this.#lost++ / this.#rate;
    const gain = seconds < 0.01 ? 1 : Math.max(0, 1 - (seconds - 0.01) * 20);
    if (gain === 0) return 0;
    const sample = this.#cycle[this.#at] ?? 0;
    this.#at = (this.#at + 1) % this.#cycle.length;
    this.#step *= 0.85;
    return Math.max(-32_768, Math.min(32_767, Math.round(gain * sample + this.#step)));
  }

  /** Cuts out the last period so that its end runs into its beginning. */
  #begin(): void {
    const history = this.#history;
    const period = this.#period();
    const end = history.length;
    const blend = period >> 2;
    this.#cycle = Float64Array.from({ length: period }, (_, index) => {
      const own = history[end - period + index] ?? 0;
      const past = index - (period - blend);
      if (past < 0) return own;
      const share = (past + 1) / (blend + 1);
      return (1 - share) * own + share * (history[end - 2 * period + index] ?? 0);
    });
    this.#at = 0;
    this.#step = (history[end - 1] ?? 0) - (this.#cycle[period - 1] ?? 0);
  }

  /** The lag between 5 and 15 ms at which the last 20 ms resemble themselves most, samples. */
  #period(): number {
    const history = this.#history;
    const stride = this.#rate / 8000;
    const end = history.length;
    let best = this.#rate / 100;
    let highest = 0;
    for (let lag = this.#rate / 200; lag <= (this.#rate * 3) / 200; lag += stride) {
      let product = 0;
      let energy = 1;
      for (let at = end - this.#rate / 50; at < end; at += stride) {
        const earlier = history[at - lag] ?? 0;
        product += (history[at] ?? 0) * earlier;
        energy += earlier * earlier;
      }
      const likeness = product <= 0 ? 0 : (product * product) / energy;
      if (likeness <= highest) continue;
      highest = likeness;
      best = lag;
    }
    return best;
  }

  #remember(samples: Int16Array): void {
    const history = this.#history;
    if (samples.length >= history.length) {
      history.set(samples.subarray(samples.length - history.length));
      return;
    }
    history.copyWithin(0, samples.length);
    history.set(samples, history.length - samples.length);
  }
}
