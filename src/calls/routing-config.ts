import type { AgentConfig } from '../acd/types.ts';
import type { TenantTelephony } from '../modules/telephony/tenant-config.ts';
import { queueRules } from './queue-rules.ts';
import type { RuntimeQueue } from './tenant-runtime.ts';

/** The queue as a running tenant has it. */
export function runtimeQueue({ id, routing, emergencyUntil, ...row }: TenantTelephony['queues'][number]): RuntimeQueue {
  const { holdAlarmSeconds: _, ...queue } = row;
  const rules = queueRules(routing);
  const { lastAgentMs, ownerMs, hours } = routing;
  return {
    queueId: id,
    ...queue,
    ...(rules && { rules }),
    ...(lastAgentMs + ownerMs > 0 && { prefers: { lastAgentMs, ownerMs } }),
    ...(hours !== null && { hours }),
    ...(emergencyUntil !== null && { emergencyUntil }),
  };
}

/** Everybody who can be offered calls. */
export const agentConfigs = (telephony: Pick<TenantTelephony, 'agents' | 'stations'>): AgentConfig[] => [
  ...telephony.agents.map(({ id, name, skills, queueIds, places, capacity = 1 }) => ({
    agentId: id,
    kind: 'browser' as const,
    name,
    skills,
    queueIds,
    places,
    ...(capacity > 1 && { capacity }),
    stationUri: null,
  })),
  ...telephony.stations.map(({ id, name, queueId, sipUri }) => ({
    agentId: id,
    kind: 'station' as const,
    name,
    skills: {},
    queueIds: [queueId],
    stationUri: sipUri,
  })),
];
