import { AGENT_STATES, agentState, type AgentState } from '../../../../shared/agent-state.ts';
import type { AgentView, CallView, QueueView } from '../../../../shared/events.ts';
import type { BoardModel } from './board-model.ts';

/** Browser agents before stations, then by state, longest in it first, then by name. */
export function sortAgents(agents: readonly AgentView[]): AgentView[] {
  const rank = (agent: AgentView): number => AGENT_STATES.indexOf(agentState(agent));
  return [...agents].sort(
    (a, b) =>
      Number(a.kind === 'station') - Number(b.kind === 'station') ||
      rank(a) - rank(b) ||
      Date.parse(a.since) - Date.parse(b.since) ||
      a.name.localeCompare(b.name, 'ja'),
  );
}

/** What the agent is once call and wrap-up are over: choosing it changes nothing, choosing another takes it back. */
export const chosenStatus = ({ presence, reasonId, next }: Pick<AgentView, 'presence' | 'reasonId' | 'next'>): { presence: AgentView['presence']; reasonId: string | null } => next ?? { presence, reasonId };

/** By name and never by load: rows that change places cannot be read. */
export const sortQueues = (queues: readonly QueueView[]): QueueView[] =>
  [...queues].sort((a, b) => a.name.localeCompare(b.name, 'ja') || a.code.localeCompare(b.code));

const PHASES: readonly CallView['phase'][] = ['queued', 'ringing', 'talking', 'held', 'ivr', 'ended'];

/** Those who wait first, and of each phase the longest first. */
export const sortCalls = (calls: readonly CallView[]): CallView[] =>
  [...calls].sort((a, b) => PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase) || Date.parse(a.startedAt) - Date.parse(b.startedAt));

/** How many agents are in each state. */
export function countStates(agents: readonly AgentView[]): Record<AgentState, number> {
  const counts = { offered: 0, talking: 0, wrapUp: 0, unhealthy: 0, available: 0, break: 0, away: 0, offline: 0 };
  for (const agent of agents) counts[agentState(agent)] += 1;
  return counts;
}

/**
 * 応答率: answered / offered of today, in percent with one decimal; null while nothing was offered. Callers still waiting are
 * in the denominator, so the figure dips while a queue is full and is exact once it is empty.
 */
export function answerRate(queue: Pick<QueueView, 'offeredToday' | 'answeredToday'>): number | null {
  if (queue.offeredToday === 0) return null;
  return Math.round((queue.answeredToday / queue.offeredToday) * 1000) / 10;
}

/** How urgent a queue is: somebody waits (and nobody is free), or waits longer than `serious` ms. */
export function queueAlarm(queue: QueueView, now: number, serious = 60_000): 'calm' | 'waiting' | 'serious' {
  if (queue.waiting === 0) return 'calm';
  if (queue.oldestSince !== null && now - Date.parse(queue.oldestSince) >= serious) return 'serious';
  return 'waiting';
}

export interface BoardTotals {
  waiting: number;
  talking: number;
  available: number;
  /** Of those available: external stations. */
  availableStations: number;
  wrapUp: number;
  offered: number;
  answered: number;
  abandoned: number;
  oldestSince: string | null;
}

/** The room as a whole. Agents are counted once each, however many queues they serve. */
export function boardTotals(model: BoardModel): BoardTotals {
  const queues = Object.values(model.queues);
  const agents = Object.values(model.agents);
  const states = countStates(agents);
  const sum = (pick: (queue: QueueView) => number): number => queues.reduce((total, queue) => total + pick(queue), 0);
  return {
    waiting: sum((queue) => queue.waiting),
    talking: states.talking,
    available: states.available,
    availableStations: countStates(agents.filter((agent) => agent.kind === 'station')).available,
    wrapUp: states.wrapUp,
    offered: sum((queue) => queue.offeredToday),
    answered: sum((queue) => queue.answeredToday),
    abandoned: sum((queue) => queue.abandonedToday),
    oldestSince: queues.map((queue) => queue.oldestSince).filter((since) => since !== null).sort()[0] ?? null,
  };
}

/** The moment from which a call's visible timer runs: talking since the answer, waiting since the queue, else since its start. */
export function callTimerSince(call: CallView): string {
  if (call.phase === 'talking' || call.phase === 'held') return call.answeredAt ?? call.startedAt;
  if (call.phase === 'queued' || call.phase === 'ringing') return call.queuedAt ?? call.startedAt;
  return call.startedAt;
}
