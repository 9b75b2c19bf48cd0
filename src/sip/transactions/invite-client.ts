/** INVITE client transaction: RFC 3261 section 17.1.1, RFC 6026 section 7.2. */
import {
  clearTimer,
  DELIVER,
  SEND_ACK,
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

export type InviteClientName = 'initial' | 'calling' | 'proceeding' | 'accepted' | 'completed' | 'terminated';
type State = Machine<InviteClientName>;
type Next = Step<InviteClientName>;

export const INVITE_CLIENT_START: State = { name: 'initial', interval: 0 };

/** One step of the machine. */
export function inviteClient(settings: TransactionSettings, state: State, event: ClientEvent): Next {
  switch (state.name) {
    case 'initial':
      return event === 'start' ? start(settings) : unchanged(state);
    case 'calling':
      return calling(settings, state, event);
    case 'proceeding':
      return proceeding(settings, state, event);
    case 'accepted':
      return accepted(state, event);
    case 'completed':
      return completed(state, event);
    case 'terminated':
      return unchanged(state);
  }
}

function start({ t1, reliable }: TransactionSettings): Next {
  const timerB = setTimer('B', 64 * t1);
  return step('calling', t1, reliable ? [SEND_REQUEST, timerB] : [SEND_REQUEST, timerB, setTimer('A', t1)]);
}

function calling(settings: TransactionSettings, state: State, event: ClientEvent): Next {
  switch (event) {
    case 'timerA':
      return step('calling', state.interval * 2, [SEND_REQUEST, setTimer('A', state.interval * 2)]);
    case 'timerB':
      return step('terminated', 0, [clearTimer('A'), TIMEOUT, TERMINATED]);
    case 'provisional':
      return step('proceeding', 0, [clearTimer('A'), clearTimer('B'), DELIVER]);
    default:
      return final(settings, state, event);
  }
}

function proceeding(settings: TransactionSettings, state: State, event: ClientEvent): Next {
  return event === 'provisional' ? step('proceeding', 0, [DELIVER]) : final(settings, state, event);
}

/** What calling and proceeding share. */
function final({ t1, reliable }: TransactionSettings, state: State, event: ClientEvent): Next {
  const stop = [clearTimer('A'), clearTimer('B')];
  switch (event) {
    case 'success':
      return step('accepted', 0, [...stop, DELIVER, setTimer('M', 64 * t1)]);
    case 'failure':
      if (reliable) return step('terminated', 0, [...stop, SEND_ACK, DELIVER, TERMINATED]);
      // 32 s with the timers of the RFC, which is the least it allows on an unreliable transport.
      return step('completed', 0, [...stop, SEND_ACK, DELIVER, setTimer('D', 64 * t1)]);
    case 'transportError':
      return step('terminated', 0, [...stop, TRANSPORT_FAILED, TERMINATED]);
    default:
      return unchanged(state);
  }
}

/** Every 2xx goes up: it may be a retransmission (ACK again) or that of another fork. */
function accepted(state: State, event: ClientEvent): Next {
  if (event === 'success') return step('accepted', 0, [DELIVER]);
  return event === 'timerM' ? step('terminated', 0, [TERMINATED]) : unchanged(state);
}

function completed(state: State, event: ClientEvent): Next {
  if (event === 'failure') return step('completed', 0, [SEND_ACK]);
  if (event === 'timerD') return step('terminated', 0, [TERMINATED]);
  return event === 'transportError' ? step('terminated', 0, [clearTimer('D'), TERMINATED]) : unchanged(state);
}
