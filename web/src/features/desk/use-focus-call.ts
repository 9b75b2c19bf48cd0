import { useEffect } from 'react';
import type { CallerMatch, CallView } from '../../../../shared/events.ts';
import { type LiveCall, roleOf } from '../../softphone/state.ts';
import { useSoftphone } from '../../softphone/use-softphone.ts';
import { useCall } from './api/use-call.ts';
import { otherNumber } from '../../records/other-number.ts';
import { useCallerText } from './caller.ts';
import { changeDraft, settleDrafts, useDrafts } from './drafts.ts';
import { useLastSaved } from './last-saved.ts';

/** The call whose record and note are in the middle of the desk. */
export interface FocusCall {
  callId: string | null;
  view: CallView | null;
  matches: readonly CallerMatch[];
  /** A note may be written: not before the call is answered. */
  noteable: boolean;
  ended: boolean;
  /** Earlier calls whose wrap-up is not saved. */
  unsaved: readonly string[];
}

/**
 * Live call first, then the one that rings, then the one in wrap-up. Keeps drafts in step: a call that ends turns its draft
 * into a wrap-up, also for a call that this tab saw nothing of because it was loaded during the wrap-up.
 */
export function useFocusCall(): FocusCall {
  const snapshot = useSoftphone();
  const { offer, ended, agent } = snapshot;
  // Notes are written by who has the call, not by who was asked or listens.
  const call = roleOf(snapshot) === 'agent' ? snapshot.call : null;
  const drafts = useDrafts();
  const callerText = useCallerText();
  const wrappingUp = agent?.work === 'wrapUp' ? agent.callId : null;
  // What was just saved is a wrap-up still for as long as the server takes to say that it is over.
  const saved = useLastSaved()?.draft.callId;
  const unseen = wrappingUp !== null && wrappingUp !== saved && ended?.view.callId !== wrappingUp && !drafts.some((draft) => draft.callId === wrappingUp);
  const record = useCall(unseen ? wrappingUp : null).data;

  const beside = snapshot.others.map(({ view }) => view.callId).join();
  useEffect(() => {
    const about = ({ view }: LiveCall, over: boolean): void =>
      changeDraft(view.callId, { caller: callerText(view), number: otherNumber(view), startedAt: view.startedAt, queueId: view.queueId, ended: over });
    if (ended && ended.view.callId !== call?.view.callId) about(ended, true);
    if (call) about(call, false);
    // The caller's name in the draft is in the language of the screen at that time.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [call?.view.callId, ended?.view.callId, call === null]);
  useEffect(() => settleDrafts(call?.view.callId ?? null, beside === '' ? [] : beside.split(',')), [call?.view.callId, beside]);
  useEffect(() => {
    if (!record) return;
    const { id, startedAt, note, wrapUpCodeId, customerId, caseId, queueId } = record;
    changeDraft(id, { caller: callerText(record), number: otherNumber(record), startedAt, note, wrapUpCodeId, customerId, caseId, queueId, ended: true });
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [record?.id]);

  const waiting = drafts.filter((draft) => draft.ended && draft.callId !== call?.view.callId);
  const guest = call === null ? snapshot.call : null;
  const current = call?.view.callId ?? guest?.view.callId ?? offer?.call.callId ?? (waiting.find(({ callId }) => callId === wrappingUp) ?? waiting.at(-1))?.callId ?? null;
  const live = call ?? guest ?? (offer ? { view: offer.call, matches: offer.matches } : null);
  const last = live ?? [ended, ...snapshot.endedBefore].find((over) => over?.view.callId === current) ?? null;
  return {
    callId: current,
    view: last?.view ?? null,
    matches: last?.matches ?? [],
    noteable: call !== null || (guest === null && offer === null),
    ended: live === null,
    unsaved: waiting.map((draft) => draft.callId).filter((callId) => callId !== current),
  };
}
