import { HOLD_MUSIC } from '../ivr/prompts.ts';
import { offerFor } from '../protocol/sdp/negotiate.ts';
import { dropParty } from './parties.ts';
import { endCall } from './end.ts';
import { failVoicemail, restartFlowAt, takesMessage } from './flow.ts';
import { legOf } from './legs.ts';
import { localOn, SECURED } from './line.ts';
import { UNWIRED } from './party.ts';
import { closeRecording } from './recording.ts';
import type { CallRun } from './run.ts';
import { rungAgents } from './rung.ts';
import type { LocalEndpoint } from './leg-state.ts';
import type { CallEvent, CallState, CallTimer } from './types.ts';
import { unwire, wire } from './wiring.ts';

/** How long a peer may take to be moved, ms; beyond that its side counts as lost. */
const MOVING_MS = 8_000;
/** Before another try when no media process is there, ms. */
const AGAIN_MS = 250;

/** Dialogs with an endpoint in a media process, by that endpoint. A browser's line is made anew by its desk. */
function dialogs({ far, agent, parties }: CallState): Map<string, string> {
  const all = [{ endpoint: far.endpoint, sip: far.sip }, ...(agent?.stage === 'connected' ? [agent] : []), ...parties];
  return new Map(all.flatMap(({ endpoint, sip }) => (endpoint !== null && sip?.state === 'up' ? [[endpoint, sip.legId] as const] : [])));
}

/** A media process died: what the call had in it is made again in another one, and the peers are told the new address. */
export function mediaLost(run: CallRun, endpoints: readonly string[]): void {
  const { state } = run;
  const { far, phase, recording } = state;
  const lost = new Set(endpoints);
  const farLost = lost.has(far.endpoint);
  const cannotMove = phase === 'setup' || phase === 'dialling' || phase === 'ending' || far.sip?.state === 'early';
  if (farLost && cannotMove) return endCall(run, { outcome: 'failed', by: 'system', reason: 'media_lost' });
  const movable = dialogs(state);
  const mine = [...lost].filter((endpoint) => movable.has(endpoint) || endpoint === far.endpoint);
  forgetWiring(run, lost);
  if (farLost) {
    state.playing = null;
    // What is on the disk is whole up to the last chunk; the rest of the conversation is a recording of its own.
    if (recording) closeRecording(run, recording.id, null);
  }
  run.step('call.media_lost', { endpoints: mine.length });
  loseRinging(run, lost);
  if (mine.length === 0) return wire(run);
  state.moving = [...state.moving.filter((endpoint) => !lost.has(endpoint)), ...mine];
  run.setTimer('moving', MOVING_MS);
  for (const endpoint of mine) move(run, endpoint);
  wire(run);
}

function forgetWiring(run: CallRun, lost: ReadonlySet<string>): void {
  const { state } = run;
  const { bridge, mix } = state.wiring;
  const ends = bridge ? [bridge.a, bridge.b] : Object.keys(mix?.members ?? {});
  // A bridge lives where the caller is and is gone with it. A mix spans processes, and may not even have been made yet.
  if (lost.has(state.far.endpoint)) {
    if (mix) run.media('closeMix', { mix: mix.id });
    state.wiring = UNWIRED;
  } else if (ends.some((end) => lost.has(end))) unwire(run);
}

/** Telephones that were being rung from there: their INVITEs are taken back, the party is given up by its timer or others. */
function loseRinging(run: CallRun, lost: ReadonlySet<string>): void {
  for (const party of run.state.parties) {
    if (party.forks.some(({ endpoint }) => lost.has(endpoint))) {
      for (const { sip } of party.forks) if (sip && lost.has(sip.legId.replace(/:leg$/, ''))) run.sip({ type: 'sip', command: 'hangup', legId: sip.legId, reason: 'media lost' });
    }
  }
  for (const { offerId, endpoint } of rungAgents(run.state)) {
    if (offerId !== null && endpoint !== null && lost.has(endpoint)) run.acd({ type: 'undeliverable', offerId });
  }
}

function move(run: CallRun, endpoint: string): void {
  const { far } = run.state;
  if (endpoint === far.endpoint && !far.sip) return void run.effects.push({ type: 'visitorMove' });
  const local = legAt(run, endpoint)?.leg.local;
  // A softphone over ICE is offered a new connection: ICE restarts, and with our certificate the keys of DTLS change.
  if (local === null) run.media('createWebrtcOffer', { endpoint });
  else run.media('createRtpEndpoint', { endpoint, remote: null, ...(local?.sdesSecret !== undefined && SECURED) });
}

/**
 * What a call that is being moved waits for.
 * @returns true when the event was about that
 */
