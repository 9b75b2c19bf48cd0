/**
 * The call: one pure machine from the INVITE to the completed record. The shell (tenant-runtime.ts) gives it events and runs
 * its effects, in order for each call; nothing here waits, stores or reads a clock.
 *
 *   INVITE, visitor                                                 desk dials
 *        │                                                              │
 *      setup ── far endpoint ready, answered ──► ivr ◄── unroutable,    ▼
 *        │                                      │   ▲    overflow    dialling
 *        │                              enqueued│   │                   │ answered
 *        │                                      ▼   │                   │
 *        │                                     queued ◄──┐              │
 *        │                              offered │        │ withdrawn    │
 *        │                                      ▼        │              │
 *        │                                    ringing ───┘              │
 *        │                              connect │                       │
 *        │                                      ▼                       │
 *        │             ┌── hold, line lost ── talking ◄─────────────────┘
 *        │             ▼                        ▲ │
 *        │            held ── resume, line up ──┘ │      held ── line does not come back ──► queued, or the end
 *        │             │                          │
 *        └─────────────┴── hang-up, failure, ─────┴──► ending ── recording closed ──► ended
 *
 *      talking, held ── blind transfer ──► connecting ── answered ──► talking;  ── refused ──► the agent is called back
 *      talking, held ── park ──► parked ── picked up ──► talking;  ── nobody came ──► connecting
 *      setup ── a telephone calls another one ──► connecting
 *      ivr ── the flow dials a number outside ──► connecting ── answered ──► talking ── that one hangs up ──► ivr
 *
 * - setup: the caller's endpoint is being made; nothing was answered yet.
 * - ivr: the flow runs. Voicemail and echo are nodes of it.
 * - queued, ringing: the flow still runs (music, positions) while acd looks for an agent, or one is being rung.
 * - dialling: an agent's call; the far party is being rung.
 * - talking, held: far party and agent. `hold` says why they are apart: the agent wanted it, or the agent's line is gone.
 * - connecting: somebody is rung for a far party that nobody speaks with: a blind transfer, a telephone's own call, or a
 *   number that the flow dials.
 * - parked: the far party waits at a number from which anybody may take it.
 * - ending: everybody was hung up and the record is complete; the recording is still being closed.
 * - ended: final. Events that come later change nothing.
 *
 * An event that does not fit the phase is a stated case: it changes nothing.
 */
import type { PreferredAgent, QueueExit } from '../acd/rules.ts';
import type { AcdEvent, OfferEnd, RoutingDecision, Skills, WaitEstimate } from '../acd/types.ts';
import type { Actor } from '../db/types.ts';
import type { DialOutcome, Flow, IvrState, IvrTimer, LookupQuery, LookupResult } from '../ivr/types.ts';
import type { MediaCommandName, MediaCommands, MediaEvent } from '../media/protocol.ts';
import type { OutboundTarget, SipLegEvent } from '../sip/types.ts';
import type { JournalEntry } from './journal.ts';
import type { SipLegState } from './leg-state.ts';
import type { Attempt, Line, Located, PartyPart, PartyTarget, ReferTarget, SuperviseMode, TransferTarget, Wiring } from './party.ts';

export type CallPhase = 'setup' | 'ivr' | 'queued' | 'ringing' | 'dialling' | 'talking' | 'held' | 'connecting' | 'parked' | 'ending' | 'ended';

export type Outcome = 'answered' | 'abandoned' | 'self_service' | 'voicemail' | 'rejected' | 'failed' | 'interrupted';
export type EndedBy = 'caller' | 'agent' | 'system';

/** When an event happened, and one fresh id for what it may begin. */
export interface Moment {
  /** Monotonic ms of this cell. */
  at: number;
  /** Ms since the epoch. */
  wall: number;
  /** A UUID used at most once. */
  readonly id: string;
}

/** Who is outside: the caller, or the called party of an outbound call. */
export interface Party {
  /** E.164, or as the network gave it; null when withheld. */
  number: string | null;
  name: string;
  withheldReason: 'anonymous' | 'unavailable' | 'payphone' | null;
  /** Source address for the audit log. */
  ip: string;
}

