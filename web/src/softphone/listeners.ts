/** A set of listeners of which one that throws does not keep the others from hearing. */
export class Listeners<Value> {
  readonly #all = new Set<(value: Value) => void>();

  add(listener: (value: Value) => void): () => void {
    this.#all.add(listener);
    return () => void this.#all.delete(listener);
  }

  emit(value: Value): void {
    for (const listener of Array.from(this.#all)) {
      try {
        listener(value);
      } catch (error) {
        reportError(error);
      }
    }
  }
}
