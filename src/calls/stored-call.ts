import type { Clock } from '../lib/clock.ts';
import type { SipAgent, SipLegSnapshot } from '../sip/types.ts';
import { UNWIRED } from './party.ts';
import type { CallState } from './types.ts';

/** A call in progress as `live_calls` holds it. */
export interface StoredCall {
  call: CallState;
  /** Monotonic minus wall clock of the cell that wrote it, ms. */
  clockOffset: number;
  legs: SipLegSnapshot[];
}

/** What a restarted cell needs to take the call up. */
export function storedCall(call: CallState, sip: Pick<SipAgent, 'snapshot'>, clock: Clock): StoredCall {
  const legIds = [call.far.sip, call.agent?.sip, ...call.parties.map(({ sip }) => sip)].flatMap((leg) => (leg?.state === 'up' ? [leg.legId] : []));
  const legs = legIds.flatMap((legId) => sip.snapshot(legId) ?? []);
  return { call: call.end ? { ...call, flow: null } : call, clockOffset: clock.monotonic() - clock.wall(), legs };
}

/** Before its caller is connected a call ends with its cell, and the next one needs nothing of it. */
export function canGoOn({ call, legs }: StoredCall): boolean {
  const { sip } = call.far;
  if (call.phase === 'setup' || call.phase === 'dialling' || call.end) return false;
  return sip === null || (sip.state !== 'early' && legs.some(({ legId }) => legId === sip.legId));
}

/** What a call does not have that an older version stored; its bridge, of another name then, is made anew. */
const NEWER = { wiring: UNWIRED, parties: [], moving: [], direct: null, connecting: null, dial: null, park: null, refer: null, replacing: null } satisfies Partial<CallState>;

/** The call with monotonic times in the count of this cell. */
export function rebase({ call, clockOffset }: StoredCall, clock: Clock): CallState {
  const shift = clock.monotonic() - clock.wall() - clockOffset;
  return {
    ...NEWER,
    ...call,
    since: call.since + shift,
    startedAt: call.startedAt + shift,
    queuedAt: call.queuedAt === null ? null : call.queuedAt + shift,
    ...(call.aside && { aside: { ...call.aside, since: call.aside.since === null ? null : call.aside.since + shift } }),
  };
}