export interface FarParty {
  endpoint: string;
  /** Offer of the INVITE or of the visitor's browser; empty when it comes later, or once it was used. */
  offerSdp: string;
  /** Hears the network of who is called before its own call is answered. */
  early?: boolean;
  /** A telephone of the tenant. */
  inside?: boolean;
  /** Null for a visitor of the web call page. */
  sip: SipLegState | null;
  /** Outbound: whom to call once the endpoint is there. */
  target: Attempt | null;
  /** Outbound: other lines to the same party, tried when one fails before it rings. */
  others?: readonly Attempt[];
  /** Inbound: what is set for the line that the call came on. */
  line?: Line;
}

/** The agent offered or connected. */
export interface AgentPart {
  agentId: string;
  name: string;
  /** device: an agent's own telephone; external: somebody who is no agent, after a transfer. */
  kind: 'browser' | 'station' | 'device' | 'external';
  /** Null for a call that the agent dialled. */
  offerId: string | null;
  stage: 'offered' | 'connected';
  /** A browser's line, or the station's endpoint; null while there is none. */
  endpoint: string | null;
  /** A station's dialog. */
  sip: SipLegState | null;
  stationUri: string | null;
  /** A telephone of the tenant that is no agent's. */
  inside?: boolean;
  /** What the offer shows. */
  decision: { rule: string; idleMs: number | null; considered: number; waitedMs: number; load?: number; capacity?: number } | null;
  expiresWall: number;
}

export interface QueuePart {
  queueId: string;
  code: string;
  name: string;
  record: boolean;
  priority: number;
  requiredSkills: Skills;
  /** The script that the flow chose for the agent. */
  script?: string;
  /** Asked before the others. */
  preferred?: readonly PreferredAgent[];
}

export interface RecordingPart {
  id: string;
  kind: 'call' | 'voicemail';
  stage: 'opening' | 'running' | 'closing';
  /** Row id once the journal knows the recording. */
  journaled: boolean;
  /** What is on the right channel now: an endpoint or a mix. */
  right: string | null;
  /** Nothing is written at the moment, because the agent said so. */
  paused: boolean;
  /** Number of the box that gets the message. */
  box?: string;
}

/** A timer of the call by name, so that it can be journaled and set again. */
export type CallTimer = IvrTimer | 'answer' | 'farLost' | 'lineGrace' | 'closing' | 'park' | 'moving' | 'recordAgain' | 'holdAlarm' | 'pauseOver' | `moveAgain:${string}` | `ring:${string}`;

/** An INVITE for a place in the call. */
export interface Replacing {
  legId: string;
  endpoint: string;
  offerSdp: string;
  /** The leg whose place it takes; null picks a parked caller up. */
  replaced: string | null;
  inside: boolean;
  number: string;
  name: string;
}

