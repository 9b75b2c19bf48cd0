import { modelOf, type AcdState } from './acd.ts';
import { agentSnapshot, queueSnapshot } from './snapshot.ts';
import type { AgentSnapshot, QueueSnapshot } from './types.ts';
import { wrapUpView } from './wrap-up.ts';

/** All agents, for a board that connects. */
export function agentsOf(state: AcdState): AgentSnapshot[] {
  const model = modelOf(state);
  return [...model.agents.values()].map((agent) => {
    const offer = agent.offerId === null ? undefined : model.offers.get(agent.offerId);
    return agentSnapshot(agent, offer?.callId ?? null, wrapUpView({ model }, agent));
  });
}

/** All queues, for a board that connects. */
export function queuesOf(state: AcdState): QueueSnapshot[] {
  return [...modelOf(state).queues.values()].map(queueSnapshot);
}

/** Where a call waits; null when it does not. Position 1 = next. */
export function waitingCall(
  state: AcdState,
  callId: string,
): { queueId: string; queuedAt: number; offerId: string | null; position: number } | null {
  const call = modelOf(state).calls.get(callId);
  if (!call) return null;
  const { queueId, queuedAt, offerId } = call;
  const waiting = modelOf(state).queues.get(queueId)?.waiting ?? [];
  return { queueId, queuedAt, offerId, position: waiting.indexOf(call) + 1 };
}
