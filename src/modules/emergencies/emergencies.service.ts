import type { z } from 'zod';
import type { Emergency, startEmergency as contract } from '../../../shared/api/emergencies.ts';
import type { TenantTx } from '../../db/types.ts';
import { conflict, invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { decodeIdCursor, pageOf } from '../support/paging.ts';
import { isoOrNull, recordOf } from '../support/records.ts';
import { queueNames } from '../support/references.ts';
import { closeEmergency, findEmergency, insertEmergency, listEmergencyRows, type EmergencyRow } from './emergencies.queries.ts';

const place = (id: string) => ({ table: 'emergency_switches', column: 'sealed', id });

async function views(tx: TenantTx, rows: readonly EmergencyRow[], now: number): Promise<Emergency[]> {
  const names = await queueNames(tx, rows.map((row) => row.queue_id));
  return rows.map((row) => ({
    ...recordOf(row),
    queueId: row.queue_id,
    queueName: names.get(row.queue_id ?? '') ?? '',
    reason: tx.vault.open<{ reason: string }>(place(row.id), row.sealed).reason,
    endsAt: row.ends_at.toISOString(),
    endedAt: isoOrNull(row.ended_at),
    endedBy: row.ended_by ?? '',
    active: row.ended_at === null && row.ends_at.getTime() > now,
  }));
}

async function view(tx: TenantTx, id: string, now: number): Promise<Emergency> {
  const row = await findEmergency(tx, id);
  const [found] = row ? await views(tx, [row], now) : [];
  if (!found) throw notFound('emergency');
  return found;
}

export async function listEmergencies(tx: TenantTx, query: { limit: number; cursor?: string | undefined }, now: number) {
  const rows = await listEmergencyRows(tx, decodeIdCursor(query.cursor), query.limit + 1);
  return pageOf(await views(tx, rows, now), query.limit, (item) => item, ({ id }) => ({ key: '', id }));
}

/** @throws AppError `invalid` when the queue is not the tenant's */
export async function startEmergency(tx: TenantTx, given: z.output<NonNullable<typeof contract.body>>, now: number): Promise<Emergency> {
  const { queueId, reason, minutes } = given;
  if (queueId !== null && !(await queueNames(tx, [queueId])).has(queueId)) {
    throw invalid('There is no such queue.', { errors: [{ path: 'body.queueId', message: 'no such queue' }] });
  }
  const id = newId();
  const endsAt = new Date(now + minutes * 60_000);
  await insertEmergency(tx, { id, queueId, sealed: tx.vault.seal(place(id), { reason }), endsAt });
  await tx.audit({ code: 'emergency.started', subject: { kind: 'emergency', id }, detail: { queueId, reason, endsAt: endsAt.toISOString() } });
  return view(tx, id, now);
}

/** @throws AppError `not_found`, `emergency_over` */
export async function endEmergency(tx: TenantTx, id: string, by: string, now: number): Promise<Emergency> {
  const before = await view(tx, id, now);
  if (!before.active) throw conflict('emergency_over', 'This switch is off already.');
  await closeEmergency(tx, id, new Date(now), by);
  await tx.audit({ code: 'emergency.ended', subject: { kind: 'emergency', id }, detail: { queueId: before.queueId } });
  return view(tx, id, now);
}
