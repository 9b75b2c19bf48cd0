import type { Clock } from '../../lib/clock.ts';

/** A player that reads on within this time still plays the same time. */
const SAME_PLAY_MS = 30 * 60_000;
const MAX_ENTRIES = 10_000;

/**
 * Tells a new play of a recording from a range that belongs to one. The first byte always begins a play; any other range
 * does unless the same session began one lately, so that nobody listens unseen by leaving out the first byte.
 */
export class PlayLog {
  readonly #clock: Clock;
  readonly #begun = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isNewPlay(sessionId: string, recordingId: string, firstByte: number): boolean {
    const now = this.#clock.monotonic();
    const begun = this.#begun.get(`${sessionId}/${recordingId}`);
    return firstByte === 0 || begun === undefined || now - begun > SAME_PLAY_MS;
  }

  /** Call it when the play is in the audit log. */
  begin(sessionId: string, recordingId: string): void {
    const key = `${sessionId}/${recordingId}`;
    this.#begun.delete(key);
    this.#begun.set(key, this.#clock.monotonic());
    for (const oldest of this.#begun.keys()) {
      if (this.#begun.size <= MAX_ENTRIES) break;
      this.#begun.delete(oldest);
    }
  }
}
