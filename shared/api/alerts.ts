import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, listOf, pageFields, recordFields, requiredText, timeSchema } from './common.ts';

/** Live figures that can be watched. Waits are ms, rates shares of 1, costs yen, the rest counts. */
export const ALERT_METRICS = ['waiting', 'longestWait', 'availableAgents', 'answerRateToday', 'abandonRateToday', 'unhealthyAgents', 'outboundCallsLastHour', 'outboundRefused', 'outboundCostToday', 'outboundStops'] as const;
export type AlertMetric = (typeof ALERT_METRICS)[number];

/** Figures of one queue; the others are of the whole centre. */
export const QUEUE_METRICS: ReadonlySet<AlertMetric> = new Set(['waiting', 'longestWait', 'availableAgents', 'answerRateToday', 'abandonRateToday']);

const ruleFields = {
  name: requiredText(100),
  metric: z.enum(ALERT_METRICS),
  /** null = every queue by itself, or the whole centre for figures that are of no queue. */
  queueId: idSchema.nullable(),
  comparison: z.enum(['above', 'below']),
  threshold: z.number().min(0).max(86_400_000),
  /** So long must it last, seconds. */
  forSeconds: z.number().int().min(0).max(3600),
  recipients: z.array(z.email().max(254)).max(20),
  /** Called with POST and a signature; empty = nobody's. Only servers of the public internet are called. */
  webhookUrl: z.union([z.literal(''), z.url({ protocol: /^https?$/ }).max(1000)]),
  active: z.boolean(),
} as const;

export const alertRuleSchema = z.object({
  ...recordFields,
  ...ruleFields,
  queueName: z.string(),
  /** Key of the webhook's signature; empty without a webhook. */
  webhookSecret: z.string(),
});

export const alertSchema = z.object({
  id: idSchema,
  ruleId: idSchema,
  name: z.string(),
  metric: z.enum(ALERT_METRICS),
  queueName: z.string(),
  comparison: z.enum(['above', 'below']),
  threshold: z.number(),
  value: z.number(),
  raisedAt: timeSchema,
  resolvedAt: timeSchema.nullable(),
  seenAt: timeSchema.nullable(),
  seenByName: z.string(),
});

export const listAlertRules = route({
  id: 'listAlertRules',
  method: 'GET',
  path: '/alert-rules',
  summary: 'All alert rules. `canSendMail` is false while no mail host is configured.',
  tag: 'alerts',
  permission: 'alert.manage',
  rate: 'normal',
  response: z.object({ items: z.array(alertRuleSchema), canSendMail: z.boolean() }),
});

export const createAlertRule = route({
  id: 'createAlertRule',
  method: 'POST',
  path: '/alert-rules',
  summary: 'Watch a live figure.',
  tag: 'alerts',
  permission: 'alert.manage',
  rate: 'normal',
  body: z.strictObject(ruleFields),
  response: alertRuleSchema,
});

export const updateAlertRule = route({
  id: 'updateAlertRule',
  method: 'PATCH',
  path: '/alert-rules/{id}',
  summary: 'Change an alert rule; a new webhook gets a new secret.',
  tag: 'alerts',
  permission: 'alert.manage',
  rate: 'normal',
  params: idParams,
  body: z.strictObject(ruleFields).partial(),
  response: alertRuleSchema,
});

export const deleteAlertRule = route({
  id: 'deleteAlertRule',
  method: 'DELETE',
  path: '/alert-rules/{id}',
  summary: 'Remove an alert rule; what it raised stays in the list.',
  tag: 'alerts',
  permission: 'alert.manage',
  rate: 'normal',
  params: idParams,
});

export const listAlerts = route({
  id: 'listAlerts',
  method: 'GET',
  path: '/alerts',
  summary: 'Alerts, newest first; with `open=true` those that go on.',
  tag: 'alerts',
  permission: 'board.read',
  rate: 'normal',
  query: z.strictObject({ ...pageFields, open: z.stringbool().optional() }),
  response: listOf(alertSchema),
});

export const seeAlert = route({
  id: 'seeAlert',
  method: 'POST',
  path: '/alerts/{id}/seen',
  summary: 'Say that somebody looks after it.',
  tag: 'alerts',
  permission: 'board.read',
  rate: 'normal',
  params: idParams,
});


export type AlertRule = z.infer<typeof alertRuleSchema>;
export type Alert = z.infer<typeof alertSchema>;
