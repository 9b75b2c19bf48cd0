import type { CallView, Offer } from '../../shared/events.ts';
import type { AcdEffect, AcdEvent } from '../acd/types.ts';
import type { SccDatabase } from '../db/database.ts';
import type { Actor } from '../db/types.ts';
import type { Clock } from '../lib/clock.ts';
import { AppError, messageOf } from '../lib/errors.ts';
import type { IdSource } from '../lib/ids.ts';
import type { Logger } from '../lib/logger.ts';
import { countAttempt, openCallbackRows, type CallbackRow } from '../modules/callbacks/callbacks.queries.ts';
import { openCallback, type CallbackContent, type CallerRequest } from '../modules/callbacks/callbacks.service.ts';
import { displayNumber } from '../modules/telephony/phone-number.ts';
import type { DeskHub } from './desk-hub.ts';
import type { CallbackChanged } from './journal.ts';
import type { JournalPort } from './ports.ts';
import type { TenantRuntime } from './tenant-runtime.ts';

type OfferEffect = Extract<AcdEffect, { type: 'offer' }>;
type ConnectEffect = Extract<AcdEffect, { type: 'connect' }>;

export interface CallbacksOptions {
  tenantId: string;
  runtime: TenantRuntime;
  desks: Pick<DeskHub, 'ringFor' | 'tell'>;
  database: Pick<SccDatabase, 'withTenant'>;
  journal: Pick<JournalPort, 'add' | 'commit'>;
  clock: Clock;
  newId: IdSource;
  logger: Logger;
  queueName: (queueId: string) => string;
  /** Dials for an agent who took the callback, under the rules for every call outside. @throws AppError of the dial gate */
  dial: (callId: string, agentId: string, number: string) => void;
}

/** One callback that is still to be made. Each attempt waits in the distributor under an id of its own, that of its call. */
interface Entry {
  id: string;
  row: CallbackRow;
  content: CallbackContent;
  attempts: number;
  callId: string | null;
  offer: { offerId: string; agentId: string } | null;
  isDialling: boolean;
  /** How the attempt's call ended. */
  outcome: string | null;
  cancel: () => void;
}

const SYSTEM: Actor = { kind: 'system', id: 'callbacks', ip: '' };

/** Between two attempts, ms. */
const RETRY_MS = 10 * 60_000;
/** One's own callback waits so long for just that agent, ms: until it expires. */
const OWN_WAIT_MS = 24 * 3_600_000;
/** Longest timer that is set at once, ms. */
const LONGEST_MS = 6 * 3_600_000;

/**
 * The callbacks of a tenant. They wait in the queues between live callers at the place that was kept; the agent whose turn it is
 * is rung first, and only who takes it has the number dialled.
 */
export class Callbacks {
  readonly #options: CallbacksOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #byCall = new Map<string, Entry>();
  /** Over, which the database does not know yet. */
  readonly #over = new Set<string>();
  #stopped = false;

  constructor(options: CallbacksOptions) {
    this.#options = options;
    options.runtime.events.on('call', ({ id, end }) => {
      const entry = end ? this.#byCall.get(id) : undefined;
      if (entry && end) entry.outcome = end.outcome;
    });
    options.runtime.events.on('callGone', ({ callId }) => {
      const entry = this.#byCall.get(callId);
      if (entry?.isDialling) this.#attemptOver(entry, entry.outcome ?? 'failed');
    });
  }

