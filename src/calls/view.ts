import type { CallView } from '../../shared/events.ts';
import { displayNumber } from '../modules/telephony/phone-number.ts';
import type { LiveContent } from './journal.ts';
import type { CallPhase, CallState } from './types.ts';

/** A number for people; empty when there is none. */
const numberForPeople = (number: string | null): string => (number === null ? '' : displayNumber(number));

/** The sealed part of the call's record. */
export const contentOf = (state: CallState): LiveContent => ({
  callerNumber: numberForPeople(state.party.number),
  callerName: state.party.name,
  withheldReason: state.party.withheldReason,
  dialledNumber: displayNumber(state.dialled),
});

const PHASES: Readonly<Record<CallPhase, CallView['phase']>> = {
  setup: 'ivr',
  ivr: 'ivr',
  queued: 'queued',
  ringing: 'ringing',
  dialling: 'ringing',
  talking: 'talking',
  held: 'held',
  connecting: 'ringing',
  parked: 'held',
  ending: 'ended',
  ended: 'ended',
};

const iso = (wall: number): string => new Date(wall).toISOString();

/** The call as desks and boards see it. */
export function viewOf(state: CallState): CallView {
  const agent = state.agent ?? state.lastAgent;
  return {
    callId: state.id,
    direction: state.direction,
    channel: state.channel,
    phase: PHASES[state.phase],
    callerNumber: numberForPeople(state.party.number),
    callerName: state.party.name,
    withheldReason: state.party.withheldReason,
    dialledNumber: displayNumber(state.dialled),
    queueId: state.queue?.queueId ?? null,
    queueName: state.queue?.name ?? '',
    agentId: agent?.agentId || null,
    agentName: agent?.name ?? '',
    startedAt: iso(state.startedWall),
    queuedAt: state.queuedWall === null ? null : iso(state.queuedWall),
    position: state.phase === 'queued' || state.phase === 'ringing' ? state.position : 0,
    expected: state.phase === 'queued' && state.expected ? { from: iso(state.expected.fromWall), to: iso(state.expected.toWall) } : null,
    answeredAt: state.answeredWall === null ? null : iso(state.answeredWall),
    recording: state.recording !== null && state.recording.stage === 'running',
    recordingPaused: state.recording?.paused ?? false,
    heldSince: state.held ? iso(state.held.since) : null,
    holdAlarm: Math.min(2, state.held?.told ?? 0),
    sos: state.conduct?.sos ?? false,
    warned: state.conduct?.warned ?? false,
    recordingResumesAt: state.recording?.paused && state.timers.pauseOver !== undefined ? iso(state.timers.pauseOver) : null,
    parkSlot: state.park?.slot ?? null,
    parties: state.parties.flatMap(({ id, role, agentId: who, name, number, stage }) =>
      role === 'supervisor' || role === 'device' ? [] : [{ partyId: id, role, agentId: who, name, number, stage }],
    ),
    path: state.path,
  };
}
