import type { AgentView, CallerMatch, CallView, HelpRequest, Offer, ServerMessage } from '../../../shared/events.ts';
import type { SocketState } from './events-socket.ts';
import type { HealthReport } from './health-probe.ts';
import type { LineState } from './line.ts';
import type { MicrophoneState } from './microphone.ts';
import type { SoundChoice } from './sound-devices.ts';

/** off: not wanted here. opening. open: this tab is the agent's desk. elsewhere: another tab is. taken: another took it over. */
export type DeskState = 'off' | 'opening' | 'open' | 'elsewhere' | 'taken';

export interface LiveCall {
  view: CallView;
  matches: readonly CallerMatch[];
}

/** monitor: hears all; whisper: heard by the agent only; barge: heard by everybody. */
export type SuperviseMode = 'monitor' | 'whisper' | 'barge';

/** agent: has the call. party: was asked, or is in the conference. supervisor: listens to somebody else's call. */
export type CallRole = 'agent' | 'party' | 'supervisor';

/** Everything the desk shows about the telephone. */
export interface SoftphoneSnapshot {
  connection: SocketState;
  desk: DeskState;
  database: 'up' | 'down';
  agent: AgentView | null;
  offer: Offer | null;
  /** The call in the middle: the one in conversation, of several. */
  call: LiveCall | null;
  /** Further calls of the agent, oldest first: their callers wait on hold. */
  others: readonly LiveCall[];
  /** How this supervisor takes part in a call of somebody else. */
  supervising: { callId: string; mode: SuperviseMode } | null;
  /** The own open requests for help. */
  help: readonly HelpRequest[];
  /** The call that ended last and wants a wrap-up. */
  ended: LiveCall | null;
  /** Those that ended before it and are not wrapped up, oldest first. */
  endedBefore: readonly LiveCall[];
  microphone: MicrophoneState;
  line: LineState;
  sound: SoundChoice;
  /** The agent muted the own microphone in this call. */
  muted: boolean;
  health: HealthReport | null;
  /** Server's clock minus this computer's, ms: timers count from the server's times. */
  clockOffsetMs: number;
}

export const initialSnapshot: SoftphoneSnapshot = {
  connection: 'closed',
  desk: 'off',
  database: 'up',
  agent: null,
  offer: null,
  call: null,
  others: [],
  supervising: null,
  help: [],
  ended: null,
  endedBefore: [],
  microphone: 'off',
  line: 'idle',
  sound: { microphone: null, speaker: null },
  muted: false,
  health: null,
  clockOffsetMs: 0,
};

/** More calls at once than these cannot be had. */
const MOST_ENDED = 3;

/** The snapshot after a message of the server. Messages about another offer or call than the shown one change nothing. */
export function applyMessage(snapshot: SoftphoneSnapshot, message: ServerMessage): SoftphoneSnapshot {
  switch (message.type) {
    case 'hello':
      return { ...snapshot, database: message.database };
    case 'database':
      return { ...snapshot, database: message.state };
    case 'agent':
      return applyAgent(snapshot, message.agent);
    case 'offer':
      return { ...snapshot, offer: message.offer };
    case 'offer.ended':
      return snapshot.offer?.offerId === message.offerId ? { ...snapshot, offer: null } : snapshot;
    case 'call':
      return applyCall(snapshot, { view: message.call, matches: message.matches });
    case 'call.ended':
      return applyEnd(snapshot, message.callId, message.wrapUp);
    case 'help.own':
      return { ...snapshot, help: message.open };
    case 'bye':
      return message.reason === 'taken_over' ? { ...withoutCall(snapshot), desk: 'taken', offer: null, agent: null } : snapshot;
    default:
      return snapshot;
  }
}

/** While the connection is away the server may have gone on: an offer cannot be answered any more, a call still sounds. */
export function applyConnection(snapshot: SoftphoneSnapshot, connection: SocketState): SoftphoneSnapshot {
  const next = { ...snapshot, connection };
  if (connection === 'open') return next;
  return { ...next, offer: null, desk: snapshot.desk === 'open' ? 'opening' : snapshot.desk };
}

function applyAgent(snapshot: SoftphoneSnapshot, agent: AgentView): SoftphoneSnapshot {
  // A desk only hears of its own agent; the list of all agents is the board's. The first one heard is it.
  if (snapshot.agent && snapshot.agent.agentId !== agent.agentId) return snapshot;
  return { ...snapshot, agent };
}

