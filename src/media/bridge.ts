import { Converter } from './codecs/converter.ts';
import type { Endpoint } from './endpoint.ts';
import type { Ticker } from './ticker.ts';

/** Two endpoints that hear each other. Forwarding itself is one step of each path: nothing is queued here. */
export class Bridge {
  readonly id: string;
  readonly a: Endpoint;
  readonly b: Endpoint;
  readonly #toA: Converter;
  readonly #toB: Converter;

  /** Joins at once. */
  constructor(id: string, a: Endpoint, b: Endpoint, ticker: Ticker) {
    this.id = id;
    this.a = a;
    this.b = b;
    a.path.peer = b.path;
    b.path.peer = a.path;
    this.#toA = new Converter(a.path, ticker);
    this.#toB = new Converter(b.path, ticker);
    a.path.converter = this.#toA;
    b.path.converter = this.#toB;
  }

  has(endpoint: Endpoint): boolean {
    return this.a === endpoint || this.b === endpoint;
  }

  /** Idempotent; leaves an endpoint alone that has been joined to something else since. */
  close(): void {
    if (this.a.path.peer === this.b.path) this.a.path.peer = null;
    if (this.b.path.peer === this.a.path) this.b.path.peer = null;
    if (this.a.path.converter === this.#toA) this.a.path.converter = null;
    if (this.b.path.converter === this.#toB) this.b.path.converter = null;
    this.#toA.close();
    this.#toB.close();
  }
}
