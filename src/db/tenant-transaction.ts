import { sql, type Transaction } from 'kysely';
import type { DB } from './schema.generated.ts';
import type { Actor, AuditEntry, TenantTx, TenantVault } from './types.ts';

/** One event of a tenant's audit chain as it is stored. */
export interface ChainedRow {
  seq: number;
  /** UTC with six decimals: `2026-01-31T23:59:59.123000Z`. */
  at: string;
  code: string;
  actor: string;
  subjectKind: string;
  subjectId: string;
  ip: string;
  sealed: Buffer;
  prevHash: Buffer;
  hash: Buffer;
}

/** A transaction as the audit chain sees it. */
export interface ChainTx {
  readonly tenantId: string;
  readonly actor: Actor;
  readonly vault: TenantVault;
  /** Locks the chain's head until the transaction ends; null when the tenant has none. */
  lockHead(): Promise<{ seq: number; hash: Buffer } | null>;
  /** Stores the events and moves the head to the last of them. */
  append(rows: readonly ChainedRow[], last: ChainedRow): Promise<void>;
}

/** Writes audit entries to the tenant's chain inside the transaction, in the order given. Implemented by modules/audit. */
export type AppendAudit = (tx: ChainTx, entries: readonly AuditEntry[]) => Promise<void>;

/** The chain's rows through the query builder. */
export const chainOf = ({ tenantId, actor, vault, db }: TenantTx): ChainTx => ({
  tenantId,
  actor,
  vault,
  async lockHead() {
    const row = await db.selectFrom('audit_heads').select(['seq', 'hash']).forUpdate().executeTakeFirst();
    return row ? { seq: Number(row.seq), hash: row.hash } : null;
  },
  async append(rows, last) {
    await db
      .insertInto('audit_events')
      .values(
        rows.map(({ seq, at, code, actor: who, subjectKind, subjectId, ip, sealed, prevHash, hash }) => ({
          tenant_id: tenantId,
          seq,
          at,
          code,
          actor: who,
          subject_kind: subjectKind,
          subject_id: subjectId,
          ip,
          sealed,
          prev_hash: prevHash,
          hash,
        })),
      )
      .execute();
    await db.updateTable('audit_heads').set({ seq: last.seq, hash: last.hash }).where('tenant_id', '=', tenantId).execute();
  },
});

/** The text form of an actor in created_by, updated_by and the audit log. */
export const actorText = (actor: Actor): string => `${actor.kind}:${actor.id}`;

/** Binds the open transaction to the tenant and the actor, until its end or the next binding. */
export async function bindTransaction(db: Transaction<DB>, tenantId: string, actor: Actor): Promise<void> {
  await sql`select set_config('app.tenant_id', ${tenantId}, true), set_config('app.actor', ${actorText(actor)}, true)`.execute(db);
}

/** A tenant's transaction with the audit entries that wait for its end. */
export interface BoundTransaction {
  tx: TenantTx;
  /** Appends the collected audit entries; call it last, right before the commit. */
  flushAudit(): Promise<void>;
}

/**
 * Makes the object that modules work with. Audit entries are collected and appended at the very end, so that the lock on
 * the chain's head is held for the shortest time and is always the last one taken.
 */
export function boundTransaction(
  db: Transaction<DB>,
  tenantId: string,
  actor: Actor,
  vault: TenantVault,
  appendAudit: AppendAudit,
): BoundTransaction {
  const waiting: AuditEntry[] = [];
  const tx: TenantTx = {
    tenantId,
    actor,
    db,
    vault,
    audit(entry) {
      waiting.push(entry);
      return Promise.resolve();
    },
  };
  return {
    tx,
    async flushAudit() {
      if (waiting.length > 0) await appendAudit(chainOf(tx), waiting.splice(0));
    },
  };
}
