import type { CallerMatch } from '../../shared/events.ts';
import type { PreferredAgent } from '../acd/rules.ts';
import type { Presence } from '../acd/types.ts';
import type { SccDatabase } from '../db/database.ts';
import type { Journal } from '../db/group-commit.ts';
import type { Actor, TenantTx } from '../db/types.ts';
import { linkFlow, type FlowLibrary } from '../ivr/link.ts';
import type { Flow } from '../ivr/types.ts';
import { AppError, messageOf } from '../lib/errors.ts';
import { readOpenHelp } from '../modules/help/help.service.ts';
import { preferredAgentsOf } from '../modules/customers/preferred-agents.queries.ts';
import { comparableNumber } from '../modules/telephony/phone-number.ts';
import { readTenantTelephony, type TenantTelephony } from '../modules/telephony/tenant-config.ts';
import type { OpenMessages } from '../modules/voicemail/open-messages.ts';
import type { IncomingInvite } from '../sip/types.ts';
import { lineWith } from './line.ts';
import { Callbacks } from './callbacks.ts';
import { readCareBreaks } from './care-journal.ts';
import { CareBreaks } from './care-breaks.ts';
import { DayCounters, readCounters } from './counters.ts';
import { DeskHub } from './desk-hub.ts';
import { DraftCalls } from './draft-calls.ts';
import type { DraftStore } from './draft-store.ts';
import { FlowSchedule } from './flow-schedule.ts';
import { HelpDesk } from './help-desk.ts';
import { JournalBatch } from './journal-batch.ts';
import { callerName, callerNumber } from './party-text.ts';
import type { LiveSnapshot, RuntimePorts } from './ports.ts';
import { canGoOn, storedCall } from './stored-call.ts';
import { preferredAgents, type PreferredWaits } from './queue-rules.ts';
import { agentConfigs, runtimeQueue } from './routing-config.ts';
import { TenantRuntime, type RuntimeConfig } from './tenant-runtime.ts';
import type { Attempt, Line, ReferTarget } from './party.ts';
import type { CallState, HoldAlarm, Party } from './types.ts';

export interface TenantCellOptions extends RuntimePorts {
  tenantId: string;
  slug: string;
  name: string;
  database: Pick<SccDatabase, 'withTenant'>;
  journal: Pick<Journal, 'append'>;
  matchCaller: (tx: TenantTx, number: string) => Promise<CallerMatch[]>;
  /** Where a telephone is registered now, the newest contact; null when it is not. */
  contactOf: (deviceId: string) => string | null;
  /** Dials a callback for an agent who took it. @throws AppError of the dial gate */
  dialFor: (callId: string, agentId: string, number: string) => void;
  /** Recorded messages that were opened for somebody on the telephone. */
  messages: Pick<OpenMessages, 'get'>;
  draftStore: DraftStore;
  /** Absolute path of an object in the store. */
  storePath: (path: string) => string;
}

interface NumberEntry {
  id: string;
  number: string;
  flow: Flow;
}

/** An agent's telephone gives up ringing by itself after this, ms; longer than any offer. */
const DEVICE_RING_MS = 180_000;

/** How long a call waits to learn whom it should ask first, ms. */
const PREFERRED_PATIENCE_MS = 500;

/** Runs for who dials the feature code. */
const MAILBOX_FLOW: Flow = { start: 'mailbox', nodes: { mailbox: { verb: 'mailbox', language: 'ja', next: 'end' }, end: { verb: 'hangup' } } };

const SYSTEM: Actor = { kind: 'system', id: 'calls', ip: '' };

/** Matches of calls that are over are kept for a moment, for desks that ask late, ms. */
const KEEP_MATCHES_MS = 5_000;

