import { z } from 'zod';
import { createStore, useStore } from 'zustand';
import { sessionStore } from '../../lib/session-store.ts';

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
  /** Whose they are: the next one at this tab does not see them. Null until somebody is logged in. */
  owner: string | null;
  drafts: readonly Draft[];
}

const NONE: DraftStore = { owner: null, drafts: [] };
const storedSchema = z.object({ owner: z.string().nullable(), drafts: z.array(draftSchema) });

/** Reads stored drafts; what is damaged counts as none. */
export function readDrafts(text: string | null): DraftStore {
  try {
    return storedSchema.parse(JSON.parse(text ?? 'null'));
  } catch {
    return NONE;
  }
}

/**
 * What stays when somebody is logged in, or has logged out (null): the drafts of that one only. A session that ended by itself is neither:
 * whoever comes back goes on writing.
 */
export const draftsFor = (store: DraftStore, userId: string | null): DraftStore =>
  userId !== null && (store.owner ?? userId) === userId ? { owner: userId, drafts: store.drafts } : { ...NONE, owner: userId };

/** The drafts with the changes of one call; a call without a draft yet gets one. Oldest first, at most twenty. */
export function withDraft(drafts: readonly Draft[], callId: string, change: Partial<Draft>): Draft[] {
  const blank: Draft = { callId, caller: '', number: '', startedAt: '', wrapUpCodeId: null, note: '', customerId: null, caseId: null, queueId: null, ended: false };
  const known = drafts.find((draft) => draft.callId === callId);
  const next = { ...(known ?? blank), ...change, callId };
  return known ? drafts.map((draft) => (draft === known ? next : draft)) : [...drafts, next].slice(-MOST);
}

const store = createStore<DraftStore>(() => (typeof sessionStorage === 'undefined' ? NONE : readDrafts(sessionStorage.getItem(KEY))));

store.subscribe((state) => {
  try {
    if (state.drafts.length === 0) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, JSON.stringify(state));
  } catch {
    // Storage is full or off: the draft still lives in this page.
  }
});

function follow({ status, session, expired }: ReturnType<typeof sessionStore.getState>): void {
  if (status === 'in' && session?.user) store.setState((state) => draftsFor(state, session.user?.id ?? null));
  else if (status === 'out' && !expired) store.setState((state) => draftsFor(state, null));
}
sessionStore.subscribe(follow);
follow(sessionStore.getState());

export const changeDraft = (callId: string, change: Partial<Draft>): void =>
  store.setState(({ drafts }) => ({ drafts: withDraft(drafts, callId, change) }));

export const dropDraft = (callId: string): void =>
  store.setState(({ drafts }) => ({ drafts: drafts.filter((draft) => draft.callId !== callId) }));

/** Drafts of calls that are over without a wrap-up: what was written waits for being saved, an empty one goes. */
export function settled(drafts: readonly Draft[], liveCallId: string | null, others: readonly string[] = []): Draft[] {
  const isLive = ({ callId }: Draft): boolean => callId === liveCallId || others.includes(callId);
  return drafts
    .filter((draft) => draft.ended || isLive(draft) || draft.note !== '' || draft.wrapUpCodeId !== null)
    .map((draft) => (isLive(draft) ? draft : { ...draft, ended: true }));
}

/** @param others further calls in progress, whose callers wait */
export const settleDrafts = (liveCallId: string | null, others: readonly string[] = []): void =>
  store.setState(({ drafts }) => ({ drafts: settled(drafts, liveCallId, others) }));

/** What is written about a call at this moment; for code outside of components. */
export const noteOfCall = (callId: string): string => store.getState().drafts.find((draft) => draft.callId === callId)?.note ?? '';

export const useDraft = (callId: string): Draft | undefined =>
  useStore(store, (state) => state.drafts.find((draft) => draft.callId === callId));

export const useDrafts = (): readonly Draft[] => useStore(store, (state) => state.drafts);

/** Calls whose note is not saved. */
export const useUnsavedNotes = (): number => useStore(store, ({ drafts }) => drafts.filter(({ note }) => note !== '').length);
