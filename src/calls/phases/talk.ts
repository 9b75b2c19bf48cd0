import { endFlow } from '../flow.ts';
import type { CallRun } from '../run.ts';
import type { AgentPart } from '../types.ts';
import { wire } from '../wiring.ts';

/** How long a caller waits, with music, for an agent's browser to come back, ms. */
const LINE_GRACE_MS = 20_000;

/** Somebody has the call. */
export function startTalking(run: CallRun, agent: AgentPart): void {
  const { state, moment } = run;
  const isFirst = state.answeredWall === null;
  // A flow that dialled goes on when that conversation is over.
  if (!state.dial) endFlow(run);
  run.stopRingback();
  if (agent.kind !== 'external') {
    state.lastAgent = { agentId: agent.agentId, name: agent.name, kind: agent.kind === 'station' ? 'station' : 'browser' };
  }
  state.answeredWall ??= moment.wall;
  if (isFirst && state.queue && !state.dial) run.effects.push({ type: 'count', what: 'answered', queueId: state.queue.queueId });
  state.hold = { byAgent: false, lineLost: false };
  run.setPhase('talking');
  if (agent.endpoint) wire(run);
  else lineLost(run);
}

/** The agent's browser is gone: music, and a while for it to come back. */
export function lineLost(run: CallRun): void {
  const { state } = run;
  if (state.hold.lineLost) return;
  state.hold = { ...state.hold, lineLost: true };
  if (state.agent) state.agent = { ...state.agent, endpoint: null };
  wire(run);
  run.step('call.line_lost');
  run.setTimer('lineGrace', LINE_GRACE_MS);
}
