import { randomBytes } from 'node:crypto';
import type { Registry } from 'prom-client';
import type { SipMessageView } from '../../shared/api/calls.ts';
import type { CallerMatch } from '../../shared/events.ts';
import type { SccDatabase } from '../db/database.ts';
import type { Journal } from '../db/group-commit.ts';
import type { Actor, TenantTx } from '../db/types.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import { measureEventLoopDelay } from '../lib/event-loop-delay.ts';
import { idSource, type IdSource, type RandomBytes } from '../lib/ids.ts';
import type { Logger } from '../lib/logger.ts';
import type { MediaPool } from '../media/pool.ts';
import type { MediaEvent } from '../media/protocol.ts';
import { lookUpPort } from '../modules/flows/look-up.ts';
import { OpenMessages } from '../modules/voicemail/open-messages.ts';
import type { DomainEmitter } from '../modules/support/domain-events.ts';
import type { TelephonyLive } from '../modules/telephony/telephony-live.ts';
import { TelephonyDirectory } from '../modules/telephony/sip-directory.ts';
import { MessageTrace } from '../sip/message-trace.ts';
import { SipUserAgent } from '../sip/sip-agent.ts';
import type { ListenOptions } from '../sip/transports/transports.ts';
import type { IncomingInvite, SipLegEvent } from '../sip/types.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { ConfigReadings } from './config-readings.ts';
import { Outside } from './dialing/outside.ts';
import { readLastPresence } from './counters.ts';
import { DeviceKeeper } from './device-keeper.ts';
import { draftStore } from './draft-store.ts';
import { leaveTenant } from './ended-tenant.ts';
import { cellIdOf, dropLeases, keepLeases, takeLease } from './lease.ts';
import { Lamps } from './lamps/resource-states.ts';
import { MediaRouter } from './media-router.ts';
import { createCallMetrics } from './metrics.ts';
import { measureAnswers } from './measured-sip.ts';
import type { CallMetrics } from './ports.ts';
import { callIdOf, legsOf, LISTEN_TO_VOICEMAIL, PeerLegs } from './peer-legs.ts';
import { recordingPort } from './recording-port.ts';
import { Reach, type CallHow } from './reach.ts';
import { closeOrphans, partsOf, recoverTenant } from './recovery.ts';
import { sipProtection } from './sip-protection.ts';
import { auditUnknownNumber, realmOf } from './shared-front.ts';
import { SipTraceKeeper } from './sip-trace-keeper.ts';
import { SyntheticCalls } from './synthetic-call.ts';
import { TenantCell } from './tenant-cell.ts';
import type { TenantRuntime } from './tenant-runtime.ts';

export interface CellDeps {
  config: { dataDir: string; storeDir: string; sipHost: string; sipPort: number };
  /** More addresses, TLS and WebSocket; without it UDP and TCP on `sipHost`. */
  sipListen?: Pick<ListenOptions, 'host' | 'tls' | 'webSocket'> & { trustedEdges?: readonly string[] };
  database: SccDatabase;
  journal: Journal;
  media: Pick<MediaPool, 'client' | 'clients' | 'pick' | 'events'>;
  store: ObjectStore;
  clock: Clock;
  logger: Logger;
  registry: Registry;
  /** Changes of settings that calls must hear of. */
  events: DomainEmitter;
  matchCaller: (tx: TenantTx, number: string) => Promise<CallerMatch[]>;
  random?: RandomBytes;
}

