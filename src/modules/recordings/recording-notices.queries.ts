import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';

const notices = (tx: TenantTx) => tx.db.selectFrom('recording_notices').leftJoin('queues', 'queues.id', 'recording_notices.queue_id').selectAll('recording_notices').select('queues.name as queue_name');

export const findNotice = (tx: TenantTx, id: string) => notices(tx).where('recording_notices.id', '=', id).executeTakeFirst();

export type NoticeRow = NonNullable<Awaited<ReturnType<typeof findNotice>>>;

/** A tenant has a few dozen at most. */
export const allNotices = (tx: TenantTx): Promise<NoticeRow[]> => notices(tx).orderBy('recording_notices.id').limit(500).execute();

export interface NoticeValues {
  kind: string | null;
  queue_id: string | null;
  label_id: string | null;
  active: boolean;
  since: Date;
  sealed: Buffer;
}

export async function insertNotice(tx: TenantTx, id: string, values: NoticeValues): Promise<void> {
  await tx.db.insertInto('recording_notices').values({ tenant_id: tx.tenantId, id, ...values }).execute();
}

export async function patchNotice(tx: TenantTx, id: string, values: NoticeValues): Promise<void> {
  await tx.db.updateTable('recording_notices').set(values).where('id', '=', id).execute();
}

export async function removeNotice(tx: TenantTx, id: string): Promise<void> {
  await tx.db.deleteFrom('recording_notices').where('id', '=', id).execute();
}

/** A recording of which somebody may have to be told. */
export interface SavedRecording {
  id: string;
  call_id: string;
  kind: string;
  status: string;
  duration_ms: number | null;
  created_at: Date;
  queue_id: string | null;
  queue_name: string | null;
  box_id: string | null;
  box_name: string | null;
  label_ids: string[];
}

const saved = sql`select r.id, r.call_id, r.kind, r.status, r.duration_ms, r.created_at, c.queue_id, q.name as queue_name, v.box_id, b.name as box_name,
    array(select link.label_id from recording_label_links link where link.recording_id = r.id) as label_ids
  from recordings r join calls c on c.id = r.call_id left join queues q on q.id = c.queue_id
    left join voicemails v on v.id = r.id left join voicemail_boxes b on b.id = v.box_id
  where r.status in ('complete', 'interrupted')`;

/** Takes recordings that nobody has looked at yet and whose calls are over, oldest first, and marks them as looked at. */
export async function takeSaved(tx: TenantTx, since: Date, now: Date, limit: number): Promise<SavedRecording[]> {
  const { rows } = await sql<SavedRecording>`${saved} and r.noticed_at is null and r.created_at >= ${since} and c.ended_at is not null
    order by r.created_at limit ${limit} for update of r skip locked`.execute(tx.db);
  if (rows.length > 0) {
    const ids = rows.map(({ id }) => id);
    await tx.db.updateTable('recordings').set({ noticed_at: now }).where('id', '=', sql<string>`any(${ids}::uuid[])`).execute();
  }
  return rows;
}

/** A recording that was looked at before: its labels have changed since. */
export async function findNoticed(tx: TenantTx, id: string): Promise<SavedRecording | null> {
  const { rows } = await sql<SavedRecording>`${saved} and r.id = ${id} and r.noticed_at is not null`.execute(tx.db);
  return rows[0] ?? null;
}
