import type { z } from 'zod';
import { QUEUE_METRICS, type Alert, type AlertRule, type createAlertRule, type updateAlertRule } from '../../../shared/api/alerts.ts';
import type { TenantTx } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { forbidden, type Session } from '../support/binding.ts';
import { decodeTimeCursor, pageOf } from '../support/paging.ts';
import { changesOf, isoOrNull, recordOf, withoutUndefined } from '../support/records.ts';
import { userNames } from '../support/references.ts';
import { newSecret } from '../users/secrets.ts';
import { allRules, findAlert, findRule, insertRule, listAlertRows, markSeen, patchRule, queueExists, removeRule, type AlertRow, type RuleRow, type RuleValues } from './alerts.queries.ts';

type Given = z.output<typeof createAlertRule.body>;

/** What is sealed of a rule. */
interface RuleContent {
  name: string;
  recipients: string[];
  webhookUrl: string;
  webhookSecret: string;
}

/** What is sealed of an alert: the rule's name as it was. */
export interface AlertContent {
  name: string;
}

const rulePlace = (id: string) => ({ table: 'alert_rules', column: 'sealed', id });
export const alertPlace = (id: string) => ({ table: 'alerts', column: 'sealed', id });

export const ruleView = (tx: TenantTx, row: RuleRow): AlertRule => ({
  ...recordOf(row),
  ...tx.vault.open<RuleContent>(rulePlace(row.id), row.sealed),
  metric: row.metric as AlertRule['metric'],
  queueId: row.queue_id,
  queueName: row.queue_name ?? '',
  comparison: row.comparison as AlertRule['comparison'],
  threshold: row.threshold,
  forSeconds: row.for_seconds,
  active: row.active,
});

const valuesOf = (tx: TenantTx, id: string, given: Given, webhookSecret: string): RuleValues => ({
  metric: given.metric,
  queue_id: given.queueId,
  comparison: given.comparison,
  threshold: given.threshold,
  for_seconds: given.forSeconds,
  active: given.active,
  sealed: tx.vault.seal(rulePlace(id), { name: given.name, recipients: given.recipients, webhookUrl: given.webhookUrl, webhookSecret } satisfies RuleContent),
});

async function demandSense(tx: TenantTx, given: Given): Promise<void> {
  const refuse = (field: string, message: string) => invalid(message, { errors: [{ path: `body.${field}`, message }] });
  if (given.queueId !== null && !QUEUE_METRICS.has(given.metric)) throw refuse('queueId', 'This figure is of the whole centre.');
  if (given.queueId !== null && !(await queueExists(tx, given.queueId))) throw refuse('queueId', 'There is no such queue.');
  if (given.metric.endsWith('RateToday') && given.threshold > 1) throw refuse('threshold', 'A rate is at most 1.');
}

async function ruleById(tx: TenantTx, id: string): Promise<AlertRule> {
  const row = await findRule(tx, id);
  if (!row) throw notFound('alert rule');
  return ruleView(tx, row);
}

export const listRules = async (tx: TenantTx): Promise<AlertRule[]> => (await allRules(tx)).map((row) => ruleView(tx, row));

/** @throws AppError `invalid` */
export async function createRule(tx: TenantTx, given: Given): Promise<AlertRule> {
  await demandSense(tx, given);
  const id = newId();
  await insertRule(tx, id, valuesOf(tx, id, given, given.webhookUrl === '' ? '' : newSecret()));
  await tx.audit({ code: 'alert_rule.created', subject: { kind: 'alertRule', id }, detail: { ...given } });
  return ruleById(tx, id);
}

/** @throws AppError `not_found`, `invalid` */
export async function updateRule(tx: TenantTx, id: string, patch: z.output<typeof updateAlertRule.body>): Promise<AlertRule> {
  const before = await ruleById(tx, id);
  const after = { ...before, ...withoutUndefined(patch) };
  const changes = changesOf(before, withoutUndefined(patch));
  if (Object.keys(changes.after).length === 0) return before;
  await demandSense(tx, after);
  const secret = after.webhookUrl === '' ? '' : after.webhookUrl === before.webhookUrl ? before.webhookSecret : newSecret();
  await patchRule(tx, id, valuesOf(tx, id, after, secret));
  await tx.audit({ code: 'alert_rule.updated', subject: { kind: 'alertRule', id }, detail: changes });
  return ruleById(tx, id);
}

/** @throws AppError `not_found` */
export async function deleteRule(tx: TenantTx, id: string): Promise<void> {
  const { name } = await ruleById(tx, id);
  await removeRule(tx, id);
  await tx.audit({ code: 'alert_rule.removed', subject: { kind: 'alertRule', id }, detail: { name } });
}

const alertView = (tx: TenantTx, row: AlertRow, people: ReadonlyMap<string, string>): Alert => ({
  id: row.id,
  ruleId: row.rule_id,
  name: tx.vault.open<AlertContent>(alertPlace(row.id), row.sealed).name,
  metric: row.metric as Alert['metric'],
  queueName: row.queue_name ?? '',
  comparison: row.comparison as Alert['comparison'],
  threshold: row.threshold,
  value: row.value,
  raisedAt: row.raised_at.toISOString(),
  resolvedAt: isoOrNull(row.resolved_at),
  seenAt: isoOrNull(row.seen_at),
  seenByName: people.get(row.seen_by ?? '') ?? '',
});

export async function listAlerts(tx: TenantTx, query: { limit: number; cursor?: string | undefined; open?: boolean | undefined }) {
  const rows = await listAlertRows(tx, { open: query.open ?? false, before: decodeTimeCursor(query.cursor), limit: query.limit + 1 });
  const people = await userNames(tx, rows.map((row) => row.seen_by));
  return pageOf(rows, query.limit, (row) => alertView(tx, row, people), (row) => ({ key: row.raised_at.toISOString(), id: row.id }));
}

/** Says that the user looks after an alert; once somebody does, nothing changes. @throws AppError `not_found`, `forbidden` for programs */
export async function seeAlert(tx: TenantTx, clock: Clock, session: Session, id: string): Promise<void> {
  if (session.kind !== 'user') throw forbidden();
  if (!(await findAlert(tx, id))) throw notFound('alert');
  if (await markSeen(tx, id, session.userId, new Date(clock.wall()))) await tx.audit({ code: 'alert.seen', subject: { kind: 'alert', id }, detail: {} });
}
