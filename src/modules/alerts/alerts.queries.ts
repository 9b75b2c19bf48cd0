import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';

const rules = (tx: TenantTx) => tx.db.selectFrom('alert_rules').leftJoin('queues', 'queues.id', 'alert_rules.queue_id').selectAll('alert_rules').select('queues.name as queue_name');

export const findRule = (tx: TenantTx, id: string) => rules(tx).where('alert_rules.id', '=', id).executeTakeFirst();

export type RuleRow = NonNullable<Awaited<ReturnType<typeof findRule>>>;

/** All rules; a tenant has a few dozen at most. */
export const allRules = (tx: TenantTx): Promise<RuleRow[]> => rules(tx).orderBy('alert_rules.id').limit(500).execute();

export interface RuleValues {
  metric: string;
  queue_id: string | null;
  comparison: string;
  threshold: number;
  for_seconds: number;
  active: boolean;
  sealed: Buffer;
}

export async function insertRule(tx: TenantTx, id: string, values: RuleValues): Promise<void> {
  await tx.db.insertInto('alert_rules').values({ tenant_id: tx.tenantId, id, ...values }).execute();
}

export async function patchRule(tx: TenantTx, id: string, values: RuleValues): Promise<void> {
  await tx.db.updateTable('alert_rules').set(values).where('id', '=', id).execute();
}

export async function removeRule(tx: TenantTx, id: string): Promise<void> {
  await tx.db.deleteFrom('alert_rules').where('id', '=', id).execute();
}

export const queueExists = (tx: TenantTx, id: string) => tx.db.selectFrom('queues').select(['id', 'name']).where('id', '=', id).executeTakeFirst();

const alerts = (tx: TenantTx) => tx.db.selectFrom('alerts').leftJoin('queues', 'queues.id', 'alerts.queue_id').selectAll('alerts').select('queues.name as queue_name');

export const findAlert = (tx: TenantTx, id: string) => alerts(tx).where('alerts.id', '=', id).executeTakeFirst();

export type AlertRow = NonNullable<Awaited<ReturnType<typeof findAlert>>>;

export function listAlertRows(tx: TenantTx, filter: { open: boolean; before: { at: Date; id: string } | null; limit: number }): Promise<AlertRow[]> {
  let query = alerts(tx).orderBy('alerts.raised_at', 'desc').orderBy('alerts.id', 'desc').limit(filter.limit);
  if (filter.open) query = query.where('alerts.resolved_at', 'is', null);
  if (filter.before) query = query.where(sql<boolean>`(alerts.raised_at, alerts.id) < (${filter.before.at}, ${filter.before.id}::uuid)`);
  return query.execute();
}

export const openAlerts = (tx: TenantTx) => tx.db.selectFrom('alerts').select(['id', 'rule_id', 'queue_id']).where('resolved_at', 'is', null).execute();

export interface NewAlert {
  id: string;
  rule_id: string;
  metric: string;
  queue_id: string | null;
  threshold: number;
  comparison: string;
  value: number;
  raised_at: Date;
  sealed: Buffer;
}

export async function insertAlert(tx: TenantTx, alert: NewAlert): Promise<void> {
  await tx.db.insertInto('alerts').values({ tenant_id: tx.tenantId, ...alert }).execute();
}

export async function resolveAlert(tx: TenantTx, id: string, at: Date): Promise<void> {
  await tx.db.updateTable('alerts').set({ resolved_at: at }).where('id', '=', id).where('resolved_at', 'is', null).execute();
}

/** The first to look counts. @returns whether somebody was */
export async function markSeen(tx: TenantTx, id: string, userId: string, at: Date): Promise<boolean> {
  const { numUpdatedRows } = await tx.db.updateTable('alerts').set({ seen_at: at, seen_by: userId }).where('id', '=', id).where('seen_at', 'is', null).executeTakeFirst();
  return numUpdatedRows > 0n;
}
