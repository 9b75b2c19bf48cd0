import type { Actor } from '../db/types.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { Journal, JournalWrite } from '../db/group-commit.ts';
import type { JournalEntry } from './journal.ts';
import { writeEntries } from './journal-writer.ts';
import type { JournalPort, LiveSnapshot } from './ports.ts';

interface Batch {
  runs: { actor: Actor; entries: JournalEntry[] }[];
  size: number;
  touched: Set<string>;
  waiters: (() => void)[];
}

export interface JournalBatchOptions {
  tenantId: string;
  journal: Pick<Journal, 'append'>;
  logger: Logger;
  clock: Clock;
  /** The call's state now; null = it is over and its row goes. */
  liveOf(callId: string): LiveSnapshot | null;
}

const SYSTEM: Actor = { kind: 'system', id: 'calls', ip: '' };

/**
 * How long entries wait for company when nobody waits for their commit, ms: calls that begin, ring and are answered at the
 * same time share their statements, which is most of what a call costs.
 */
const WINDOW_MS = 20;

/** Entries kept while the database is away; beyond that new ones are lost, and said to be. */
const MAX_ENTRIES = 200_000;

const emptyBatch = (): Batch => ({ runs: [], size: 0, touched: new Set(), waiters: [] });

/**
 * One tenant's entries on their way into the journal: what comes while a batch is being committed waits for the next one, so
 * that many calls share their statements. Order is kept.
 */
export class JournalBatch implements JournalPort {
  readonly #options: JournalBatchOptions;
  #next = emptyBatch();
  #busy = false;
  #cancelWindow: (() => void) | null = null;

  constructor(options: JournalBatchOptions) {
    this.#options = options;
  }

  add(actor: Actor, entry: JournalEntry): void {
    if (this.#next.size >= MAX_ENTRIES) {
      this.#options.logger.error({ kind: entry.kind }, 'journal entry lost: the database has been away for too long');
      return;
    }
    const { runs } = this.#next;
    const last = runs.at(-1);
    if (last && sameActor(last.actor, actor)) last.entries.push(entry);
    else runs.push({ actor, entries: [entry] });
    this.#next.size += 1;
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

  /** Somebody who waits is served at once, together with what came before. */
  #schedule(): void {
    if (this.#busy) return;
    if (this.#next.waiters.length > 0) {
      this.#cancelWindow?.();
      this.#cancelWindow = null;
      this.#busy = true;
      queueMicrotask(() => void this.#flush());
    } else this.#cancelWindow ??= this.#options.clock.after(WINDOW_MS, () => {
      this.#cancelWindow = null;
      this.#busy = true;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    const batch = this.#next;
    this.#next = emptyBatch();
    await this.#write(batch);
    for (const resolve of batch.waiters) resolve();
    this.#busy = false;
    if (this.#next.size > 0 || this.#next.touched.size > 0 || this.#next.waiters.length > 0) this.#schedule();
  }

  async #write(batch: Batch): Promise<void> {
    const appended = batch.runs.map(({ actor, entries }) => this.#append(actor, entries));
    const live: JournalEntry[] = [];
    for (const callId of batch.touched) {
      const snapshot = this.#options.liveOf(callId);
      live.push({ kind: 'live', callId, version: snapshot?.version ?? 0, state: snapshot?.state ?? null });
    }
    if (live.length > 0) appended.push(this.#append(SYSTEM, live));
    await Promise.all(appended);
  }

  /** One bad entry must not take the others with it: each is tried alone then. */
  async #append(actor: Actor, entries: readonly JournalEntry[]): Promise<void> {
    const { tenantId, journal, logger } = this.#options;
    const write: JournalWrite = (tx) => writeEntries(tx, entries);
    try {
      await journal.append(tenantId, actor, write);
    } catch (error) {
      if (entries.length > 1) {
        for (const entry of entries) await this.#append(actor, [entry]);
        return;
      }
      logger.error({ error: messageOf(error), kind: entries[0]?.kind }, 'journal entry refused');
    }
  }
}

const sameActor = (a: Actor, b: Actor): boolean => a.kind === b.kind && a.id === b.id && a.ip === b.ip;
