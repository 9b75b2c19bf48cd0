import { offerFor } from '../protocol/sdp/negotiate.ts';
import { isTrunkFailure } from '../sip/trunks/circuit.ts';
import { answerEarly } from './early-answer.ts';
import { answeredLeg, hangupLeg, isBrowser, readAnswer, takeAnswer } from './legs.ts';
import { listenForTones, localOn, offersKeys, SECURED, trunkOn } from './line.ts';
import type { Attempt, Fork, Located, PartyPart, PartyRole, PartyTarget } from './party.ts';
import { tellReferrer } from './refer-status.ts';
import type { CallRun } from './run.ts';
import type { LocalEndpoint, SipLegState } from './leg-state.ts';
import type { AgentPart, CallEvent } from './types.ts';
import { wire } from './wiring.ts';

/** How long an agent's browser rings for a colleague, ms. */
const RING_MS = 20_000;
/** A party may be sent elsewhere (3xx) so often. */
const MAX_REDIRECTS = 3;
/** Parties of one call: a conference of more is a mistake, or somebody who plays. */
export const MAX_PARTIES = 8;
/** Reason of a CANCEL to telephones that ring on when another one answered (RFC 3326). */
export const ELSEWHERE = 'answered elsewhere';

export const partyOf = (run: CallRun, isWanted: (party: PartyPart) => boolean): PartyPart | null => run.state.parties.find(isWanted) ?? null;

export const connected = (role: PartyRole) => (party: PartyPart): boolean => party.role === role && party.stage === 'connected';

/** Writes a changed party back. */
export function putParty(run: CallRun, party: PartyPart): void {
  run.state.parties = run.state.parties.map((other) => (other.id === party.id ? party : other));
}

const newParty = (id: string, role: PartyRole): PartyPart => ({
  id,
  role,
  agentId: null,
  name: '',
  number: '',
  stage: 'locating',
  offerId: null,
  expiresWall: 0,
  endpoint: null,
  sip: null,
  forks: [],
  stages: [],
  rung: 0,
  redirects: 0,
  refusal: 480,
  mode: 'monitor',
});

/** Begins to look for somebody; told by `located` or `notLocated`. */
export function inviteParty(run: CallRun, role: PartyRole, target: PartyTarget, by: string | null): PartyPart {
  const party = newParty(`${run.state.id}:x${run.nextPart()}`, role);
  run.state.parties = [...run.state.parties, party];
  run.effects.push({ type: 'locate', party: party.id, target, by });
  return party;
}

/** Somebody who is there already: a supervisor, or who picks up at a desk. */
export function addParty(run: CallRun, role: PartyRole, who: Partial<PartyPart>): PartyPart {
  const party: PartyPart = { ...newParty(`${run.state.id}:x${run.nextPart()}`, role), stage: 'connected', ...who };
  run.state.parties = [...run.state.parties, party];
  if (party.agentId !== null) run.acd({ type: 'seized', agentId: party.agentId, callId: run.state.id });
  return party;
}

/** They are known: their browser and telephones ring. */
function ringParty(run: CallRun, party: PartyPart, found: Located): void {
  const { state, moment } = run;
  const { agentId, name, number, browser, stages } = found;
  const expiresWall = moment.wall + RING_MS;
  const offerId = browser ? moment.id : null;
  putParty(run, { ...party, agentId, name: party.name || name, number: party.number || number, stage: 'ringing', offerId, expiresWall, stages });
  if (agentId !== null) {
    const ofQueue = state.queue ? { queueId: state.queue.queueId } : {};
    run.acd({ type: 'seized', agentId, callId: state.id, ...ofQueue });
    if (browser) run.effects.push({ type: 'ringDesk', agentId, offerId: moment.id });
    run.setTimer(`ring:${party.id}`, RING_MS);
  }
  run.step('call.party_rung', { party: party.id, role: party.role, agentId, number });
  ringStage(run, party.id);
}

/** Telephones of an agent ring beside the browser; told by `answered` or `failed` of a party of this role. */
export function ringDevices(run: CallRun, forOffer: string, devices: readonly Attempt[]): void {
  if (devices.length === 0) return;
  const party: PartyPart = { ...newParty(`${run.state.id}:x${run.nextPart()}`, 'device'), forOffer, stage: 'ringing', stages: [devices] };
  run.state.parties = [...run.state.parties, party];
  ringStage(run, party.id);
}

