import { dropAgent } from './end.ts';
import { startTalking } from './phases/talk.ts';
import { asAgent } from './parties.ts';
import type { PartyPart } from './party.ts';
import type { CallRun } from './run.ts';
import { wire } from './wiring.ts';

/** The agent's side leaves a call that goes on: free again, told so, and out of the sound. */
export function releaseAgent(run: CallRun, reason: string): void {
  const { state } = run;
  const { agent } = state;
  if (!agent) return;
  const { agentId, kind } = agent;
  if (kind !== 'external') run.acd({ type: 'released', agentId, callId: state.id });
  if (kind === 'browser' || kind === 'device') {
    run.effects.push({ type: 'deskCallEnded', agentId, by: 'agent', wrapUp: state.queue !== null && state.answeredWall !== null });
  }
  run.clearTimer('lineGrace');
  state.agent = null;
  state.hold = { byAgent: false, lineLost: false };
  wire(run);
  state.agent = agent;
  dropAgent(run, reason);
}

/** A connected party becomes the call's agent side; who was it before is free. */
export function takeOver(run: CallRun, party: PartyPart): void {
  const { state } = run;
  const from = state.agent?.agentId ?? state.connecting?.by ?? null;
  releaseAgent(run, 'transferred');
  run.clearTimer('park');
  state.connecting = null;
  state.park = null;
  state.parties = state.parties.filter(({ id }) => id !== party.id);
  const agent = asAgent(party);
  state.agent = agent;
  // Who listened or took a parked caller was in the call for no queue: now it is theirs, with its wrap-up.
  if (party.agentId !== null && state.queue) run.acd({ type: 'seized', agentId: party.agentId, callId: state.id, queueId: state.queue.queueId });
  if (state.direct === null || state.answeredWall !== null) {
    run.step('call.transferred', { from, to: agent.agentId || party.number }, 'call.transferred');
  } else run.step('call.answered', { number: party.number }, 'call.answered');
  startTalking(run, agent);
}
