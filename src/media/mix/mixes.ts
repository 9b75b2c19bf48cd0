import type { AudioPath } from '../audio-path.ts';
import { MediaError } from '../errors.ts';
import type { Ticker } from '../ticker.ts';
import { Mix } from './mix.ts';
import type { MixRights } from './mix-levels.ts';

/** The mixes of a media process, by their ids. */
export class Mixes {
  readonly #ticker: Ticker;
  readonly #mixes = new Map<string, Mix>();

  constructor(ticker: Ticker) {
    this.#ticker = ticker;
  }

  has(id: string): boolean {
    return this.#mixes.has(id);
  }

  /** @throws MediaError `unknown_mix` */
  get(id: string): Mix {
    const mix = this.#mixes.get(id);
    if (!mix) throw new MediaError('unknown_mix', `There is no mix ${id}.`);
    return mix;
  }

  /** The mix in which an endpoint is a member. */
  of(endpoint: string): Mix | null {
    for (const mix of this.#mixes.values()) if (mix.has(endpoint)) return mix;
    return null;
  }

  /** @throws MediaError `already_exists` */
  create(id: string): void {
    if (this.#mixes.has(id)) throw new MediaError('already_exists', `${id} exists already.`);
    this.#mixes.set(id, new Mix(id, this.#ticker));
  }

  /** @throws MediaError `unknown_mix`, `already_exists` when the endpoint is in another mix */
  set(id: string, endpoint: string, path: AudioPath, rights: MixRights): void {
    const mix = this.get(id);
    const other = this.of(endpoint);
    if (other && other !== mix) throw new MediaError('already_exists', 'The endpoint is in another mix.');
    mix.set(endpoint, path, rights);
  }

  /** @throws MediaError `unknown_mix` */
  close(id: string): void {
    this.get(id).close();
    this.#mixes.delete(id);
  }
}
