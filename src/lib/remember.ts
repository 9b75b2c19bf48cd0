/**
 * A pure function of a short text that remembers its last results; the oldest one is forgotten first.
 * @param limit results kept
 */
export function remember<T>(work: (text: string) => T, limit = 2000): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    if (known.has(text)) return known.get(text) as T;
    const result = work(text);
    if (known.size >= limit) for (const oldest of known.keys()) {
      known.delete(oldest);
      break;
    }
    known.set(text, result);
    return result;
  };
}
