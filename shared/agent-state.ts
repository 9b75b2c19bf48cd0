import type { AgentView } from './events.ts';

/** What an agent is doing, in one word: work first (a call is a call whatever was chosen), then health, then presence. */
export type AgentState = 'offered' | 'talking' | 'wrapUp' | 'unhealthy' | 'available' | 'break' | 'away' | 'offline';

/** States in the order a supervisor looks for them: those at work, those who cannot work, those who wait, those who are out. */
export const AGENT_STATES = ['offered', 'talking', 'wrapUp', 'unhealthy', 'available', 'break', 'away', 'offline'] as const satisfies readonly AgentState[];

export function agentState(agent: Pick<AgentView, 'work' | 'presence' | 'problems'>): AgentState {
  if (agent.work !== 'idle') return agent.work;
  if (agent.presence === 'available' && agent.problems.length > 0) return 'unhealthy';
  return agent.presence;
}
