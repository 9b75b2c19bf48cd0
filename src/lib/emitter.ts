/**
 * Typed events in which a throwing listener cannot break the emitter: a call must survive a bug in a board.
 * @typeParam Events map of event name to its payload
 */
export class Emitter<Events extends object> {
  #listeners = new Map<keyof Events, Set<(payload: never) => void>>();
  readonly #onError: (error: unknown, event: PropertyKey) => void;

  /** @param onError receives what a listener threw; usually a log line */
  constructor(onError: (error: unknown, event: PropertyKey) => void) {
    this.#onError = onError;
  }

  /** Adds a listener; the returned function removes it. */
  on<Name extends keyof Events>(event: Name, listener: (payload: Events[Name]) => void): () => void {
    const set = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, set);
    set.add(listener as (payload: never) => void);
    return () => set.delete(listener as (payload: never) => void);
  }

  /** Calls every listener in the order in which they were added. */
  emit<Name extends keyof Events>(event: Name, payload: Events[Name]): void {
    for (const listener of this.#listeners.get(event) ?? []) {
      try {
        (listener as (payload: Events[Name]) => void)(payload);
      } catch (error) {
        this.#onError(error, event);
      }
    }
  }
}