/** One tenant in this cell: its runtime, its desks, and its configuration held in memory. */
export class TenantCell {
  readonly tenantId: string;
  readonly slug: string;
  readonly name: string;
  readonly runtime: TenantRuntime;
  /** Calls to flows that are not published. */
  readonly drafts: DraftCalls;
  readonly desks: DeskHub;
  readonly journal: JournalBatch;
  readonly counters: DayCounters;
  readonly callbacks: Callbacks;
  readonly help: HelpDesk;
  readonly care: CareBreaks;
  /** New calls are taken. False once the tenant is suspended, or owned by another cell; calls in progress go on. */
  accepting = true;
  readonly #options: TenantCellOptions;
  readonly #matches = new Map<string, Promise<CallerMatch[]>>();
  #telephony: TenantTelephony = {
    queues: [],
    agents: [],
    stations: [],
    devices: [],
    numbers: [],
    flows: new Map(),
    calendars: new Map(),
    boxGreetings: new Map(),
    nextFlowDue: null,
    prompts: new Map(),
    webCall: { enabled: false, number: null },
    statusReasons: [],
    careBreakMinutes: 0,
    holdAlarm: { seconds: 0, autoReturn: false },
    superviseTone: false,
  };
  #numbers = new Map<string, NumberEntry>();
  #reloading: Promise<void> = Promise.resolve();
  readonly #schedule: FlowSchedule;

  constructor(options: TenantCellOptions) {
    this.#options = options;
    this.tenantId = options.tenantId;
    this.slug = options.slug;
    this.name = options.name;
    const { tenantId, journal, logger, clock } = options;
    this.counters = new DayCounters(clock.wall());
    this.journal = new JournalBatch({ tenantId, journal, logger, clock, metrics: options.metrics, liveOf: (callId) => this.#liveOf(callId) });
    this.runtime = new TenantRuntime({ ...options, journal: this.journal, lineOf: (agentId) => this.desks.lineOf(agentId), devicesOf: (agentId, call) => this.devicesOf(agentId, call), preferredFor: (callId, waits) => this.#preferredFor(callId, waits) });
    this.drafts = new DraftCalls({ ...options, store: options.draftStore, journal: this.journal, library: () => this.#library() });
    this.#schedule = new FlowSchedule({ ...options, changed: () => void this.reload().catch((error: unknown) => logger.error({ error: messageOf(error) }, 'tenant could not be reloaded')) });
    this.desks = new DeskHub({
      ...options,
      runtime: this.runtime,
      careUntil: (agentId) => this.care.until(agentId),
      helpOf: (agentId) => this.help.of(agentId),
      matchesOf: (callId) => this.matchesOf(callId),
    });
    this.callbacks = new Callbacks({
      ...options,
      journal: this.journal,
      runtime: this.runtime,
      desks: this.desks,
      queueName: (queueId) => this.#telephony.queues.find(({ id }) => id === queueId)?.name ?? '',
      dial: options.dialFor,
    });
    this.runtime.callbacks = this.callbacks;
    this.help = new HelpDesk(options);
    this.care = new CareBreaks({ runtime: this.runtime, journal: this.journal, clock });
    this.help.events.on('changed', ({ agentId }) => this.desks.tell(agentId, { type: 'help.own', open: this.help.of(agentId) }));
    this.runtime.events.on('count', ({ what, queueId }) => this.counters.count(what, queueId, clock.wall()));
    this.runtime.events.on('callGone', ({ callId }) => {
      this.help.callGone(callId, SYSTEM);
      clock.after(KEEP_MATCHES_MS, () => this.#matches.delete(callId));
    });
  }

  /** Reads the configuration again, one reading after the other. @throws AppError when the database is away; the old one stays */
  reload(): Promise<void> {
    this.#reloading = this.#reloading.catch(() => undefined).then(() => this.#reload());
    return this.#reloading;
  }

  async #reload(): Promise<void> {
    const { database, tenantId, storePath } = this.#options;
    const telephony = await database.withTenant(tenantId, SYSTEM, readTenantTelephony);
    this.#telephony = telephony;
    // Linked once for all calls, so that a call costs no more for what its flow refers to.
    const linked = new Map([...telephony.flows].map(([code, flow]) => [code, linkFlow(flow, this.#library())]));
    this.#numbers = new Map(
      telephony.numbers.flatMap(({ id, number, flow: code }) => {
        const flow = linked.get(code);
        return flow ? [[comparableNumber(number), { id, number, flow }] as const] : [];
      }),
    );
    const running: RuntimeConfig = {
      queues: telephony.queues.map(runtimeQueue),
      agents: agentConfigs(telephony),
      sounds: (sound) => {
        const own = telephony.prompts.get(sound);
        if (!own) return this.#options.messages.get(sound) ?? sound;
        return { path: storePath(own.objectPath), key: own.key, associatedData: own.associatedData };
      },
    };
    this.runtime.configure(running);
    this.drafts.configure(running);
    this.#schedule.expect(telephony.nextFlowDue);
    this.desks.expect(telephony.agents.map(({ id }) => id));
    // What waits goes on as it was; the next change, or the next start, reads again.
    await this.callbacks.load().catch((error: unknown) => this.#options.logger.error({ error: messageOf(error) }, 'callbacks could not be read'));
  }

  /** Stops all timers without ending calls. */
  stop(): void {
    this.#schedule.stop();
    this.callbacks.stop();
    this.drafts.stop();
    this.runtime.stop();
  }

  /** What flows lead to. */
  #library(): FlowLibrary {
    return { ...this.#telephony, agentNamed: (login) => this.agentNamed(login) };
  }

  /** The runtime that has the call: calls to drafts have one of their own. */
  runtimeOf(callId: string): TenantRuntime | null {
    if (this.runtime.call(callId)) return this.runtime;
    return this.drafts.runtime.call(callId) ? this.drafts.runtime : null;
  }

  /** After a short interruption agents are as they were; their browsers connect again by themselves. */
  restorePresence(states: readonly { agentId: string; presence: Presence; reasonId: string | null }[]): void {
    for (const { agentId, presence, reasonId } of states) {
      if (presence === 'offline') continue;
      this.runtime.toAcd({ type: 'presence', at: this.runtime.now(), agentId, presence, reasonId });
      this.desks.expectBack(agentId);
    }
  }

  /** Requests for help from before a restart. */
  async loadHelp(): Promise<void> {
    const { database, tenantId } = this.#options;
    this.help.restore(await database.withTenant(tenantId, SYSTEM, readOpenHelp));
  }

  /** Care breaks from before a restart. */
  async loadCare(): Promise<void> {
    const { database, tenantId } = this.#options;
    this.care.restore(await database.withTenant(tenantId, SYSTEM, readCareBreaks));
  }

  async loadCounters(): Promise<void> {
    const { database, tenantId, clock } = this.#options;
    this.counters.load(await database.withTenant(tenantId, SYSTEM, (tx) => readCounters(tx, clock.wall())));
  }

  /** When a hold counts as forgotten, in calls of this queue (null = of none); null = never. */
  holdAlarmOf(queueId: string | null): HoldAlarm | null {
    const { seconds: usual, autoReturn } = this.#telephony.holdAlarm;
    const seconds = this.#telephony.queues.find(({ id }) => id === queueId)?.holdAlarmSeconds ?? usual;
    return seconds > 0 ? { afterMs: seconds * 1000, autoReturn } : null;
  }

  /** Break after an SOS, minutes; 0 = none by itself. */
  get careBreakMinutes(): number {
    return this.#telephony.careBreakMinutes;
  }

  /** Supervisors in calls of others are always announced by a tone. */
  get superviseTone(): boolean {
    return this.#telephony.superviseTone;
  }

  /** The tenant has this kind of break or absence. */
  hasReason(presence: Presence, reasonId: string): boolean {
    return this.#telephony.statusReasons.some((reason) => reason.id === reasonId && reason.presence === presence);
  }

  /** Settings of the public call page. */
  get webCall(): { enabled: boolean; number: string | null } {
    return this.#telephony.webCall;
  }

  /** A telephone by its user name. */
  deviceNamed(user: string): Pick<TenantTelephony['devices'][number], 'id' | 'srtp' | 'wideband'> | undefined {
    return this.#telephony.devices.find(({ username }) => username === user);
  }

  /** Registered telephones of an agent, as they are called for this caller. */
  devicesOf(agentId: string, { party }: Pick<CallState, 'party'>): Attempt[] {
    const caller = { fromUser: party.number ?? 'anonymous', fromDisplayName: party.name, credentials: null, ringTimeoutMs: DEVICE_RING_MS };
    return this.#telephony.devices.flatMap(({ id, userId, ...line }) => {
      const uri = userId === agentId ? this.#options.contactOf(id) : null;
      return uri === null ? [] : [{ ...caller, uri, deviceId: id, ...lineWith(line) }];
    });
  }

  deviceUser(deviceId: string): string | undefined {
    return this.#telephony.devices.find(({ id }) => id === deviceId)?.username;
  }

  /** Whose telephone it is; null = nobody's. */
  deviceOwner(deviceId: string): string | null {
    return this.#telephony.devices.find(({ id }) => id === deviceId)?.userId ?? null;
  }

  deviceUsers(): string[] {
    return this.#telephony.devices.map(({ username }) => username);
  }

  /** An agent's id by the login name. */
  agentNamed(login: string): string | undefined {
    return this.#telephony.agents.find(({ loginId }) => loginId === login)?.id;
  }

  loginOf(agentId: string): string | undefined {
    return this.#telephony.agents.find(({ id }) => id === agentId)?.loginId;
  }

  hasNumber(dialled: string): boolean {
    return this.#numbers.has(comparableNumber(dialled));
  }

  /** Whom a telephone means by this name: one of ours, a telephone, an agent's login, a queue's code, else a number to be called. */
  referTarget(user: string): ReferTarget {
    const number = { kind: 'refer', number: user } as const;
    if (this.hasNumber(user) || this.deviceNamed(user) !== undefined) return number;
    const agentId = this.agentNamed(user);
    if (agentId !== undefined) return { kind: 'agent', agentId };
    return this.#telephony.queues.some(({ code }) => code === user) ? { kind: 'queue', code: user } : number;
  }

  /** @returns false when the number is not the tenant's */
  startInbound(callId: string, invite: IncomingInvite, line: Line = {}): boolean {
    const number = this.#numbers.get(comparableNumber(invite.dialled));
    if (!number) return false;
    const caller = callerNumber(invite.caller);
    const party: Party = {
      number: caller === null ? null : comparableNumber(caller),
      name: callerName(invite.displayName),
      withheldReason: invite.withheldReason,
      ip: invite.source.host,
    };
    const { flow, id } = number;
    const seed = { callId, tenantId: this.tenantId, party, dialled: number.number, numberId: id, flow } as const;
    this.runtime.start({ ...seed, kind: 'inbound', channel: 'sip', inside: invite.identity.kind === 'device', offerSdp: invite.sdp, legId: invite.legId, line });
    void this.#match(callId, party.number);
    return true;
  }

  /** A telephone of ours listens to a voicemail box. */
  startMailbox(callId: string, { dialled, displayName, identity, legId, sdp, source }: IncomingInvite, line: Line = {}): void {
    const party: Party = { number: identity.kind === 'device' ? identity.user : null, name: callerName(displayName), withheldReason: null, ip: source.host };
    this.runtime.start({ kind: 'inbound', channel: 'sip', callId, tenantId: this.tenantId, numberId: null, flow: MAILBOX_FLOW, party, dialled, inside: true, offerSdp: sdp, legId, line });
  }

  /** A telephone calls somebody who is none of our numbers: it rings until that one answers; who may be called is asked then. */
  startDirect(callId: string, { dialled, displayName, identity, legId, sdp, source }: IncomingInvite, line: Line = {}): void {
    const party: Party = { number: identity.kind === 'device' ? identity.user : null, name: callerName(displayName), withheldReason: null, ip: source.host };
    const seed = { kind: 'inbound', channel: 'sip', callId, tenantId: this.tenantId, numberId: null, flow: null } as const;
    this.runtime.start({ ...seed, party, dialled, direct: { kind: 'number', number: dialled }, inside: true, offerSdp: sdp, legId, line });
  }

  /**
   * A visitor calls from the web call page.
   * @returns the call's id
   * @throws AppError `web_call_unavailable`, the same whether switched off, unknown or without a number
   */
  startWebCall(callId: string, visitor: { sdp: string; name: string; number: string; ip: string }): string {
    const { enabled, number } = this.#telephony.webCall;
    const entry = number === null ? undefined : this.#numbers.get(comparableNumber(number));
    if (!enabled || !entry || !this.accepting) throw webCallUnavailable();
    const typed = callerNumber(visitor.number);
    const party: Party = { number: typed === null ? null : comparableNumber(typed), name: callerName(visitor.name), withheldReason: null, ip: visitor.ip };
    const seed = { callId, tenantId: this.tenantId, party, dialled: entry.number, numberId: entry.id, flow: entry.flow } as const;
    this.runtime.start({ ...seed, kind: 'inbound', channel: 'web', offerSdp: visitor.sdp, legId: null });
    void this.#match(callId, party.number);
    return callId;
  }

  /** An agent's own call to targets that were allowed already, tried one after the other. */
  startOutbound(callId: string, agent: { agentId: string; name: string; endpoint: string }, number: string, targets: readonly Attempt[]): CallState {
    const party: Party = { number, name: '', withheldReason: null, ip: '' };
    const state = this.runtime.start({
      kind: 'outbound',
      callId,
      tenantId: this.tenantId,
      party,
      dialled: number,
      agent,
      legId: `${callId}:out`,
      targets,
    });
    void this.#match(callId, number);
    return state;
  }

  /** The number calls go out with: the first of the tenant. */
  get ownNumber(): string {
    return this.#telephony.numbers[0]?.number ?? 'anonymous';
  }

  /** The customers that the other side may be. A call from before a restart is looked up again. */
  matchesOf(callId: string): Promise<CallerMatch[]> {
    const known = this.#matches.get(callId);
    if (known) return known;
    const call = this.runtime.call(callId);
    return call?.customerIds ? this.#match(callId, call.party.number) : Promise.resolve([]);
  }

  #match(callId: string, number: string | null): Promise<CallerMatch[]> {
    if (number === null) return Promise.resolve([]);
    const found = this.#customersOf(callId, number);
    this.#matches.set(callId, found);
    void found.then((matches) =>
      this.runtime.toCall(callId, { type: 'matched', customerIds: matches.map(({ customerId }) => customerId) }),
    );
    return found;
  }

  async #customersOf(callId: string, number: string): Promise<CallerMatch[]> {
    const { database, tenantId, matchCaller, logger } = this.#options;
    // What is no telephone number matches nobody.
    if (!/^\+?\d+$/.test(number)) return [];
    try {
      return await database.withTenant(tenantId, SYSTEM, (tx) => matchCaller(tx, number));
    } catch (error) {
      logger.warn({ call: callId, error: messageOf(error) }, 'caller could not be looked up');
      return [];
    }
  }

  /** The customer must be certain: of several nobody is preferred. A slow database costs the preference, not the caller's time. */
  async #preferredFor(callId: string, waits: PreferredWaits): Promise<readonly PreferredAgent[]> {
    const { clock, database, tenantId, logger } = this.#options;
    const search = async (): Promise<readonly PreferredAgent[]> => {
      const [match, second] = await this.matchesOf(callId);
      if (!match || second) return [];
      return preferredAgents(await database.withTenant(tenantId, SYSTEM, (tx) => preferredAgentsOf(tx, match.customerId)), waits);
    };
    const found = search().catch((error: unknown) => {
      logger.warn({ call: callId, error: messageOf(error) }, 'preferred agents could not be looked up');
      return [];
    });
    return Promise.race([found, new Promise<[]>((resolve) => clock.after(PREFERRED_PATIENCE_MS, () => resolve([])))]);
  }

  #liveOf(callId: string): LiveSnapshot | null {
    const call = this.runtime.call(callId);
    if (!call) return null;
    const state = storedCall(call, this.#options.sip, this.#options.clock);
    return { version: call.version, state, canGoOn: canGoOn(state) };
  }
}

const webCallUnavailable = (): AppError => new AppError('web_call_unavailable', 404, 'Calls from the web are not possible here.');
