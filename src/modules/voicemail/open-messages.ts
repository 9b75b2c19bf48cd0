import type { SealedSound } from '../../media/protocol.ts';

/** Messages that calls may play at the same time; whatever is older was heard long ago. */
const MOST = 200;

/**
 * Recorded messages that were opened for somebody on the telephone, by the names of their sounds. Kept in memory only: their
 * keys are in no state that is stored.
 */
export class OpenMessages {
  readonly #sounds = new Map<string, SealedSound>();

  open(name: string, sound: Omit<SealedSound, 'content'>): void {
    this.#sounds.delete(name);
    this.#sounds.set(name, { ...sound, content: 'recording' });
    for (const oldest of this.#sounds.keys()) {
      if (this.#sounds.size <= MOST) break;
      this.#sounds.delete(oldest);
    }
  }

  get(name: string): SealedSound | undefined {
    return this.#sounds.get(name);
  }
}
