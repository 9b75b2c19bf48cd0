import type { RoutingDecisionView } from '../../../../shared/api/calls.ts';

/** Why an agent did not get the call; `other` is a rule of a newer server. */
export type OutReason = 'idleShorter' | 'behind' | 'presence' | 'busy' | 'unhealthy' | 'station' | 'skill' | 'declinedThisCall' | 'moreCalls' | 'talksShorter' | 'declinedFurther' | 'other';

const OUT_REASONS: readonly string[] = ['idleShorter', 'behind', 'presence', 'busy', 'unhealthy', 'station', 'skill', 'declinedThisCall', 'moreCalls', 'talksShorter', 'declinedFurther'];

/** The facts of one routing decision in the order in which a person asks for them. */
export interface RoutingReason {
  /** The agent who got the call; null = nobody was free. */
  chosen: { name: string; idleMs: number | null; score: number | null; lines?: { load: number; capacity: number } } | null;
  waitedMs: number;
  considered: number;
  skills: readonly { skill: string; level: number }[];
  /** The others by reason, most numerous first. Only stored candidates are named. */
  others: readonly { reason: OutReason; names: readonly string[]; nextIdleMs: number | null; scores: readonly (number | null)[]; problems: readonly (readonly string[])[] }[];
  /** Agents looked at whose verdict is not stored (only the first twenty are). */
  notListed: number;
}

/** Puts a stored decision into the order of an explanation. */
export function routingReason(decision: RoutingDecisionView): RoutingReason {
  const winner = decision.candidates.find((candidate) => candidate.verdict === 'chosen');
  const groups = new Map<OutReason, { names: string[]; nextIdleMs: number | null; scores: (number | null)[]; problems: string[][] }>();
  for (const candidate of decision.candidates) {
    if (candidate.verdict === 'chosen') continue;
    const reason = outReason(candidate.verdict);
    const group = groups.get(reason) ?? { names: [], nextIdleMs: null, scores: [], problems: [] };
    group.names.push(candidate.agentName);
    group.scores.push(candidate.score);
    group.problems.push(candidate.problems);
    if (candidate.idleMs !== null) group.nextIdleMs = Math.max(group.nextIdleMs ?? 0, candidate.idleMs);
    groups.set(reason, group);
  }
  return {
    chosen: decision.agentId === null ? null : { name: decision.agentName, idleMs: winner?.idleMs ?? null, score: winner?.score ?? null, ...(winner?.load !== undefined && winner.capacity !== undefined && { lines: { load: winner.load, capacity: winner.capacity } }) },
    waitedMs: decision.waitedMs,
    considered: decision.considered,
    skills: Object.entries(decision.requiredSkills).map(([skill, level]) => ({ skill, level })),
    others: [...groups].map(([reason, group]) => ({ reason, ...group })).sort((a, b) => b.names.length - a.names.length),
    notListed: Math.max(0, decision.considered - decision.candidates.length),
  };
}

const outReason = (verdict: string): OutReason => (OUT_REASONS.includes(verdict) ? (verdict as OutReason) : 'other');