/** The live side of the product on this machine. */
export interface Cell {
  /** SIP listens. */
  readonly ready: boolean;
  readonly database: Pick<SccDatabase, 'healthy' | 'onHealth'>;
  /** A tenant that this cell owns, or null. */
  tenant(tenantId: string): TenantCell | null;
  tenantBySlug(slug: string): TenantCell | null;
  /** Every tenant that this cell owns. */
  tenants(): TenantCell[];
  /** Reads a tenant's configuration again; takes a new tenant. */
  reloadTenant(tenantId: string): Promise<void>;
  /** Settles when the calls of the tenant go by every change that was told before; never rejects. */
  configInForce(tenantId: string): Promise<void>;
  /**
   * An agent calls a number: one of our own, a registered telephone, or outside where the limits allow it.
   * @param trunkId over this trunk only, for a test; null = as the routes say
   * @throws AppError `number_not_allowed`, `line_down`, `busy`
   */
  dial(tenantId: string, agentId: string, number: string, how?: CallHow): Promise<{ callId: string }>;
  /** Trunks and telephones, for the settings pages. */
  readonly telephony: TelephonyLive;
  /** SIP messages of a call that are in memory, oldest first. */
  sipOf(callId: string): SipMessageView[];
  /** Calls ourselves. @returns ms to the answer, null when nobody answered or was heard (synthetic-call.ts) */
  syntheticCall(): Promise<number | null>;
  /** How late this process got to its work at worst since it was last asked: 95th percentile of half a second, ms. */
  takeLoopDelay(): number;
  /** Calls in progress. */
  readonly liveCalls: number;
  /** Takes no new calls any more (503); those in progress go on. */
  drain(): void;
  /** Leaves the calls to the next start: nobody is hung up, sound goes on in the media processes, states are committed. */
  handOver(): Promise<void>;
  /** Ends the calls, waits for their records, closes SIP. Media processes and database belong to the caller. */
  stop(): Promise<void>;
}

const SYSTEM: Actor = { kind: 'system', id: 'calls', ip: '' };

/** How long the 200 to a BYE waits for the commit of the call's record, ms; longer only while the database is away. */
const BYE_PATIENCE_MS = 3_000;
const STOP_PATIENCE_MS = 5_000;

class RunningCell implements Cell {
  readonly #deps: CellDeps;
  readonly #sip: SipUserAgent;
  readonly #traces: SipTraceKeeper;
  readonly #outside: Outside;
  readonly #reach: Reach;
  readonly #peers: PeerLegs;
  readonly #synthetic: SyntheticCalls;
  readonly #lamps: Lamps;
  readonly #devices: DeviceKeeper;
  readonly #directory: TelephonyDirectory;
  readonly #router: MediaRouter;
  readonly #metrics: CallMetrics;
  readonly #cellId: string;
  readonly #loopDelay = measureEventLoopDelay();
  readonly #newId: IdSource;
  readonly #tenants = new Map<string, TenantCell>();
  readonly #readings: ConfigReadings;
  /** INVITE read, monotonic ms, by leg; until answered. */
  readonly #received = new Map<string, number>();
  readonly #off: (() => void)[] = [];
  #draining = false;
  #ready = false;
  #stopping = false;

