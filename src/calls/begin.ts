import { newFlowState } from '../ivr/interpreter.ts';
import { securityOfOffer } from '../protocol/sdp/negotiate.ts';
import { isBrowser } from './legs.ts';
import { offersKeys, SECURED, trunkOn } from './line.ts';
import { UNWIRED, type Line } from './party.ts';
import type { CallRun } from './run.ts';
import type { SipLegState } from './leg-state.ts';
import type { CallSeed, CallState, Moment } from './types.ts';
import { contentOf } from './view.ts';

const newLeg = (legId: string, line: Line): SipLegState => ({ legId, state: 'early', local: null, sdpVersion: 0, awaitsAnswer: false, ...trunkOn(line) });

/** How long a browser, or a softphone that speaks ICE, may take to connect, ms. */
const CONNECT_MS = 20_000;

/** The state of a call that has not begun; give it the event `begin`. */
export function newCall(seed: CallSeed, moment: Moment): CallState {
  const inbound = seed.kind === 'inbound';
  return {
    id: seed.callId,
    tenantId: seed.tenantId,
    direction: seed.kind,
    channel: inbound ? seed.channel : 'sip',
    phase: 'setup',
    version: 0,
    nextSeq: 1,
    nextPart: 1,
    party: seed.party,
    dialled: seed.dialled,
    numberId: inbound ? seed.numberId : null,
    far: {
      endpoint: `${seed.callId}:far`,
      offerSdp: inbound ? seed.offerSdp : '',
      sip: seed.legId === null ? null : newLeg(seed.legId, (inbound ? seed.line : seed.targets[0]) ?? {}),
      ...(inbound && seed.inside && { inside: true }),
      ...(inbound && seed.line && { line: seed.line }),
      target: inbound ? null : (seed.targets[0] ?? null),
      ...(inbound || seed.targets.length < 2 ? {} : { others: seed.targets.slice(1) }),
    },
    agent: inbound ? null : dialler(seed.agent),
    // A call of an agent's own is theirs from the start: the record names them and their desk is told its end.
    lastAgent: inbound ? null : { agentId: seed.agent.agentId, name: seed.agent.name, kind: 'browser' },
    flow: inbound && seed.flow ? { definition: seed.flow, state: newFlowState(seed.flow) } : null,
    queue: null,
    playing: null,
    ringback: null,
    wiring: UNWIRED,
    parties: [],
    moving: [],
    direct: inbound ? (seed.direct ?? null) : null,
    connecting: null,
    dial: null,
    park: null,
    refer: null,
    replacing: null,
    hold: { byAgent: false, lineLost: false },
    recording: null,
    hasVoicemail: false,
    voicemailFailed: false,
    path: [],
    position: 0,
    customerIds: null,
    since: moment.at,
    startedWall: moment.wall,
    startedAt: moment.at,
    queuedAt: null,
    queuedWall: null,
    answeredWall: null,
    spent: {},
    timers: {},
    end: null,
  };
}

const dialler = (agent: { agentId: string; name: string; endpoint: string }): CallState['agent'] => ({
  ...agent,
  kind: 'browser',
  offerId: null,
  stage: 'connected',
  sip: null,
  stationUri: null,
  decision: null,
  expiresWall: 0,
});

/** The first event: the record is opened and the far party's endpoint is asked for. */
export function beginCall(run: CallRun): void {
  const { state, moment } = run;
  const agentId = state.agent?.agentId ?? null;
  run.journal({
    kind: 'callStarted',
    callId: state.id,
    direction: state.direction,
    channel: state.channel,
    numberId: state.numberId,
    agentId,
    startedWall: moment.wall,
    number: state.party.number,
    content: contentOf(state),
  });
  run.step('call.started', { caller: state.party.number ?? '', dialled: state.dialled, channel: state.channel }, 'call.started');
  if (agentId !== null) run.acd({ type: 'seized', agentId, callId: state.id });
  const { endpoint, offerSdp, sip, target, others = [], line = {} } = state.far;
  const security = securityOfOffer(offerSdp);
  if (state.far.target && isBrowser(state.far.target.uri)) {
    run.media('createWebrtcOffer', { endpoint });
    return;
  }
  if (sip && security !== 'ice') {
    const mayProtect = security === 'sdes' || security === 'dtls' ? line.srtp !== 'none' : [target ?? {}, ...others, ...(offerSdp === '' ? [line] : [])].some(offersKeys);
    run.media('createRtpEndpoint', { endpoint, remote: null, ...(mayProtect && SECURED) });
    return;
  }
  run.media('createWebrtcEndpoint', { endpoint, offerSdp });
  run.setTimer('answer', CONNECT_MS);
}
