import type { AgentConfig } from '../acd/types.ts';
import { agentConfigs, runtimeQueue } from '../calls/routing-config.ts';
import type { RoutingConfig } from '../modules/telephony/tenant-config.ts';
import { dutiesOf, generatedCalls } from './generate.ts';
import type { Scenario } from './scenario.ts';

/** A day of one queue of a tenant, made up of a forecast. Times in ms. */
export interface PlannedDay {
  routing: RoutingConfig;
  queueId: string;
  intervalMs: number;
  /** Expected calls in each interval. */
  arrivals: readonly number[];
  /** On duty in the intervals in which calls are expected. */
  agents: number;
  /** Means, exponential. */
  talkMs: number;
  patienceMs: number | null;
  wrapUpMs: number;
  ringMs: number;
  seed: number;
  shortMs: number;
}

/** As many agents as wanted: those of the queue, then doubles of them, so that their skills are what they are. */
function agentsFor({ routing, queueId, agents }: PlannedDay): AgentConfig[] {
  const members = agentConfigs(routing).filter(({ queueIds }) => queueIds.includes(queueId));
  const able: AgentConfig = { agentId: 'agent', kind: 'browser', name: '', skills: routing.queues.find(({ id }) => id === queueId)?.requiredSkills ?? {}, queueIds: [queueId], stationUri: null };
  return Array.from({ length: agents }, (_, index) => {
    const of = members[index % members.length] ?? able;
    return { ...of, agentId: `${of.agentId}+${index}` };
  });
}

/** The scenario of a planned day, under the queue's own routing. Its calendar is left out: calls come when they are expected. */
export function plannedScenario(day: PlannedDay): Scenario {
  const { routing, queueId, arrivals, intervalMs, seed, shortMs } = day;
  const agents = agentsFor(day);
  const staff = arrivals.map((expected) => (expected > 0 ? agents.length : 0));
  const duties = dutiesOf({ staff, arrivals, intervalMs }, (index) => agents[index]?.agentId ?? '');
  const calls = generatedCalls({ ...day, staff, thresholdMs: 0 }, queueId);
  return { seed, shortMs, endMs: arrivals.length * intervalMs, queues: routing.queues.map(runtimeQueue), agents, duties, closings: [], calls, callbacks: null };
}
