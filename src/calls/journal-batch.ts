import type { Actor } from '../db/types.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { Journal } from '../db/group-commit.ts';
import type { JournalWrite } from '../db/journal-transaction.ts';
import type { JournalEntry, JournalItem } from './journal.ts';
import { writeEntries } from './journal-writer.ts';
import type { CallMetrics, JournalPort, LiveSnapshot } from './ports.ts';

interface Batch {
  items: JournalItem[];
  touched: Set<string>;
  waiters: (() => void)[];
}

export interface JournalBatchOptions {
  tenantId: string;
  journal: Pick<Journal, 'append'>;
  logger: Logger;
  clock: Clock;
  metrics: Pick<CallMetrics, 'journalWaits' | 'journalLost'>;
  /** The call's state now; null = it is over and its row goes. */
  liveOf(callId: string): LiveSnapshot | null;
}

const SYSTEM: Actor = { kind: 'system', id: 'calls', ip: '' };

/**
 * How long entries wait for company when nobody waits for their commit, ms: calls that begin, ring and are answered at the
 * same time share their statements, which is most of what a call costs.
 */
const WINDOW_MS = 20;

/** Least time between the commits of one tenant, ms: a call on its own is served at once, under load calls share the commits. */
const PACE_MS = 15;

/** Entries kept while the database is away; beyond that new ones are lost, and said to be. */
const MAX_ENTRIES = 200_000;

/** Waiting entries at which it is said that the end is near; once for each batch. */
const ALARM_ENTRIES = MAX_ENTRIES / 2;

const emptyBatch = (): Batch => ({ items: [], touched: new Set(), waiters: [] });

/**
 * One tenant's entries on their way into the journal: what comes while a batch is being committed waits for the next one, so
 * that many calls share their statements. Order is kept.
 */
export class JournalBatch implements JournalPort {
  readonly #options: JournalBatchOptions;
  #next = emptyBatch();
  #busy = false;
  #cancelWindow: (() => void) | null = null;
  /** When the window ends, and when the last batch was sent; monotonic, ms. */
  #due = Number.POSITIVE_INFINITY;
  #sentAt = Number.NEGATIVE_INFINITY;

  constructor(options: JournalBatchOptions) {
    this.#options = options;
  }

  add(actor: Actor, entry: JournalEntry): void {
    if (this.#next.items.length >= MAX_ENTRIES) {
      this.#options.metrics.journalLost();
      this.#options.logger.error({ kind: entry.kind }, 'journal entry lost: the database has been away for too long');
      return;
    }
    this.#next.items.push({ actor, entry });
    this.#options.metrics.journalWaits(1);
    if (this.#next.items.length === ALARM_ENTRIES) this.#options.logger.error({ waiting: ALARM_ENTRIES }, 'the journal is half full: the database is away');
    this.#schedule();
  }

  touch(callId: string): void {
    this.#next.touched.add(callId);
    this.#schedule();
  }

  commit(): Promise<void> {
    return new Promise((resolve) => {
      this.#next.waiters.push(resolve);
      this.#schedule();
    });
  }

  /** Somebody who waits is served as soon as the pace allows, together with what came before. */
  #schedule(): void {
    if (this.#busy) return;
    const now = this.#options.clock.monotonic();
    const hasWaiter = this.#next.waiters.length > 0;
    const due = hasWaiter ? Math.max(now, this.#sentAt + PACE_MS) : now + WINDOW_MS;
    if (due >= this.#due) return;
    this.#cancelWindow?.();
    this.#due = due;
    if (due > now) {
      this.#cancelWindow = this.#options.clock.after(due - now, () => this.#begin());
      return;
    }
    queueMicrotask(() => this.#begin());
  }

  #begin(): void {
    if (this.#busy) return;
    this.#cancelWindow?.();
    this.#cancelWindow = null;
    this.#due = Number.POSITIVE_INFINITY;
    this.#busy = true;
    this.#sentAt = this.#options.clock.monotonic();
    void this.#flush();
  }

  async #flush(): Promise<void> {
    const batch = this.#next;
    this.#next = emptyBatch();
    const waited = batch.items.length;
    await this.#write(batch);
    this.#options.metrics.journalWaits(-waited);
    for (const resolve of batch.waiters) resolve();
    this.#busy = false;
    if (this.#next.items.length > 0 || this.#next.touched.size > 0 || this.#next.waiters.length > 0) this.#schedule();
  }

  async #write({ items, touched }: Batch): Promise<void> {
    for (const callId of touched) {
      const snapshot = this.#options.liveOf(callId);
      items.push({ actor: SYSTEM, entry: { kind: 'live', callId, version: snapshot?.version ?? 0, state: snapshot?.state ?? null } });
    }
    await this.#append(items);
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
