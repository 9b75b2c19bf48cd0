import type { AlertMetric } from '../../../shared/api/alerts.ts';
import type { WatchedRule } from './alert-rule.ts';
import type { MailContent, WebhookContent } from '../outbox/outbox-content.ts';

/** An alert that was just raised. */
export interface AlertNews {
  alertId: string;
  rule: WatchedRule;
  /** Empty: the whole centre. */
  queueName: string;
  value: number;
  at: Date;
}

const METRICS: Readonly<Record<AlertMetric, string>> = {
  waiting: '待ち呼 / calls waiting',
  longestWait: '最長待ち時間 / longest wait',
  availableAgents: '受付可のオペレーター / available agents',
  answerRateToday: '本日の応答率 / answer rate today',
  abandonRateToday: '本日の放棄呼率 / abandon rate today',
  unhealthyAgents: '受付できないオペレーター / agents not offered calls',
  outboundCallsLastHour: '直近 1 時間の発信数 / outbound calls in the last hour',
  outboundRefused: '禁止番号への発信 (10 分間) / forbidden numbers dialled (10 min)',
  outboundCostToday: '本日の発信料金 (推定) / outbound cost today (estimate)',
  outboundStops: '発信の停止 / stops of outbound calls',
};

/** A value with its unit. */
function valueText(metric: AlertMetric, value: number): string {
  if (metric === 'longestWait') return `${Math.round(value / 1000)} s`;
  if (metric === 'outboundCostToday') return `¥${Math.round(value)}`;
  return metric.endsWith('RateToday') ? `${(value * 100).toFixed(1)} %` : String(value);
}

const JAPAN = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo', dateStyle: 'short', timeStyle: 'medium' });

/** In both languages: a mail does not know who reads it. */
export function alertMail({ rule, queueName, value, at }: AlertNews): MailContent {
  const { metric, comparison, threshold, name } = rule;
  const limit = `${comparison === 'above' ? '>' : '<'} ${valueText(metric, threshold)}`;
  const place = queueName === '' ? '' : ` (${queueName})`;
  const text = [
    `${METRICS[metric]}${place}: ${valueText(metric, value)}`,
    `条件 / limit: ${limit}${rule.forSeconds > 0 ? `, ${rule.forSeconds} s` : ''}`,
    `発生 / raised: ${JAPAN.format(at)} (JST)`,
    '',
  ];
  return { to: rule.recipients, subject: `[SCC] ${name}${place}: ${valueText(metric, value)}`, text: text.join('\n'), attachments: [] };
}

export function alertWebhook({ alertId, rule, queueName, value, at }: AlertNews): WebhookContent {
  const { id: ruleId, name, metric, queueId, comparison, threshold } = rule;
  const body = JSON.stringify({ event: 'alert.raised', alertId, ruleId, name, metric, queueId, queueName, comparison, threshold, value, at: at.toISOString() });
  return { url: rule.webhookUrl, secret: rule.webhookSecret, event: 'alert.raised', body };
}
