import { type AlertMetric, QUEUE_METRICS } from '../../../shared/api/alerts.ts';
import type { Actor, TenantTx, WithTenant } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import { enqueue } from '../outbox/outbox.ts';
import { CALM, watchFigure, type Watch } from './alert-watch.ts';
import { STOP_RULE, type WatchedRule } from './alert-rule.ts';
import { alertMail, alertWebhook, type AlertNews } from './alert-texts.ts';
import { allRules, insertAlert, openAlerts, resolveAlert } from './alerts.queries.ts';
import { alertPlace, ruleView, type AlertContent } from './alerts.service.ts';

const ACTOR: Actor = { kind: 'system', id: 'alerts', ip: '' };

/** The live side's figures of one queue. */
export interface QueueFigures {
  queueId: string;
  name: string;
  waiting: number;
  longestWaitMs: number | null;
  availableAgents: number;
  offeredToday: number;
  answeredToday: number;
  abandonedToday: number;
}

export interface LiveFigures {
  queues: readonly QueueFigures[];
  /** Browser agents who are available but are not offered calls. */
  unhealthyAgents: number;
  outbound: { callsLastHour: number; refused: number; cost: number; stops: number };
}

const share = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

type QueueMetric = 'waiting' | 'longestWait' | 'availableAgents' | 'answerRateToday' | 'abandonRateToday';

/** The value of a metric; null when there is none. */
function valueOf(metric: AlertMetric, queue: QueueFigures | null, figures: LiveFigures): number | null {
  switch (metric) {
    case 'unhealthyAgents':
      return figures.unhealthyAgents;
    case 'outboundCallsLastHour':
      return figures.outbound.callsLastHour;
    case 'outboundRefused':
      return figures.outbound.refused;
    case 'outboundCostToday':
      return figures.outbound.cost;
    case 'outboundStops':
      return figures.outbound.stops;
    default:
      return queue && valueOfQueue(metric, queue);
  }
}

function valueOfQueue(metric: QueueMetric, queue: QueueFigures): number | null {
  switch (metric) {
    case 'waiting':
      return queue.waiting;
    case 'longestWait':
      return queue.longestWaitMs ?? 0;
    case 'availableAgents':
      return queue.availableAgents;
    case 'answerRateToday':
      return share(queue.answeredToday, queue.offeredToday);
    case 'abandonRateToday':
      return share(queue.abandonedToday, queue.offeredToday);
  }
}

/** A rule's own copy for each queue that it watches. */
interface Watched {
  watch: Watch;
  alertId: string | null;
}

interface AlertJobDeps {
  withTenant: WithTenant;
  clock: Clock;
  /** Null while the tenant is not live here. */
  figuresOf: (tenantId: string) => LiveFigures | null;
  /** Without one no mail is written. */
  canSendMail: boolean;
}

/** Looks at the rules of a tenant, raises and resolves alerts, and tells people and programs. */
export class AlertJob {
  readonly name = 'alerts';
  readonly #deps: AlertJobDeps;
  readonly #tenants = new Map<string, Map<string, Watched>>();

  constructor(deps: AlertJobDeps) {
    this.#deps = deps;
  }

  async run(tenantId: string): Promise<void> {
    const figures = this.#deps.figuresOf(tenantId);
    if (!figures) return;
    const before = this.#tenants.get(tenantId);
    const watched = await this.#deps.withTenant(tenantId, ACTOR, (tx) => this.#look(tx, figures, before ?? null));
    // Only what is committed counts: a round that failed is made again.
    this.#tenants.set(tenantId, watched);
  }

  async #look(tx: TenantTx, figures: LiveFigures, before: ReadonlyMap<string, Watched> | null): Promise<Map<string, Watched>> {
    const known = before ?? (await afterRestart(tx));
    const after = new Map<string, Watched>();
    for (const rule of [STOP_RULE, ...(await allRules(tx)).map((row) => ruleView(tx, row))]) {
      if (!rule.active) continue;
      for (const queue of queuesOf(rule, figures)) {
        const key = keyOf(rule.id, queue?.queueId ?? null);
        after.set(key, await this.#one(tx, rule, queue, valueOf(rule.metric, queue, figures), known.get(key) ?? { watch: CALM, alertId: null }));
      }
    }
    // Of rules that were removed, stopped or moved to another queue.
    for (const [key, { alertId }] of known) if (!after.has(key) && alertId !== null) await this.#resolved(tx, alertId);
    return after;
  }

  async #one(tx: TenantTx, rule: WatchedRule, queue: QueueFigures | null, value: number | null, before: Watched): Promise<Watched> {
    const { clock } = this.#deps;
    const { watch, outcome } = watchFigure(before.watch, { ...rule, forMs: rule.forSeconds * 1000 }, value, clock.monotonic());
    if (outcome === 'none') return { ...before, watch };
    if (outcome === 'resolve') {
      if (before.alertId !== null) await this.#resolved(tx, before.alertId);
      return { watch, alertId: null };
    }
    const alertId = newId();
    const at = new Date(clock.wall());
    await insertAlert(tx, {
      id: alertId,
      rule_id: rule.id,
      metric: rule.metric,
      queue_id: queue?.queueId ?? null,
      threshold: rule.threshold,
      comparison: rule.comparison,
      value: value ?? 0,
      raised_at: at,
      sealed: tx.vault.seal(alertPlace(alertId), { name: rule.name } satisfies AlertContent),
    });
    await tx.audit({ code: 'alert.raised', subject: { kind: 'alert', id: alertId }, detail: { ruleId: rule.id, name: rule.name, metric: rule.metric, queue: queue?.name ?? '', value, threshold: rule.threshold } });
    await this.#tell(tx, rule, { alertId, rule, queueName: queue?.name ?? '', value: value ?? 0, at });
    return { watch, alertId };
  }

  async #tell(tx: TenantTx, rule: WatchedRule, news: AlertNews): Promise<void> {
    if (rule.recipients.length > 0 && this.#deps.canSendMail) await enqueue(tx, 'alert', { kind: 'mail', content: alertMail(news) });
    if (rule.webhookUrl !== '') await enqueue(tx, 'alert', { kind: 'webhook', content: alertWebhook(news) });
  }

  async #resolved(tx: TenantTx, alertId: string): Promise<void> {
    await resolveAlert(tx, alertId, new Date(this.#deps.clock.wall()));
    await tx.audit({ code: 'alert.resolved', subject: { kind: 'alert', id: alertId }, detail: {} });
  }
}

const keyOf = (ruleId: string, queueId: string | null): string => `${ruleId} ${queueId ?? ''}`;

/** The queues that a rule watches, each by itself; null stands for the whole centre. */
function queuesOf(rule: WatchedRule, { queues }: LiveFigures): readonly (QueueFigures | null)[] {
  if (!QUEUE_METRICS.has(rule.metric)) return [null];
  return rule.queueId === null ? queues : queues.filter(({ queueId }) => queueId === rule.queueId);
}

/** Alerts that were open when the product stopped go on: they are not raised again. */
async function afterRestart(tx: TenantTx): Promise<Map<string, Watched>> {
  const rows = await openAlerts(tx);
  return new Map(rows.map((row) => [keyOf(row.rule_id, row.queue_id), { watch: { ...CALM, isRaised: true }, alertId: row.id }]));
}
