/**
 * The four transaction machines of RFC 3261 section 17 with the corrections of RFC 6026, as pure functions
 * `(settings, state, event) -> { state, effects }`. They know no message: the shell (`transaction-layer.ts`) classifies what
 * arrives, keeps the bytes to send, and runs the effects. Timer letters are those of the RFC (table 4).
 *
 *     INVITE client                              INVITE server
 *
 *     calling ──1xx──► proceeding                proceeding ──2xx──► accepted ──L──► terminated
 *        │ A: resend      │                         │ 1xx: send         (2xx are resent by the dialog)
 *        ├──2xx───────────┼──► accepted ──M──► *    └──300-699──► completed ──ACK──► confirmed ──I──► terminated
 *        ├──300-699───────┴──► completed ──D──► *                    │ G: resend
 *        └──B, error──► *  (terminated)                              └──H──► terminated (no ACK)
 *
 *     non-INVITE client                          non-INVITE server
 *
 *     trying ──1xx──► proceeding                 trying ──1xx──► proceeding ──200-699──► completed ──J──► terminated
 *        │ E: resend     │ E: resend                └──200-699─────────────────────────►   │ request again: resend
 *        ├──200-699──────┴──► completed ──K──► *
 *        └──F, error──► *  (terminated)
 *
 * calling/trying: nothing heard yet. proceeding: a provisional response passed. accepted: a 2xx passed, retransmissions are
 * told apart for 64*T1. completed: a final response passed, retransmissions are answered without asking anybody. confirmed:
 * the ACK came, its retransmissions are absorbed. An event that a state does not name changes nothing.
 */

/** Base values of RFC 3261 table 4, ms. */
export interface TransactionTimers {
  /** Estimate of the round trip. */
  t1: number;
  /** Longest interval between retransmissions of a non-INVITE request or an INVITE response. */
  t2: number;
  /** Longest time that a message stays in the network. */
  t4: number;
  /** How long the user of an INVITE server transaction may be silent before we say 100 (200 ms at most by the RFC). */
  trying: number;
}

export const DEFAULT_TIMERS: TransactionTimers = { t1: 500, t2: 4000, t4: 5000, trying: 100 };

export interface TransactionSettings extends TransactionTimers {
  /** TCP: nothing is retransmitted and the waiting times are zero. */
  reliable: boolean;
}

export type TimerName = 'A' | 'B' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'K' | 'L' | 'M' | 'trying';

/** What the shell has to do, in order. */
export type TransactionEffect =
  | { type: 'sendRequest' }
  /** ACK to a final response that is no 2xx. */
  | { type: 'sendAck' }
  /** Send the last response of the user (again). */
  | { type: 'sendResponse' }
  /** Send 100 Trying. */
  | { type: 'sendTrying' }
  | { type: 'setTimer'; timer: TimerName; ms: number }
  | { type: 'clearTimer'; timer: TimerName }
  /** Give the message to the user. */
  | { type: 'deliver' }
  /** No final response, or no ACK, in time. */
  | { type: 'timeout' }
  | { type: 'transportFailed' }
  | { type: 'terminated' };

/** State of one machine; `interval` is the current retransmission interval, ms. */
export interface Machine<Name extends string> {
  name: Name;
  interval: number;
}

export interface Step<Name extends string> {
  state: Machine<Name>;
  effects: readonly TransactionEffect[];
}

/** Events of the client machines; responses come classified. */
export type ClientEvent =
  | 'start'
  | 'provisional'
  | 'success'
  | 'failure'
  | 'transportError'
  | `timer${'A' | 'B' | 'D' | 'E' | 'F' | 'K' | 'M'}`;

/** Events of the server machines; `send…` come from the user, `request` is a retransmission. */
export type ServerEvent =
  | 'start'
  | 'request'
  | 'ack'
  | 'sendProvisional'
  | 'sendSuccess'
  | 'sendFailure'
  | 'transportError'
  | `timer${'G' | 'H' | 'I' | 'J' | 'L' | 'trying'}`;

const NOTHING: readonly TransactionEffect[] = [];

/** The stated case of an event that a state does not name. */
export const unchanged = <Name extends string>(state: Machine<Name>): Step<Name> => ({ state, effects: NOTHING });

export const step = <Name extends string>(name: Name, interval: number, effects: readonly TransactionEffect[]): Step<Name> => ({
  state: { name, interval },
  effects,
});

export const setTimer = (timer: TimerName, ms: number): TransactionEffect => ({ type: 'setTimer', timer, ms });
export const clearTimer = (timer: TimerName): TransactionEffect => ({ type: 'clearTimer', timer });
export const SEND_REQUEST: TransactionEffect = { type: 'sendRequest' };
export const SEND_ACK: TransactionEffect = { type: 'sendAck' };
export const SEND_RESPONSE: TransactionEffect = { type: 'sendResponse' };
export const SEND_TRYING: TransactionEffect = { type: 'sendTrying' };
export const DELIVER: TransactionEffect = { type: 'deliver' };
export const TIMEOUT: TransactionEffect = { type: 'timeout' };
export const TRANSPORT_FAILED: TransactionEffect = { type: 'transportFailed' };
export const TERMINATED: TransactionEffect = { type: 'terminated' };
