import { announce, markSos } from './conduct.ts';
import { onDeviceChange } from './device-answer.ts';
import { takeOver } from './leaving.ts';
import { addParty, connected, dropParty, inviteParty, MAX_PARTIES, partyOf, putParty, type PartyChange } from './parties.ts';
import { notReached, park, reached, toQueue, transfer } from './phases/connecting.ts';
import { pauseRecording } from './recording.ts';
import type { CallRun } from './run.ts';
import { keepHold, watchHold } from './hold-alarm.ts';
import type { AgentCommand, CallEvent, HoldAlarm } from './types.ts';
import { wire } from './wiring.ts';

/** What the agent in the call asks for, the hang-up aside. What does not fit the moment changes nothing. */
export function onCommand(run: CallRun, action: Exclude<AgentCommand, { command: 'hangup' }>): void {
  const { state } = run;
  switch (action.command) {
    case 'hold':
      if (state.hold.byAgent) keepHold(run, action.alarm ?? null);
      else hold(run, true, action.alarm ?? null);
      return;
    case 'resume':
      if (state.hold.byAgent) hold(run, false);
      return;
    case 'dtmf':
      return run.media('sendDtmf', { endpoint: state.far.endpoint, digit: action.digit, durationMs: 160 });
    case 'transfer':
      if (partyOf(run, ({ role }) => role !== 'supervisor')) return;
      dropSupervisors(run);
      if (action.target.kind === 'queue') return toQueue(run, action.target.code);
      return transfer(run, action.target, state.agent?.agentId ?? null);
    case 'consult':
      if (state.parties.length >= MAX_PARTIES || partyOf(run, ({ role }) => role === 'consult')) return;
      inviteParty(run, 'consult', action.target, state.agent?.agentId ?? null);
      return state.hold.byAgent ? undefined : hold(run, true);
    case 'handOver':
      return handOver(run);
    case 'conference':
      return conference(run);
    case 'drop':
      return drop(run, action.party);
    case 'leave': {
      const next = partyOf(run, connected('member'));
      return next ? takeOver(run, next) : undefined;
    }
    case 'park':
      if (partyOf(run, ({ role }) => role !== 'supervisor')) return;
      dropSupervisors(run);
      return park(run, action.slot);
    case 'record':
      return pauseRecording(run, action.paused);
    case 'sos':
      return markSos(run);
    case 'announce':
      return announce(run, action.kind);
  }
}

/** The caller waits, or is back in the conversation. */
export function hold(run: CallRun, byAgent: boolean, alarm: HoldAlarm | null = null): void {
  watchHold(run, byAgent, alarm);
  run.state.hold = { ...run.state.hold, byAgent };
  const code = byAgent ? 'call.held' : 'call.resumed';
  run.step(code, {}, code);
  wire(run);
}

/** Who listens to an agent stops when that agent leaves the call. */
export function dropSupervisors(run: CallRun): void {
  for (const party of run.state.parties) if (party.role === 'supervisor') dropParty(run, party, 'agent left');
}

/** Completes a consulted transfer. */
function handOver(run: CallRun): void {
  const party = partyOf(run, connected('consult'));
  if (!party) return;
  dropSupervisors(run);
  takeOver(run, party);
}

function conference(run: CallRun): void {
  const party = partyOf(run, connected('consult'));
  if (!party) return;
  putParty(run, { ...party, role: 'member' });
  run.state.hold = { ...run.state.hold, byAgent: false };
  watchHold(run, false, null);
  run.step('call.conference', { party: party.id, agentId: party.agentId, number: party.number }, 'call.conference');
  wire(run);
}

/** Somebody leaves a conference; who was only consulted leaves the agent alone, and the caller on hold. */
function drop(run: CallRun, partyId: string): void {
  const party = partyOf(run, ({ id, role }) => id === partyId && role !== 'supervisor');
  if (!party) return;
  dropParty(run, party, 'dropped');
  run.step('call.party_left', { party: party.id });
  wire(run);
}

/** Somebody who was rung answered, did not, or left. */
export function onPartyChange(run: CallRun, { change, party }: NonNullable<PartyChange>): void {
  if (party.role === 'device') return onDeviceChange(run, { change, party });
  if (change === 'answered') {
    run.step('call.party_joined', { party: party.id, role: party.role, agentId: party.agentId, number: party.number });
    return party.role === 'transfer' ? reached(run, party) : wire(run);
  }
  if (party.role === 'transfer') return notReached(run, party);
  const isSupervisor = party.role === 'supervisor';
  dropParty(run, party, isSupervisor ? 'line lost' : change);
  if (!isSupervisor) run.step(change === 'failed' ? 'call.party_failed' : 'call.party_left', { party: party.id, status: party.refusal });
  wire(run);
}

/** An agent takes a parked caller. */
export function pickUp(run: CallRun, { agentId, name, endpoint }: Extract<CallEvent, { type: 'pickUp' }>): void {
  if (run.state.phase !== 'parked') return;
  run.step('call.picked_up', { agentId }, 'call.picked_up');
  takeOver(run, addParty(run, 'transfer', { agentId, name, endpoint }));
}
