/** Which trunks a call out may take, in which order, and how it looks on each. Pure. */
import type { OutboundConfig } from '../../modules/telephony/outbound-config.ts';
import { lineWith } from '../line.ts';
import type { Attempt } from '../party.ts';
import type { Dialled } from './number-class.ts';
import { targetOn } from './outbound-call.ts';

export interface PlannedAttempt {
  trunkId: string;
  target: Attempt;
}

/** A carrier that says nothing at all for so long is given up for the next trunk, ms. */
export const SETUP_TIMEOUT_MS = 3000;
const RING_TIMEOUT_MS = 60_000;

/**
 * The trunks of the first route whose prefix fits, each with its target. A trunk that may not show any number of the tenant is
 * left out: a call is not made under a number that is somebody else's.
 * @param wish `callerId`: number to show, one of the tenant's; another one is not shown. `trunkId`: this trunk instead of the
 *   route's, for a test
 */
export function attemptsFor(config: OutboundConfig, dialled: Dialled, wish: { callerId: string | null; trunkId: string | null }, planId: string): PlannedAttempt[] {
  const route = config.routes.find(({ prefix }) => dialled.number.startsWith(prefix));
  const wanted = wish.trunkId === null ? (route?.trunkIds ?? []) : [wish.trunkId];
  const trunks = wanted.flatMap((id) => config.trunks.filter((trunk) => trunk.id === id));
  return trunks.flatMap((trunk) => {
    const allowed = config.callerIds.filter(({ trunkId }) => trunkId === null || trunkId === trunk.id);
    const shown = allowed.find(({ number }) => number === wish.callerId) ?? allowed[0];
    if (!shown && trunk.callerId === 'number') return [];
    const target = targetOn(trunk, dialled, shown?.number ?? '', RING_TIMEOUT_MS);
    return [{ trunkId: trunk.id, target: { ...target, ...lineWith(trunk), inbandDtmf: trunk.inbandDtmf, setupTimeoutMs: SETUP_TIMEOUT_MS, trunk: { trunkId: trunk.id, planId } } }];
  });
}
