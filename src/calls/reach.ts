/** Where numbers and people can be reached, under the same rules for every way to call. */
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { comparableNumber } from '../modules/telephony/phone-number.ts';
import type { TelephonyDirectory } from '../modules/telephony/sip-directory.ts';
import { bracketHost } from '../protocol/sip/host.ts';
import { parseUri, userOf } from '../protocol/sip/uri.ts';
import type { DialRequest } from './dialing/dial-gate.ts';
import type { Outside } from './dialing/outside.ts';
import { lineWith } from './line.ts';
import type { Attempt, Line, Located, PartyTarget } from './party.ts';
import { locateAgent } from './locate-agent.ts';
import { replacing } from './peer-legs.ts';
import type { TenantCell } from './tenant-cell.ts';
import type { CallState } from './types.ts';

export interface ReachDeps {
  tenant(tenantId: string): TenantCell | undefined;
  directory: Pick<TelephonyDirectory, 'contactsOf'>;
  outside: Pick<Outside, 'attempts'>;
  clock: Clock;
  /** Where our own numbers are called. */
  own: { sipHost: string; sipPort: number };
}

/** What an agent wishes for a call outside: the number to show, and for a test the only trunk. */
export type CallHow = Pick<DialRequest, 'callerId' | 'trunkId'>;

export class Reach {
  readonly #deps: ReachDeps;

  constructor(deps: ReachDeps) {
    this.#deps = deps;
  }

  /** An agent's own call. @throws AppError `not_an_agent`, `busy`, `line_down`, `number_not_allowed` and others of the gate */
  dial(callId: string, { tenantId, agentId, number, ...how }: { tenantId: string; agentId: string; number: string } & CallHow): void {
    const tenant = this.#deps.tenant(tenantId);
    const agent = tenant?.runtime.agents().find((entry) => entry.agentId === agentId);
    if (!tenant || !agent) throw new AppError('not_an_agent', 403, 'You do not take calls here.');
    if (agent.work !== 'idle') throw new AppError('busy', 409, 'You are in a call, or one is waiting for you.');
    const endpoint = tenant.desks.lineOf(agentId);
    if (endpoint === null) throw new AppError('line_down', 409, 'Your audio connection is not up.');
    const caller = { fromUser: tenant.ownNumber, fromDisplayName: '', ringTimeoutMs: 60_000 };
    const { number: wanted, targets } = this.#targetsOf(tenant, number, caller, { agentId, purpose: 'agent', ...how });
    tenant.startOutbound(callId, { agentId, name: agent.name, endpoint }, wanted, targets);
  }

  /** A callback for an agent who took it. @throws AppError as `dial`, but for `busy`: the distributor knows of it */
  dialFor(callId: string, { tenantId, agentId, number }: { tenantId: string; agentId: string; number: string }): void {
    const tenant = this.#deps.tenant(tenantId);
    const endpoint = tenant?.desks.lineOf(agentId) ?? null;
    const agent = tenant?.runtime.agentConfig(agentId);
    if (!tenant || !agent) throw new AppError('not_an_agent', 403, 'This is no agent here.');
    if (endpoint === null) throw new AppError('line_down', 409, 'The audio connection is not up.');
    const caller = { fromUser: tenant.ownNumber, fromDisplayName: '', ringTimeoutMs: 60_000 };
    const { number: wanted, targets } = this.#targetsOf(tenant, number, caller, { agentId, purpose: 'callback' });
    tenant.startOutbound(callId, { agentId, name: agent.name, endpoint }, wanted, targets);
  }

  /** No open relay: our own numbers, registered telephones, and what the gate to the outside lets through. */
  #targetsOf(
    tenant: TenantCell,
    number: string,
    caller: Pick<Attempt, 'fromUser' | 'fromDisplayName' | 'ringTimeoutMs'>,
    by: Pick<DialRequest, 'agentId' | 'deviceId' | 'purpose' | 'callerId' | 'trunkId'>,
  ): { number: string; targets: Attempt[] } {
    const { own, clock, directory, outside } = this.#deps;
    if (by.trunkId) return outside.attempts({ tenantId: tenant.tenantId, dialled: number, ...by });
    const inside = (uri: string, device?: { deviceId: string } & Line) => ({ number: comparableNumber(number), targets: [{ ...caller, uri, credentials: null, ...device }] });
    if (tenant.hasNumber(number) && (by.purpose === 'ivr' || by.purpose === 'callback')) throw new AppError('number_not_allowed', 403, 'Flows and callbacks do not call a number of our own.');
    if (tenant.hasNumber(number)) return inside(`sip:${comparableNumber(number)}@${bracketHost(own.sipHost)}:${own.sipPort}`);
    const device = tenant.deviceNamed(number.trim());
    // A telephone that started anew on another port leaves its old contact behind until that expires.
    const contact = device ? directory.contactsOf(device.id, clock.wall()).at(-1) : undefined;
    if (device && contact) return inside(contact.uri, { deviceId: device.id, ...lineWith(device) });
    return outside.attempts({ tenantId: tenant.tenantId, dialled: number, ...by });
  }

  /** Where an agent, a number or the place that a 3xx names can be reached, under the same rules as for calls of desks. */
  locate(tenantId: string, target: PartyTarget, by: string | null, call: CallState): Located {
    const tenant = this.#deps.tenant(tenantId);
    if (!tenant) throw new AppError('not_serving', 503, 'The tenant is not served here.');
    if (target.kind === 'agent') return locateAgent(tenant, target.agentId, call);
    const number = target.kind === 'redirect' ? userOf(parseUri(target.contacts[0] ?? '')) : target.kind === 'replaces' ? '' : target.number;
    const caller = { fromUser: call.party.number ?? 'anonymous', fromDisplayName: call.party.name, ringTimeoutMs: 30_000 };
    if (target.kind === 'replaces') return replacing(target.replaces, caller, this.#deps.own);
    const purpose = target.kind === 'number' ? 'transfer' : target.kind === 'dial' ? 'ivr' : target.kind;
    const callerId = target.kind === 'dial' ? target.callerId : null;
    // A call that a telephone began is on its account, whoever of the two moves it on.
    const deviceId = call.far.inside && call.party.number !== null ? (tenant.deviceNamed(call.party.number)?.id ?? null) : null;
    const { targets } = this.#targetsOf(tenant, number, caller, { agentId: by, deviceId, purpose, callerId });
    return { agentId: null, name: '', number, browser: false, stages: targets.map((attempt) => [attempt]) };
  }
}
