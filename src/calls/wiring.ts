import { HOLD_MUSIC, RINGBACK } from '../ivr/prompts.ts';
import type { MixScope } from '../media/protocol.ts';
import { UNWIRED, type Wiring } from './party.ts';
import { recordTalk, recordWithoutAgent } from './recording.ts';
import type { CallRun } from './run.ts';
import type { CallState } from './types.ts';

type Members = Record<string, { hears: MixScope; heardBy: MixScope }>;

const isThere = (state: CallState, endpoint: string | null | undefined): endpoint is string =>
  typeof endpoint === 'string' && !state.moving.includes(endpoint);

/** The caller is in the conversation, not on hold and not left alone by a lost line. */
function isFarIn({ hold, parties }: CallState): boolean {
  if (hold.byAgent) return false;
  return !hold.lineLost || parties.some(({ role, stage }) => role === 'member' && stage === 'connected');
}

/** Answered, or at least connected to what sounds before. */
const hears = ({ sip, early }: CallState['far']): boolean => sip?.state !== 'early' || early === true;

/** What sends sound to the caller before it answers (RFC 3960): nobody speaks there yet. */
function earlyEnd({ phase, far, parties }: CallState): string | null {
  if (phase !== 'connecting' || !hears(far)) return null;
  const rung = parties.find(({ role, stage }) => role === 'transfer' && stage === 'ringing');
  return rung?.forks.find(({ early }) => early)?.endpoint ?? null;
}

/** Endpoints that all hear each other, the caller's first. */
function conversation(state: CallState): string[] {
  const { phase, far, agent, hold, parties } = state;
  const early = earlyEnd(state);
  if (early !== null && isThere(state, far.endpoint)) return [far.endpoint, early];
  if ((phase !== 'talking' && phase !== 'held') || agent?.stage !== 'connected') return [];
  const others = parties.flatMap(({ role, stage, endpoint }) => {
    const takesPart = stage === 'connected' && (role === 'member' || (role === 'consult' && hold.byAgent));
    return takesPart && isThere(state, endpoint) ? [endpoint] : [];
  });
  const ends = [isFarIn(state) ? far.endpoint : null, hold.lineLost ? null : agent.endpoint].filter((end) => isThere(state, end));
  return [...ends, ...others];
}

/** Who listens beside them, and who hears those. */
function listeners(state: CallState): Members {
  const members: Members = {};
  for (const { role, stage, endpoint, mode } of state.parties) {
    if (role !== 'supervisor' || stage !== 'connected' || !isThere(state, endpoint)) continue;
    const agents = state.agent?.endpoint ? [state.agent.endpoint] : [];
    members[endpoint] = { hears: 'all', heardBy: mode === 'monitor' ? 'none' : mode === 'whisper' ? agents : 'all' };
  }
  return members;
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Joins two endpoints; nothing happens when they are joined already. */
export function joinTwo(run: CallRun, a: string, b: string): void {
  const { state } = run;
  const { bridge, mix } = state.wiring;
  if (bridge?.a === a && bridge.b === b) return;
  if (bridge || mix) unwire(run);
  const id = `${state.id}:b${run.nextPart()}`;
  state.wiring = { bridge: { id, a, b }, mix: null };
  run.media('createBridge', { bridge: id, a, b });
}

/** Nobody hears anybody. */
export function unwire(run: CallRun): void {
  const { bridge, mix } = run.state.wiring;
  if (bridge) run.media('closeBridge', { bridge: bridge.id });
  if (mix) run.media('closeMix', { mix: mix.id });
  run.state.wiring = UNWIRED;
}

function mixAll(run: CallRun, talking: readonly string[], listening: Members): void {
  const { state } = run;
  if (state.wiring.bridge) unwire(run);
  const wanted: Members = { ...Object.fromEntries(talking.map((end) => [end, { hears: 'all', heardBy: 'all' } as const])), ...listening };
  const id = state.wiring.mix?.id ?? `${state.id}:m${run.nextPart()}`;
  const had: Wiring['mix'] = state.wiring.mix;
  if (!had) run.media('createMix', { mix: id });
  for (const endpoint of Object.keys(had?.members ?? {})) if (!wanted[endpoint]) run.media('leaveMix', { mix: id, endpoint });
  for (const [endpoint, scope] of Object.entries(wanted)) {
    if (!isSame(had?.members[endpoint], scope)) run.media('setMixMember', { mix: id, endpoint, ...scope });
  }
  state.wiring = { bridge: null, mix: { id, members: wanted } };
}

/** Music while the caller waits with nobody, the tone of a ringing telephone while one is rung for them. */
function playToFar(run: CallRun, isHeard: boolean): void {
  const { state } = run;
  const { phase, far, playing } = state;
  const waits = (phase === 'held' || phase === 'parked' || phase === 'connecting') && !isHeard;
  const canHear = isThere(state, far.endpoint) && hears(far);
  if (!waits || !canHear) {
    if (playing?.for === 'music') run.stopPlay();
  } else if (!playing) run.play([phase === 'connecting' ? RINGBACK : HOLD_MUSIC], true, 'music');
}

/**
 * Makes the sound of the call what its state says, with the fewest commands: two hear each other by a bridge, more by a mix in
 * which each listener has what is theirs to hear. The recording follows: caller left, everything the caller hears right.
 */
export function wire(run: CallRun): void {
  const { state } = run;
  const talking = conversation(state);
  const listening = listeners(state);
  const [a, b] = talking;
  const isHeard = talking.length > 1 && a === state.far.endpoint;
  if (state.phase === 'talking' || state.phase === 'held') run.setPhase(isHeard ? 'talking' : 'held');
  playToFar(run, isHeard);
  if (talking.length === 2 && a !== undefined && b !== undefined && Object.keys(listening).length === 0) joinTwo(run, a, b);
  else if (talking.length > 0 && talking.length + Object.keys(listening).length > 1) mixAll(run, talking, listening);
  else if (state.wiring.bridge || state.wiring.mix) unwire(run);
  if (!isHeard) recordWithoutAgent(run);
  else if (state.phase === 'talking' && (state.dial?.record ?? state.queue?.record ?? state.direct === null)) recordTalk(run, state.wiring.mix?.id ?? b ?? null);
}