  constructor(deps: CellDeps) {
    this.#deps = deps;
    const { config, clock, logger, database } = deps;
    this.#newId = idSource(() => clock.wall());
    this.#cellId = cellIdOf(config.dataDir);
    this.#metrics = createCallMetrics(deps.registry);
    this.#readings = new ConfigReadings((tenantId) => this.reloadTenant(tenantId), deps.logger);
    this.#router = new MediaRouter(deps.media);
    this.#directory = new TelephonyDirectory({
      sipHost: config.sipHost,
      tenantOfRealm: (realm) => this.tenantBySlug(realm)?.tenantId ?? null,
      anyTenant: () => this.tenants()[0]?.tenantId ?? null,
      drawKey: this.#cellId,
      withTenant: database.withTenant,
      clock,
      logger,
    });
    this.#lamps = new Lamps({ ...deps, withTenant: database.withTenant, directory: this.#directory, cell: this, watchers: () => this.#sip });
    const trace = new MessageTrace(callIdOf);
    this.#traces = new SipTraceKeeper({ trace, database, clock, logger });
    this.#sip = new SipUserAgent({
      trace,
      host: config.sipHost,
      ...deps.sipListen,
      ...sipProtection(deps.registry),
      port: config.sipPort,
      clock,
      logger,
      directory: this.#directory,
      states: this.#lamps,
      random: deps.random ?? randomBytes,
      realmFor: (host) => realmOf(host, this.tenants()),
      newLegId: () => `${this.#newId()}:in`,
      onEvent: (event) => this.#onSip(event),
    });
    this.#devices = new DeviceKeeper({ sip: this.#sip, directory: this.#directory, withTenant: database.withTenant, clock, logger });
    this.#peers = new PeerLegs({ sip: this.#sip, tenants: () => this.tenants() });
    this.#outside = new Outside({
      sip: this.#sip,
      directory: this.#directory,
      withTenant: database.withTenant,
      clock,
      logger,
      newId: this.#newId,
      random: () => randomBytes(4).readUInt32LE() / 2 ** 32,
      emit: (event) => void this.#onSip(event),
      address: { host: config.sipHost, port: config.sipPort, listen: deps.sipListen },
      media: this.#router,
      registry: deps.registry,
    });
    this.#synthetic = new SyntheticCalls({ clock, logger, newId: this.#newId, sip: this.#sip, media: this.#router, metrics: this.#metrics, directory: this.#directory, dropTrace: (callId) => trace.drop(callId), own: config });
    this.#reach = new Reach({
      tenant: (tenantId) => this.#tenants.get(tenantId),
      directory: this.#directory,
      outside: this.#outside,
      clock,
      own: config,
    });
  }

  get ready(): boolean {
    return this.#ready && !this.#stopping;
  }

  get database(): SccDatabase {
    return this.#deps.database;
  }

  tenant(tenantId: string): TenantCell | null {
    return this.#tenants.get(tenantId) ?? null;
  }

  tenantBySlug(slug: string): TenantCell | null {
    for (const tenant of this.#tenants.values()) if (tenant.slug === slug) return tenant;
    return null;
  }

  tenants(): TenantCell[] {
    return [...this.#tenants.values()];
  }

  /** Adopts what lives in the media processes and the journal, then listens. */
  async start(): Promise<void> {
    const { media, database, events, logger } = this.#deps;
    for (const client of media.clients) this.#router.adopt(client.index, await client.call('dump', {}));
    this.#router.adoptLinks();
    this.#off.push(
      () => this.#loopDelay.stop(),
      () => this.#lamps.stop(),
      () => this.#synthetic.stop(),
      media.events.on('media', ({ event }) => this.#onMedia(event)),
      media.events.on('processDied', ({ index }) => this.#onProcessDied(index)),
      database.onHealth((healthy) => this.#onHealth(healthy)),
      events.on('configChanged', ({ tenantId }) => this.#readings.begin(tenantId)),
      events.on('callWrappedUp', ({ tenantId, callId, userId }) => {
        const runtime = this.tenant(tenantId)?.runtime;
        runtime?.toAcd({ type: 'resultSaved', at: runtime.now(), agentId: userId, callId });
      }),
    );
    // Before the calls are taken up: an interrupted one is ended with BYE.
    await this.#sip.start();
    for (const { id, status } of await database.directory.tenants()) if (status === 'active') await this.reloadTenant(id);
    const wanted = partsOf([...this.#tenants.values()].flatMap(({ runtime }) => runtime.calls()));
    const orphans = await closeOrphans(this.#router, (id) => wanted.has(id));
    if (orphans > 0) logger.warn({ orphans }, 'closed what belonged to no call');
    for (const { drafts } of this.tenants()) await drafts.clear();
    this.#off.push(keepLeases({ ...this.#deps, cellId: this.#cellId, tenants: () => this.tenants() }));
    this.#ready = true;
  }

  takeLoopDelay(): number {
    return this.#loopDelay.takeWorst();
  }

  async syntheticCall(): Promise<number | null> {
    return this.ready && !this.#draining ? this.#synthetic.call() : null;
  }

  configInForce(tenantId: string): Promise<void> {
    return this.#readings.settled(tenantId);
  }

  async reloadTenant(tenantId: string): Promise<void> {
    const known = this.#tenants.get(tenantId);
    const { database, logger } = this.#deps;
    const row = (await database.directory.tenants()).find(({ id }) => id === tenantId);
    if (known) {
      known.accepting = row?.status === 'active';
      if (row?.status === 'ended' && known.runtime.calls().length === 0) return leaveTenant(known, { database, cellId: this.#cellId, directory: this.#directory, sip: this.#sip, outside: this.#outside, tenants: this.#tenants, patiently: (work) => this.#patiently(work) });
      for (const deviceId of this.#directory.setServed(tenantId, known.accepting)) this.#sip.forgetDevice(deviceId);
      await known.reload();
      return this.#outside.configure(tenantId);
    }
    if (row?.status !== 'active') return;
    if (!(await takeLease(database, tenantId, this.#cellId))) {
      logger.warn({ tenantId }, 'another cell owns this tenant');
      return;
    }
    this.#directory.setServed(tenantId, true); // it may have ended here before, and been renewed
    const tenant = this.#createTenant(row);
    // Before `reload`, which writes that everybody begins offline.
    const presence = await database.withTenant(tenantId, SYSTEM, readLastPresence);
    await tenant.reload();
    await this.#outside.configure(tenantId);
    tenant.restorePresence(presence);
    await tenant.loadCounters();
    await tenant.loadHelp();
    await tenant.loadCare();
    this.#tenants.set(tenantId, tenant);
    const { clock } = this.#deps;
    const found = await recoverTenant(tenant, { database, router: this.#router, sip: this.#sip, clock, logger });
    this.#peers.adopt(tenant.runtime.calls());
    this.#outside.adopt(tenantId, tenant.runtime.calls());
    await this.#devices.restore(tenantId);
    this.#lamps.adopt(tenantId, tenant.runtime.calls().flatMap(legsOf).map((legId) => ({ legId, contact: this.#sip.remoteOf(legId) })));
    if (found.adopted + found.interrupted > 0) logger.warn({ tenantId, ...found }, 'calls from before the restart');
  }

  async dial(tenantId: string, agentId: string, number: string, how: CallHow = {}): Promise<{ callId: string }> {
    const callId = this.#newId();
    this.#reach.dial(callId, { tenantId, agentId, number, ...how });
    return { callId };
  }

  get telephony(): TelephonyLive {
    return this.#outside.live;
  }

  sipOf(callId: string): SipMessageView[] {
    return this.#traces.messagesOf(callId);
  }

  get liveCalls(): number {
    return this.tenants().reduce((calls, { runtime }) => calls + runtime.calls().length, 0);
  }

  drain(): void {
    this.#draining = true;
    this.#sip.drain();
    for (const tenant of this.#tenants.values()) tenant.accepting = false;
  }

  async handOver(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    for (const off of this.#off) off();
    for (const tenant of this.#tenants.values()) tenant.stop();
    await this.#committed();
    await this.#sip.stop();
    this.#devices.stop();
  }

  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    const { clock, database, logger } = this.#deps;
    for (const tenant of this.#tenants.values()) {
      tenant.desks.closeAll('shutting_down');
      tenant.drafts.endAll();
      for (const call of tenant.runtime.calls()) tenant.runtime.toCall(call.id, { type: 'stop', outcome: 'interrupted', reason: 'shutdown' });
    }
    const deadline = clock.monotonic() + STOP_PATIENCE_MS;
    const isBusy = (): boolean => this.#runtimes().some((runtime) => runtime.calls().length > 0);
    while (isBusy() && clock.monotonic() < deadline) await new Promise<void>((resolve) => clock.after(20, resolve));
    this.#outside.stop();
    await this.#patiently([this.#devices.flush()]);
    await this.#sip.stop({ hangup: true });
    this.#devices.stop();
    for (const off of this.#off) off();
    for (const tenant of this.#tenants.values()) tenant.stop();
    await this.#committed();
    await dropLeases(database, this.#cellId).catch((error: unknown) => logger.warn({ error: messageOf(error) }, 'leases stay until they expire'));
  }

  /** Everything journaled so far is in the database, or it is away for longer than a stop may take. */
  async #committed(): Promise<void> {
    await this.#patiently([this.#devices.flush(), ...this.tenants().map(({ journal }) => journal.commit())]);
  }

  async #patiently(work: readonly Promise<void>[]): Promise<void> {
    await Promise.race([Promise.all(work), new Promise<void>((resolve) => this.#deps.clock.after(STOP_PATIENCE_MS, resolve))]);
  }

  #createTenant(row: { id: string; slug: string; name: string }): TenantCell {
    const { database, journal, store, clock, logger, matchCaller, config, events } = this.#deps;
    const storePath = (path: string): string => `${config.storeDir}/${path}`;
    const messages = new OpenMessages();
    const tenant = new TenantCell({
      tenantId: row.id,
      slug: row.slug,
      name: row.name,
      database,
      journal,
      clock,
      newId: this.#newId,
      logger: logger.child({ tenant: row.slug }),
      sip: measureAnswers(this.#sip, (legId) => this.#answered(legId), this.#lamps.watchInvites(row.id, this.#outside.guard(this.#sip))),
      media: this.#router,
      recordings: recordingPort(database, store),
      metrics: this.#metrics,
      locate: async (target, by, call) => this.#reach.locate(row.id, target, by, call),
      lookUp: lookUpPort({ withTenant: database.withTenant, clock, logger, events, messages, storePath }, row.id),
      messages,
      matchCaller,
      contactOf: (deviceId) => this.#directory.contactsOf(deviceId, clock.wall()).at(-1)?.uri ?? null,
      dialFor: (callId, agentId, number) => this.#reach.dialFor(callId, { tenantId: row.id, agentId, number }),
      storePath,
      draftStore: draftStore(database, store, row.id),
    });
    tenant.runtime.events.on('callGone', ({ callId }) => this.#traces.over(row.id, callId));
    return this.#lamps.attach(tenant);
  }

  #answered(legId: string): void {
    const received = this.#received.get(legId);
    this.#received.delete(legId);
    if (received !== undefined) this.#metrics.answered(this.#deps.clock.monotonic() - received);
  }

  #onSip(event: SipLegEvent): void | Promise<void> {
    if (this.#synthetic.onSip(event)) return;
    this.#lamps.onSip(event);
    if (event.type === 'incoming') return this.#onInvite(event.invite);
    if (event.type === 'referred') return this.#peers.referred(event);
    this.#outside.gate.onEvent(event);
    if (this.#outside.tests.onSip(event)) return;
    const callId = this.#peers.callOf(event.legId);
    this.#peers.onEvent(event);
    const runtime = this.#runtimeOf(callId);
    if (!runtime) return;
    const recorded = runtime.whenRecorded(callId);
    runtime.toCall(callId, { type: 'sip', event });
    this.#received.delete(event.legId);
    const ends = event.type === 'ended' && event.by === 'remote' && runtime.call(callId)?.end;
    if (!ends) return;
    const patience = new Promise<void>((resolve) => this.#deps.clock.after(BYE_PATIENCE_MS, resolve));
    return Promise.race([recorded, patience]);
  }

  #onInvite(given: IncomingInvite): void {
    const { identity, legId } = given;
    if (!this.ready || this.#draining) return this.#sip.reject(legId, 503);
    if (this.#peers.takesPlace(given)) return;
    const invite = this.#outside.admitIn(given);
    if (!invite) {
      this.#metrics.callRefused('trunk_full');
      return this.#sip.reject(legId, 503);
    }
    const bound = identity.tenantId;
    const tenants = bound === null ? [...this.#tenants.values()] : [this.#tenants.get(bound)].filter((tenant) => tenant !== undefined);
    const owner = tenants.find((tenant) => tenant.hasNumber(invite.dialled));
    // A telephone of ours calls another one, or the outside under the rules for that.
    const home = owner || identity.kind !== 'device' ? undefined : this.#tenants.get(identity.tenantId);
    const line = this.#outside.lineOf(identity);
    if (home?.accepting) return invite.dialled === LISTEN_TO_VOICEMAIL ? home.startMailbox(callIdOf(legId), invite, line) : home.startDirect(callIdOf(legId), invite, line);
    if (!owner) return this.#refuse(invite, tenants);
    if (!owner.accepting) {
      this.#metrics.callRefused('not_serving');
      return this.#sip.reject(legId, 503);
    }
    this.#received.set(legId, invite.receivedAtMs);
    owner.startInbound(callIdOf(legId), invite, line);
  }

  /** A number that is nobody's. */
  #refuse(invite: IncomingInvite, tenants: readonly TenantCell[]): void {
    this.#sip.reject(invite.legId, 404);
    this.#metrics.callRefused('unknown_number');
    this.#deps.logger.info({ from: invite.source.host }, 'call.refused: unknown number');
    auditUnknownNumber(tenants, callIdOf(invite.legId), invite);
  }

  #onMedia(event: MediaEvent): void {
    if (event.event === 'recordingFailed' || event.event === 'recordingSilent') {
      if (event.event === 'recordingFailed') this.#deps.logger.error({ recording: event.recording, reason: event.reason }, 'a recording stopped; its call goes on');
      for (const runtime of this.#runtimes()) {
        const call = runtime.calls().find(({ recording }) => recording?.id === event.recording);
        if (call) runtime.toCall(call.id, { type: 'media', event });
      }
      return;
    }
    // Kept with the call when the leg is closed; on its way it is a figure only, no event of the call.
    if (event.event === 'quality') return this.#metrics.legHeard(event.quality.mos, event.quality.lossPercent);
    if (this.#outside.tests.onMedia(event) || this.#synthetic.onMedia(event)) return;
    const callId = callIdOf(event.endpoint);
    const runtime = this.#runtimeOf(callId);
    if (runtime) return runtime.toCall(callId, { type: 'media', event });
    for (const { desks } of this.#tenants.values()) if (desks.onMedia(event)) return;
  }

  #onProcessDied(index: number): void {
    const lost = this.#router.lose(index);
    // Before the desks: a call whose caller moves must not wait for an agent's browser first.
    for (const runtime of this.#runtimes()) {
      for (const call of runtime.calls()) {
        const own = partsOf([call]);
        const gone = lost.filter((endpoint) => own.has(endpoint) || callIdOf(endpoint) === call.id);
        if (gone.length > 0) runtime.toCall(call.id, { type: 'mediaLost', endpoints: gone });
      }
    }
    for (const { desks } of this.#tenants.values()) desks.onLost(lost);
  }

  #onHealth(healthy: boolean): void {
    const state = healthy ? 'up' : 'down';
    for (const { desks } of this.#tenants.values()) desks.broadcast({ type: 'database', state });
  }

  #runtimes(): TenantRuntime[] {
    return this.tenants().flatMap(({ runtime, drafts }) => [runtime, drafts.runtime]);
  }

  #runtimeOf(callId: string): TenantRuntime | null {
    for (const tenant of this.#tenants.values()) if (tenant.runtimeOf(callId)) return tenant.runtimeOf(callId);
    return null;
  }
}

/**
 * Starts the live side: takes up calls from before, then listens for SIP.
 * @throws the socket's error when the SIP port is taken; AppError when the database is away at the start
 */
export async function startCell(deps: CellDeps): Promise<Cell> {
  const cell = new RunningCell(deps);
  await cell.start();
  return cell;
}
