/** The agents in a call, for lamps. Pure. */
import type { CallState } from '../types.ts';
import type { LampCall } from './dialog-store.ts';

/** By agent. The other side's number is left out: a telephone has no permission to see callers. */
export function agentDialogs(state: CallState): Map<string, LampCall> {
  const found = new Map<string, LampCall>();
  if (state.phase === 'ending' || state.phase === 'ended') return found;
  const { agent, direction, phase, id } = state;
  if (agent && agent.agentId !== '') {
    const isDialling = direction === 'outbound' && (phase === 'setup' || phase === 'dialling');
    const stage = isDialling ? (phase === 'setup' ? 'trying' : 'early') : agent.stage === 'connected' ? 'confirmed' : 'early';
    found.set(agent.agentId, { id, direction: direction === 'outbound' ? 'initiator' : 'recipient', state: stage, remoteUser: null });
  }
  for (const { agentId, role, stage } of state.parties) {
    // Who listens is not shown to everybody's lamps.
    if (agentId === null || role === 'supervisor' || stage === 'locating' || found.has(agentId)) continue;
    found.set(agentId, { id, direction: 'recipient', state: stage === 'connected' ? 'confirmed' : 'early', remoteUser: null });
  }
  return found;
}
