/**
 * One subscription (RFC 6665 section 4.2), pure. One NOTIFY is under way at a time; changes in between become one.
 *
 *     active ──change──► notifying ──2xx──► active        any ──expired, unsubscribed──► last NOTIFY ──► over
 *                          │ change: again after the answer        notifying ──481, silence──► over
 */
export interface SubscriptionState {
  name: 'active' | 'notifying' | 'over';
  /** The state changed while a NOTIFY was under way. */
  isDirty: boolean;
  /** Set when the next NOTIFY is the last one. */
  ends: 'timeout' | 'noresource' | null;
}

export type SubscriptionEvent = { type: 'changed' } | { type: 'end'; why: 'timeout' | 'noresource' } | { type: 'notified' } | { type: 'failed' };

type SubscriptionEffect = { type: 'notify'; ends: SubscriptionState['ends'] } | { type: 'forget' };

export const SUBSCRIPTION_START: SubscriptionState = { name: 'active', isDirty: false, ends: null };

export function subscription(state: SubscriptionState, event: SubscriptionEvent): { state: SubscriptionState; effects: readonly SubscriptionEffect[] } {
  if (state.name === 'over') return { state, effects: [] };
  switch (event.type) {
    case 'changed':
      return wish(state);
    case 'end':
      return wish({ ...state, ends: event.why });
    case 'notified':
      return state.isDirty ? wish({ ...state, name: 'active', isDirty: false }) : { state: { ...state, name: 'active' }, effects: [] };
    case 'failed':
      return { state: { ...state, name: 'over' }, effects: [{ type: 'forget' }] };
  }
}

function wish(state: SubscriptionState): { state: SubscriptionState; effects: readonly SubscriptionEffect[] } {
  if (state.name === 'notifying') return { state: { ...state, isDirty: true }, effects: [] };
  const notify: SubscriptionEffect = { type: 'notify', ends: state.ends };
  if (state.ends !== null) return { state: { ...state, name: 'over' }, effects: [notify, { type: 'forget' }] };
  return { state: { ...state, name: 'notifying' }, effects: [notify] };
}
