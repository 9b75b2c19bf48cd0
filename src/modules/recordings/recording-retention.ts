import { sql, type RawBuilder } from 'kysely';
import type { RetentionPreview } from '../../../shared/api/recording-keeping.ts';
import { DELETED_KEPT_DAYS } from '../../../shared/api/voicemail.ts';
import type { Actor, TenantTx, WithTenant } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import { lockSettings } from '../settings/settings.queries.ts';

const ACTOR: Actor = { kind: 'system', id: 'retention', ip: '' };
/** Recordings deleted in one round; the next round goes on. */
const BATCH = 200;

/** How long recordings are kept, days; null = no limit. */
export interface RetentionRules {
  defaultDays: number | null;
  /** Label to days, for labels that have any. */
  labelDays: ReadonlyMap<string, number>;
}

export async function storedRules(tx: TenantTx): Promise<RetentionRules> {
  const settings = await tx.db.selectFrom('tenant_settings').select('recording_retention_days').executeTakeFirst();
  const labels = await tx.db.selectFrom('recording_labels').select(['id', 'retention_days']).where('retention_days', 'is not', null).execute();
  return { defaultDays: settings?.recording_retention_days ?? null, labelDays: new Map(labels.map((row) => [row.id, row.retention_days ?? 0])) };
}

/**
 * SQL: the days a recording is kept. Of several labels the longest counts; where no label says anything, a message's box does,
 * then the tenant's own limit. Null = for ever.
 */
function keptDays({ defaultDays, labelDays }: RetentionRules): RawBuilder<number | null> {
  const ids = [...labelDays.keys()];
  const days = [...labelDays.values()];
  return sql<number | null>`coalesce((
    select max(rule.days) from recording_label_links link join unnest(${ids}::uuid[], ${days}::int[]) as rule(id, days) on rule.id = link.label_id
    where link.recording_id = recordings.id), (
    select box.retention_days from voicemails message join voicemail_boxes box on box.id = message.box_id where message.id = recordings.id), ${defaultDays}::int)`;
}

/** SQL: somebody holds it, or it belongs to an incident that is open: also one that began in the call after the incident was opened. */
const isKept = sql<boolean>`(recordings.held_at is not null
  or exists (select from incidents where incidents.tenant_id = recordings.tenant_id and incidents.call_id = recordings.call_id and incidents.status = 'open'))`;

/** SQL: a message that was deleted, and that nobody can take back any more. */
const deletedForGood = (now: Date): RawBuilder<boolean> => sql<boolean>`exists (
  select from voicemails message where message.id = recordings.id and message.deleted_at < ${now}::timestamptz - make_interval(days => ${DELETED_KEPT_DAYS}))`;

const overdue = (rules: RetentionRules, now: Date): RawBuilder<boolean> =>
  sql<boolean>`recordings.status in ('complete', 'interrupted') and not ${isKept}
    and (recordings.created_at < ${now}::timestamptz - make_interval(days => ${keptDays(rules)}) or ${deletedForGood(now)})`;

/** What these rules would delete now, and what holds keep from it. */
export async function previewRetention(tx: TenantTx, rules: RetentionRules, now: Date): Promise<RetentionPreview> {
  const { rows } = await sql<{ recordings: string; bytes: string; oldest: Date | null; newest: Date | null }>`
    select count(*) as recordings, coalesce(sum(size_bytes), 0) as bytes, min(created_at) as oldest, max(created_at) as newest
    from recordings where ${overdue(rules, now)}`.execute(tx.db);
  const held = await sql<{ count: string }>`
    select count(*) as count from recordings where ${isKept} and status <> 'deleted'
      and created_at < ${now}::timestamptz - make_interval(days => ${keptDays(rules)})`.execute(tx.db);
  const [row] = rows;
  return {
    recordings: Number(row?.recordings ?? 0),
    bytes: Number(row?.bytes ?? 0),
    oldest: row?.oldest?.toISOString() ?? null,
    newest: row?.newest?.toISOString() ?? null,
    held: Number(held.rows[0]?.count ?? 0),
  };
}

/** @param days null = for ever */
export async function setDefaultRetention(tx: TenantTx, days: number | null): Promise<void> {
  await lockSettings(tx);
  const { defaultDays } = await storedRules(tx);
  if (defaultDays === days) return;
  await tx.db.updateTable('tenant_settings').set({ recording_retention_days: days }).where('tenant_id', '=', tx.tenantId).execute();
  await tx.audit({ code: 'tenant.settings_changed', subject: { kind: 'tenant', id: tx.tenantId }, detail: { before: { recordingRetentionDays: defaultDays }, after: { recordingRetentionDays: days } } });
}

/**
 * Deletes what is overdue: first the key in the database, with its audit row, so that the sound is unreadable from that commit on,
 * then the file. A file that a crash leaves behind is found by its row and deleted in a later round.
 */
export const createRetentionJob = ({ withTenant, store, clock }: { withTenant: WithTenant; store: Pick<ObjectStore, 'delete'>; clock: Clock }) => ({
  name: 'retention of recordings',
  async run(tenantId: string): Promise<void> {
    const paths = await withTenant(tenantId, ACTOR, async (tx) => {
      const rules = await storedRules(tx);
      const hasRules = rules.defaultDays !== null || rules.labelDays.size > 0 || (await hasBoxes(tx));
      const due = hasRules ? await deleteOverdue(tx, rules, new Date(clock.wall())) : [];
      return [...due, ...(await filesLeft(tx))];
    });
    for (const { id, path } of paths) {
      await store.delete(path);
      await withTenant(tenantId, ACTOR, (tx) => tx.db.updateTable('recordings').set({ object_path: '' }).where('id', '=', id).execute());
    }
  },
});

/** Boxes have limits of their own, and messages that were deleted. */
const hasBoxes = async (tx: TenantTx): Promise<boolean> => (await tx.db.selectFrom('voicemail_boxes').select('id').limit(1).executeTakeFirst()) !== undefined;

interface Doomed {
  id: string;
  path: string;
}

async function deleteOverdue(tx: TenantTx, rules: RetentionRules, now: Date): Promise<Doomed[]> {
  const { rows } = await sql<{ id: string; call_id: string; object_path: string; created_at: Date }>`
    select id, call_id, object_path, created_at from recordings where ${overdue(rules, now)} order by created_at limit ${BATCH} for update skip locked`.execute(tx.db);
  if (rows.length === 0) return [];
  await tx.db
    .updateTable('recordings')
    .set({ status: 'deleted', deleted_at: now, deleted_reason: 'retention', wrapped_key: Buffer.alloc(0), sealed_peaks: null })
    .where('id', '=', sql<string>`any(${rows.map((row) => row.id)}::uuid[])`)
    .execute();
  for (const row of rows) {
    await tx.audit({ code: 'recording.deleted', subject: { kind: 'recording', id: row.id }, detail: { callId: row.call_id, recordedAt: row.created_at.toISOString(), reason: 'retention' } });
  }
  return rows.map((row) => ({ id: row.id, path: row.object_path }));
}

/** Files of deleted recordings that were not deleted yet. */
async function filesLeft(tx: TenantTx): Promise<Doomed[]> {
  const rows = await tx.db.selectFrom('recordings').select(['id', 'object_path']).where('status', '=', 'deleted').where('object_path', '!=', '').limit(BATCH).execute();
  return rows.map((row) => ({ id: row.id, path: row.object_path }));
}
