import { answerCaller, refuse } from '../caller-answer.ts';
import { newFlowState } from '../../ivr/interpreter.ts';
import type { DialOutcome } from '../../ivr/types.ts';
import { endCall, outcomeOf } from '../end.ts';
import { restartFlowAt } from '../flow.ts';
import { releaseAgent, takeOver } from '../leaving.ts';
import { dropParty, inviteParty, partyOf } from '../parties.ts';
import type { PartyPart, PartyTarget } from '../party.ts';
import { tellReferrer } from '../refer-status.ts';
import type { CallRun } from '../run.ts';
import type { SipLegState } from '../leg-state.ts';
import type { CallEvent } from '../types.ts';
import { wire } from '../wiring.ts';
import { dialOver, outcomeOfParty } from './dial-over.ts';
import { onFarGone } from './far-gone.ts';

/** How long a parked caller waits before who parked them is called, ms. */
const PARK_MS = 180_000;

/** connecting: somebody is rung for the far party; parked: anybody may come. */
export function onConnecting(run: CallRun, event: CallEvent): void {
  if (onFarGone(run, event)) return;
  const { state } = run;
  if (event.type === 'sip' && event.event.type === 'ended' && event.event.legId === state.agent?.sip?.legId) return referrerGone(run);
  if (event.type === 'dialPretended') return pretended(run, event.outcome);
  if (event.type === 'timer' && event.timer === 'park') return recall(run, state.park?.by ?? null);
  // After a restart: nobody is rung any more.
  if (event.type === 'resumed' && state.phase === 'connecting' && !partyOf(run, ({ role }) => role === 'transfer')) {
    if (state.dial) dialOver(run, 'failed');
    else if (state.agent) backToReferrer(run, 503);
    else recall(run, state.connecting?.by ?? null);
  }
}

/** A draft's transfer that nobody was called for. */
function pretended(run: CallRun, outcome: DialOutcome): void {
  if (!run.state.dial) return;
  const party = partyOf(run, ({ role }) => role === 'transfer');
  if (party) dropParty(run, party, 'pretended');
  dialOver(run, outcome);
}

/** The agent's side gives the call away without waiting for the answer. */
export function transfer(run: CallRun, target: PartyTarget, by: string | null): void {
  releaseAgent(run, 'transferred');
  ringFor(run, target, { reason: 'transfer', by });
}

/** Somebody is rung for the far party, which hears that. */
export function ringFor(run: CallRun, target: PartyTarget, connecting: NonNullable<CallRun['state']['connecting']>): void {
  const { state } = run;
  state.connecting = connecting;
  state.park = null;
  run.setPhase('connecting');
  run.stopPlay();
  inviteParty(run, 'transfer', target, connecting.by);
  wire(run);
}

/** A telephone's own call: it rings until whom it called answers. */
export function startDirect(run: CallRun, target: PartyTarget): void {
  const { sip } = run.state.far;
  if (sip) run.sip({ type: 'sip', command: 'ring', legId: sip.legId });
  ringFor(run, target, { reason: 'direct', by: null });
}

/** Who was rung answered. */
export function reached(run: CallRun, party: PartyPart): void {
  const { far } = run.state;
  if (far.sip?.state === 'early' && far.sip.readyAnswer !== undefined) answerBrowser(run, far.sip, far.sip.readyAnswer);
  if (far.sip?.state === 'early' && far.sip.local && !answerCaller(run, far.sip, far.sip.local)) return;
  tellReferrer(run, 200);
  takeOver(run, party);
}

/** The telephone that asked for a transfer does not wait for its end. */
function referrerGone(run: CallRun): void {
  run.state.refer = null;
  releaseAgent(run, 'transferred');
}

/** It has the call again. */
function backToReferrer(run: CallRun, status: number): void {
  tellReferrer(run, status);
  run.state.connecting = null;
  run.stopPlay();
  run.setPhase('talking');
  wire(run);
}

/** A softphone's own call over ICE: it connects from here on. */
function answerBrowser(run: CallRun, ready: SipLegState, sdp: string): void {
  const leg = { ...ready };
  delete leg.readyAnswer;
  run.state.far = { ...run.state.far, sip: { ...leg, state: 'up' } };
  run.sip({ type: 'sip', command: 'answer', legId: leg.legId, sdp });
}

/** Who was rung did not answer: the far party goes back to where it came from. */
export function notReached(run: CallRun, party: PartyPart): void {
  const { state } = run;
  const { connecting } = state;
  run.step('call.party_failed', { party: party.id, status: party.refusal });
  dropParty(run, party, 'not reached');
  if (state.dial) return dialOver(run, outcomeOfParty(party), party.refusal);
  if (state.agent) return backToReferrer(run, party.refusal);
  if (connecting?.reason === 'direct') return refuse(run, party.refusal, `sip_${party.refusal}`);
  if (connecting?.reason === 'transfer' && connecting.by !== null) return recall(run, connecting.by);
  back(run);
}

function recall(run: CallRun, by: string | null): void {
  run.clearTimer('park');
  if (by === null) return back(run);
  run.step('call.recalled', { agentId: by });
  ringFor(run, { kind: 'agent', agentId: by }, { reason: 'recall', by: null });
}

/** To the head of the queue again, or the end when the call came from none. */
function back(run: CallRun): void {
  const { state } = run;
  const node = state.flow?.state.node;
  state.connecting = null;
  state.park = null;
  if (!state.queue || node === undefined) return endCall(run, { outcome: outcomeOf(state), by: 'system', reason: 'nobody_there' });
  run.stopPlay();
  run.step('call.requeued');
  restartFlowAt(run, node);
}

/** Into another queue, at its end. */
export function toQueue(run: CallRun, code: string): void {
  const { state } = run;
  releaseAgent(run, 'transferred');
  run.stopPlay();
  run.step('call.transferred', { queue: code }, 'call.transferred');
  state.queuedAt = null;
  const queue = { verb: 'queue', queue: code, priority: 0, requiredSkills: {}, announceEveryMs: 0, maxWaitMs: 0, overflow: 'end' } as const;
  const definition = { start: 'queue', nodes: { queue, end: { verb: 'hangup' } } } as const;
  state.flow = { definition, state: newFlowState(definition) };
  restartFlowAt(run, 'queue');
}

/** The caller waits at a number until somebody takes them. */
export function park(run: CallRun, slot: number): void {
  const { state } = run;
  const by = state.agent?.agentId ?? null;
  releaseAgent(run, 'parked');
  state.park = { slot, by };
  run.setPhase('parked');
  run.setTimer('park', PARK_MS);
  run.step('call.parked', { slot }, 'call.parked');
  wire(run);
}