/** Everything about a call; plain JSON, with the flow itself, so that a restart needs no configuration. */
export interface CallState {
  id: string;
  tenantId: string;
  direction: 'inbound' | 'outbound';
  channel: 'sip' | 'web';
  phase: CallPhase;
  /** One more with each event that changed something. */
  version: number;
  /** Number of the next step in the call's history. */
  nextSeq: number;
  /** For ids of playbacks, bridges and station legs. */
  nextPart: number;
  party: Party;
  /** Number dialled, national or E.164 as configured. */
  dialled: string;
  numberId: string | null;
  far: FarParty;
  agent: AgentPart | null;
  /** Further agents who are rung at the same time, all of them browsers; empty or absent once somebody answered. */
  alsoRung?: readonly AgentPart[];
  /** The last agent connected, for the record. */
  lastAgent: { agentId: string; name: string; kind: 'browser' | 'station' } | null;
  flow: { definition: Flow; state: IvrState } | null;
  queue: QueuePart | null;
  /** Playback at the far party, with its purpose. */
  playing: { id: string; for: 'flow' | 'music' } | null;
  /** Ringback tone on the line of an agent who dials. */
  ringback: { id: string; endpoint: string } | null;
  wiring: Wiring;
  /** Everybody beside the two. */
  parties: readonly PartyPart[];
  /** Endpoints that died with their media process and are being made again elsewhere. */
  moving: readonly string[];
  /** Whom a telephone's own call is for; null for every other call. */
  direct: PartyTarget | null;
  /** Why somebody is rung for the far party, and who wanted that. */
  connecting: { reason: 'direct' | 'transfer' | 'recall' | 'dial'; by: string | null } | null;
  /** The flow's own call to a number outside, until the flow goes on. */
  dial: { record: boolean } | null;
  park: { slot: number; by: string | null } | null;
  /** The telephone that asked for a transfer, while it is told how that goes. */
  refer: { legId: string; referId: string } | null;
  /** Who comes to take somebody's place, until its endpoint is there. */
  replacing: Replacing | null;
  /** What is being announced to a caller who treats the agent badly, and what happened before. */
  conduct?: { sos: boolean; warned: boolean; announcing: { playback: string; kind: 'warning' | 'ending' } | null };
  hold: { byAgent: boolean; lineLost: boolean };
  /** Since when the caller is on hold by the agent's wish, and how often that was told; absent while not. */
  held?: { since: number; told: number; alarm: HoldAlarm | null };
  /** Hold while the agent's work is in another call: since when, monotonic ms (null = not now), and how long before. */
  aside?: { since: number | null; ms: number };
  recording: RecordingPart | null;
  hasVoicemail: boolean;
  /** The caller was asked and did not agree: conversations are not recorded. */
  recordingDeclined?: boolean;
  /** What should be recorded is not, and that was told. */
  unrecorded?: boolean;
  /** The caller's message was lost while it was being recorded. */
  voicemailFailed: boolean;
  /** What the caller pressed and heard, newest last. */
  path: string[];
  position: number;
  /** When the caller will probably be answered, ms since the epoch; as it was told last. */
  expected?: { fromWall: number; toWall: number } | undefined;
  /** How often a queue sent the call away. */
  flowOuts?: number;
  /** Customers whose number fits; null = not looked up (yet). */
  customerIds: string[] | null;
  /** When the phase began, monotonic ms. */
  since: number;
  startedWall: number;
  /** Monotonic ms. */
  startedAt: number;
  /** Monotonic ms; keeps a call's place when it goes back to a queue. */
  queuedAt: number | null;
  queuedWall: number | null;
  answeredWall: number | null;
  /** Time so far in phases that have ended, ms. */
  spent: Partial<Record<CallPhase, number>>;
  /** Running timers with the wall time at which they are due. */
  timers: Partial<Record<CallTimer, number>>;
  end: { outcome: Outcome; by: EndedBy; reason: string; wall: number } | null;
}

/** What can be learnt about the call from its creation on. */
export type CallSeed =
  | {
      kind: 'inbound';
      callId: string;
      tenantId: string;
      channel: 'sip' | 'web';
      party: Party;
      dialled: string;
      numberId: string | null;
      /** Null for a telephone's own call. */
      flow: Flow | null;
      /** Whom a telephone's own call is for. */
      direct?: PartyTarget;
      /** From a telephone of the tenant. */
      inside?: boolean;
      offerSdp: string;
      /** Null for a visitor. */
      legId: string | null;
      line?: Line;
    }
  | {
      kind: 'outbound';
      callId: string;
      tenantId: string;
      party: Party;
      dialled: string;
      agent: { agentId: string; name: string; endpoint: string };
      legId: string;
      /** Tried one after the other; at least one. */
      targets: readonly Attempt[];
    };

/** A hold that is forgotten: after `afterMs` the agent is told, after twice that supervisors, after three times it may end. */
export interface HoldAlarm {
  afterMs: number;
  autoReturn: boolean;
}

