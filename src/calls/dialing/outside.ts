/** The lines to the outside in this cell: configuration, gate, and what the settings pages are told. */
import type { Registry } from 'prom-client';
import type { WithTenant, Actor } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError, conflict, messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { readOutbound, readSpentMs, type OutboundConfig, type RunningTrunk } from '../../modules/telephony/outbound-config.ts';
import type { TelephonyDirectory } from '../../modules/telephony/sip-directory.ts';
import type { TelephonyLive } from '../../modules/telephony/telephony-live.ts';
import type { SipUserAgent } from '../../sip/sip-agent.ts';
import { TrunkBoard, type TrunkLine, type TrunkSnapshot } from '../../sip/trunks/trunk-board.ts';
import type { ListenOptions } from '../../sip/transports/transports.ts';
import type { IncomingInvite, SipAgent, SipIdentity, SipLegEvent } from '../../sip/types.ts';
import type { Attempt, Line } from '../party.ts';
import type { MediaPort } from '../ports.ts';
import type { CallState } from '../types.ts';
import { DialGate, type DialRefusal, type DialRequest } from './dial-gate.ts';
import { serverUri } from './outbound-call.ts';
import { createOutboundMetrics, type OutboundMetrics } from './outbound-metrics.ts';
import { TestCalls } from './test-call.ts';

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
  address: { host: string; port: number; listen: Pick<ListenOptions, 'tls' | 'webSocket'> | undefined };
  media: MediaPort;
  registry: Registry;
}

const SYSTEM: Actor = { kind: 'system', id: 'dialing', ip: '' };
/** A test call may ring so long, ms: somebody waits for its answer at a screen. */
const TEST_RING_MS = 20_000;

/** What SIP really listens on. */
function listenersOf(listen: OutsideDeps['address']['listen']): { transports: string[]; tlsPort: number | null } {
  const { tls, webSocket } = listen ?? {};
  const tlsPort = tls?.port ?? null;
  const has = (port: number | null | undefined): boolean => typeof port === 'number';
  const names = [['tls', has(tlsPort)], ['ws', has(webSocket?.port)], ['wss', has(webSocket?.securePort)]] as const;
  return { transports: ['udp', 'tcp', ...names.flatMap(([name, isOn]) => (isOn ? [name] : []))], tlsPort };
}

export class Outside {
  readonly gate: DialGate;
  readonly tests: TestCalls;
  readonly #metrics: OutboundMetrics;
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
      onOutcome: (result) => this.#metrics.outcome(result),
    });
    this.#metrics = createOutboundMetrics(deps.registry, () => this.#board.states());
    const { invite } = this.gate.guard(sip);
    this.tests = new TestCalls({ clock, newId: () => deps.newId(), media: deps.media, sip: { invite, hangup: (legId, reason) => sip.hangup(legId, reason) } });
  }

  /** Reads what the tenant has set. @throws AppError when the database is away; the old settings stay */
  async configure(tenantId: string): Promise<void> {
    const isFirst = !this.#configs.has(tenantId);
    const { config, spentMs } = await this.#deps.withTenant(tenantId, SYSTEM, async (tx) => ({
      config: await readOutbound(tx),
      spentMs: isFirst ? await readSpentMs(tx, this.#deps.clock.wall()) : null,
    }));
    if (spentMs !== null) this.gate.restoreSpent(tenantId, spentMs);
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

  /** Legs on trunks of calls that were taken up after a restart. */
  adopt(tenantId: string, calls: readonly CallState[]): void {
    for (const { far, agent, parties, answeredWall, startedWall } of calls) {
      for (const sip of [far.sip, agent?.sip, ...parties.map((party) => party.sip)]) {
        if (sip?.state === 'up' && sip.trunk) this.gate.adopt(tenantId, sip.legId, sip.trunk, answeredWall ?? startedWall);
      }
    }
  }

  /** What is set for the line of a caller. */
  lineOf(identity: SipIdentity): Line {
    const config = identity.tenantId === null ? undefined : this.#configs.get(identity.tenantId);
    if (identity.kind === 'device') return { srtp: config?.deviceSrtp.get(identity.deviceId) ?? 'optional' };
    const trunk = config?.trunks.find(({ id }) => id === identity.trunkId);
    return trunk ? { srtp: trunk.srtp, inbandDtmf: trunk.inbandDtmf, trunk: { trunkId: trunk.id, planId: '' } } : {};
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
      sip: () => ({ host: address.host, port: address.port, ...listenersOf(address.listen) }),
      testDevice: (tenantId, deviceId) => this.tests.run(tenantId, () => this.#testTarget(tenantId, deviceId)),
      testTrunk: (tenantId, agentId, trunkId, dialled) =>
        this.tests.run(tenantId, () => {
          const [target] = this.attempts({ tenantId, agentId, dialled, purpose: 'api', trunkId }).targets;
          if (!target) throw refusalError('no_route');
          return { ...target, ringTimeoutMs: TEST_RING_MS };
        }),
      contactsOf: (deviceId) => sip.contactsOf(deviceId),
      dropContacts: (deviceId) => sip.forgetDevice(deviceId),
      trunkState: (trunkId) => {
        const state = this.#board.state(trunkId);
        return state && { ...state, lastChangeAt: state.lastChangeAt === null ? null : new Date(state.lastChangeAt).toISOString() };
      },
    };
  }

  #testTarget(tenantId: string, deviceId: string): Attempt {
    const { directory, clock } = this.#deps;
    const contact = directory.contactsOf(deviceId, clock.wall()).at(-1);
    if (!contact) throw conflict('device_offline', 'The telephone is not registered.');
    const config = this.#configs.get(tenantId);
    const fromUser = config?.callerIds[0]?.number ?? 'anonymous';
    return { uri: contact.uri, deviceId, fromUser, fromDisplayName: '', credentials: null, ringTimeoutMs: TEST_RING_MS, srtp: config?.deviceSrtp.get(deviceId) ?? 'optional' };
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
    this.#metrics.dialRefused(reason);
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
