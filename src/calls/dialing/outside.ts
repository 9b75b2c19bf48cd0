/** The lines to the outside in this cell: configuration, gate, and what the settings pages are told. */
import type { Registry } from 'prom-client';
import type { Actor, TenantTx, WithTenant } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError, conflict, messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { keepStop } from '../../modules/telephony/dial-policy.service.ts';
import { noteCall, noteEnd, readSpent } from '../../modules/telephony/outbound-charges.ts';
import { readOutbound, type OutboundConfig, type RunningTrunk } from '../../modules/telephony/outbound-config.ts';
import type { TelephonyDirectory } from '../../modules/telephony/sip-directory.ts';
import type { TelephonyLive } from '../../modules/telephony/telephony-live.ts';
import type { SipUserAgent } from '../../sip/sip-agent.ts';
import { TrunkBoard, type TrunkLine, type TrunkSnapshot } from '../../sip/trunks/trunk-board.ts';
import type { ListenOptions } from '../../sip/transports/transports.ts';
import type { IncomingInvite, SipAgent, SipIdentity, SipLegEvent } from '../../sip/types.ts';
import { lineWith } from '../line.ts';
import type { Attempt, Line } from '../party.ts';
import type { MediaPort } from '../ports.ts';
import type { CallState } from '../types.ts';
import { type AdmittedPlan, DialGate, type DialRefusal, type DialRequest } from './dial-gate.ts';
import type { DialStopState } from './dial-stops.ts';
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
/** A stop that could not be written is tried again, ms. */
const AGAIN_MS = 5000;

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
  /** Calls that were under way when the process before this one ended, until they are taken up. */
  readonly #noted = new Map<string, readonly AdmittedPlan[]>();

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
      onAdmitted: (tenantId, plan) => this.#write(tenantId, SYSTEM, 'charge', (tx) => noteCall(tx, plan, this.#date())),
      onEnded: (tenantId, plan) => this.#write(tenantId, SYSTEM, 'charge', (tx) => noteEnd(tx, plan, this.#date())),
      onStopped: (tenantId, stop) => this.#onStopped(tenantId, stop),
      hangup: (legId) => sip.hangup(legId, 'limit of calls out'),
      onOutcome: (result) => this.#metrics.outcome(result),
    });
    this.#metrics = createOutboundMetrics(deps.registry, () => this.#board.states());
    const { invite } = this.gate.guard(sip);
    this.tests = new TestCalls({ clock, newId: () => deps.newId(), media: deps.media, sip: { invite, hangup: (legId, reason) => sip.hangup(legId, reason) } });
  }

  /** Reads what the tenant has set. @throws AppError when the database is away; the old settings stay */
  async configure(tenantId: string): Promise<void> {
    const isFirst = !this.#configs.has(tenantId);
    const { config, spent } = await this.#deps.withTenant(tenantId, SYSTEM, async (tx) => ({
      config: await readOutbound(tx),
      spent: isFirst ? await readSpent(tx, this.#deps.clock.wall()) : null,
    }));
    this.#configs.set(tenantId, config);
    this.gate.configure(tenantId, config);
    if (spent) {
      this.gate.restoreSpent(tenantId, spent);
      this.#noted.set(tenantId, spent.open);
    }
    this.#deps.directory.setTrunks(tenantId, config.trunks);
    this.#deps.directory.setOffersMd5(tenantId, config.offersMd5);
    this.#board.configure(tenantId, config.trunks.map((trunk) => lineOf(tenantId, trunk)));
  }

  /** The tenant has ended: its trunks register no more, and nothing is known of them. */
  forget(tenantId: string): void {
    this.#configs.delete(tenantId);
    this.#deps.directory.setTrunks(tenantId, []);
    this.#board.configure(tenantId, []);
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
    const noted = new Map((this.#noted.get(tenantId) ?? []).map((plan) => [plan.planId, plan]));
    this.#noted.delete(tenantId);
    for (const { far, agent, parties, answeredWall, startedWall } of calls) {
      for (const sip of [far.sip, agent?.sip, ...parties.map((party) => party.sip)]) {
        if (sip?.state !== 'up' || !sip.trunk) continue;
        const { planId } = sip.trunk;
        this.gate.adopt(tenantId, sip.legId, sip.trunk, answeredWall ?? startedWall, noted.get(planId) ?? null);
        noted.delete(planId);
      }
    }
    // The others ended with the process; how long they went on nobody knows.
    for (const { planId } of noted.values()) this.#write(tenantId, SYSTEM, 'charge', (tx) => noteEnd(tx, { planId, trunkId: null, cost: 0 }, this.#date()));
  }

  /** What is set for the line of a caller. */
  lineOf(identity: SipIdentity): Line {
    const config = identity.tenantId === null ? undefined : this.#configs.get(identity.tenantId);
    if (identity.kind === 'device') return deviceLine(config, identity.deviceId);
    const trunk = config?.trunks.find(({ id }) => id === identity.trunkId);
    return trunk ? { ...lineWith(trunk), inbandDtmf: trunk.inbandDtmf, trunk: { trunkId: trunk.id, planId: '' } } : {};
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
      dialFigures: (tenantId) => this.gate.figures(tenantId),
      releaseDialStop: (tenantId, stopId) => this.gate.releaseStop(tenantId, stopId),
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
    return { uri: contact.uri, deviceId, fromUser, fromDisplayName: '', credentials: null, ringTimeoutMs: TEST_RING_MS, ...deviceLine(config, deviceId) };
  }

  stop(): void {
    this.#board.stop();
    this.gate.stop();
  }

  #onTrunk(line: TrunkLine, state: TrunkSnapshot): void {
    const detail = { registration: state.registration, reachable: state.reachable, circuit: state.circuit, status: state.lastStatus };
    this.#deps.logger.info({ trunk: line.id, ...detail }, 'state of a trunk changed');
    this.#write(line.tenantId, SYSTEM, 'audit', (tx) => tx.audit({ code: 'trunk.state_changed', subject: { kind: 'trunk', id: line.id }, detail }));
  }

  #onRefused({ tenantId, agentId, purpose }: DialRequest, number: string, reason: DialRefusal): void {
    this.#deps.logger.warn({ tenantId, purpose, reason }, 'dial.refused');
    this.#metrics.dialRefused(reason);
    const actor: Actor = agentId === null ? SYSTEM : { kind: 'user', id: agentId, ip: '' };
    this.#write(tenantId, actor, 'audit', (tx) => tx.audit({ code: 'dial.refused', subject: { kind: 'tenant', id: tenantId }, detail: { number, purpose, reason } }));
  }

  /** It holds already; without a database it is written as soon as there is one. */
  #onStopped(tenantId: string, stop: DialStopState): void {
    const { logger, clock } = this.#deps;
    const { scope, reason } = stop;
    logger.warn({ tenantId, scope, reason }, 'calls out are stopped');
    this.#metrics.stopped(reason);
    const at = this.#date();
    const write = (): void => this.#write(tenantId, SYSTEM, 'stop', (tx) => keepStop(tx, stop, { at, startedBy: null, note: '' }), () => clock.after(AGAIN_MS, write));
    write();
  }

  #date(): Date {
    return new Date(this.#deps.clock.wall());
  }

  /** Calls do not wait for it. @param orElse after it failed */
  #write(tenantId: string, actor: Actor, what: string, work: (tx: TenantTx) => Promise<void>, orElse?: () => void): void {
    this.#deps.withTenant(tenantId, actor, work).catch((error: unknown) => {
      this.#deps.logger.error({ error: messageOf(error), what }, 'a call out could not be noted');
      orElse?.();
    });
  }
}

/** Of a telephone that is new since the settings were read, too. */
const deviceLine = (config: OutboundConfig | undefined, deviceId: string): Line => lineWith(config?.deviceLines.get(deviceId) ?? { srtp: 'optional', wideband: false });

const BEYOND: ReadonlySet<DialRefusal> = new Set<DialRefusal>([
  'too_many_calls',
  'too_many_calls_per_minute',
  'daily_limit_reached',
  'daily_calls_reached',
  'daily_cost_reached',
  'caller_limit_reached',
  'trunk_limit_reached',
]);

function refusalError(code: DialRefusal): AppError {
  if (BEYOND.has(code)) return new AppError(code, 503, 'The limits on calls out are reached.');
  if (code === 'outbound_stopped') return new AppError(code, 403, 'Calls out are stopped.');
  return new AppError('number_not_allowed', 403, 'This number cannot be called from here.', { reason: code });
}

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
