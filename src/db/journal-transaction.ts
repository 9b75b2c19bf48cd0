import type pg from 'pg';
import { textArray, timeArray, byteaArray, int8Array } from './binary-arrays.ts';
import { bytesOf, sendGroup, type Statement, type TextRow } from './pipeline.ts';
import { actorText, type AppendAudit, type ChainedRow } from './tenant-transaction.ts';
import type { Actor, AuditEntry, TenantVault } from './types.ts';

/**
 * What a write of the journal works with. Statements are gathered and sent together; only an answer that is awaited costs a
 * round trip. Row level security binds them to the tenant as everywhere.
 */
export interface JournalTx {
  readonly tenantId: string;
  readonly actor: Actor;
  readonly vault: TenantVault;
  send(statement: Statement): void;
  query(statement: Statement): Promise<readonly TextRow[]>;
  /** Appends to the tenant's hash chain in this transaction, after everything else. */
  audit(entry: AuditEntry): void;
}

/** A write of one tenant. May run more than once (never twice with effect), so it must not change anything but the database. */
export type JournalWrite = (tx: JournalTx) => Promise<void>;

/** One write of a batch. */
export interface BatchedWrite {
  tenantId: string;
  actor: Actor;
  write: JournalWrite;
}

const BEGIN: Statement = { name: 'j_begin', text: 'begin', values: [] };
const COMMIT: Statement = { name: 'j_commit', text: 'commit', values: [] };
const NAME: Statement = { name: 'j_name', text: 'select pg_current_xact_id()::text', values: [] };
const HEAD: Statement = { name: 'j_head', text: 'select seq::text, hash from audit_heads for update', values: [] };

const bindTo = (tenantId: string, actor: Actor): Statement => ({
  name: 'j_bind',
  text: "select set_config('app.tenant_id', $1, true), set_config('app.actor', $2, true)",
  values: [tenantId, actorText(actor)],
});

const appendRows = (tenantId: string, rows: readonly ChainedRow[]): Statement => ({
  name: 'j_audit',
  text: `insert into audit_events (tenant_id, seq, at, code, actor, subject_kind, subject_id, ip, sealed, prev_hash, hash)
    select $1, * from unnest($2::int8[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bytea[], $10::bytea[], $11::bytea[])`,
  values: [
    tenantId,
    int8Array(rows.map(({ seq }) => seq)),
    timeArray(rows.map(({ at }) => Date.parse(at))),
    textArray(rows.map(({ code }) => code)),
    textArray(rows.map(({ actor }) => actor)),
    textArray(rows.map(({ subjectKind }) => subjectKind)),
    textArray(rows.map(({ subjectId }) => subjectId)),
    textArray(rows.map(({ ip }) => ip)),
    byteaArray(rows.map(({ sealed }) => sealed)),
    byteaArray(rows.map(({ prevHash }) => prevHash)),
    byteaArray(rows.map(({ hash }) => hash)),
  ],
});

const moveHead = (tenantId: string, last: ChainedRow): Statement => ({
  name: 'j_move_head',
  text: 'update audit_heads set seq = $2::int8, hash = $3 where tenant_id = $1',
  values: [tenantId, String(last.seq), last.hash],
});

interface Waiting {
  statement: Statement;
  resolve: (rows: readonly TextRow[]) => void;
  reject: (error: unknown) => void;
}

