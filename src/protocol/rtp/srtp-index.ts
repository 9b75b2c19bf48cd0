/** Packets a receiver remembers to know a repeated one; RFC 3711 section 3.3.2 asks for 64 at least. */
const WINDOW = 128;
const CYCLE = 0x1_0000;

/** Index of a packet that belongs to no roll-over that can be: before the first packet ever. */
export const NO_INDEX = -1;

/** Which packets of one SSRC have been seen, and the roll-over counter (RFC 3711 section 3.3.1). */
export class PacketIndexes {
  #highest = NO_INDEX;
  /** Index last taken at each place of the window. */
  readonly #seen = new Float64Array(WINDOW).fill(NO_INDEX);

  /** The 48-bit index that a sequence number most probably means; `NO_INDEX` = none. */
  guess(sequence: number): number {
    if (this.#highest < 0) return sequence;
    const before = this.#highest % CYCLE;
    const cycle = this.#highest - before;
    const step = sequence - before;
    if (step > CYCLE / 2) return cycle === 0 ? NO_INDEX : cycle - CYCLE + sequence;
    return step < -CYCLE / 2 ? cycle + CYCLE + sequence : cycle + sequence;
  }

  /** True when a packet of this index was taken already, or is too old to know. */
  isReplay(index: number): boolean {
    return index <= this.#highest - WINDOW || this.#seen[index % WINDOW] === index;
  }

  /** To be called for authentic packets only. */
  take(index: number): void {
    this.#seen[index % WINDOW] = index;
    if (index > this.#highest) this.#highest = index;
  }
}
