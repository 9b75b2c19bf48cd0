import { useLingui } from '@lingui/react/macro';
import type { Alert, AlertMetric } from '../../../shared/api/alerts.ts';
import { durationText } from './times.ts';

/** Names of the figures that can be watched. */
export function useAlertMetricText(): Readonly<Record<AlertMetric, string>> {
  const { t } = useLingui();
  return {
    waiting: t`Calls waiting`,
    longestWait: t`Longest wait`,
    availableAgents: t`Available agents`,
    answerRateToday: t`Answer rate today`,
    abandonRateToday: t`Abandon rate today`,
    unhealthyAgents: t`Agents not offered calls`,
    outboundCallsLastHour: t`Outbound calls in the last hour`,
    outboundRefused: t`Forbidden numbers dialled (10 min)`,
    outboundCostToday: t`Outbound cost today (estimate)`,
    outboundStops: t`Stops of outbound calls`,
  };
}

/** A value of a metric as people read it: 5, 1:30, 80%. */
export function alertValueText(metric: AlertMetric, value: number): string {
  if (metric === 'longestWait') return durationText(value);
  if (metric === 'outboundCostToday') return `¥${Math.round(value)}`;
  return metric.endsWith('RateToday') ? `${Math.round(value * 1000) / 10}%` : String(value);
}

/** What an alert says: `Calls waiting 8 > 5`. */
export const alertFacts = ({ metric, value, comparison, threshold }: Pick<Alert, 'metric' | 'value' | 'comparison' | 'threshold'>): string =>
  `${alertValueText(metric, value)} ${comparison === 'above' ? '>' : '<'} ${alertValueText(metric, threshold)}`;