/** They stop: somebody answered, or the offer is over. @param ofOffer null = those of all offers */
export function stopDevices(run: CallRun, reason: string, ofOffer: string | null = null): void {
  for (const party of run.state.parties) {
    if (party.role === 'device' && (ofOffer === null || party.forOffer === ofOffer)) dropParty(run, party, reason);
  }
}

/** Rings the next telephones. @returns false when there are none left */
function ringStage(run: CallRun, partyId: string): boolean {
  const party = partyOf(run, ({ id }) => id === partyId);
  const [stage, ...stages] = party?.stages ?? [];
  if (!party || !stage) return false;
  const forks = stage.map((target: Attempt, at): Fork => ({ endpoint: `${party.id}f${party.rung + at}`, sip: null, target, ...(!target.trunk && { inside: true }) }));
  putParty(run, { ...party, stages, forks: [...party.forks, ...forks], rung: party.rung + forks.length });
  for (const { endpoint, target } of forks) {
    if (target && isBrowser(target.uri)) run.media('createWebrtcOffer', { endpoint });
    else run.media('createRtpEndpoint', { endpoint, remote: null, ...(offersKeys(target ?? {}) && SECURED) });
  }
  return true;
}

const withFork = (party: PartyPart, endpoint: string, fork: Fork | null): PartyPart => ({
  ...party,
  forks: party.forks.flatMap((other) => (other.endpoint === endpoint ? (fork ? [fork] : []) : [other])),
});

/** The endpoint of a telephone is there: it is called. @returns false when nobody waits for it */
function inviteFork(run: CallRun, endpoint: string, made: LocalEndpoint | null, offerSdp: string): boolean {
  for (const party of run.state.parties) {
    const fork = party.forks.find((entry) => entry.endpoint === endpoint);
    if (!fork?.target) continue;
    const local = made && localOn(made, fork.target);
    listenForTones(run, endpoint, fork.target);
    const sip: SipLegState = { legId: `${endpoint}:leg`, state: 'early', local, sdpVersion: 1, awaitsAnswer: false, ...trunkOn(fork.target) };
    putParty(run, withFork(party, endpoint, { ...fork, sip, target: null }));
    run.sip({ type: 'sip', command: 'invite', legId: sip.legId, target: { ...fork.target, sdp: local ? offerFor(local, 'sendrecv') : offerSdp } });
    return true;
  }
  return false;
}

function inviteReady(run: CallRun, event: Extract<CallEvent, { type: 'mediaDone' }>): boolean {
  if (event.command === 'createRtpEndpoint') return inviteFork(run, event.args.endpoint, event.result, '');
  return event.command === 'createWebrtcOffer' && inviteFork(run, event.args.endpoint, null, event.result.offerSdp);
}

/** One telephone answered: the others of the party stop. @returns the party as it is connected, or null when it is not */
function forkAnswered(run: CallRun, party: PartyPart, legId: string, sdp: string): PartyPart | null {
  const fork = party.forks.find(({ sip }) => sip?.legId === legId);
  if (!fork?.sip) return null;
  if (!takeAnswer(run, fork.sip, fork.endpoint, sdp)) {
    run.sip({ type: 'sip', command: 'hangup', legId, reason: 'no audio in common' });
    return null;
  }
  const won: PartyPart = { ...withFork(party, fork.endpoint, null), endpoint: fork.endpoint, sip: answeredLeg(fork.sip, sdp), ...(fork.inside && { inside: true }) };
  return connect(run, won, ELSEWHERE);
}

/** Somebody else answers for a telephone that rings (Replaces). @returns the party as it is connected, or null when it is gone */
export function joinFork(run: CallRun, legId: string, by: Pick<PartyPart, 'endpoint' | 'sip' | 'number' | 'name' | 'inside'>): PartyPart | null {
  const party = partyOf(run, ({ forks }) => forks.some(({ sip }) => sip?.legId === legId));
  return party && connect(run, { ...party, ...by }, ELSEWHERE);
}

/** The agent took it in the browser. */
const deskAnswered = (run: CallRun, party: PartyPart, endpoint: string): PartyPart => connect(run, { ...party, endpoint, sip: null }, ELSEWHERE);

function connect(run: CallRun, party: PartyPart, reason: string): PartyPart {
  stopForks(run, party, reason);
  run.clearTimer(`ring:${party.id}`);
  if (party.offerId !== null && party.agentId !== null) {
    run.effects.push({ type: 'stopRinging', agentId: party.agentId, offerId: party.offerId, reason: 'accepted' });
  }
  const there: PartyPart = { ...party, stage: 'connected', offerId: null, forks: [], stages: [] };
  putParty(run, there);
  return there;
}

