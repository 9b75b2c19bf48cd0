import type { ServerMessage } from '../../../../shared/events.ts';
import { applyBoardMessage, type BoardModel, emptyBoard, isBoardMessage } from './board-model.ts';

/** What the feed needs of the tab's socket. */
export interface BoardSource {
  subscribe: (listener: (message: ServerMessage) => void) => () => void;
  /** Calls now if connected, and after every connection to come. */
  onOpen: (listener: () => void) => () => void;
  send: (command: { type: 'board.watch'; on: boolean }) => Promise<unknown>;
}

export interface BoardSnapshot {
  model: BoardModel;
  /** Server's clock minus this computer's, ms: running times must not depend on how well the computer's clock is set. */
  clockOffsetMs: number;
  /** The server does not let this user watch. */
  refused: boolean;
}

/** Watches the board while it is shown, and again after every reconnection. */
export class BoardFeed {
  readonly #source: BoardSource;
  readonly #now: () => number;
  readonly #listeners = new Set<() => void>();
  #snapshot: BoardSnapshot = { model: emptyBoard, clockOffsetMs: 0, refused: false };
  #stops: (() => void)[] = [];

  constructor(source: BoardSource, now: () => number = Date.now) {
    this.#source = source;
    this.#now = now;
  }

  readonly getSnapshot = (): BoardSnapshot => this.#snapshot;

  /** The first listener starts the watch, the last one to leave ends it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#start();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stop();
    };
  };

  #start(): void {
    this.#stops = [this.#source.subscribe((message) => this.#receive(message)), this.#source.onOpen(() => this.#watch())];
  }

  #stop(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    // Whether it arrives does not matter: a lost connection watches nothing.
    this.#source.send({ type: 'board.watch', on: false }).catch(() => undefined);
    this.#snapshot = { model: emptyBoard, clockOffsetMs: 0, refused: false };
  }

  #watch(): void {
    this.#source.send({ type: 'board.watch', on: true }).then(
      () => this.#set({ refused: false }),
      (error: unknown) => {
        if (error instanceof Error && 'code' in error && error.code === 'forbidden') this.#set({ refused: true });
      },
    );
  }

  #receive(message: ServerMessage): void {
    if (!isBoardMessage(message)) return;
    const model = applyBoardMessage(this.#snapshot.model, message);
    if (model.at === null) return;
    this.#set({ model, clockOffsetMs: Date.parse(model.at) - this.#now() });
  }

  #set(part: Partial<BoardSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...part };
    for (const listener of this.#listeners) listener();
  }
}
