import type { CallerMatch, Offer, HelpRequest, ServerMessage } from '../../shared/events.ts';
import { messageOf } from '../lib/errors.ts';
import type { MediaEvent } from '../media/protocol.ts';
import { agentView, offerOf } from './agent-view.ts';
import { problemsOf, type Desk, type DeskHealth, type DeskSink } from './desk.ts';
import type { RuntimePorts } from './ports.ts';
import { rungWith } from './rung.ts';
import type { RuntimeEvents } from './runtime-events.ts';
import type { TenantRuntime } from './tenant-runtime.ts';
import type { CallState } from './types.ts';
import { viewOf } from './view.ts';

/** How long an agent whose browser is gone keeps their presence, ms. */
const OFFLINE_AFTER_MS = 30_000;
/** A desk that reports says something every five seconds: after this much silence it is asked, ms. */
const REPORT_PATIENCE_MS = 8_000;
/** So long it may take to answer, ms: a page that runs slowly in the background answers at once, one that is stopped never. */
const ASKED_PATIENCE_MS = 7_000;
/** How long an offer waits for the caller's customers before it goes out without them, ms. */
const MATCH_PATIENCE_MS = 40;

/** The agent has the call, or takes part in it. */
const isIn = ({ agent, parties }: CallState, agentId: string): boolean =>
  [agent, ...parties].some((part) => part?.agentId === agentId && part.stage === 'connected');

const isOffered = (call: CallState, offerId: string): boolean => rungWith(call, offerId) !== null || call.parties.some((party) => party.offerId === offerId);

export interface DeskHubOptions extends RuntimePorts {
  runtime: TenantRuntime;
  /** The agent's own open requests for help. */
  helpOf: (agentId: string) => HelpRequest[];
  /** End of an agent's care break, ms since the epoch; null without one. */
  careUntil: (agentId: string) => number | null;
  /** Customers who may be the caller; resolved already when they are known. */
  matchesOf: (callId: string) => Promise<CallerMatch[]>;
}

const UNKNOWN_HEALTH: DeskHealth = { microphone: 'ok', roundTripMs: null, lossPercent: null };

/** The desks of one tenant: one live browser for each agent, its line, its health, and what it is told. */
export class DeskHub {
  readonly #options: DeskHubOptions;
  readonly #desks = new Map<string, Desk>();
  readonly #byEndpoint = new Map<string, Desk>();
  #nextLine = 1;