  /** Takes what the database says: new ones wait from their time on, struck ones leave. After a restart, and after each change. */
  async load(): Promise<void> {
    const { database, tenantId } = this.#options;
    const found = await database.withTenant(tenantId, SYSTEM, async (tx) => (await openCallbackRows(tx)).map((row) => ({ row, content: openCallback(tx, row) })));
    const open = new Set(found.map(({ row }) => row.id));
    for (const entry of this.#entries.values()) if (!open.has(entry.id) && !entry.isDialling) this.#drop(entry);
    for (const { row, content } of found) if (!this.#entries.has(row.id) && !this.#over.has(row.id)) this.#add(row, content);
  }

  stop(): void {
    this.#stopped = true;
    for (const entry of this.#entries.values()) entry.cancel();
  }

  /** A caller who waits asks to be called back; the place is kept, also while the database is away: then it is taken up when that is back. */
  request(request: Omit<CallerRequest, 'id' | 'note'>): void {
    const { journal, clock, newId, logger } = this.#options;
    journal.add(SYSTEM, { kind: 'callbackRequested', atWall: clock.wall(), request: { ...request, id: newId(), note: '' } });
    journal
      .commit()
      .then(() => this.load())
      .catch((error: unknown) => logger.error({ call: request.callId, error: messageOf(error) }, 'callbacks could not be read'));
  }

  /** @returns false when it is no callback's */
  onOffer(effect: OfferEffect): boolean {
    const entry = this.#byCall.get(effect.callId);
    if (!entry) return false;
    const { offerId, agentId } = effect;
    entry.offer = { offerId, agentId };
    if (!this.#options.desks.ringFor(agentId, this.#offerOf(entry, effect))) this.#toAcd({ type: 'undeliverable', offerId });
    return true;
  }

  /** @returns false when it is no callback's */
  onWithdraw({ callId, offerId, agentId, reason }: Extract<AcdEffect, { type: 'withdraw' }>): boolean {
    const entry = this.#byCall.get(callId);
    if (!entry) return false;
    if (entry.offer?.offerId === offerId) entry.offer = null;
    this.#options.desks.tell(agentId, { type: 'offer.ended', offerId, reason });
    return true;
  }

  /** The agent took it: now the number is dialled. @returns false when it is no callback's */
  onConnect({ callId, offerId, agentId }: ConnectEffect): boolean {
    const entry = this.#byCall.get(callId);
    if (!entry) return false;
    entry.offer = null;
    entry.isDialling = true;
    this.#options.desks.tell(agentId, { type: 'offer.ended', offerId, reason: 'accepted' });
    void this.#dial(entry, callId, agentId);
    return true;
  }

  /** The queue is gone. @returns false when it is no callback's */
  onUnroutable(callId: string): boolean {
    const entry = this.#byCall.get(callId);
    if (entry) this.#finish(entry, 'failed', 'queue_removed');
    return entry !== undefined;
  }

  /** An agent's answer to a callback that rings. @returns false when it is no callback's */
  answer(offerId: string, agentId: string, answer: 'accept' | 'decline'): boolean {
    const entry = [...this.#byCall.values()].find(({ offer }) => offer?.offerId === offerId && offer.agentId === agentId);
    if (!entry) return false;
    this.#toAcd({ type: answer === 'accept' ? 'accepted' : 'declined', offerId });
    return true;
  }

  #add(row: CallbackRow, content: CallbackContent): void {
    const entry: Entry = { id: row.id, row, content, attempts: row.attempts, callId: null, offer: null, isDialling: false, outcome: null, cancel: () => undefined };
    this.#entries.set(row.id, entry);
    this.#await(entry, row.due_at.getTime());
  }

  /** Waits in the queue from then on, unless it has expired. @param wall ms since the epoch */
  #await(entry: Entry, wall: number): void {
    const { clock } = this.#options;
    const expires = entry.row.expires_at.getTime();
    const now = clock.wall();
    if (now >= expires) return this.#finish(entry, 'expired', '');
    if (now >= wall && entry.callId === null) this.#enqueue(entry);
    const next = entry.callId === null ? Math.min(wall, expires) : expires;
    entry.cancel = clock.after(Math.min(LONGEST_MS, Math.max(0, next - now)), () => {
      if (!this.#stopped && !entry.isDialling) this.#await(entry, wall);
    });
  }

  #enqueue(entry: Entry): void {
    const { runtime, clock, newId } = this.#options;
    const { queue_id, owner_id, priority, queued_at } = entry.row;
    const callId = newId();
    entry.callId = callId;
    entry.outcome = null;
    this.#byCall.set(callId, entry);
    const queuedAt = runtime.now() - Math.max(0, clock.wall() - queued_at.getTime());
    const preferred = owner_id === null ? [] : [{ agentId: owner_id, reason: 'owner' as const, waitMs: OWN_WAIT_MS }];
    this.#toAcd({ type: 'queued', callId, queueId: queue_id, requiredSkills: {}, priority, queuedAt, preferred, callback: true });
  }

  async #dial(entry: Entry, callId: string, agentId: string): Promise<void> {
    const { database, tenantId } = this.#options;
    try {
      await database.withTenant(tenantId, SYSTEM, (tx) => countAttempt(tx, entry.id, callId));
      entry.attempts += 1;
      this.#options.dial(callId, agentId, entry.content.number);
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'internal';
      this.#options.logger.warn({ callback: entry.id, code, error: messageOf(error) }, 'a callback could not be dialled');
      this.#toAcd({ type: 'released', agentId, callId });
      this.#attemptOver(entry, code);
    }
  }

  /** Answered: done. Else again after a while, from the place that was kept, until the attempts are used up. */
  #attemptOver(entry: Entry, outcome: string): void {
    entry.isDialling = false;
    if (outcome === 'answered') return this.#finish(entry, 'done', outcome);
    if (entry.attempts >= entry.row.max_attempts) return this.#finish(entry, 'failed', outcome);
    this.#forgetCall(entry);
    const due = this.#options.clock.wall() + RETRY_MS;
    this.#write(entry, { status: 'waiting', outcome, dueWall: due });
    entry.cancel();
    this.#await(entry, due);
  }

  #finish(entry: Entry, status: 'done' | 'failed' | 'expired', outcome: string): void {
    this.#drop(entry);
    this.#write(entry, { status, outcome, dueWall: null });
    this.#over.add(entry.id);
    void this.#options.journal.commit().then(() => this.#over.delete(entry.id));
  }

