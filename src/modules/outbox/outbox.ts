import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';
import { newId } from '../../lib/ids.ts';
import { outboxPlace, type OutboxItem } from './outbox-content.ts';

/** Already due. */
const AT_ONCE = new Date(0);

/** What an item is about. */
export type OutboxPurpose = 'report' | 'alert' | 'recording' | 'contract';

/** An item that somebody has taken to send, and how often it was tried before. */
export interface TakenItem {
  id: string;
  attempts: number;
  item: OutboxItem;
}

/** Puts something into the outbox; it leaves after the transaction is committed, or not at all. @returns its id */
export async function enqueue(tx: TenantTx, purpose: OutboxPurpose, { kind, content }: OutboxItem): Promise<string> {
  const id = newId();
  await tx.db.insertInto('outbox').values({ tenant_id: tx.tenantId, id, kind, purpose, next_at: AT_ONCE, sealed: tx.vault.seal(outboxPlace(id), content) }).execute();
  return id;
}

/**
 * Takes items that are due. They are due again after `holdMs` in case the process dies while it sends: something may then arrive
 * twice, with the same id, but is never lost.
 * @param kinds what can be sent here
 * @param purpose nothing else; null = everything
 */
export async function takeDue(tx: TenantTx, now: Date, limit: number, holdMs: number, kinds: readonly string[], purpose: OutboxPurpose | null = null): Promise<TakenItem[]> {
  const { rows } = await sql<{ id: string; kind: OutboxItem['kind']; attempts: number; sealed: Buffer }>`
    update outbox set attempts = attempts + 1, next_at = ${new Date(now.getTime() + holdMs)}
    where id in (
      select id from outbox where status = 'waiting' and next_at <= ${now} and kind = any(${kinds}::text[])
        and (${purpose}::text is null or purpose = ${purpose})
      order by next_at limit ${limit} for update skip locked)
    returning id, kind, attempts - 1 as attempts, sealed`.execute(tx.db);
  return rows.map(({ id, kind, attempts, sealed }) => ({ id, attempts, item: { kind, content: tx.vault.open(outboxPlace(id), sealed) } as OutboxItem }));
}

/** @param kept what of the content is kept once it has left */
export async function markSent(tx: TenantTx, id: string, kept: object, now: Date): Promise<void> {
  await tx.db.updateTable('outbox').set({ status: 'sent', sent_at: now, last_error: '', sealed: tx.vault.seal(outboxPlace(id), kept) }).where('id', '=', id).execute();
}

/** @param nextAt null = given up */
export async function markNotSent(tx: TenantTx, id: string, error: string, nextAt: Date | null): Promise<void> {
  await tx.db
    .updateTable('outbox')
    .set({ last_error: error.slice(0, 500), ...(nextAt === null ? { status: 'failed' } : { next_at: nextAt }) })
    .where('id', '=', id)
    .execute();
}