/** Commands of the agent in the call. */
export type AgentCommand =
  /** `alarm`: when a hold counts as forgotten, and whether the caller then comes back by itself; the latter also for a hold that goes on. */
  | { command: 'hold'; alarm?: HoldAlarm }
  /** Back to the caller; somebody consulted waits then. */
  | { command: 'resume' }
  | { command: 'hangup' }
  | { command: 'dtmf'; digit: string }
  /** Blind transfer: the agent leaves at once. */
  | { command: 'transfer'; target: TransferTarget }
  /** The caller waits, somebody else is rung for the agent. */
  | { command: 'consult'; target: PartyTarget }
  /** Who was consulted gets the caller, the agent leaves. */
  | { command: 'handOver' }
  /** Caller, agent and who was consulted hear each other. */
  | { command: 'conference' }
  | { command: 'drop'; party: string }
  /** The agent leaves a conference, the others go on. */
  | { command: 'leave' }
  | { command: 'park'; slot: number }
  | { command: 'record'; paused: boolean }
  /** Goes into the history of the call. */
  | { command: 'sos' }
  /** The caller hears that the call may be ended, or that it is, which then ends it. */
  | { command: 'announce'; kind: 'warning' | 'ending' };

type MediaWithResult = 'createRtpEndpoint' | 'createWebrtcEndpoint' | 'createWebrtcOffer' | 'reanswerWebrtc' | 'stopRecording';

/** The answer of a media command, for those whose result the machine needs. */
export type MediaDone = {
  [Name in MediaWithResult]: {
    type: 'mediaDone';
    command: Name;
    args: MediaCommands[Name]['in'];
    result: MediaCommands[Name]['out'];
  };
}[MediaWithResult];

/** An offer of acd to an agent. */
export interface CallOffer {
  offerId: string;
  agentId: string;
  name: string;
  kind: 'browser' | 'station';
  stationUri: string | null;
  /** Telephones of the agent that ring along. */
  devices: readonly Attempt[];
  timeoutMs: number;
  decision: RoutingDecision;
}

/** Where a recording lies and how its key is wrapped. The key itself never comes here. */
export interface RecordingFile {
  /** Inside the store. */
  objectPath: string;
  keyVersion: number;
  /** Base64. */
  wrappedKey: string;
}

export type CallEvent =
  | { type: 'begin' }
  | MediaDone
  | { type: 'mediaFailed'; command: MediaCommandName; endpoint: string | null; code: string }
  /** A media process ended, and these endpoints with it. */
  | { type: 'mediaLost'; endpoints: readonly string[] }
  | { type: 'media'; event: MediaEvent }
  | { type: 'sip'; event: Exclude<SipLegEvent, { type: 'incoming' }> }
  | { type: 'visitor'; action: 'hangup' | 'gone' | { digit: string } | { offerSdp: string } }
  | { type: 'enqueued'; queue: QueuePart }
  /** The queue is not there, or (`exit`) it sent the call away. */
  | { type: 'unroutable'; exit?: { reason: QueueExit; waitedMs: number } }
  | { type: 'lookedUp'; request: number; result: LookupResult }
  | { type: 'offered'; offer: CallOffer }
  | { type: 'withdrawn'; offerId: string; reason: OfferEnd }
  | { type: 'connect'; offerId: string; agentId: string; lineEndpoint: string | null }
  | { type: 'position'; position: number; wait?: WaitEstimate }
  | { type: 'decided'; decision: RoutingDecision }
  | { type: 'matched'; customerIds: string[] }
  | { type: 'recordingOpened'; recording: string; file: RecordingFile }
  | { type: 'recordingRefused'; recording: string; code: string }
  | { type: 'agent'; agentId: string; action: AgentCommand; ip: string }
  /** The agent's work is in another call while this one is on hold, or no more. */
  | { type: 'aside'; on: boolean }
  | { type: 'lineUp'; agentId: string; endpoint: string }
  | { type: 'lineDown'; agentId: string }
  | { type: 'referred'; legId: string; referId: string; target: ReferTarget }
  | ({ type: 'replace'; earlyOnly: boolean } & Omit<Replacing, 'endpoint'>)
  /** Whoever tries a draft out says how its transfer ends, for which nobody is called. */
  | { type: 'dialPretended'; outcome: DialOutcome }
  | { type: 'located'; party: string; found: Located }
  /** `status`: what a telephone that asked is told. */
  | { type: 'notLocated'; party: string; code: string; status: number }
  /** A browser that rings for a party: its line, or null when it declines. */
  | { type: 'partyAnswer'; offerId: string; endpoint: string | null }
  | { type: 'pickUp'; agentId: string; name: string; endpoint: string; ip: string }
  | { type: 'supervise'; agentId: string; name: string; endpoint: string; mode: SuperviseMode | 'takeOver'; tone: boolean; ip: string }
  | { type: 'superviseEnd'; agentId: string; ip: string }
  | { type: 'timer'; timer: CallTimer }
  /** Taken up after a restart: events of the time between are lost, so the flow begins its node again. */
  | { type: 'resumed' }
  /** The cell ends the call: shutdown, suspended tenant, a restart that cannot take it up. */
  | { type: 'stop'; outcome: 'failed' | 'interrupted'; reason: string };