  #drop(entry: Entry): void {
    entry.cancel();
    if (entry.callId !== null && !entry.isDialling) this.#toAcd({ type: 'removed', callId: entry.callId });
    this.#forgetCall(entry);
    this.#entries.delete(entry.id);
  }

  #forgetCall(entry: Entry): void {
    if (entry.callId !== null) this.#byCall.delete(entry.callId);
    entry.callId = null;
  }

  #write({ id, attempts }: Entry, change: Pick<CallbackChanged, 'status' | 'outcome' | 'dueWall'>): void {
    this.#options.journal.add(SYSTEM, { kind: 'callbackChanged', id, attempts, ...change });
  }

  #toAcd(event: AcdEvent extends infer E ? (E extends AcdEvent ? Omit<E, 'at'> : never) : never): void {
    const { runtime } = this.#options;
    runtime.toAcd({ ...event, at: runtime.now() } as AcdEvent);
  }

  #offerOf({ content, row }: Entry, { offerId, callId, timeoutMs, decision }: OfferEffect): Offer {
    const { clock, queueName } = this.#options;
    const wall = clock.wall();
    const iso = (ms: number): string => new Date(ms).toISOString();
    const call: CallView = {
      callId, direction: 'outbound', channel: 'sip', phase: 'ringing', callerNumber: displayNumber(content.number), callerName: content.name, withheldReason: null,
      dialledNumber: displayNumber(content.number), queueId: row.queue_id, queueName: queueName(row.queue_id), agentId: null, agentName: '', startedAt: iso(wall),
      queuedAt: row.queued_at.toISOString(), position: 0, expected: null, answeredAt: null, recording: false, recordingPaused: false, recordingResumesAt: null, sos: false, warned: false, heldSince: null, holdAlarm: 0,
      parkSlot: null, parties: [], path: [],
    };
    const { rule, considered, waitedMs, candidates } = decision;
    return { offerId, call, matches: [], expiresAt: iso(wall + timeoutMs), reason: { rule, considered, waitedMs, idleMs: candidates[0]?.idleMs ?? null } };
  }
}
