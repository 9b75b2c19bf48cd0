import { offerFor } from '../../protocol/sdp/negotiate.ts';
import { closePart } from '../end.ts';
import { hangupLeg, readAnswer } from '../legs.ts';
import { ELSEWHERE, ringDevices, stopDevices } from '../parties.ts';
import type { CallRun } from '../run.ts';
import { putRung, rungWith, takeRung } from '../rung.ts';
import type { AgentPart, CallEvent, CallOffer } from '../types.ts';
import { startTalking } from './talk.ts';

/** SIP statuses by which a station says "not me, not now": counted as declined, unlike a station that cannot be reached. */
const DECLINING: ReadonlySet<number> = new Set([486, 600, 603]);

/** queued, ringing: what acd and the station being rung say. */
export function onRinging(run: CallRun, event: CallEvent): void {
  switch (event.type) {
    case 'offered':
      return ring(run, event.offer);
    case 'withdrawn':
      return withdraw(run, event.offerId, event.reason);
    case 'connect':
      return connect(run, event);
    case 'mediaDone':
      if (event.command === 'createRtpEndpoint') callStation(run, event.args.endpoint, event.result);
      return;
    case 'mediaFailed':
      if (event.endpoint !== null && event.endpoint === run.state.agent?.endpoint) undeliverable(run);
      return;
    case 'sip':
      return onStationLeg(run, event.event);
    default:
  }
}

function ring(run: CallRun, offer: CallOffer): void {
  const { state, moment } = run;
  if (state.phase !== 'queued' && state.phase !== 'ringing') return;
  const { offerId, agentId, name, kind, stationUri, timeoutMs, decision } = offer;
  const endpoint = kind === 'station' ? `${state.id}:s${run.nextPart()}` : null;
  const { idleMs = null, load, capacity } = decision.candidates[0] ?? {};
  const { rule, considered, waitedMs } = decision;
  putRung(state, {
    agentId,
    name,
    kind,
    offerId,
    stage: 'offered',
    endpoint,
    sip: null,
    stationUri,
    decision: { rule, idleMs, considered, waitedMs, ...(load !== undefined && { load }), ...(capacity !== undefined && { capacity }) },
    expiresWall: moment.wall + timeoutMs,
  });
  if (state.phase === 'queued') run.setPhase('ringing');
  run.journal({ kind: 'decision', id: moment.id, atWall: moment.wall, decision });
  run.step('call.offered', { agentId, offerId, rule, idleMs, waitedMs }, 'call.offered');
  if (endpoint === null) {
    run.effects.push({ type: 'ringDesk', agentId, offerId });
    ringDevices(run, offerId, offer.devices);
  } else run.media('createRtpEndpoint', { endpoint, remote: null });
}

/** The station's endpoint is there: INVITE. Acd's own timer ends the ringing. */
function callStation(run: CallRun, endpoint: string, local: { host: string; port: number }): void {
  const { state } = run;
  const { agent } = state;
  if (!agent || agent.endpoint !== endpoint || !agent.stationUri) {
    run.media('closeEndpoint', { endpoint });
    return;
  }
  const legId = `${endpoint}:leg`;
  state.agent = { ...agent, sip: { legId, state: 'early', local, sdpVersion: 1, awaitsAnswer: false } };
  const ringTimeoutMs = Math.max(1000, agent.expiresWall - run.moment.wall + 5000);
  const target = {
    uri: agent.stationUri,
    fromUser: state.party.number ?? 'anonymous',
    fromDisplayName: state.party.name,
    credentials: null,
    sdp: offerFor(local, 'sendrecv'),
    ringTimeoutMs,
  };
  run.sip({ type: 'sip', command: 'invite', legId, target });
}

function onStationLeg(run: CallRun, sip: Extract<CallEvent, { type: 'sip' }>['event']): void {
  const { state } = run;
  const { agent } = state;
  if (!agent?.sip || agent.sip.legId !== sip.legId || agent.offerId === null) return;
  if (sip.type === 'answered') {
    const remote = readAnswer(sip.sdp);
    state.agent = { ...agent, sip: { ...agent.sip, state: 'up' } };
    if (!remote) return undeliverable(run);
    run.media('setRtpRemote', { endpoint: agent.endpoint ?? '', remote });
    run.acd({ type: 'accepted', offerId: agent.offerId });
  } else if (sip.type === 'rejected') {
    if (DECLINING.has(sip.status)) run.acd({ type: 'declined', offerId: agent.offerId });
    else undeliverable(run);
  } else if (sip.type === 'ended') undeliverable(run);
}

function undeliverable(run: CallRun): void {
  const { agent } = run.state;
  if (agent?.offerId) run.acd({ type: 'undeliverable', offerId: agent.offerId });
}

function withdraw(run: CallRun, offerId: string, reason: Extract<CallEvent, { type: 'withdrawn' }>['reason']): void {
  const { state } = run;
  const rung = rungWith(state, offerId);
  if (!rung) return;
  run.step('call.offer_ended', { agentId: rung.agentId, offerId, reason }, 'call.offer_ended');
  if (rung.kind !== 'station') run.effects.push({ type: 'stopRinging', agentId: rung.agentId, offerId, reason });
  stopDevices(run, reason === 'answeredElsewhere' ? ELSEWHERE : reason, offerId);
  closePart(run, rung, reason);
  takeRung(state, rung);
  if (state.phase === 'ringing' && !state.agent) run.setPhase('queued');
}

function connect(run: CallRun, event: Extract<CallEvent, { type: 'connect' }>): void {
  const { state } = run;
  const agent = rungWith(state, event.offerId);
  if (!agent) {
    // Cannot happen while acd and call see the same events; the agent must not stay in a call that is not there.
    run.acd({ type: 'released', agentId: event.agentId, callId: state.id });
    return;
  }
  const connected: AgentPart = { ...agent, stage: 'connected', endpoint: agent.endpoint ?? event.lineEndpoint };
  state.agent = connected;
  state.alsoRung = [];
  if (agent.kind !== 'station') {
    run.effects.push({ type: 'stopRinging', agentId: agent.agentId, offerId: event.offerId, reason: 'accepted' });
  }
  stopDevices(run, ELSEWHERE);
  run.step('call.answered', { agentId: agent.agentId }, 'call.answered');
  if (connected.sip?.state === 'gone') hangupLeg(run, connected.sip, 'gone');
  startTalking(run, connected);
}
