import { z } from 'zod';
import { createStore, useStore } from 'zustand';

/** What the agent wrote about a call and has not saved yet. It outlives a reload of the tab and the end of the wrap-up time. */
const draftSchema = z.object({
  callId: z.string(),
  /** Who called, as the desk showed it: the call itself may be gone from the screen. */
  caller: z.string(),
  /** Of the other side; empty when it is not known. */
  number: z.string().default(''),
  startedAt: z.string(),
  wrapUpCodeId: z.string().nullable(),
  note: z.string(),
  customerId: z.string().nullable(),
  caseId: z.string().nullable().default(null),
  /** Queue of the call: which results can be chosen, and whether one must. */
  queueId: z.string().nullable().default(null),
  /** The call is over: the draft waits for being saved. */
  ended: z.boolean(),
});

export type Draft = z.infer<typeof draftSchema>;

const KEY = 'scc.drafts';
const MOST = 20;

interface DraftStore {
  drafts: readonly Draft[];
}

/** Reads stored drafts; what is damaged counts as none. */
export function readDrafts(text: string | null): Draft[] {
  try {
    return z.array(draftSchema).parse(JSON.parse(text ?? '[]'));
  } catch {
    return [];
  }
}

/** The drafts with the changes of one call; a call without a draft yet gets one. Oldest first, at most twenty. */
export function withDraft(drafts: readonly Draft[], callId: string, change: Partial<Draft>): Draft[] {
  const blank: Draft = { callId, caller: '', number: '', startedAt: '', wrapUpCodeId: null, note: '', customerId: null, caseId: null, queueId: null, ended: false };
  const known = drafts.find((draft) => draft.callId === callId);
  const next = { ...(known ?? blank), ...change, callId };
  return known ? drafts.map((draft) => (draft === known ? next : draft)) : [...drafts, next].slice(-MOST);
}

const stored = (): Draft[] => (typeof sessionStorage === 'undefined' ? [] : readDrafts(sessionStorage.getItem(KEY)));

const store = createStore<DraftStore>(() => ({ drafts: stored() }));

store.subscribe(({ drafts }) => {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(drafts));
  } catch {
    // Storage is full or off: the draft still lives in this page.
  }
});

export const changeDraft = (callId: string, change: Partial<Draft>): void =>
  store.setState(({ drafts }) => ({ drafts: withDraft(drafts, callId, change) }));

export const dropDraft = (callId: string): void =>
  store.setState(({ drafts }) => ({ drafts: drafts.filter((draft) => draft.callId !== callId) }));

/** Drafts of calls that are over without a wrap-up: what was written waits for being saved, an empty one goes. */
export function settled(drafts: readonly Draft[], liveCallId: string | null): Draft[] {
  return drafts
    .filter((draft) => draft.ended || draft.callId === liveCallId || draft.note !== '' || draft.wrapUpCodeId !== null)
    .map((draft) => (draft.callId === liveCallId ? draft : { ...draft, ended: true }));
}

export const settleDrafts = (liveCallId: string | null): void =>
  store.setState(({ drafts }) => ({ drafts: settled(drafts, liveCallId) }));

/** What is written about a call at this moment; for code outside of components. */
export const noteOfCall = (callId: string): string => store.getState().drafts.find((draft) => draft.callId === callId)?.note ?? '';

export const useDraft = (callId: string): Draft | undefined =>
  useStore(store, (state) => state.drafts.find((draft) => draft.callId === callId));

export const useDrafts = (): readonly Draft[] => useStore(store, (state) => state.drafts);