  constructor(options: DeskHubOptions) {
    this.#options = options;
    const { events } = options.runtime;
    events.on('agent', (agent) => this.#tellAgent(agent));
    events.on('ring', (ring) => void this.#ring(ring));
    events.on('stopRinging', ({ agentId, offerId, reason }) => this.tell(agentId, { type: 'offer.ended', offerId, reason }));
    events.on('call', (call) => this.#tellCall(call));
    events.on('deskCallEnded', ({ agentId, callId, by, wrapUp }) => this.tell(agentId, { type: 'call.ended', callId, by, wrapUp }));
  }

  agentView(agent: RuntimeEvents['agent']) {
    return agentView(agent, this.#options.clock, this.#options.careUntil(agent.agentId));
  }

  /** The endpoint of the agent's line while audio can flow. */
  lineOf(agentId: string): string | null {
    const line = this.#desks.get(agentId)?.line;
    return line?.state === 'connected' ? line.endpoint : null;
  }

  /**
   * Makes `sink` the agent's one desk.
   * @returns false when another one is live and `takeOver` is not wanted
   */
  open(agentId: string, sink: DeskSink, takeOver: boolean): boolean {
    const desk = this.#desk(agentId);
    if (desk.sink && desk.sink !== sink) {
      if (!takeOver) return false;
      this.#closeLine(desk);
      desk.sink.close('taken_over');
    }
    desk.cancelGrace();
    this.#awake(desk);
    desk.sink = sink;
    desk.health = UNKNOWN_HEALTH;
    this.#judge(desk);
    this.#greet(desk);
    return true;
  }

  /** Agents whose desks may open: without one they cannot be offered calls, whatever their presence. */
  expect(agentIds: readonly string[]): void {
    for (const agentId of agentIds) if (!this.#desks.has(agentId)) this.#judge(this.#desk(agentId));
  }

  /** The agent keeps the presence of before a restart for as long as a lost browser would. */
  expectBack(agentId: string): void {
    const desk = this.#desk(agentId);
    if (!desk.sink) this.#awaitReturn(desk);
  }

  /** The browser's socket is gone. Its line may live on for as long as a call needs it. */
  closed(agentId: string, sink: DeskSink): void {
    const desk = this.#desks.get(agentId);
    if (!desk || desk.sink !== sink) return;
    desk.sink = null;
    this.#awake(desk);
    this.#judge(desk);
    this.#awaitReturn(desk);
  }

  isOpen(agentId: string, sink: DeskSink): boolean {
    return this.#desks.get(agentId)?.sink === sink;
  }

  /** Connects the browser's audio; the line before is closed. @returns the SDP answer @throws AppError from media */
  async connectLine(agentId: string, offerSdp: string): Promise<string> {
    const desk = this.#desk(agentId);
    this.#closeLine(desk);
    const endpoint = `line-${agentId}:${this.#options.newId()}:${this.#nextLine++}`;
    desk.line = { endpoint, state: 'connecting', receiving: true };
    this.#byEndpoint.set(endpoint, desk);
    this.#judge(desk);
    try {
      const { answerSdp } = await this.#options.media.call('createWebrtcEndpoint', { endpoint, offerSdp });
      return answerSdp;
    } catch (error) {
      if (desk.line.endpoint === endpoint) this.#closeLine(desk);
      throw error;
    }
  }

  health(agentId: string, health: DeskHealth): void {
    const desk = this.#desk(agentId);
    desk.health = health;
    this.#awake(desk);
    this.#watchTab(desk);
    this.#judge(desk);
  }

  /** @returns true when the event was about a line */
  onMedia(event: MediaEvent): boolean {
    const desk = 'endpoint' in event ? this.#byEndpoint.get(event.endpoint) : undefined;
    if (!desk?.line || !('endpoint' in event) || desk.line.endpoint !== event.endpoint) return false;
    if (event.event === 'endpointState') this.#lineState(desk, event.state);
    if (event.event === 'endpointHealth') {
      desk.line = { ...desk.line, receiving: event.receiving };
      this.#judge(desk);
    }
    return true;
  }

  /** The media process of these endpoints died. */
  onLost(endpoints: readonly string[]): void {
    for (const endpoint of endpoints) {
      const desk = this.#byEndpoint.get(endpoint);
      if (desk) this.#lineState(desk, 'failed');
    }
  }

  /** Takes up a line that lives on in its media process after a restart of core, for the call that needs it. */
  adoptLine(agentId: string, endpoint: string): void {
    const desk = this.#desk(agentId);
    desk.line = { endpoint, state: 'connected', receiving: true };
    this.#byEndpoint.set(endpoint, desk);
    this.#awaitReturn(desk);
  }

  /** To every desk: the database came or went. */
  broadcast(message: ServerMessage): void {
    for (const desk of this.#desks.values()) desk.sink?.send(message);
  }

  closeAll(reason: 'shutting_down'): void {
    for (const desk of this.#desks.values()) {
      desk.cancelGrace();
      desk.cancelWatch();
      desk.sink?.close(reason);
    }
  }

  #desk(agentId: string): Desk {
    const known = this.#desks.get(agentId);
    if (known) return known;
    const desk: Desk = { agentId, sink: null, line: null, health: UNKNOWN_HEALTH, asleep: false, cancelGrace: () => undefined, cancelWatch: () => undefined };
    this.#desks.set(agentId, desk);
    return desk;
  }

  #awaitReturn(desk: Desk): void {
    const { clock, runtime } = this.#options;
    desk.cancelGrace();
    desk.cancelGrace = clock.after(OFFLINE_AFTER_MS, () => {
      runtime.toAcd({ type: 'presence', at: runtime.now(), agentId: desk.agentId, presence: 'offline' });
      // A conversation goes on for as long as its sound does.
      if (this.#callsOf(desk.agentId).length > 0) this.#awaitReturn(desk);
      else this.#closeLine(desk);
    });
  }

  #awake(desk: Desk): void {
    desk.cancelWatch();
    desk.asleep = false;
  }

  /** Begins with the first report: a program that takes calls without measuring anything is not asked. */
  #watchTab(desk: Desk): void {
    const { clock } = this.#options;
    desk.cancelWatch = clock.after(REPORT_PATIENCE_MS, () => {
      desk.sink?.send({ type: 'health.ask' });
      desk.cancelWatch = clock.after(ASKED_PATIENCE_MS, () => {
        desk.asleep = true;
        this.#judge(desk);
      });
    });
  }

  #judge(desk: Desk): void {
    const { runtime } = this.#options;
    runtime.toAcd({ type: 'health', at: runtime.now(), agentId: desk.agentId, problems: problemsOf(desk) });
  }

  #lineState(desk: Desk, state: NonNullable<Desk['line']>['state']): void {
    if (!desk.line) return;
    const { endpoint } = desk.line;
    const wasUp = desk.line.state === 'connected';
    desk.line = { ...desk.line, state };
    desk.sink?.send({ type: 'line.state', state });
    this.#judge(desk);
    const { runtime } = this.#options;
    const { agentId } = desk;
    const event = state === 'connected' ? ({ type: 'lineUp', agentId, endpoint } as const) : ({ type: 'lineDown', agentId } as const);
    if (state === 'connected' || wasUp) {
      for (const call of this.#callsOf(agentId)) runtime.toCall(call.id, event);
    }
    if (state === 'failed' || state === 'closed') this.#closeLine(desk);
  }

  #closeLine(desk: Desk): void {
    const { line } = desk;
    if (!line) return;
    const wasUp = line.state === 'connected';
    desk.line = null;
    this.#byEndpoint.delete(line.endpoint);
    if (wasUp) for (const call of this.#callsOf(desk.agentId)) this.#options.runtime.toCall(call.id, { type: 'lineDown', agentId: desk.agentId });
    this.#judge(desk);
    this.#options.media.call('closeEndpoint', { endpoint: line.endpoint }).catch((error: unknown) => {
      this.#options.logger.debug({ error: messageOf(error) }, 'line was closed already');
    });
  }

