import type { AlertRule } from '../../../shared/api/alerts.ts';

/** What a rule says; who changed it when does not matter here. */
export type WatchedRule = Pick<AlertRule, 'id' | 'name' | 'metric' | 'queueId' | 'comparison' | 'threshold' | 'forSeconds' | 'recipients' | 'webhookUrl' | 'webhookSecret' | 'active'>;

/** Nobody has to think of it: when calls out are stopped, supervisors see it. Mail and webhooks take a rule of the tenant's own. */
export const STOP_RULE: WatchedRule = {
  id: '00000000-0000-7000-8000-000000000001',
  name: '発信の自動停止 / Outbound calls stopped',
  metric: 'outboundStops',
  queueId: null,
  comparison: 'above',
  threshold: 0,
  forSeconds: 0,
  recipients: [],
  webhookUrl: '',
  webhookSecret: '',
  active: true,
};