/** One transaction of many writes on one connection, in two round trips where nobody asks twice. */
export class JournalTransaction {
  /** For `pg_xact_status`; empty until the server has told it. */
  id = '';
  /** The commit was sent: without an answer only the server knows how it ended. */
  committing = false;
  /** Ends of the chains that this transaction has moved, by tenant. */
  readonly heads = new Map<string, { seq: number; hash: Buffer }>();
  readonly #client: pg.PoolClient;
  #waiting: Waiting[] = [];
  #boundTo = '';

  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  /** Runs the writes, their audit entries and the commit. @throws what a write or the server threw; nothing is written then */
  async run(batch: readonly BatchedWrite[], vaults: ReadonlyMap<string, TenantVault>, appendAudit: AppendAudit): Promise<void> {
    this.#push(BEGIN).catch(() => undefined);
    const named = this.#push(NAME);
    named.catch(() => undefined);
    const bound = batch.map((write) => new BoundWrite(this, write, vaults.get(write.tenantId)));
    let over = false;
    const all = Promise.all(bound.map((write) => write.run())).finally(() => (over = true));
    all.catch(() => undefined);
    // The locks on the chains' heads are the last ones of the round, and with one round they are held for the shortest time.
    for (const write of bound) write.askHead();
    await this.#flush();
    this.id = (await named)[0]?.[0] ?? '';
    while (!over) {
      // What was answered goes on first.
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (this.#waiting.length > 0 && !over) await this.#flush();
    }
    await all;
    for (const write of bound) await write.append(appendAudit);
    this.#push(COMMIT).catch(() => undefined);
    this.committing = true;
    await this.#flush();
  }

  /** Queues a statement under a tenant. */
  under(tenantId: string, actor: Actor, statement: Statement): Promise<readonly TextRow[]> {
    const key = `${tenantId} ${actorText(actor)}`;
    if (key !== this.#boundTo) this.#push(bindTo(tenantId, actor)).catch(() => undefined);
    this.#boundTo = key;
    return this.#push(statement);
  }

  /** Sends what waits at once: an answer is needed now. */
  async flush(): Promise<void> {
    await this.#flush();
  }

  #push(statement: Statement): Promise<readonly TextRow[]> {
    return new Promise((resolve, reject) => this.#waiting.push({ statement, resolve, reject }));
  }

  async #flush(): Promise<void> {
    const sent = this.#waiting;
    this.#waiting = [];
    if (sent.length === 0) return;
    try {
      const rows = await sendGroup(this.#client, sent.map(({ statement }) => statement));
      for (const [index, { resolve }] of sent.entries()) resolve(rows[index] ?? []);
    } catch (error) {
      for (const { reject } of sent) reject(error);
      throw error;
    }
  }
}

/** One write inside of the transaction, with its audit entries. */
class BoundWrite {
  readonly #transaction: JournalTransaction;
  readonly #write: BatchedWrite;
  readonly #vault: TenantVault | undefined;
  readonly #audits: AuditEntry[] = [];
  #head: Promise<readonly TextRow[]> | null = null;

  constructor(transaction: JournalTransaction, write: BatchedWrite, vault: TenantVault | undefined) {
    this.#transaction = transaction;
    this.#write = write;
    this.#vault = vault;
  }

  async run(): Promise<void> {
    await this.#write.write({
      ...this.#scope(),
      send: (statement) => {
        // A failure of the group is told to whoever sends it.
        this.#under(statement).catch(() => undefined);
      },
      query: (statement) => this.#under(statement),
      audit: (entry) => void this.#audits.push(entry),
    });
  }

  askHead(): void {
    if (this.#audits.length === 0) return;
    this.#head ??= this.#under(HEAD);
    this.#head.catch(() => undefined);
  }

  async append(appendAudit: AppendAudit): Promise<void> {
    if (this.#audits.length === 0) return;
    await appendAudit({ ...this.#scope(), lockHead: () => this.#lockHead(), append: (rows, last) => this.#append(rows, last) }, this.#audits);
  }

  async #lockHead(): Promise<{ seq: number; hash: Buffer } | null> {
    // Where several writes of one tenant share the transaction, the first one has moved the head already.
    const moved = this.#transaction.heads.get(this.#write.tenantId);
    if (moved) return moved;
    if (!this.#head) {
      this.askHead();
      await this.#transaction.flush();
    }
    const row = (await this.#head)?.[0];
    return row ? { seq: Number(row[0]), hash: bytesOf(row[1]) } : null;
  }

  #append(rows: readonly ChainedRow[], last: ChainedRow): Promise<void> {
    const { tenantId } = this.#write;
    this.#transaction.heads.set(tenantId, { seq: last.seq, hash: last.hash });
    for (const statement of [appendRows(tenantId, rows), moveHead(tenantId, last)]) this.#under(statement).catch(() => undefined);
    return Promise.resolve();
  }

  #under(statement: Statement): Promise<readonly TextRow[]> {
    return this.#transaction.under(this.#write.tenantId, this.#write.actor, statement);
  }

  #scope(): { tenantId: string; actor: Actor; vault: TenantVault } {
    if (!this.#vault) throw new Error('the keys of a batch are loaded before it is written');
    return { tenantId: this.#write.tenantId, actor: this.#write.actor, vault: this.#vault };
  }
}
