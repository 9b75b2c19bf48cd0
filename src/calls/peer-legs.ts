/** What telephones ask beyond an INVITE to a number: whom a REFER means, and who may take a place in a call that is there. */
import { bracketHost } from '../protocol/sip/host.ts';
import type { IncomingInvite, SipAgent, SipLegEvent } from '../sip/types.ts';
import { freeSlot, parkedAt } from './park-slots.ts';
import type { Attempt, Located, ReferTarget } from './party.ts';
import { callerName } from './party-text.ts';
import type { TenantCell } from './tenant-cell.ts';
import type { CallState } from './types.ts';

/** Park (by REFER) and pick-up (by dialling), as on most telephone systems; a number after it is the slot. */
const PARK = /^\*7(\d{3})?$/;
const PICK_UP = /^\*8(\d{3})$/;

/** What telephones of ours dial to listen to a voicemail box. */
export const LISTEN_TO_VOICEMAIL = '*97';

/** Parts of a call are named after it: `callId:far`, `callId:in`, `callId:s1:leg`. */
export const callIdOf = (part: string): string => part.slice(0, Math.max(0, part.indexOf(':')));

export const legsOf = ({ far, agent, parties, replacing }: CallState): string[] =>
  [far.sip, agent?.sip, replacing, ...parties.map(({ sip }) => sip)].flatMap((leg) => (leg ? [leg.legId] : []));

/** A call to ourselves that takes the place of a leg of another call: so the other sides of both come together. */
export const replacing = (replaces: string, caller: Pick<Attempt, 'fromUser' | 'fromDisplayName' | 'ringTimeoutMs'>, at: { sipHost: string; sipPort: number }): Located => ({
  agentId: null,
  name: '',
  number: '',
  browser: false,
  stages: [[{ ...caller, uri: `sip:replaces@${bracketHost(at.sipHost)}:${at.sipPort}`, credentials: null, replaces }]],
});

export interface PeerLegsDeps {
  sip: Pick<SipAgent, 'reject' | 'rejectRefer'>;
  tenants(): readonly TenantCell[];
}

export class PeerLegs {
  readonly #deps: PeerLegsDeps;
  /** Calls of legs that are named after another one, because they came to take a place there. */
  readonly #homes = new Map<string, string>();
  /** Legs that we ourselves are about to replace by a call to ourselves. */
  readonly #own = new Set<string>();

  constructor(deps: PeerLegsDeps) {
    this.#deps = deps;
  }

  /** The call of a leg. */
  callOf(legId: string): string {
    return this.#homes.get(legId) ?? callIdOf(legId);
  }

  /** Takes up what calls from before a restart have. */
  adopt(calls: readonly CallState[]): void {
    for (const call of calls) for (const legId of legsOf(call)) if (callIdOf(legId) !== call.id) this.#homes.set(legId, call.id);
  }

  /** After the last event of a leg. */
  onEvent({ type, ...event }: SipLegEvent): void {
    if ((type === 'ended' || type === 'cancelled' || type === 'rejected') && 'legId' in event) this.#homes.delete(event.legId);
  }

  /** REFER in a call. */
  referred({ legId, referId, target, replacesLegId }: Extract<SipLegEvent, { type: 'referred' }>): void {
    const callId = this.callOf(legId);
    const tenant = this.#deps.tenants().find(({ runtime }) => runtime.call(callId));
    const wanted = tenant && (this.#target(tenant, target, replacesLegId));
    if (!tenant || !wanted) return this.#deps.sip.rejectRefer(legId, referId, tenant ? 603 : 481);
    if (wanted.kind === 'replaces') this.#own.add(wanted.legId);
    tenant.runtime.toCall(callId, { type: 'referred', legId, referId, target: wanted });
  }

  /** Whom the REFER means; null for what is not this tenant's, or taken. */
  #target(tenant: TenantCell, { user, replaces }: Extract<SipLegEvent, { type: 'referred' }>['target'], replacesLegId: string | null): ReferTarget | null {
    if (replaces !== null) {
      const other = replacesLegId === null ? null : tenant.runtime.call(this.callOf(replacesLegId));
      return other && replacesLegId !== null ? { kind: 'replaces', legId: replacesLegId, replaces } : null;
    }
    const parking = PARK.exec(user);
    if (!parking) return tenant.referTarget(user);
    const calls = tenant.runtime.calls();
    const slot = parking[1] === undefined ? freeSlot(calls) : Number(parking[1]);
    return calls.some(({ park }) => park?.slot === slot) ? null : { kind: 'park', slot };
  }

  /**
   * An INVITE for a place in a call that is there, by Replaces or by a pick-up code.
   * @returns false when it is an ordinary call
   */
  takesPlace(invite: IncomingInvite): boolean {
    const { replaces, identity, dialled, legId } = invite;
    if (replaces) {
      const call = this.#replaceable(invite, replaces.legId);
      if (call) this.#ask(call.tenant, call.id, invite, replaces.legId, replaces.earlyOnly);
      else this.#deps.sip.reject(legId, 603);
      return true;
    }
    const slot = identity.kind === 'device' ? PICK_UP.exec(dialled)?.[1] : undefined;
    if (slot === undefined) return false;
    const tenant = this.#deps.tenants().find(({ tenantId }) => tenantId === identity.tenantId);
    const parked = tenant && parkedAt(tenant.runtime.calls(), Number(slot));
    if (parked) this.#ask(tenant, parked.id, invite, null, false);
    else this.#deps.sip.reject(legId, 404);
    return true;
  }

  /** Telephones of the same tenant may, and our own calls to ourselves; everybody else only knows a Call-ID. */
  #replaceable({ identity }: IncomingInvite, replaced: string): { tenant: TenantCell; id: string } | null {
    const id = this.callOf(replaced);
    const tenant = this.#deps.tenants().find(({ runtime }) => runtime.call(id));
    if (!tenant) return null;
    if (identity.kind === 'device') return identity.tenantId === tenant.tenantId ? { tenant, id } : null;
    return identity.tenantId === null && this.#own.delete(replaced) ? { tenant, id } : null;
  }

  #ask(tenant: TenantCell, callId: string, invite: IncomingInvite, replaced: string | null, earlyOnly: boolean): void {
    const { legId, sdp, identity, caller, displayName } = invite;
    this.#homes.set(legId, callId);
    const inside = identity.kind === 'device';
    const number = identity.kind === 'device' ? identity.user : (caller ?? '');
    tenant.runtime.toCall(callId, { type: 'replace', legId, offerSdp: sdp, replaced, earlyOnly, inside, number, name: callerName(displayName) });
  }
}
