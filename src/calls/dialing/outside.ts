/** The lines to the outside in this cell: configuration, gate, and what the settings pages are told. */
import type { WithTenant, Actor } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { readOutbound, type OutboundConfig, type RunningTrunk } from '../../modules/telephony/outbound-config.ts';
import type { TelephonyDirectory } from '../../modules/telephony/sip-directory.ts';
import type { TelephonyLive } from '../../modules/telephony/telephony-live.ts';
import type { SipUserAgent } from '../../sip/sip-agent.ts';
import { TrunkBoard, type TrunkLine, type TrunkSnapshot } from '../../sip/trunks/trunk-board.ts';
import type { IncomingInvite, SipAgent, SipLegEvent } from '../../sip/types.ts';
import type { Attempt } from '../party.ts';
import { DialGate, type DialRefusal, type DialRequest } from './dial-gate.ts';
import { serverUri } from './outbound-call.ts';

export interface OutsideDeps {
  sip: SipUserAgent;
  directory: TelephonyDirectory;
  withTenant: WithTenant;
  clock: Clock;
  logger: Logger;
  newId(): string;
  /** 0 <= value < 1, to spread registrations. */
  random(): number;
  emit(event: SipLegEvent): void;
  /** Where telephones find us. */
  address: { host: string; port: number; transports: string[] };
}

const SYSTEM: Actor = { kind: 'system', id: 'dialing', ip: '' };

export class Outside {
  readonly gate: DialGate;
  readonly #deps: OutsideDeps;
  readonly #board: TrunkBoard;
  readonly #configs = new Map<string, OutboundConfig>();

  constructor(deps: OutsideDeps) {
    this.#deps = deps;
    const { sip, clock } = deps;
    this.#board = new TrunkBoard({
      clock,
      random: () => deps.random(),
      registrar: (target) => sip.registration(target),
      ping: (uri) => sip.ping(uri),
      onChange: (line, state) => this.#onTrunk(line, state),
    });
    this.gate = new DialGate({
      clock,
      newId: () => deps.newId(),
      board: this.#board,
      onRefused: (request, number, code) => this.#onRefused(request, number, code),
      emit: (event) => deps.emit(event),
      hangup: (legId) => sip.hangup(legId, 'longest call'),
    });
  }

  /** Reads what the tenant has set. @throws AppError when the database is away; the old settings stay */
  async configure(tenantId: string): Promise<void> {
    const config = await this.#deps.withTenant(tenantId, SYSTEM, readOutbound);
    this.#configs.set(tenantId, config);
    this.gate.configure(tenantId, config);
    this.#deps.directory.setTrunks(tenantId, config.trunks);
    this.#board.configure(tenantId, config.trunks.map((trunk) => lineOf(tenantId, trunk)));
  }

  /** INVITEs of calls go through here. */
  guard(sip: SipAgent): Pick<SipAgent, 'invite'> {
    return this.gate.guard(sip);
  }

  /**
   * The attempts of a call out, the first trunk first.
   * @throws AppError `number_not_allowed` and the like; the status is one of SIP's, too
   */
  attempts(request: DialRequest): { number: string; targets: Attempt[] } {
    const plan = this.gate.planDial(request);
    if (!plan.ok) throw refusalError(plan.code);
    return { number: plan.number, targets: plan.attempts.map(({ target }) => target) };
  }

  /** A call from a trunk, with the number that was dialled. @returns null when the trunk's limits are reached */
  admitIn(invite: IncomingInvite): IncomingInvite | null {
    const { identity } = invite;
    if (identity.kind !== 'trunk' || identity.tenantId === null) return invite;
    if (!this.gate.admitIn(identity.trunkId, invite.legId)) return null;
    const trunk = this.#configs.get(identity.tenantId)?.trunks.find(({ id }) => id === identity.trunkId);
    return trunk?.dialledFrom === 'to' ? { ...invite, dialled: invite.to } : invite;
  }

  /** What the settings pages see and do. */
  get live(): TelephonyLive {
    const { sip, address } = this.#deps;
    return {
      sip: () => address,
      contactsOf: (deviceId) => sip.contactsOf(deviceId),
      dropContacts: (deviceId) => sip.forgetDevice(deviceId),
      trunkState: (trunkId) => {
        const state = this.#board.state(trunkId);
        return state && { ...state, lastChangeAt: state.lastChangeAt === null ? null : new Date(state.lastChangeAt).toISOString() };
      },
    };
  }

  stop(): void {
    this.#board.stop();
    this.gate.stop();
  }

  #onTrunk(line: TrunkLine, state: TrunkSnapshot): void {
    const detail = { registration: state.registration, reachable: state.reachable, circuit: state.circuit, status: state.lastStatus };
    this.#deps.logger.info({ trunk: line.id, ...detail }, 'state of a trunk changed');
    this.#audit(line.tenantId, SYSTEM, { code: 'trunk.state_changed', subject: { kind: 'trunk', id: line.id }, detail });
  }

  #onRefused({ tenantId, agentId, purpose }: DialRequest, number: string, reason: DialRefusal): void {
    this.#deps.logger.warn({ tenantId, purpose, reason }, 'dial.refused');
    const actor: Actor = agentId === null ? SYSTEM : { kind: 'user', id: agentId, ip: '' };
    this.#audit(tenantId, actor, { code: 'dial.refused', subject: { kind: 'tenant', id: tenantId }, detail: { number, purpose, reason } });
  }

  #audit(tenantId: string, actor: Actor, entry: { code: 'dial.refused' | 'trunk.state_changed'; subject: { kind: string; id: string }; detail: Record<string, unknown> }): void {
    this.#deps
      .withTenant(tenantId, actor, (tx) => tx.audit(entry))
      .catch((error: unknown) => this.#deps.logger.error({ error: messageOf(error), code: entry.code }, 'audit entry could not be written'));
  }
}

const refusalError = (code: DialRefusal): AppError =>
  code === 'too_many_calls' || code === 'too_many_calls_per_minute' || code === 'daily_limit_reached'
    ? new AppError(code, 503, 'The limits on calls out are reached.')
    : new AppError('number_not_allowed', 403, 'This number cannot be called from here.', { reason: code });

const lineOf = (tenantId: string, trunk: RunningTrunk): TrunkLine => {
  const server = serverUri(trunk);
  const { realm, username, password } = trunk;
  return {
    id: trunk.id,
    tenantId,
    server,
    registration:
      trunk.kind === 'registration' && password !== null
        ? { registrar: server, aor: `sip:${username}@${trunk.host}`, user: username, credentials: { realm, username, password } }
        : null,
    channels: trunk.channels,
    callsPerSecond: trunk.callsPerSecond,
    monitorMs: trunk.monitorSeconds * 1000,
  };
};
