import type { Endpoint } from './endpoint.ts';

/** Two endpoints that hear each other. Forwarding itself is one step of each path: nothing is queued here. */
export class Bridge {
  readonly id: string;
  readonly a: Endpoint;
  readonly b: Endpoint;

  /** Joins at once. */
  constructor(id: string, a: Endpoint, b: Endpoint) {
    this.id = id;
    this.a = a;
    this.b = b;
    a.path.peer = b.path;
    b.path.peer = a.path;
  }

  has(endpoint: Endpoint): boolean {
    return this.a === endpoint || this.b === endpoint;
  }

  /** Idempotent; leaves an endpoint alone that has been joined to something else since. */
  close(): void {
    if (this.a.path.peer === this.b.path) this.a.path.peer = null;
    if (this.b.path.peer === this.a.path) this.b.path.peer = null;
  }
}