export function onMoving(run: CallRun, event: CallEvent): boolean {
  const { state } = run;
  if (state.moving.length === 0) return false;
  switch (event.type) {
    case 'timer':
      return onTimer(run, event.timer);
    case 'mediaDone':
      return onMade(run, event);
    case 'mediaFailed':
      if (event.endpoint === null || !state.moving.includes(event.endpoint)) return false;
      if (event.command === 'createRtpEndpoint' || event.command === 'createWebrtcOffer') run.setTimer(`moveAgain:${event.endpoint}`, AGAIN_MS);
      else if (event.command === 'setWebrtcAnswer') giveUp(run, event.endpoint);
      return true;
    case 'visitor':
      if (typeof event.action !== 'object' || !('offerSdp' in event.action)) return false;
      run.media('createWebrtcEndpoint', { endpoint: state.far.endpoint, offerSdp: event.action.offerSdp });
      return true;
    case 'media':
      if (event.event.event !== 'endpointState' || !state.moving.includes(event.event.endpoint)) return false;
      if (event.event.state === 'connected') hasMoved(run, event.event.endpoint);
      return event.event.state === 'connected' || event.event.state === 'connecting';
    case 'sip':
      return onReinvite(run, event.event);
    default:
      return false;
  }
}

function onTimer(run: CallRun, timer: CallTimer): boolean {
  const { moving } = run.state;
  if (timer.startsWith('moveAgain:')) {
    const endpoint = timer.slice('moveAgain:'.length);
    if (moving.includes(endpoint)) move(run, endpoint);
    return true;
  }
  if (timer !== 'moving') return false;
  for (const endpoint of moving) giveUp(run, endpoint);
  return true;
}

/** The endpoint is there anew: its peer is told. */
function onMade(run: CallRun, event: Extract<CallEvent, { type: 'mediaDone' }>): boolean {
  const { moving } = run.state;
  switch (event.command) {
    case 'createRtpEndpoint':
      if (!moving.includes(event.args.endpoint)) return false;
      reinvite(run, event.args.endpoint, event.result);
      return true;
    case 'createWebrtcOffer': {
      const found = moving.includes(event.args.endpoint) ? legAt(run, event.args.endpoint) : null;
      if (found) run.sip({ type: 'sip', command: 'reinvite', legId: found.leg.legId, sdp: event.result.offerSdp });
      return found !== null;
    }
    case 'createWebrtcEndpoint':
      run.effects.push({ type: 'visitorAnswer', sdp: event.result.answerSdp });
      return true;
    default:
      return false;
  }
}

function legAt(run: CallRun, endpoint: string) {
  const legId = dialogs(run.state).get(endpoint);
  return legId === undefined ? null : legOf(run, legId);
}

function reinvite(run: CallRun, endpoint: string, made: LocalEndpoint): void {
  const found = legAt(run, endpoint);
  if (!found) return;
  const local = localOn(made, found.leg.local ?? {});
  const sdpVersion = found.leg.sdpVersion + 1;
  found.put({ ...found.leg, local, sdpVersion });
  run.sip({ type: 'sip', command: 'reinvite', legId: found.leg.legId, sdp: offerFor(local, 'sendrecv', sdpVersion) });
}

function onReinvite(run: CallRun, sip: Extract<CallEvent, { type: 'sip' }>['event']): boolean {
  if (sip.type !== 'reinviteAnswered' && sip.type !== 'reinviteRefused') return false;
  const found = legOf(run, sip.legId);
  if (!found || !run.state.moving.includes(found.endpoint)) return false;
  const { endpoint, leg } = found;
  if (sip.type === 'reinviteRefused') giveUp(run, endpoint);
  else if (leg.local) hasMoved(run, endpoint);
  // Over ICE it has moved when it is connected.
  else run.media('setWebrtcAnswer', { endpoint, answerSdp: sip.sdp });
  return true;
}

/** Sound flows again at the new place. */
function hasMoved(run: CallRun, endpoint: string): void {
  const { state } = run;
  state.moving = state.moving.filter((other) => other !== endpoint);
  if (state.moving.length === 0) run.clearTimer('moving');
  run.step('call.moved');
  const { flow, phase } = state;
  const inFlow = phase === 'ivr' || phase === 'queued' || phase === 'ringing';
  if (endpoint !== state.far.endpoint || !inFlow || !flow) return wire(run);
  // What the caller was hearing, or saying, is gone.
  if (takesMessage(run)) return failVoicemail(run);
  if (phase === 'ivr') return restartFlowAt(run, flow.state.node);
  run.play([HOLD_MUSIC], true, 'flow');
}

function giveUp(run: CallRun, endpoint: string): void {
  const { state } = run;
  state.moving = state.moving.filter((other) => other !== endpoint);
  const party = state.parties.find((entry) => entry.endpoint === endpoint);
  if (!party) return endCall(run, { outcome: 'failed', by: 'system', reason: 'media_lost' });
  dropParty(run, party, 'media lost');
  wire(run);
}
