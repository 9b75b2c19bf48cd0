import type { Clock } from '../lib/clock.ts';
import type { IdSource } from '../lib/ids.ts';
import type { Moment } from './types.ts';

/** Now. The id is made when it is asked for: few events begin anything. */
export class EventMoment implements Moment {
  readonly at: number;
  readonly wall: number;
  readonly #newId: IdSource;
  #id = '';

  constructor(clock: Clock, newId: IdSource) {
    this.at = clock.monotonic();
    this.wall = clock.wall();
    this.#newId = newId;
  }

  get id(): string {
    if (this.#id === '') this.#id = this.#newId();
    return this.#id;
  }
}