/** Ends the ringing of the party's telephones. */
function stopForks(run: CallRun, party: PartyPart, reason: string): void {
  for (const { sip, endpoint } of party.forks) {
    hangupLeg(run, sip, reason);
    run.media('closeEndpoint', { endpoint });
  }
}

/**
 * One telephone refused or is gone.
 * @returns true when the party is given up: nothing rings for it any more
 */
function forkRefused(run: CallRun, party: PartyPart, endpoint: string, refusal: { status: number; contacts: readonly string[] }): boolean {
  const left = withFork(party, endpoint, null);
  // Another line is for one that failed, not for somebody who said no.
  const isFinal = party.agentId === null && !isTrunkFailure(refusal.status);
  const next = { ...left, refusal: refusal.status, ...(isFinal && { stages: [] }) };
  putParty(run, next);
  if (isHeardEarly(party)) wire(run);
  run.media('closeEndpoint', { endpoint });
  if (refusal.contacts.length > 0 && next.redirects < MAX_REDIRECTS) {
    putParty(run, { ...next, redirects: next.redirects + 1, stage: 'locating' });
    run.effects.push({ type: 'locate', party: party.id, target: { kind: 'redirect', contacts: refusal.contacts }, by: null });
    return false;
  }
  if (next.forks.length > 0) return false;
  if (ringStage(run, party.id)) return false;
  return next.offerId === null;
}

/** Takes a party out of the call: its ringing stops, its telephone is hung up, its agent is free again. */
export function dropParty(run: CallRun, party: PartyPart, reason: string): void {
  const { state } = run;
  state.parties = state.parties.filter(({ id }) => id !== party.id);
  // However it ends: the record says how long somebody else heard the call.
  if (party.role === 'supervisor') run.step('call.supervise_ended', { supervisor: party.agentId, reason }, 'call.supervise_ended');
  run.clearTimer(`ring:${party.id}`);
  if (isHeardEarly(party)) wire(run);
  stopForks(run, party, reason);
  const { mix } = state.wiring;
  if (mix && party.endpoint !== null && mix.members[party.endpoint]) {
    run.media('leaveMix', { mix: mix.id, endpoint: party.endpoint });
    const members = Object.fromEntries(Object.entries(mix.members).filter(([endpoint]) => endpoint !== party.endpoint));
    state.wiring = { ...state.wiring, mix: { ...mix, members } };
  }
  hangupLeg(run, party.sip, reason);
  if (party.sip && party.endpoint !== null) run.media('closeEndpoint', { endpoint: party.endpoint });
  if (party.agentId !== null) freeAgent(run, party, party.agentId);
}

const isHeardEarly = ({ forks }: PartyPart): boolean => forks.some(({ early }) => early);

/** It rings somewhere outside: no other line is tried any more, and a tone of that network is heard by who waits for it. */
function progressed(run: CallRun, party: PartyPart, fork: Fork, sdp: string): void {
  if (party.agentId !== null) return;
  const remote = sdp === '' || party.forks.length > 1 ? null : readAnswer(sdp, fork.sip?.local ?? {});
  if (remote) run.media('setRtpRemote', { endpoint: fork.endpoint, remote });
  putParty(run, { ...(remote ? withFork(party, fork.endpoint, { ...fork, early: true }) : party), stages: [] });
  const { sip: caller } = run.state.far;
  const rings = run.state.phase === 'connecting' && caller?.state === 'early';
  if (rings && !(remote && answerEarly(run))) run.sip({ type: 'sip', command: 'ring', legId: caller.legId });
  if (remote) wire(run);
}

function freeAgent(run: CallRun, party: PartyPart, agentId: string): void {
  if (party.offerId !== null) {
    const reason = party.expiresWall <= run.moment.wall ? 'timeout' : 'callGone';
    run.effects.push({ type: 'stopRinging', agentId, offerId: party.offerId, reason });
  }
  run.acd({ type: 'released', agentId, callId: run.state.id });
  // Who only was asked or listened has nothing to write up.
  run.acd({ type: 'wrapUpDone', agentId });
  if (party.stage === 'connected') run.effects.push({ type: 'deskCallEnded', agentId, by: 'agent', wrapUp: false });
}

