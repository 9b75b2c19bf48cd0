/** Calls to flows that are not published, from the editor: heard for real, and in no record, queue, board or figure. */
import { randomBytes } from 'node:crypto';
import type { RunStep } from '../../shared/api/flow-runs.ts';
import type { DraftPretence } from '../../shared/events.ts';
import { SIMPLE } from '../acd/rules.ts';
import { linkFlow } from '../ivr/link.ts';
import type { FlowLibrary } from '../ivr/link.ts';
import { AppError, conflict, messageOf } from '../lib/errors.ts';
import { Emitter } from '../lib/emitter.ts';
import type { DraftOrder } from '../modules/flows/draft-calls-live.ts';
import { comparableNumber } from '../modules/telephony/phone-number.ts';
import { stepOf } from './draft-steps.ts';
import type { DraftStore } from './draft-store.ts';
import type { JournalEntry } from './journal.ts';
import { offTheRecord } from './off-the-record.ts';
import type { JournalPort, RuntimePorts } from './ports.ts';
import { TenantRuntime, type RuntimeConfig, type RuntimeQueue } from './tenant-runtime.ts';
import type { CallState } from './types.ts';

/** How long one call may last, ms. */
export const DRAFT_CALL_MS = 10 * 60_000;
/** How long a ticket opens its call, ms. */
const TICKET_MS = 60_000;
/** Of one tenant at a time; of one user it is one. */
const MOST_CALLS = 5;

export interface DraftCallsOptions extends Omit<RuntimePorts, 'recordings'> {
  tenantId: string;
  /** The tenant's own journal: of a draft's call only its audit entries are written. */
  journal: Pick<JournalPort, 'add'>;
  /** Where drafts record: nothing of it is kept. */
  store: DraftStore;
  /** What the flow leads to, as calls have it now. */
  library: () => FlowLibrary;
}

interface DraftEvents {
  step: { callId: string; step: RunStep };
}

interface Running {
  order: DraftOrder;
  startedAt: number;
  /** Where the call is: effects of one event are told while the state is at their end already. */
  node: string;
  /** Numbers that the flow really called. */
  called: string[];
  cancel: () => void;
}

/** Of a queue its hours and nothing else: who waits in it is alone there, and no agent is asked. */
const emptied = ({ queueId, code, name, offerTimeoutMs, wrapUpMs, missedOffersToAway, serviceLevelMs, hours, emergencyUntil }: RuntimeQueue): RuntimeQueue => ({
  queueId,
  code,
  name,
  requiredSkills: {},
  offerTimeoutMs,
  wrapUpMs,
  missedOffersToAway,
  serviceLevelMs,
  record: false,
  rules: SIMPLE,
  ...(hours && { hours }),
  ...(emergencyUntil !== undefined && { emergencyUntil }),
});

/**
 * One tenant's calls to drafts. They run in a runtime of their own, with queues in which nobody else waits and no agents, and
 * with a journal that keeps nothing but the audit.
 */
export class DraftCalls {
  readonly runtime: TenantRuntime;
  readonly events: Emitter<DraftEvents>;
  readonly #options: DraftCallsOptions;
  readonly #tickets = new Map<string, { order: DraftOrder; cancel: () => void }>();
  readonly #running = new Map<string, Running>();
  /** Recordings of drafts that are still in the store, by id. */
  readonly #kept = new Map<string, string>();

