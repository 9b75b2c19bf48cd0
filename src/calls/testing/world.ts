import type { ServerMessage } from '../../../shared/events.ts';
import { SIMPLE } from '../../acd/rules.ts';
import type { AgentConfig } from '../../acd/types.ts';
import type { Flow } from '../../ivr/types.ts';
import { AppError } from '../../lib/errors.ts';
import { FakeClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { DeskHub } from '../desk-hub.ts';
import type { DeskSink } from '../desk.ts';
import type { DraftStore } from '../draft-store.ts';
import type { CallMetrics, RuntimePorts } from '../ports.ts';
import { closeOrphans, partsOf, takeUpCalls } from '../recovery.ts';
import { storedCall } from '../stored-call.ts';
import { TenantRuntime, type RuntimeQueue } from '../tenant-runtime.ts';
import type { CallState } from '../types.ts';
import { FakeJournal } from './fake-journal.ts';
import { FakeMedia } from './fake-media.ts';
import { FakeSip, PHONE_SDP } from './fake-sip.ts';

/** Where drafts record, in tests in which none does. */
export const NO_DRAFT_STORE: DraftStore = { recordings: { open: () => Promise.reject(new Error('no draft records here')) }, discard: () => Promise.resolve(), clear: () => Promise.resolve(0) };

export const noMetrics: CallMetrics = {
  callStarted: () => undefined,
  callEnded: () => undefined,
  callRefused: () => undefined,
  answered: () => undefined,
  answeredUnrecorded: () => undefined,
  rang: () => undefined,
  effectFailed: () => undefined,
  journalWaits: () => undefined,
  journalLost: () => undefined,
  legHeard: () => undefined,
};

const queue = (code: string): RuntimeQueue => ({
  queueId: `queue-${code}`,
  code,
  name: code,
  requiredSkills: {},
  offerTimeoutMs: 20_000,
  wrapUpMs: code === 'stations' ? 0 : 10_000,
  missedOffersToAway: 3,
  serviceLevelMs: 20_000,
  record: true,
  ...(code === 'everybody' && { rules: { ...SIMPLE, order: 'ringAll' } }),
});

/** Notice, menu, queue with overflow to voicemail: every verb that waits. */
export const WORLD_FLOW: Flow = {
  start: 'notice',
  nodes: {
    notice: { verb: 'play', prompts: ['ja/recording-notice'], notice: true, next: 'menu' },
    menu: {
      verb: 'menu',
      prompts: ['ja/menu-main'],
      choices: { 1: 'support', 2: 'stations', 0: 'voicemail', 9: 'nowhere' },
      timeoutMs: 7000,
      retries: 1,
      invalidPrompts: [],
      timeoutPrompts: [],
      otherwise: 'support',
    },
    support: { verb: 'queue', queue: 'support', priority: 0, requiredSkills: {}, announceEveryMs: 30_000, maxWaitMs: 120_000, overflow: 'voicemail' },
    stations: { verb: 'queue', queue: 'stations', priority: 0, requiredSkills: {}, announceEveryMs: 0, maxWaitMs: 120_000, overflow: 'end' },
    everybody: { verb: 'queue', queue: 'everybody', priority: 0, requiredSkills: {}, announceEveryMs: 0, maxWaitMs: 120_000, overflow: 'end' },
    nowhere: { verb: 'queue', queue: 'nowhere', priority: 0, requiredSkills: {}, announceEveryMs: 0, maxWaitMs: 0, overflow: 'end' },
    voicemail: { verb: 'voicemail', prompts: ['ja/voicemail-greeting'], maxMs: 60_000, next: 'end' },
    end: { verb: 'hangup' },
  },
};

const straightTo = (code: string): Flow => ({ start: code, nodes: WORLD_FLOW.nodes });

/** One browser agent's desk as the test holds it. */
export interface FakeDesk {
  sink: DeskSink;
  messages: ServerMessage[];
}

/** A tenant with its calls on fakes: two browser agents, two stations, telephones, one journal, and a core that can crash. */
export class World {
  readonly clock = new FakeClock();
  readonly media = new FakeMedia();
  readonly sip = new FakeSip();
  readonly journal = new FakeJournal();
  readonly desks = new Map<string, FakeDesk>();
  readonly callIds: string[] = [];
  /** What look-ups of flows find. */
  lookUp: RuntimePorts['lookUp'] = () => Promise.resolve({ kind: 'http', outcome: 'failed', reason: 'unreachable' });
  runtime: TenantRuntime;
  hub: DeskHub;
  #ids = 0;
  /** Telephones that ring along, by agent. */
  readonly devices = new Map<string, string[]>();
  /** One more with each start of core. */
  #life = 0;
  readonly #capacity: Readonly<Record<string, number>>;

  /** @param capacity calls at once, of agents who may have more than one */
  constructor(capacity: Readonly<Record<string, number>> = {}) {
    this.#capacity = capacity;
    [this.runtime, this.hub] = this.#boot();
    this.sip.onEvent = (event) => {
      if (event.type !== 'incoming') this.runtime.toCall(event.legId.split(':')[0] ?? '', { type: 'sip', event });
    };
    this.media.onEvent = (event) => {
      const endpoint = 'endpoint' in event ? event.endpoint : '';
      if (!this.hub.onMedia(event)) this.runtime.toCall(endpoint.split(':')[0] ?? '', { type: 'media', event });
    };
    this.journal.liveOf = (callId) => {
      const call = this.runtime.call(callId);
      return call && storedCall(call, this.sip, this.clock);
    };
  }

  newId = (): string => `id-${++this.#ids}`;

  /** A telephone calls a number with this flow. */
  callIn(flow: 'main' | 'support' | 'stations' | 'everybody' | 'voicemail' | Flow = 'main'): string {
    const callId = this.newId();
    const legId = `${callId}:in`;
    this.callIds.push(callId);
    this.sip.incoming(legId);
    this.runtime.start({
      kind: 'inbound',
      callId,
      tenantId: 'tenant',
      channel: 'sip',
      party: { number: '+81312340099', name: '', withheldReason: null, ip: '127.0.0.1' },
      dialled: '0312340001',
      numberId: null,
      flow: typeof flow === 'object' ? flow : flow === 'main' ? WORLD_FLOW : straightTo(flow),
      offerSdp: PHONE_SDP,
      legId,
    });
    return callId;
  }

  /** A telephone calls another one. */
  callDirect(number: string): string {
    const callId = this.newId();
    const legId = `${callId}:in`;
    this.callIds.push(callId);
    this.sip.incoming(legId);
    const party = { number: 'desk1', name: '', withheldReason: null, ip: '127.0.0.1' };
    const seed = { kind: 'inbound', callId, tenantId: 'tenant', channel: 'sip', party, dialled: number, numberId: null, flow: null } as const;
    this.runtime.start({ ...seed, direct: { kind: 'number', number }, inside: true, offerSdp: PHONE_SDP, legId });
    return callId;
  }

  /** The agent dials a telephone. */
  callOut(agentId: string): string | null {
    const endpoint = this.hub.lineOf(agentId);
    const agent = this.runtime.agents().find((entry) => entry.agentId === agentId);
    if (endpoint === null || agent?.work !== 'idle') return null;
    const callId = this.newId();
    this.callIds.push(callId);
    this.runtime.start({
      kind: 'outbound',
      callId,
      tenantId: 'tenant',
      party: { number: '+81312340003', name: '', withheldReason: null, ip: '' },
      dialled: '0312340003',
      agent: { agentId, name: agentId, endpoint },
      legId: `${callId}:out`,
      targets: [{ uri: 'sip:0312340003@127.0.0.1', fromUser: '0312340001', fromDisplayName: '', credentials: null, ringTimeoutMs: 60_000 }],
    });
    return callId;
  }

  openDesk(agentId: string): FakeDesk {
    const messages: ServerMessage[] = [];
    const sink: DeskSink = { send: (message) => messages.push(message), close: () => this.hub.closed(agentId, sink) };
    const desk = { sink, messages };
    this.desks.set(agentId, desk);
    this.hub.open(agentId, sink, true);
    return desk;
  }

  closeDesk(agentId: string): void {
    const desk = this.desks.get(agentId);
    if (desk) this.hub.closed(agentId, desk.sink);
    this.desks.delete(agentId);
  }

  /** The browser connects its audio. */
  async connectLine(agentId: string): Promise<void> {
    if (!this.desks.has(agentId)) return;
    await this.hub.connectLine(agentId, 'v=0').catch(() => undefined);
    const line = [...this.media.endpoints.keys()].findLast((endpoint) => endpoint.startsWith(`line-${agentId}:`));
    if (line !== undefined) this.media.onEvent({ event: 'endpointState', endpoint: line, state: 'connected' });
  }

  dropLine(agentId: string): void {
    const endpoint = this.hub.lineOf(agentId);
    if (endpoint !== null) this.media.onEvent({ event: 'endpointState', endpoint, state: 'failed' });
  }

  /** A desk with audio, ready for calls. */
  async ready(agentId: string): Promise<FakeDesk> {
    const desk = this.openDesk(agentId);
    await this.connectLine(agentId);
    this.runtime.toAcd({ type: 'presence', at: this.runtime.now(), agentId, presence: 'available' });
    await this.settle();
    return desk;
  }

  call(callId: string): CallState | null {
    return this.runtime.call(callId);
  }

  agent(agentId: string) {
    return this.runtime.agents().find((entry) => entry.agentId === agentId);
  }

  /** Everything that is on its way arrives; time stands still. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3; ) {
      for (let turn = 0; turn < 12; turn++) await Promise.resolve();
      const moved = [this.sip.deliver(), this.journal.flush()].some(Boolean);
      quiet = moved || !this.runtime.idle ? 0 : quiet + 1;
    }
  }

  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.settle();
  }

  /** Every prompt that plays ends. */
  async finishPrompts(): Promise<void> {
    for (let round = 0; round < 10; round++) {
      const ended = [...this.media.endpoints.keys()].map((endpoint) => this.media.finishPlay(endpoint));
      await this.settle();
      if (!ended.includes(true)) return;
    }
  }

  /** Core is killed and starts again: media, telephones and committed rows live on. */
  async crash(): Promise<void> {
    this.runtime.stop();
    this.journal.crash();
    this.sip.crash();
    this.desks.clear();
    [this.runtime, this.hub] = this.#boot();
    const stored = [...this.journal.live.values()];
    this.journal.closeLooseEnds();
    const ports = { router: this.media, sip: this.sip, clock: this.clock, logger: silentLogger };
    takeUpCalls({ runtime: this.runtime, desks: this.hub }, stored, ports);
    const wanted = partsOf(this.runtime.calls());
    await closeOrphans(this.media, (id) => wanted.has(id));
    await this.settle();
  }

  #boot(): [TenantRuntime, DeskHub] {
    const life = ++this.#life;
    const ports: RuntimePorts = {
      clock: this.clock,
      newId: this.newId,
      logger: silentLogger,
      sip: this.sip,
      media: this.media.connection(() => life === this.#life),
      recordings: {
        open: async (_tenant, recordingId) => ({
          path: `/${recordingId}`,
          seal: { key: '', associatedData: '' },
          file: { objectPath: recordingId, keyVersion: 1, wrappedKey: '' },
        }),
      },
      metrics: noMetrics,
      lookUp: (query, callId) => this.lookUp(query, callId),
      locate: async (target) => {
        if (target.kind === 'agent') {
          const busy = runtime.agents().find(({ agentId }) => agentId === target.agentId)?.work === 'talking';
          if (busy || lineOf(target.agentId) === null) throw new AppError('busy', 486, 'busy');
          return { agentId: target.agentId, name: target.agentId, number: '', browser: true, stages: [] };
        }
        if (target.kind === 'dial' && target.number.startsWith('+')) throw new AppError('number_not_allowed', 403, 'not allowed');
        const number = target.kind === 'redirect' ? 'redirected' : target.kind === 'replaces' ? target.legId : target.number;
        // Registered over a WebSocket.
        const at = (uri: string) => (uri.startsWith('sip:browser@') ? `${uri};transport=ws` : uri);
        const to = (uri: string) => ({ uri: at(uri), fromUser: '1', fromDisplayName: '', credentials: null, ringTimeoutMs: 30_000 });
        return { agentId: null, name: '', number, browser: false, stages: target.kind === 'dial' ? number.split('/').map((name) => [to(`sip:${name}@127.0.0.1`)]) : [number.split('+').map((name) => to(`sip:${name}@127.0.0.1`))] };
      },
    };
    // The runtime asks for lines only while it works on events, when the hub is there.
    const holder: { hub: DeskHub | null } = { hub: null };
    const lineOf = (agentId: string): string | null => holder.hub?.lineOf(agentId) ?? null;
    const runtime = new TenantRuntime({
      ...ports,
      tenantId: 'tenant',
      journal: this.journal,
      lineOf,
      preferredFor: async () => [],
      devicesOf: (agentId) =>
        (this.devices.get(agentId) ?? []).map((name) => ({ uri: `sip:${name}@127.0.0.1`, fromUser: '1', fromDisplayName: '', credentials: null, ringTimeoutMs: 30_000 })),
    });
    const hub = new DeskHub({ ...ports, runtime, careUntil: () => null, helpOf: () => [], matchesOf: async () => [] });
    holder.hub = hub;
    const agents = AGENTS.map((agent) => ({ ...agent, ...(this.#capacity[agent.agentId] && { capacity: this.#capacity[agent.agentId] }) }));
    runtime.configure({ queues: [queue('support'), queue('stations'), queue('everybody')], agents: agents as AgentConfig[], sounds: (sound) => sound });
    hub.expect(AGENTS.filter(({ kind }) => kind === 'browser').map(({ agentId }) => agentId));
    return [runtime, hub];
  }
}

const browser = (agentId: string): AgentConfig => ({
  agentId,
  kind: 'browser',
  name: agentId,
  skills: {},
  queueIds: ['queue-support', 'queue-everybody'],
  stationUri: null,
});

const station = (agentId: string): AgentConfig => ({
  agentId,
  kind: 'station',
  name: agentId,
  skills: {},
  queueIds: ['queue-stations'],
  stationUri: `sip:${agentId}@127.0.0.1:5090`,
});

export const AGENTS: readonly AgentConfig[] = [browser('ann'), browser('ben'), station('station1'), station('station2')];
