import { useLocation } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useSession } from '../lib/session.ts';

/** Beside the drafts of the desk in the storage of the tab, which is emptied when somebody logs out. */
const PREFIX = 'scc.kept';
/** Entries of the history that are remembered; older ones show what the page begins with. */
const MAX_KEPT = 100;

/** What is stored of a tab's pages; as `Storage` has it. */
export type KeptStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** What a page was left with, by its entry in the history and a name on the page. @throws nothing: without storage, or with a full one, nothing is kept */
export class Kept {
  readonly #storage: () => KeptStorage;

  constructor(storage: () => KeptStorage) {
    this.#storage = storage;
  }

  /** undefined where nothing is kept. */
  read(entry: string, name: string): unknown {
    try {
      const text = this.#storage().getItem(`${PREFIX}:${entry}:${name}`);
      return text === null ? undefined : (JSON.parse(text) as unknown);
    } catch {
      return undefined;
    }
  }

  write(entry: string, name: string, value: unknown): void {
    try {
      const storage = this.#storage();
      const key = `${PREFIX}:${entry}:${name}`;
      const keys = (JSON.parse(storage.getItem(PREFIX) ?? '[]') as string[]).filter((known) => known !== key);
      const late = keys.splice(0, Math.max(0, keys.length + 1 - MAX_KEPT));
      for (const old of late) storage.removeItem(old);
      storage.setItem(key, JSON.stringify(value));
      storage.setItem(PREFIX, JSON.stringify([...keys, key]));
    } catch {
      // What a page looked like is not worth an error.
    }
  }
}

/**
 * What was kept, where it has the shape of what the page begins with: it may have been written by an earlier version of the page.
 * A choice that is null at first is a text once it is made.
 */
export function fitting<Value>(kept: unknown, initial: Value): Value {
  if (initial === null) return kept === null || typeof kept === 'string' ? (kept as Value) : initial;
  if (typeof initial !== 'object') return typeof kept === typeof initial ? (kept as Value) : initial;
  if (typeof kept !== 'object' || kept === null) return initial;
  // The same object, so that pages know an empty filter by it.
  if (JSON.stringify(kept) === JSON.stringify(initial)) return initial;
  const names = Object.keys(initial);
  return names.length === Object.keys(kept).length && names.every((name) => name in kept) ? (kept as Value) : initial;
}

const kept = new Kept(() => sessionStorage);

/**
 * `useState` for what a list shows: filters, a search text, a chosen part. Who comes back to the page by the browser's history, or loads it
 * again, finds it as it was left.
 * @param name told apart on the page
 */
export function useKept<Value extends string | boolean | object | null>(name: string, initial: Value | (() => Value)): [Value, (value: Value) => void] {
  const userId = useSession().user?.id ?? '';
  // Whose they are: the next one at this tab does not see them.
  const entry = useLocation({ select: ({ state }) => `${userId}:${state.__TSR_key ?? ''}` });
  const [first] = useState(initial);
  const [shown, setShown] = useState(() => ({ entry, value: fitting(kept.read(entry, name), first) }));
  // Another entry of the same page: its own choice, or the one that is on the screen.
  if (shown.entry !== entry) setShown({ entry, value: fitting(kept.read(entry, name), shown.value) });
  useEffect(() => {
    kept.write(shown.entry, name, shown.value);
  }, [name, shown]);
  return [shown.value, (value) => setShown({ entry, value })];
}
