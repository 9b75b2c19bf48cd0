import { createStore, useStore } from 'zustand';
import type { Draft } from './drafts.ts';

/** The wrap-up saved last in this tab, which can still be taken back. */
export interface LastSaved {
  draft: Draft;
  /** This computer's clock, ms since the epoch. */
  at: number;
}

/** A little less than the server allows, so that the button does not promise too much. */
export const UNDO_MS = 9.5 * 60_000;

const store = createStore<{ last: LastSaved | null }>(() => ({ last: null }));

export const rememberSaved = (last: LastSaved | null): void => store.setState({ last });

export const useLastSaved = (): LastSaved | null => useStore(store, ({ last }) => last);
