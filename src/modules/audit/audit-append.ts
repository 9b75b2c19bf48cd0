import { actorText, type AppendAudit, type ChainTx } from '../../db/tenant-transaction.ts';
import type { AuditEntry } from '../../db/types.ts';
import { systemClock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import { chainTime, eventHash, type ChainedEvent } from './audit-chain.ts';

/** Where an event's detail is sealed. */
export const auditPlace = (seq: number): { table: string; column: string; id: string } => ({
  table: 'audit_events',
  column: 'sealed',
  id: String(seq),
});

function chainEvents(tx: ChainTx, entries: readonly AuditEntry[], head: { seq: number; hash: Buffer }, wallMs: number): (ChainedEvent & { hash: Buffer })[] {
  let { seq, hash } = head;
  const at = chainTime(wallMs);
  return entries.map((entry) => {
    seq += 1;
    const actor = entry.actor ?? tx.actor;
    const event: ChainedEvent = {
      tenantId: tx.tenantId,
      seq,
      at,
      code: entry.code,
      actor: actorText(actor),
      subjectKind: entry.subject.kind,
      subjectId: entry.subject.id,
      ip: actor.ip,
      sealed: tx.vault.seal(auditPlace(seq), entry.detail),
      prevHash: hash,
    };
    hash = eventHash(event);
    return { ...event, hash };
  });
}

/**
 * Appends entries to the tenant's hash chain. The row of the chain's head is locked until the transaction ends, which puts
 * all appenders of one tenant in a line and makes the numbers gap-free.
 */
export const appendAudit: AppendAudit = async (tx, entries) => {
  const head = await tx.lockHead();
  if (!head) throw new AppError('audit_head_missing', 500, 'The audit chain of this tenant has no head.');
  const events = chainEvents(tx, entries, head, systemClock.wall());
  const last = events.at(-1);
  if (last) await tx.append(events, last);
};
