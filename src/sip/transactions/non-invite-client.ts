/** Non-INVITE client transaction: RFC 3261 section 17.1.2. */
import {
  clearTimer,
  DELIVER,
  SEND_REQUEST,
  setTimer,
  step,
  TERMINATED,
  TIMEOUT,
  TRANSPORT_FAILED,
  unchanged,
  type ClientEvent,
  type Machine,
  type Step,
  type TransactionSettings,
} from './types.ts';

export type NonInviteClientName = 'initial' | 'trying' | 'proceeding' | 'completed' | 'terminated';
type State = Machine<NonInviteClientName>;
type Next = Step<NonInviteClientName>;

export const NON_INVITE_CLIENT_START: State = { name: 'initial', interval: 0 };

/** One step of the machine. */
export function nonInviteClient(settings: TransactionSettings, state: State, event: ClientEvent): Next {
  switch (state.name) {
    case 'initial':
      return event === 'start' ? start(settings) : unchanged(state);
    case 'trying':
    case 'proceeding':
      return waiting(settings, state, event);
    case 'completed':
      return event === 'timerK' ? step('terminated', 0, [TERMINATED]) : unchanged(state);
    case 'terminated':
      return unchanged(state);
  }
}

function start({ t1, reliable }: TransactionSettings): Next {
  const timerF = setTimer('F', 64 * t1);
  return step('trying', t1, reliable ? [SEND_REQUEST, timerF] : [SEND_REQUEST, timerF, setTimer('E', t1)]);
}

function waiting({ t2, t4, reliable }: TransactionSettings, state: State, event: ClientEvent): Next {
  const stop = [clearTimer('E'), clearTimer('F')];
  switch (event) {
    case 'timerE': {
      const interval = state.name === 'trying' ? Math.min(state.interval * 2, t2) : t2;
      return step(state.name, interval, [SEND_REQUEST, setTimer('E', interval)]);
    }
    case 'timerF':
      return step('terminated', 0, [clearTimer('E'), TIMEOUT, TERMINATED]);
    case 'provisional':
      return step('proceeding', state.interval, [DELIVER]);
    case 'success':
    case 'failure':
      if (reliable) return step('terminated', 0, [...stop, DELIVER, TERMINATED]);
      return step('completed', 0, [...stop, DELIVER, setTimer('K', t4)]);
    case 'transportError':
      return step('terminated', 0, [...stop, TRANSPORT_FAILED, TERMINATED]);
    default:
      return unchanged(state);
  }
}
