import { useState } from 'react';

/** Whether two values would be sent as the same text. */
export const sameJson = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** A form of a record that may be read again at any time. */
export interface DraftState<Stored, Draft> {
  draft: Draft;
  /** What the draft would have sent when it was begun, or sent when it was saved. */
  before: unknown;
  /** The record as it was then. */
  seen: Stored;
}

/** How a draft is made of a record, and what of it is sent: two drafts that send the same are the same. */
export interface DraftRules<Stored, Draft> {
  draftOf: (stored: Stored) => Draft;
  sent: (draft: Draft) => unknown;
}

/** A form that shows a record unchanged. */
export function begun<Stored, Draft>(stored: Stored, { draftOf, sent }: DraftRules<Stored, Draft>): DraftState<Stored, Draft> {
  const draft = draftOf(stored);
  return { draft, before: sent(draft), seen: stored };
}

/** Where a form stands against what is stored now. `overtaken`: both were changed since the draft was begun. */
export function standing<Stored, Draft>({ draft, before, seen }: DraftState<Stored, Draft>, stored: Stored, { draftOf, sent }: DraftRules<Stored, Draft>): 'clean' | 'dirty' | 'overtaken' {
  const mine = sent(draft);
  if (sameJson(mine, before)) return 'clean';
  if (stored === seen) return 'dirty';
  const now = sent(draftOf(stored));
  if (sameJson(mine, now)) return 'clean';
  return sameJson(now, before) ? 'dirty' : 'overtaken';
}

/**
 * The draft of a form whose record is read again while somebody types: on coming back to the tab, after a change of another one. Without
 * changes of one's own the form follows the record; with them it stays as it is.
 */
export function useDraft<Stored, Draft>(stored: Stored, rules: DraftRules<Stored, Draft>) {
  const [state, setState] = useState(() => begun(stored, rules));
  const now = standing(state, stored, rules);
  if (now === 'clean' && state.seen !== stored) setState(begun(stored, rules));
  return {
    draft: state.draft,
    setDraft: (draft: Draft): void => setState((last) => ({ ...last, draft })),
    dirty: now !== 'clean',
    /** Somebody else saved meanwhile: saving would take that back. */
    overtaken: now === 'overtaken',
    /** Back to what is stored. */
    undo: (): void => setState(begun(stored, rules)),
    /** This is saved, while somebody may have typed on; the record will be read again. */
    saved: (sent: unknown): void => setState((last) => ({ ...last, before: sent, seen: stored })),
  };
}