  constructor(options: DraftCallsOptions) {
    this.#options = options;
    const { logger, store, locate } = options;
    this.events = new Emitter((error, event) => logger.error({ error: messageOf(error), event }, 'a listener of draft calls failed'));
    this.runtime = new TenantRuntime({
      ...options,
      ...offTheRecord(options.metrics, (entry) => this.#onEntry(entry)),
      recordings: {
        open: async (tenantId, recordingId) => {
          const opened = await store.recordings.open(tenantId, recordingId);
          this.#kept.set(recordingId, opened.file.objectPath);
          return opened;
        },
      },
      locate: (target, by, call) => (this.#calls(call, target.kind) ? locate(target, by, call) : new Promise(() => undefined)),
    });
    this.runtime.events.on('played', ({ callId, sounds }) => this.#tell(callId, { kind: 'heard', text: sounds.join(' ') }));
    this.runtime.events.on('callGone', ({ callId }) => this.#over(callId));
  }

  /** At the start, before anybody calls: a crash leaves what drafts recorded at that moment. */
  async clear(): Promise<void> {
    const { store, logger } = this.#options;
    try {
      const files = await store.clear();
      if (files > 0) logger.info({ files }, 'removed what drafts had recorded before a crash');
    } catch (error) {
      logger.warn({ error: messageOf(error) }, 'what drafts recorded before a crash could not be removed');
    }
  }

  configure({ queues, sounds }: Pick<RuntimeConfig, 'queues' | 'sounds'>): void {
    this.runtime.configure({ queues: queues.map(emptied), agents: [], sounds });
  }

  /** @throws AppError `draft_call_running`, `too_many_calls` */
  admit(userId: string): void {
    const running = [...this.#running.values()];
    if (running.some(({ order }) => order.userId === userId)) throw conflict('draft_call_running', 'You are calling a draft already.');
    if (running.length >= MOST_CALLS) throw new AppError('too_many_calls', 429, 'Too many drafts are being called at the moment.');
  }

  /** @returns a ticket that opens the call once. @throws AppError as `admit` */
  order(order: DraftOrder): string {
    this.admit(order.userId);
    // The last one asked for holds: a page that was left before it called keeps nobody from calling.
    for (const [ticket, known] of this.#tickets) if (known.order.userId === order.userId) this.#drop(ticket);
    const ticket = randomBytes(24).toString('base64url');
    this.#tickets.set(ticket, { order, cancel: this.#options.clock.after(TICKET_MS, () => this.#drop(ticket)) });
    return ticket;
  }

  /** @returns whether the ticket is this user's, who may open it */
  holds(ticket: string, userId: string): boolean {
    return this.#tickets.get(ticket)?.order.userId === userId;
  }

  /** The page calls. @throws AppError `ticket_unknown`, and as `admit` */
  start(callId: string, ticket: string, sdp: string): void {
    const order = this.#tickets.get(ticket)?.order;
    if (!order) throw new AppError('ticket_unknown', 404, 'This call was not ordered, or too long ago.');
    this.#drop(ticket);
    this.admit(order.userId);
    const { clock, tenantId, library } = this.#options;
    const cancel = clock.after(DRAFT_CALL_MS, () => this.runtime.toCall(callId, { type: 'stop', outcome: 'failed', reason: 'draft_time_over' }));
    this.#running.set(callId, { order, startedAt: clock.monotonic(), node: order.flow.start, called: [], cancel });
    const { callerNumber, withheldReason, ip } = order;
    this.runtime.start({
      kind: 'inbound',
      channel: 'web',
      callId,
      tenantId,
      party: { number: callerNumber === null ? null : comparableNumber(callerNumber), name: '', withheldReason, ip },
      dialled: '',
      numberId: null,
      flow: linkFlow(order.flow, library()),
      offerSdp: sdp,
      legId: null,
    });
  }

  /** Whoever tries the flow says how a wait goes on that has nobody at its other end. */
  pretend(callId: string, what: DraftPretence): void {
    const waits = draftWaitsFor(this.runtime.call(callId));
    if (waits === 'queue' && what === 'agent') {
      this.#tell(callId, { kind: 'ended', text: 'agent' });
      return this.runtime.toCall(callId, { type: 'stop', outcome: 'failed', reason: 'draft_agent' });
    }
    if (waits === 'queue' && what === 'unroutable') {
      // It leaves the queue of its own as if it had been sent away.
      this.runtime.toAcd({ type: 'removed', at: this.runtime.now(), callId });
      return this.runtime.toCall(callId, { type: 'unroutable' });
    }
    if (waits === 'dial' && what !== 'agent' && what !== 'unroutable') this.runtime.toCall(callId, { type: 'dialPretended', outcome: what });
  }

  /** Ends every call, because nobody takes them up again. */
  endAll(): void {
    for (const { id } of this.runtime.calls()) this.runtime.toCall(id, { type: 'stop', outcome: 'interrupted', reason: 'shutdown' });
  }

  stop(): void {
    for (const ticket of this.#tickets.keys()) this.#drop(ticket);
    for (const { cancel } of this.#running.values()) cancel();
    this.runtime.stop();
  }

  #drop(ticket: string): void {
    this.#tickets.get(ticket)?.cancel();
    this.#tickets.delete(ticket);
  }

  /** An agent's desk rings with a record behind it, which there is none of here: agents are never called. */
  #calls(call: CallState, kind: string): boolean {
    const running = this.#running.get(call.id);
    if (!running?.order.callsOut || (kind !== 'dial' && kind !== 'number')) return false;
    const node = call.flow?.definition.nodes[call.flow.state.node];
    running.called.push(node?.verb === 'dial' ? node.number : '');
    return true;
  }

  #onEntry(entry: JournalEntry): void {
    if (entry.kind === 'recordingClosed' || entry.kind === 'recordingDiscarded') return this.#remove(entry.recordingId);
    if (entry.kind !== 'step') return;
    const step = stepOf(entry);
    if (step) this.#tell(entry.callId, step);
  }

  #remove(recordingId: string): void {
    const path = this.#kept.get(recordingId);
    this.#kept.delete(recordingId);
    if (path === undefined) return;
    this.#options.store.discard(path).catch((error: unknown) => this.#options.logger.warn({ path, error: messageOf(error) }, 'what a draft recorded could not be removed'));
  }

  #tell(callId: string, { kind, text, node }: Pick<RunStep, 'kind' | 'text'> & { node?: string }): void {
    const running = this.#running.get(callId);
    const flow = this.runtime.call(callId)?.flow;
    if (!running || !flow) return;
    running.node = node ?? running.node;
    const atMs = Math.round(this.runtime.now() - running.startedAt);
    this.events.emit('step', { callId, step: { node: running.node, kind, verb: flow.definition.nodes[running.node]?.verb ?? '', text, atMs } });
  }

  #over(callId: string): void {
    const running = this.#running.get(callId);
    this.#running.delete(callId);
    for (const id of this.#kept.keys()) if (!this.#stillRecorded(id)) this.#remove(id);
    if (!running) return;
    running.cancel();
    const { order, startedAt, called } = running;
    const { userId, ip, flowId, code } = order;
    const detail = { code, durationMs: Math.round(this.runtime.now() - startedAt), called };
    this.#options.journal.add({ kind: 'user', id: userId, ip }, { kind: 'audit', code: 'flow.draft_call_ended', subject: { kind: 'flow', id: flowId }, detail });
  }

  #stillRecorded(recordingId: string): boolean {
    return this.runtime.calls().some(({ recording }) => recording?.id === recordingId);
  }
}

/** What somebody may pretend at this moment of a call to a draft. */
export function draftWaitsFor(call: CallState | null): 'queue' | 'dial' | null {
  if (!call || call.end) return null;
  if (call.phase === 'connecting' && call.dial) return 'dial';
  return call.phase === 'queued' ? 'queue' : null;
}
