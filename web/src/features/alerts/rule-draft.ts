import { type AlertMetric, type AlertRule, QUEUE_METRICS } from '../../../../shared/api/alerts.ts';
import { areReceivers } from '../../records/receivers.ts';

/** A rule as it is typed: waits in seconds, rates in per cent. */
export interface RuleDraft {
  name: string;
  metric: AlertMetric;
  queueId: string | null;
  comparison: 'above' | 'below';
  typed: number | '';
  forSeconds: number;
  recipients: string[];
  webhookUrl: string;
}

/** How many of the stored unit one typed unit is. */
const scaleOf = (metric: AlertMetric): number => (metric === 'longestWait' ? 1000 : metric.endsWith('RateToday') ? 0.01 : 1);

export const newDraft: RuleDraft = { name: '', metric: 'waiting', queueId: null, comparison: 'above', typed: 5, forSeconds: 60, recipients: [], webhookUrl: '' };

export const draftOf = (rule: AlertRule): RuleDraft => ({
  name: rule.name,
  metric: rule.metric,
  queueId: rule.queueId,
  comparison: rule.comparison,
  typed: Math.round((rule.threshold / scaleOf(rule.metric)) * 1000) / 1000,
  forSeconds: rule.forSeconds,
  recipients: rule.recipients,
  webhookUrl: rule.webhookUrl,
});

export const isComplete = (draft: RuleDraft): boolean => draft.name.trim() !== '' && draft.typed !== '' && areReceivers(draft);

/** What the server is told. */
export const bodyOf = (draft: RuleDraft) => ({
  name: draft.name.trim(),
  metric: draft.metric,
  queueId: QUEUE_METRICS.has(draft.metric) ? draft.queueId : null,
  comparison: draft.comparison,
  threshold: (draft.typed === '' ? 0 : draft.typed) * scaleOf(draft.metric),
  forSeconds: draft.forSeconds,
  recipients: draft.recipients,
  webhookUrl: draft.webhookUrl.trim(),
});
