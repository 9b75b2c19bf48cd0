import type { Actor } from '../db/types.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { Journal } from '../db/group-commit.ts';
import type { JournalWrite } from '../db/journal-transaction.ts';
import type { JournalEntry, JournalItem } from './journal.ts';
import { writeEntries } from './journal-writer.ts';
import type { CallMetrics, JournalPort, LiveSnapshot } from './ports.ts';

/** What one call has to write, or the tenant itself; its entries and its live state are committed together. */
interface Group {
  items: JournalItem[];
  touched: boolean;
  waiters: (() => void)[];
  /** When the first of it came; monotonic, ms. */
  since: number;
}

export interface JournalBatchOptions {
  tenantId: string;
  journal: Pick<Journal, 'append'>;
  logger: Logger;
  clock: Clock;
  metrics: Pick<CallMetrics, 'journalWaits' | 'journalLost'>;
  /** The call's state now; null = it is over and its row goes. Not stored before it can be taken up. */
  liveOf(callId: string): LiveSnapshot | null;
}

const SYSTEM: Actor = { kind: 'system', id: 'calls', ip: '' };

/**
 * How long what a call has to write waits for more of it when nobody waits for its commit, ms: each commit stores the call's
 * live state, which is the largest part of what a call costs, and what happens to a call happens in bursts.
 */
const LINGER_MS = 60;

/** Least time between the commits of one tenant, ms: a call on its own is served at once, under load calls share the commits. */
const PACE_MS = 30;

/** Entries kept while the database is away; beyond that new ones are lost, and said to be. */
const MAX_ENTRIES = 200_000;

/** Waiting entries at which it is said that the end is near; once for each batch. */
const ALARM_ENTRIES = MAX_ENTRIES / 2;

/** The group of what belongs to no call. */
const TENANT = '';

/**
 * One tenant's entries on their way into the journal: what comes while a batch is being committed waits for the next one, so
 * that many calls share their statements. The order of a call's entries is kept.
 */
export class JournalBatch implements JournalPort {
  readonly #options: JournalBatchOptions;
  /** By call, the oldest first. */
  #groups = new Map<string, Group>();
  /** Calls that have a row of their live state. */
  readonly #stored = new Set<string>();
  #entries = 0;
  #waiters = 0;
  /** Somebody waits for everything. */
  #everything = false;
  #busy = false;
  #cancelTimer: (() => void) | null = null;
  /** When the next batch is to be written, and when the last one was; monotonic, ms. */
  #due = Number.POSITIVE_INFINITY;
  #sentAt = Number.NEGATIVE_INFINITY;

  constructor(options: JournalBatchOptions) {
    this.#options = options;
  }

  add(actor: Actor, entry: JournalEntry): void {
    if (this.#entries >= MAX_ENTRIES) {
      this.#options.metrics.journalLost();
      this.#options.logger.error({ kind: entry.kind }, 'journal entry lost: the database has been away for too long');
      return;
    }
    this.#group(callOf(entry)).items.push({ actor, entry });
    this.#entries += 1;
    this.#options.metrics.journalWaits(1);
    if (this.#entries === ALARM_ENTRIES) this.#options.logger.error({ waiting: ALARM_ENTRIES }, 'the journal is half full: the database is away');
    this.#schedule();
  }

  touch(callId: string): void {
    this.#group(callId).touched = true;
    this.#schedule();
  }

  adopted(callId: string): void {
    this.#stored.add(callId);
  }

  commit(callId?: string): Promise<void> {
    return new Promise((resolve) => {
      this.#group(callId ?? TENANT).waiters.push(resolve);
      this.#waiters += 1;
      this.#everything ||= callId === undefined;
      this.#schedule();
    });
  }

  #group(callId: string): Group {
    const known = this.#groups.get(callId);
    if (known) return known;
    const group: Group = { items: [], touched: false, waiters: [], since: this.#options.clock.monotonic() };
    this.#groups.set(callId, group);
    return group;
  }

  /** Somebody who waits is served as soon as the pace allows. */
  #schedule(): void {
    if (this.#busy) return;
    const oldest = this.#groups.values().next().value;
    if (!oldest) return;
    const now = this.#options.clock.monotonic();
    const due = Math.max(now, this.#sentAt + PACE_MS, this.#waiters > 0 ? now : oldest.since + LINGER_MS);
    if (due >= this.#due) return;
    this.#cancelTimer?.();
    this.#due = due;
    if (due > now) {
      this.#cancelTimer = this.#options.clock.after(due - now, () => this.#begin());
      return;
    }
    queueMicrotask(() => this.#begin());
  }

  #begin(): void {
    if (this.#busy) return;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#due = Number.POSITIVE_INFINITY;
    this.#busy = true;
    this.#sentAt = this.#options.clock.monotonic();
    void this.#flush();
  }

  async #flush(): Promise<void> {
    const batch = this.#take();
    const items = [...batch.values()].flatMap((group) => group.items);
    const waiters = [...batch.values()].flatMap((group) => group.waiters);
    for (const [callId, { touched }] of batch) if (touched) items.push(...this.#live(callId));
    await this.#append(items);
    this.#options.metrics.journalWaits(-this.#leave(batch));
    for (const resolve of waiters) resolve();
    this.#busy = false;
    this.#schedule();
  }

  /** What is to be written now: who is waited for, who has waited long enough, and the tenant's own entries. */
  #take(): Map<string, Group> {
    const batch = new Map<string, Group>();
    const old = this.#sentAt - LINGER_MS;
    for (const [callId, group] of this.#groups) {
      if (this.#everything || callId === TENANT || group.waiters.length > 0 || group.since <= old) batch.set(callId, group);
    }
    for (const callId of batch.keys()) this.#groups.delete(callId);
    for (const { waiters } of batch.values()) this.#waiters -= waiters.length;
    this.#everything = false;
    return batch;
  }

  /** Written entries wait no longer. @returns their number */
  #leave(batch: ReadonlyMap<string, Group>): number {
    let written = 0;
    for (const { items } of batch.values()) written += items.length;
    this.#entries -= written;
    return written;
  }

  /** The call's row: as it is now, none any more, or none yet. */
  #live(callId: string): JournalItem[] {
    const snapshot = this.#options.liveOf(callId);
    const isStored = this.#stored.has(callId);
    if (!isStored && !snapshot?.canGoOn) return [];
    if (snapshot) this.#stored.add(callId);
    else this.#stored.delete(callId);
    return [{ actor: SYSTEM, entry: { kind: 'live', callId, version: snapshot?.version ?? 0, state: snapshot?.state ?? null } }];
  }

  /** One bad entry must not take the others with it: each is tried alone then. */
  async #append(items: readonly JournalItem[]): Promise<void> {
    if (items.length === 0) return;
    const { tenantId, journal, logger } = this.#options;
    const write: JournalWrite = (tx) => writeEntries(tx, items);
    try {
      await journal.append(tenantId, SYSTEM, write);
    } catch (error) {
      if (items.length > 1) {
        for (const item of items) await this.#append([item]);
        return;
      }
      logger.error({ error: messageOf(error), kind: items[0]?.entry.kind }, 'journal entry refused');
    }
  }
}

/** The call that an entry is about. */
function callOf(entry: JournalEntry): string {
  if (entry.kind === 'decision') return entry.decision.callId;
  return 'callId' in entry && entry.kind !== 'agentState' ? entry.callId : TENANT;
}