/** A media command as an effect; run in order, the next after the reply. */
export type MediaCommandEffect = {
  [Name in MediaCommandName]: { type: 'media'; command: Name; args: MediaCommands[Name]['in'] };
}[MediaCommandName];

export type SipEffect =
  | { type: 'sip'; command: 'ring'; legId: string; sdp?: string }
  | { type: 'sip'; command: 'answer' | 'answerReinvite' | 'reinvite'; legId: string; sdp: string }
  | { type: 'sip'; command: 'rejectReinvite'; legId: string; status: number }
  | { type: 'sip'; command: 'acceptRefer'; legId: string; referId: string }
  | { type: 'sip'; command: 'rejectRefer'; legId: string; referId: string; status: number }
  | { type: 'sip'; command: 'referStatus'; legId: string; referId: string; status: number; reason: string; final: boolean }
  | { type: 'sip'; command: 'reject'; legId: string; status: number; reason: string }
  | { type: 'sip'; command: 'invite'; legId: string; target: OutboundTarget }
  | { type: 'sip'; command: 'hangup'; legId: string; reason: string };

export type CallEffect =
  | MediaCommandEffect
  | SipEffect
  /** Makes the object key, then starts the recording; told by `recordingOpened` or `recordingRefused`. */
  | { type: 'openRecording'; recording: string; left: string; right: string | null; silenceMs?: number }
  | { type: 'setTimer'; timer: CallTimer; afterMs: number }
  | { type: 'clearTimer'; timer: CallTimer }
  /** Sounds by name; the shell puts the tenant's own in their place. */
  | { type: 'play'; endpoint: string; playback: string; sounds: readonly string[]; loop: boolean }
  | { type: 'acd'; event: AcdEvent }
  /** The queue by its code; told by `enqueued` or `unroutable`. */
  | { type: 'enqueue'; code: string; priority: number; requiredSkills: Skills; script?: string }
  /** The caller gives the line up and keeps the place in the queue. */
  | {
      type: 'requestCallback';
      request: { callId: string; queueId: string; priority: number; queuedWall: number; number: string; name: string; customerId: string | null };
    }
  | { type: 'journal'; actor: Actor; entry: JournalEntry }
  /** Ring the agent's browser. */
  | { type: 'ringDesk'; agentId: string; offerId: string }
  | { type: 'stopRinging'; agentId: string; offerId: string; reason: OfferEnd | 'accepted' }
  | { type: 'deskCallEnded'; agentId: string; by: EndedBy; wrapUp: boolean }
  | { type: 'visitorAnswer'; sdp: string }
  /** The visitor's browser must connect its audio again. */
  | { type: 'visitorMove' }
  /** Finds out how somebody can be reached; told by `located` or `notLocated`. @param by the agent who asks */
  | { type: 'locate'; party: string; target: PartyTarget; by: string | null }
  /** Asks the outside for the flow; told by `lookedUp`. */
  | { type: 'lookUp'; request: number; query: LookupQuery }
  /** Counters of boards and metrics. */
  | { type: 'count'; what: 'offered' | 'answered' | 'abandoned' | 'flowedOut'; queueId: string }
  /** The record is complete; whatever waits for it (200 to a BYE) may go on after its commit. */
  | { type: 'recordComplete' }
  /** Nothing will happen any more: the shell may forget the call. */
  | { type: 'forget' };

export interface CallResult {
  state: CallState;
  effects: CallEffect[];
}