/** The party as the call's agent side. */
export const asAgent = (party: PartyPart): AgentPart => ({
  agentId: party.agentId ?? '',
  name: party.name || party.number,
  kind: party.agentId === null ? 'external' : party.sip ? 'device' : 'browser',
  offerId: null,
  stage: 'connected',
  endpoint: party.endpoint,
  sip: party.sip,
  stationUri: null,
  ...(party.inside && { inside: true }),
  decision: null,
  expiresWall: 0,
});

/** The party and the fork, if any, of a dialog. */
function partyOfLeg(run: CallRun, legId: string): PartyPart | null {
  return partyOf(run, ({ sip, forks }) => sip?.legId === legId || forks.some((fork) => fork.sip?.legId === legId));
}

/** What happened to the party an event is about; `other` = nothing that concerns its ringing. */
export type PartyChange = { change: 'answered' | 'failed' | 'left'; party: PartyPart } | null;

/**
 * Events about who is rung or was: places, answers, refusals, hang-ups.
 * @returns what it meant for the call, null when the event was worked in without, undefined when it was about nobody here
 */
export function onPartyEvent(run: CallRun, event: CallEvent): PartyChange | undefined {
  switch (event.type) {
    case 'located':
    case 'notLocated': {
      const party = partyOf(run, ({ id, stage }) => id === event.party && stage === 'locating');
      if (!party) return null;
      if (event.type === 'notLocated') {
        run.step('call.party_failed', { party: party.id, code: event.code });
        return { change: 'failed', party: { ...party, refusal: event.status } };
      }
      ringParty(run, party, event.found);
      return null;
    }
    case 'partyAnswer':
      return onDeskAnswer(run, event);
    case 'timer': {
      const party = partyOf(run, ({ id }) => event.timer === `ring:${id}`);
      return party ? { change: 'failed', party: { ...party, refusal: 408 } } : undefined;
    }
    case 'mediaDone':
      return inviteReady(run, event) ? null : undefined;
    case 'mediaFailed': {
      const endpoint = event.command === 'createRtpEndpoint' || event.command === 'createWebrtcOffer' ? event.endpoint : null;
      const party = partyOf(run, ({ forks }) => forks.some((fork) => fork.endpoint === endpoint));
      if (!party || endpoint === null) return undefined;
      return forkRefused(run, party, endpoint, { status: 503, contacts: [] }) ? { change: 'failed', party: { ...party, refusal: 503 } } : null;
    }
    case 'sip':
      return onPartyLeg(run, event.event);
    case 'lineDown': {
      const party = partyOf(run, ({ agentId, sip, stage }) => agentId === event.agentId && sip === null && stage === 'connected');
      return party ? { change: 'left', party } : undefined;
    }
    default:
      return undefined;
  }
}

function onDeskAnswer(run: CallRun, event: Extract<CallEvent, { type: 'partyAnswer' }>): PartyChange {
  const party = partyOf(run, ({ offerId, stage }) => offerId === event.offerId && stage === 'ringing');
  if (!party) return null;
  if (event.endpoint === null) return { change: 'failed', party: { ...party, refusal: 603 } };
  return { change: 'answered', party: deskAnswered(run, party, event.endpoint) };
}

function onPartyLeg(run: CallRun, sip: Extract<CallEvent, { type: 'sip' }>['event']): PartyChange | undefined {
  const party = partyOfLeg(run, sip.legId);
  if (!party) return undefined;
  const fork = party.forks.find((entry) => entry.sip?.legId === sip.legId);
  switch (sip.type) {
    case 'answered': {
      const there = forkAnswered(run, party, sip.legId, sip.sdp);
      return there ? { change: 'answered', party: there } : null;
    }
    case 'progress':
      if (party.role === 'transfer') tellReferrer(run, 180);
      if (fork) progressed(run, party, fork, sip.sdp);
      return null;
    case 'rejected':
    case 'ended':
    case 'cancelled': {
      if (!fork) return { change: 'left', party: { ...party, sip: party.sip ? { ...party.sip, state: 'gone' } : null } };
      const refusal = sip.type === 'rejected' ? { status: sip.status, contacts: sip.contacts } : { status: 480, contacts: [] };
      const isOver = forkRefused(run, party, fork.endpoint, refusal);
      return isOver ? { change: 'failed', party: partyOf(run, ({ id }) => id === party.id) ?? party } : null;
    }
    default:
      return undefined;
  }
}
