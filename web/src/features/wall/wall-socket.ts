import { type WallMessage, wallMessageSchema, type WallView } from '../../../../shared/wall.ts';

/** live: figures are true. lost: shows what was last known, and tries again. over: the link does not work (any more). */
export type WallState = 'connecting' | 'live' | 'lost' | 'over';

export interface WallSnapshot {
  state: WallState;
  view: WallView | null;
  /** When the server last said that what is shown is true, by `now`. */
  heardAt: number | null;
  /** Server's clock minus this computer's, ms: screens on walls often have a wrong clock. */
  clockOffsetMs: number;
}

/** The part of the browser that is used; tests give their own. */
export interface WallWorld {
  /** Opens a connection. `lost` comes once, also when it never opened. */
  open: (on: { message: (data: unknown) => void; lost: () => void }) => { close: () => void };
  /** Asks whether the link is good; null = cannot be said now. */
  ask: () => Promise<boolean | null>;
  /** Monotonic, ms. */
  now: () => number;
  wall: () => number;
  after: (ms: number, run: () => void) => () => void;
  /** Time before attempt `attempt`, ms. */
  backOff: (attempt: number) => number;
}

/** The server says something every four seconds: after so long a silence nothing is known any more, ms. */
export const SILENCE_MS = 10_000;
/** A link that does not work is asked about again so often: it may be a change of addresses that is taken back, ms. */
const OVER_EVERY_MS = 60_000;

/** Keeps a screen supplied: connects, notices silence, connects again for as long as it is shown. */
export class WallSocket {
  readonly #world: WallWorld;
  readonly #listeners = new Set<() => void>();
  #snapshot: WallSnapshot = { state: 'connecting', view: null, heardAt: null, clockOffsetMs: 0 };
  #wire: { close: () => void } | null = null;
  #attempt = 0;
  #cancelRetry: () => void = () => undefined;
  #cancelSilence: () => void = () => undefined;

  constructor(world: WallWorld) {
    this.#world = world;
  }

  readonly getSnapshot = (): WallSnapshot => this.#snapshot;

  /** The first listener connects, the last one to leave ends it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#connect();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stop();
    };
  };

  #stop(): void {
    this.#cancelRetry();
    this.#drop();
  }

  #drop(): void {
    this.#cancelSilence();
    const wire = this.#wire;
    this.#wire = null;
    wire?.close();
  }

  #connect(): void {
    this.#drop();
    const wire = this.#world.open({
      message: (data) => {
        if (this.#wire === wire) this.#receive(data);
      },
      lost: () => {
        if (this.#wire === wire) void this.#lost();
      },
    });
    this.#wire = wire;
    this.#watchSilence();
  }

  #watchSilence(): void {
    this.#cancelSilence();
    this.#cancelSilence = this.#world.after(SILENCE_MS, () => void this.#lost());
  }

  #receive(data: unknown): void {
    const message = parse(data);
    if (!message) return;
    if (message.type === 'wall.over') return this.#over();
    this.#watchSilence();
    this.#attempt = 0;
    const at = message.type === 'wall' ? message.view.at : message.at;
    const view = message.type === 'wall' ? message.view : this.#snapshot.view;
    this.#set({ state: 'live', view, heardAt: this.#world.now(), clockOffsetMs: Date.parse(at) - this.#world.wall() });
  }

  /** A browser does not say why a connection failed: the server is asked whether the link is good. */
  async #lost(): Promise<void> {
    this.#drop();
    if (this.#snapshot.state === 'live') this.#set({ ...this.#snapshot, state: 'lost' });
    this.#retryIn(this.#world.backOff(this.#attempt));
    this.#attempt += 1;
    const isGood = await this.#world.ask();
    if (isGood === false && this.#wire === null && this.#listeners.size > 0) this.#over();
  }

  #over(): void {
    this.#drop();
    this.#set({ ...this.#snapshot, state: 'over', view: null });
    this.#retryIn(OVER_EVERY_MS);
  }

  #retryIn(ms: number): void {
    this.#cancelRetry();
    this.#cancelRetry = this.#world.after(ms, () => this.#connect());
  }

  #set(snapshot: WallSnapshot): void {
    this.#snapshot = snapshot;
    for (const listener of this.#listeners) listener();
  }
}

/** Null for what this page does not understand: the server may be newer. */
function parse(data: unknown): WallMessage | null {
  if (typeof data !== 'string') return null;
  try {
    return wallMessageSchema.safeParse(JSON.parse(data)).data ?? null;
  } catch {
    return null;
  }
}