/** The agent is heard in this call: with the caller, or with somebody asked while the caller waits. */
const isSpeaking = ({ view: { phase, parties } }: LiveCall): boolean =>
  phase === 'talking' || (phase === 'held' && parties.some(({ role, stage }) => role === 'consult' && stage === 'connected'));

/** These are the calls: in the middle stays what was there, unless the agent speaks in another one. */
function showing(snapshot: SoftphoneSnapshot, calls: readonly LiveCall[]): SoftphoneSnapshot {
  const before = snapshot.call?.view.callId;
  const call = calls.find(isSpeaking) ?? calls.find(({ view }) => view.callId === before) ?? calls.at(-1) ?? null;
  if (!call) return withoutCall(snapshot);
  const isSame = call.view.callId === before;
  return { ...snapshot, call, others: calls.filter((other) => other !== call), muted: isSame && snapshot.muted, supervising: isSame ? snapshot.supervising : null };
}

/** After a gap: the calls that the server no longer knows are gone. */
export function keepCalls(snapshot: SoftphoneSnapshot, callIds: readonly string[]): SoftphoneSnapshot {
  const all = callsIn(snapshot);
  const kept = all.filter(({ view }) => callIds.includes(view.callId));
  return kept.length === all.length ? snapshot : showing(snapshot, kept);
}

const callsIn = ({ call, others }: Pick<SoftphoneSnapshot, 'call' | 'others'>): LiveCall[] => (call ? [...others, call] : [...others]);

function applyCall(snapshot: SoftphoneSnapshot, call: LiveCall): SoftphoneSnapshot {
  if (call.view.phase === 'ended') return snapshot;
  const fresh = snapshot.call?.view.callId !== call.view.callId;
  const offer = snapshot.offer?.call.callId === call.view.callId ? null : snapshot.offer;
  if (snapshot.agent?.lines === undefined) return { ...snapshot, call, others: [], offer, muted: fresh ? false : snapshot.muted };
  const all = callsIn(snapshot);
  const isKnown = all.some(({ view }) => view.callId === call.view.callId);
  return showing({ ...snapshot, offer }, isKnown ? all.map((other) => (other.view.callId === call.view.callId ? call : other)) : [...all, call]);
}

function applyEnd(snapshot: SoftphoneSnapshot, callId: string, wrapUp: boolean): SoftphoneSnapshot {
  const offer = snapshot.offer?.call.callId === callId ? null : snapshot.offer;
  const over = callsIn(snapshot).find(({ view }) => view.callId === callId);
  if (!over) return { ...snapshot, offer };
  const rest = callsIn(snapshot).filter((other) => other !== over);
  const next = { ...showing(snapshot, rest), offer };
  if (!wrapUp) return next;
  const endedBefore = snapshot.ended ? [...snapshot.endedBefore, snapshot.ended].slice(-MOST_ENDED) : snapshot.endedBefore;
  return { ...next, ended: over, endedBefore };
}

const withoutCall = (snapshot: SoftphoneSnapshot): SoftphoneSnapshot => ({ ...snapshot, call: null, others: [], supervising: null, muted: false });

/** What the own agent is in the call shown; null without a call. A call's views do not name its supervisors. */
export function roleOf({ call, agent }: Pick<SoftphoneSnapshot, 'call' | 'agent'>): CallRole | null {
  if (!call) return null;
  const { agentId, parties } = call.view;
  if (!agent || agentId === agent.agentId) return 'agent';
  return parties.some((party) => party.agentId === agent.agentId) ? 'party' : 'supervisor';
}

/** Whether what is said here may leave this computer: in a conversation, and only while not muted. */
export function microphoneWanted(snapshot: SoftphoneSnapshot): boolean {
  const { call, supervising, muted } = snapshot;
  if (!call || muted) return false;
  const { phase, parties } = call.view;
  switch (roleOf(snapshot)) {
    case 'agent':
      // While the caller waits, the agent speaks with whoever is asked.
      return phase === 'talking' || (phase === 'held' && parties.some(({ role, stage }) => role === 'consult' && stage === 'connected'));
    case 'party':
      return phase === 'talking' || phase === 'held';
    default:
      return supervising?.callId === call.view.callId && supervising.mode !== 'monitor';
  }
}
