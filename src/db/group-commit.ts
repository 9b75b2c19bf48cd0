import { sql } from 'kysely';
import { systemClock, type Clock } from '../lib/clock.ts';
import { unavailable } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { SccDatabase } from './database.ts';
import { isConnectionError, isRetryable } from './errors.ts';
import { JournalTransaction, type JournalWrite } from './journal-transaction.ts';
import type { Actor, TenantVault } from './types.ts';

/**
 * Collects the writes of many calls and tenants and commits them together every few milliseconds.
 *
 *     append ──► queue ──(≤ 5 ms)──► one transaction ──► every promise resolves
 *                  ▲                     │
 *                  └── server gone ◄─────┤   order is kept, tried again
 *                      one write bad ◄───┘   each alone, only the bad one is refused
 */
export interface Journal {
  /**
   * Resolves after the commit. Writes are committed in the order of the calls.
   * @throws AppError what `write` threw; `journal_full` when the database has been away for too long; `journal_closed`
   */
  append(tenantId: string, actor: Actor, write: JournalWrite): Promise<void>;
  /** Writes that are not committed yet. */
  readonly backlog: number;
  /** Resolves when everything appended so far is committed or refused. */
  drain(): Promise<void>;
  /** Refuses new writes, waits up to `limitMs` for the backlog, then refuses the rest. */
  close(limitMs: number): Promise<void>;
}

export interface JournalOptions {
  database: Pick<SccDatabase, 'vaultOf' | 'unbound' | 'pipelined' | 'appendAudit' | 'healthy'>;
  logger: Logger;
  clock?: Clock;
  /** How long the first write of a batch waits for company, ms. */
  windowMs?: number;
  /** Most writes in one transaction. */
  maxBatch?: number;
  /** Most writes held while the database is away. */
  maxBacklog?: number;
}

interface Entry {
  tenantId: string;
  actor: Actor;
  write: JournalWrite;
  resolve: () => void;
  reject: (error: unknown) => void;
}

const RETRY_FIRST_MS = 50;
const RETRY_MAX_MS = 1_000;

/** The connection was lost while the commit was under way: only the server knows how it ended. */
class CommitUnknown extends Error {
  readonly transactionId: string;

  constructor(transactionId: string, cause: unknown) {
    super('the connection was lost during the commit', { cause });
    this.name = 'CommitUnknown';
    this.transactionId = transactionId;
  }
}

class GroupCommit implements Journal {
  readonly #options: JournalOptions;
  readonly #clock: Clock;
  readonly #queue: Entry[] = [];
  /** Entries taken from the queue and not settled yet. */
  #inFlight = 0;
  #scheduled = false;
  #closed = false;
  #retryMs = RETRY_FIRST_MS;
  #idle: (() => void)[] = [];

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  get backlog(): number {
    return this.#queue.length + this.#inFlight;
  }

  append(tenantId: string, actor: Actor, write: JournalWrite): Promise<void> {
    if (this.#closed) return Promise.reject(unavailable('journal_closed', 'The product is stopping.'));
    if (this.backlog >= (this.#options.maxBacklog ?? 20_000)) {
      return Promise.reject(unavailable('journal_full', 'The database has been away for too long.'));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ tenantId, actor, write, resolve, reject });
      this.#schedule(this.#options.windowMs ?? 2);
    });
  }

  drain(): Promise<void> {
    if (this.backlog === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  async close(limitMs: number): Promise<void> {
    this.#closed = true;
    await Promise.race([this.drain(), new Promise<void>((resolve) => this.#clock.after(limitMs, resolve))]);
    for (const entry of this.#queue.splice(0)) entry.reject(unavailable('journal_closed', 'The product stopped before the database came back.'));
  }

  #schedule(ms: number): void {
    if (this.#scheduled || this.#inFlight > 0) return;
    this.#scheduled = true;
    this.#clock.after(ms, () => {
      this.#scheduled = false;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    const batch = this.#queue.splice(0, this.#options.maxBatch ?? 256);
    if (batch.length === 0) return;
    this.#inFlight = batch.length;
    const left = await this.#commit(batch);
    this.#inFlight = 0;
    if (left.length === 0) {
      this.#retryMs = RETRY_FIRST_MS;
      if (this.#queue.length > 0) this.#schedule(0);
      else for (const tell of this.#idle.splice(0)) tell();
      return;
    }
    this.#queue.unshift(...left);
    this.#options.logger.warn({ backlog: this.backlog, retryInMs: this.#retryMs }, 'journal: the database is away; keeping the writes');
    this.#schedule(this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MAX_MS);
  }

  /** Commits the batch as one; when a write is bad, each alone. Returns what has to wait for the database, in order. */
  async #commit(batch: readonly Entry[]): Promise<readonly Entry[]> {
    const outcome = await this.#attempt(batch);
    if (outcome === 'committed') {
      for (const entry of batch) entry.resolve();
      return [];
    }
    if (outcome === 'away') return batch;
    if (batch.length === 1) {
      batch[0]?.reject(outcome.error);
      return [];
    }
    for (const [index, entry] of batch.entries()) {
      const left = await this.#commit([entry]);
      if (left.length > 0) return batch.slice(index);
      this.#inFlight--;
    }
    return [];
  }

  async #attempt(batch: readonly Entry[]): Promise<'committed' | 'away' | { error: unknown }> {
    for (let conflicts = 0; ; ) {
      try {
        await this.#transact(batch);
        return 'committed';
      } catch (error) {
        if (error instanceof CommitUnknown) return this.#askOutcome(error);
        if (isConnectionError(error)) return 'away';
        if (!isRetryable(error) || ++conflicts > 3) return { error };
      }
    }
  }

  async #transact(batch: readonly Entry[]): Promise<void> {
    const { database } = this.#options;
    const vaults = new Map<string, TenantVault>();
    for (const { tenantId } of batch) {
      if (!vaults.has(tenantId)) vaults.set(tenantId, await database.vaultOf(tenantId));
    }
    let transaction: JournalTransaction | undefined;
    try {
      await database.pipelined(async (client) => {
        transaction = new JournalTransaction(client);
        await transaction.run(batch, vaults, database.appendAudit);
      });
    } catch (error) {
      if (transaction?.committing && isConnectionError(error)) throw new CommitUnknown(transaction.id, error);
      throw error;
    }
  }

  /** Asks the server whether a transaction with a lost commit took effect, so that nothing is written twice or lost. */
  async #askOutcome(unknown: CommitUnknown): Promise<'committed' | 'away'> {
    for (;;) {
      try {
        const status = await this.#options.database.unbound(async (db) => {
          const { rows } = await sql<{ status: string | null }>`select pg_xact_status(${unknown.transactionId}::text::xid8) as status`.execute(db);
          return rows[0]?.status;
        });
        if (status === 'committed') return 'committed';
        if (status !== 'in progress') return 'away';
      } catch (error) {
        if (!isConnectionError(error)) return 'away';
      }
      if (this.#closed) return 'away';
      await new Promise<void>((resolve) => this.#clock.after(RETRY_FIRST_MS, resolve));
    }
  }
}

/** Starts an empty journal on a database. */
export const createJournal = (options: JournalOptions): Journal => new GroupCommit(options);
