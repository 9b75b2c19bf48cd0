/** Non-INVITE server transaction: RFC 3261 section 17.2.2. */
import {
  DELIVER,
  SEND_RESPONSE,
  setTimer,
  step,
  TERMINATED,
  TRANSPORT_FAILED,
  unchanged,
  type Machine,
  type ServerEvent,
  type Step,
  type TransactionSettings,
} from './types.ts';

export type NonInviteServerName = 'initial' | 'trying' | 'proceeding' | 'completed' | 'terminated';
type State = Machine<NonInviteServerName>;
type Next = Step<NonInviteServerName>;

export const NON_INVITE_SERVER_START: State = { name: 'initial', interval: 0 };

/** One step of the machine. */
export function nonInviteServer(settings: TransactionSettings, state: State, event: ServerEvent): Next {
  switch (state.name) {
    case 'initial':
      return event === 'start' ? step('trying', 0, [DELIVER]) : unchanged(state);
    case 'trying':
      return event === 'request' ? unchanged(state) : answering(settings, state, event);
    case 'proceeding':
      return event === 'request' ? step('proceeding', 0, [SEND_RESPONSE]) : answering(settings, state, event);
    case 'completed':
      return completed(state, event);
    case 'terminated':
      return unchanged(state);
  }
}

function answering({ t1, reliable }: TransactionSettings, state: State, event: ServerEvent): Next {
  switch (event) {
    case 'sendProvisional':
      return step('proceeding', 0, [SEND_RESPONSE]);
    case 'sendSuccess':
    case 'sendFailure':
      if (reliable) return step('terminated', 0, [SEND_RESPONSE, TERMINATED]);
      return step('completed', 0, [SEND_RESPONSE, setTimer('J', 64 * t1)]);
    case 'transportError':
      return step('terminated', 0, [TRANSPORT_FAILED, TERMINATED]);
    default:
      return unchanged(state);
  }
}

function completed(state: State, event: ServerEvent): Next {
  if (event === 'request') return step('completed', 0, [SEND_RESPONSE]);
  return event === 'timerJ' || event === 'transportError' ? step('terminated', 0, [TERMINATED]) : unchanged(state);
}