  #callsOf(agentId: string): CallState[] {
    return this.#options.runtime.calls().filter((call) => isIn(call, agentId));
  }

  /** A desk that opens learns where its agent stands. */
  #greet(desk: Desk): void {
    const { runtime } = this.#options;
    const agent = runtime.agents().find(({ agentId }) => agentId === desk.agentId);
    if (agent) desk.sink?.send({ type: 'agent', agent: this.agentView(agent) });
    for (const call of this.#callsOf(desk.agentId)) void this.#sendCall(desk.agentId, call.id);
    desk.sink?.send({ type: 'help.own', open: this.#options.helpOf(desk.agentId) });
  }

  /** Rings an agent's desk for what is no call yet. @returns false when no desk is open */
  ringFor(agentId: string, offer: Offer): boolean {
    const sink = this.#desks.get(agentId)?.sink;
    sink?.send({ type: 'offer', offer });
    return sink !== null && sink !== undefined;
  }

  /** To one agent's desk, when it is open. */
  tell(agentId: string, message: ServerMessage): void {
    this.#desks.get(agentId)?.sink?.send(message);
  }

  #tellAgent(agent: RuntimeEvents['agent']): void {
    this.#desks.get(agent.agentId)?.sink?.send({ type: 'agent', agent: this.agentView(agent) });
  }

  #tellCall(call: CallState): void {
    const agents = [call.agent, ...call.parties].flatMap((part) => (part?.agentId && part.stage === 'connected' ? [part.agentId] : []));
    for (const agentId of agents) if (this.#desks.get(agentId)?.sink) void this.#sendCall(agentId, call.id);
  }

  async #sendCall(agentId: string, callId: string): Promise<void> {
    const matches = await this.#options.matchesOf(callId);
    const call = this.#options.runtime.call(callId);
    if (!call || !isIn(call, agentId) || call.end) return;
    this.tell(agentId, { type: 'call', call: viewOf(call), matches });
  }

  /** Rings at once; customers who are found later come with the same offer again. */
  async #ring(ring: RuntimeEvents['ring']): Promise<void> {
    const { agentId, offerId, call } = ring;
    const { clock, runtime, matchesOf, metrics } = this.#options;
    if (!this.#desks.get(agentId)?.sink) {
      return runtime.toAcd({ type: 'undeliverable', at: runtime.now(), offerId });
    }
    let late = false;
    const matching = matchesOf(call.id);
    const patience = new Promise<null>((resolve) => clock.after(MATCH_PATIENCE_MS, () => resolve(null)));
    const matches = await Promise.race([matching, patience]);
    if (matches === null) late = true;
    const send = (found: CallerMatch[]): void => {
      const now = runtime.call(call.id);
      if (now && isOffered(now, offerId)) {
        this.tell(agentId, { type: 'offer', offer: offerOf(now, offerId, found) });
      }
    };
    send(matches ?? []);
    metrics.rang(clock.monotonic() - call.startedAt);
    if (late) send(await matching);
  }
}
