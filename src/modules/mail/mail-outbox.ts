import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';
import { newId } from '../../lib/ids.ts';
import { mailPlace, type MailContent } from './mail-content.ts';

const AT_ONCE = new Date(0);

export type MailPurpose = 'report' | 'alert';

/** A mail that somebody has taken to send, and how often it was tried before. */
export interface TakenMail {
  id: string;
  attempts: number;
  content: MailContent;
}

/** Puts a mail into the outbox; it leaves after the transaction is committed, or not at all. @returns its id */
export async function enqueueMail(tx: TenantTx, purpose: MailPurpose, content: MailContent): Promise<string> {
  const id = newId();
  await tx.db.insertInto('mail_outbox').values({ tenant_id: tx.tenantId, id, purpose, next_at: AT_ONCE, sealed: tx.vault.seal(mailPlace(id), content) }).execute();
  return id;
}

/**
 * Takes mails that are due. They are due again after `holdMs` in case the process dies while it sends: a mail may then arrive
 * twice, with the same Message-ID, but is never lost.
 */
export async function takeDueMail(tx: TenantTx, now: Date, limit: number, holdMs: number): Promise<TakenMail[]> {
  const { rows } = await sql<{ id: string; attempts: number; sealed: Buffer }>`
    update mail_outbox set attempts = attempts + 1, next_at = ${new Date(now.getTime() + holdMs)}
    where id in (select id from mail_outbox where status = 'waiting' and next_at <= ${now} order by next_at limit ${limit} for update skip locked)
    returning id, attempts - 1 as attempts, sealed`.execute(tx.db);
  return rows.map(({ id, attempts, sealed }) => ({ id, attempts, content: tx.vault.open<MailContent>(mailPlace(id), sealed) }));
}

/** Attachments are not kept once they have left. */
export async function markSent(tx: TenantTx, mail: TakenMail, now: Date): Promise<void> {
  const sealed = tx.vault.seal(mailPlace(mail.id), { ...mail.content, attachments: [] });
  await tx.db.updateTable('mail_outbox').set({ status: 'sent', sent_at: now, last_error: '', sealed }).where('id', '=', mail.id).execute();
}

/** @param nextAt null = given up */
export async function markNotSent(tx: TenantTx, id: string, error: string, nextAt: Date | null): Promise<void> {
  await tx.db
    .updateTable('mail_outbox')
    .set({ last_error: error.slice(0, 500), ...(nextAt === null ? { status: 'failed' } : { next_at: nextAt }) })
    .where('id', '=', id)
    .execute();
}
