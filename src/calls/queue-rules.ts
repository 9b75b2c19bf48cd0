import { parseSkills, type SkillExpression } from '../../shared/skills/expression.ts';
import { SIMPLE, type PreferredAgent, type QueueRules } from '../acd/rules.ts';
import type { RoutingRow } from '../modules/telephony/tenant-config.ts';

/** A stored expression was checked when it was written; what cannot be read any more demands nothing. */
function expressionOf(text: string): SkillExpression | null {
  const parsed = parseSkills(text);
  return 'expression' in parsed ? parsed.expression : null;
}

/** The rules of a queue; undefined for the simple case, which is then recognised at no cost. */
export function queueRules(row: RoutingRow): QueueRules | undefined {
  const rules: QueueRules = {
    order: row.order as QueueRules['order'],
    weight: row.weight,
    ageingPerMinute: row.ageingPerMinute,
    expression: expressionOf(row.skillExpression),
    rings: row.rings.map(({ waitMs, skillExpression, levelsDown, queueIds }) => ({ waitMs, expression: expressionOf(skillExpression), levelsDown, queueIds })),
    maxWaitMs: row.maxWaitMs,
    maxLength: row.maxLength,
    noAgents: row.noAgents as QueueRules['noAgents'],
  };
  return JSON.stringify(rules) === JSON.stringify(SIMPLE) ? undefined : rules;
}

/** How long a queue's calls wait for somebody in particular, ms; 0 = not at all. */
export interface PreferredWaits {
  lastAgentMs: number;
  ownerMs: number;
}

/** Whom a call asks first: who spoke with the customer last, then who looks after them. Nobody is asked twice. */
export function preferredAgents(found: { lastAgentId: string | null; ownerId: string | null }, waits: PreferredWaits): PreferredAgent[] {
  const { lastAgentId, ownerId } = found;
  const last = lastAgentId !== null && waits.lastAgentMs > 0 ? [{ agentId: lastAgentId, reason: 'lastAgent' as const, waitMs: waits.lastAgentMs }] : [];
  const owner = ownerId !== null && waits.ownerMs > 0 && last[0]?.agentId !== ownerId ? [{ agentId: ownerId, reason: 'owner' as const, waitMs: waits.ownerMs }] : [];
  return [...last, ...owner];
}
