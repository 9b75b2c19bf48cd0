/** INVITE server transaction: RFC 3261 section 17.2.1, RFC 6026 section 7.1. */
import {
  clearTimer,
  DELIVER,
  SEND_RESPONSE,
  SEND_TRYING,
  setTimer,
  step,
  TERMINATED,
  TIMEOUT,
  TRANSPORT_FAILED,
  unchanged,
  type Machine,
  type ServerEvent,
  type Step,
  type TransactionSettings,
} from './types.ts';

export type InviteServerName = 'initial' | 'silent' | 'proceeding' | 'accepted' | 'completed' | 'confirmed' | 'terminated';
type State = Machine<InviteServerName>;
type Next = Step<InviteServerName>;

export const INVITE_SERVER_START: State = { name: 'initial', interval: 0 };

/** One step of the machine. `silent` is the part of proceeding in which nothing was sent yet. */
export function inviteServer(settings: TransactionSettings, state: State, event: ServerEvent): Next {
  switch (state.name) {
    case 'initial':
      return event === 'start' ? step('silent', 0, [DELIVER, setTimer('trying', settings.trying)]) : unchanged(state);
    case 'silent':
      return silent(settings, state, event);
    case 'proceeding':
      return proceeding(settings, state, event);
    case 'accepted':
      return accepted(state, event);
    case 'completed':
      return completed(settings, state, event);
    case 'confirmed':
      return event === 'timerI' ? step('terminated', 0, [TERMINATED]) : unchanged(state);
    case 'terminated':
      return unchanged(state);
  }
}

function silent(settings: TransactionSettings, state: State, event: ServerEvent): Next {
  if (event === 'timertrying' || event === 'request') {
    return step('proceeding', 0, [clearTimer('trying'), SEND_TRYING]);
  }
  return proceeding(settings, state, event);
}

function proceeding({ t1, reliable }: TransactionSettings, state: State, event: ServerEvent): Next {
  const stop = clearTimer('trying');
  switch (event) {
    case 'request':
      return step(state.name, 0, [SEND_RESPONSE]);
    case 'sendProvisional':
      return step('proceeding', 0, [stop, SEND_RESPONSE]);
    case 'sendSuccess':
      return step('accepted', 0, [stop, SEND_RESPONSE, setTimer('L', 64 * t1)]);
    case 'sendFailure': {
      const timerH = setTimer('H', 64 * t1);
      return step('completed', t1, reliable ? [stop, SEND_RESPONSE, timerH] : [stop, SEND_RESPONSE, timerH, setTimer('G', t1)]);
    }
    case 'transportError':
      return step('terminated', 0, [stop, TRANSPORT_FAILED, TERMINATED]);
    default:
      return unchanged(state);
  }
}

/** INVITE retransmissions are absorbed; the dialog resends its 2xx itself until the ACK. */
function accepted(state: State, event: ServerEvent): Next {
  switch (event) {
    case 'sendSuccess':
      return step('accepted', 0, [SEND_RESPONSE]);
    case 'ack':
      return step('accepted', 0, [DELIVER]);
    case 'timerL':
      return step('terminated', 0, [TERMINATED]);
    default:
      return unchanged(state);
  }
}

function completed({ t2, t4, reliable }: TransactionSettings, state: State, event: ServerEvent): Next {
  const stop = [clearTimer('G'), clearTimer('H')];
  switch (event) {
    case 'request':
      return step('completed', state.interval, [SEND_RESPONSE]);
    case 'timerG': {
      const interval = Math.min(state.interval * 2, t2);
      return step('completed', interval, [SEND_RESPONSE, setTimer('G', interval)]);
    }
    case 'ack':
      if (reliable) return step('terminated', 0, [...stop, TERMINATED]);
      return step('confirmed', 0, [...stop, setTimer('I', t4)]);
    case 'timerH':
      return step('terminated', 0, [...stop, TIMEOUT, TERMINATED]);
    case 'transportError':
      return step('terminated', 0, [...stop, TRANSPORT_FAILED, TERMINATED]);
    default:
      return unchanged(state);
  }
}
