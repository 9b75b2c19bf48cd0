import { sql, type Transaction } from 'kysely';
import type { DB } from './schema.generated.ts';
import type { Actor, AuditEntry, TenantTx, TenantVault } from './types.ts';

/** Writes audit entries to the tenant's chain inside the transaction, in the order given. Implemented by modules/audit. */
export type AppendAudit = (tx: TenantTx, entries: readonly AuditEntry[]) => Promise<void>;

/** The text form of an actor in created_by, updated_by and the audit log. */
export const actorText = (actor: Actor): string => `${actor.kind}:${actor.id}`;

/** Binds the open transaction to the tenant and the actor, until its end or the next binding. */
export async function bindTransaction(db: Transaction<DB>, tenantId: string, actor: Actor): Promise<void> {
  await sql`select set_config('app.tenant_id', ${tenantId}, true), set_config('app.actor', ${actorText(actor)}, true)`.execute(db);
}

/** Binds like `bindTransaction` in a transaction that will write. @returns its id, for `pg_xact_status` */
export async function bindAndName(db: Transaction<DB>, tenantId: string, actor: Actor): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    select set_config('app.tenant_id', ${tenantId}, true), set_config('app.actor', ${actorText(actor)}, true), pg_current_xact_id()::text as id`.execute(db);
  return rows[0]?.id ?? '';
}

/** A tenant's transaction with the audit entries that wait for its end. */
export interface BoundTransaction {
  tx: TenantTx;
  /** Whether audit entries wait. */
  readonly hasAudit: boolean;
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
    get hasAudit() {
      return waiting.length > 0;
    },
    async flushAudit() {
      if (waiting.length > 0) await appendAudit(tx, waiting.splice(0));
    },
  };
}
