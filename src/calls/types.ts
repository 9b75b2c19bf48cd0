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
 * - setup: the caller's endpoint is being made; nothing was answered yet.
 * - ivr: the flow runs. Voicemail and echo are nodes of it.
 * - queued, ringing: the flow still runs (music, positions) while acd looks for an agent, or one is being rung.
 * - dialling: an agent's call; the far party is being rung.
 * - talking, held: far party and agent. `hold` says why they are apart: the agent wanted it, or the agent's line is gone.
 * - ending: everybody was hung up and the record is complete; the recording is still being closed.
 * - ended: final. Events that come later change nothing.
 *
 * An event that does not fit the phase is a stated case: it changes nothing.
 */
import type { AcdEvent, OfferEnd, RoutingDecision, Skills } from '../acd/types.ts';
import type { Actor } from '../db/types.ts';
import type { Flow, IvrState, IvrTimer } from '../ivr/types.ts';
import type { MediaCommandName, MediaCommands, MediaEvent } from '../media/protocol.ts';
import type { OutboundTarget, SipLegEvent } from '../sip/types.ts';
import type { JournalEntry } from './journal.ts';

export type CallPhase = 'setup' | 'ivr' | 'queued' | 'ringing' | 'dialling' | 'talking' | 'held' | 'ending' | 'ended';

export type Outcome = 'answered' | 'abandoned' | 'self_service' | 'voicemail' | 'rejected' | 'failed' | 'interrupted';
export type EndedBy = 'caller' | 'agent' | 'system';

/** When an event happened, and one fresh id for what it may begin. */
export interface Moment {
  /** Monotonic ms of this cell. */
  at: number;
  /** Ms since the epoch. */
  wall: number;
  /** A UUID used at most once. */
  id: string;
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

/** A SIP dialog of the call. */
export interface SipLegState {
  legId: string;
  /** `up` = answered; `gone` = no command may follow. */
  state: 'early' | 'up' | 'gone';
  /** Our own address in SDP once the endpoint is there. */
  local: { host: string; port: number } | null;
  /** `o=` version of our last description. */
  sdpVersion: number;
  /** Our offer in an answer to a delayed offer waits for the ACK's answer. */
  awaitsAnswer: boolean;
}

export interface FarParty {
  endpoint: string;
  /** Offer of the INVITE or of the visitor's browser; empty when it comes later, or once it was used. */
  offerSdp: string;
  /** Null for a visitor of the web call page. */
  sip: SipLegState | null;
  /** Outbound: whom to call once the endpoint is there. */
  target: Omit<OutboundTarget, 'sdp'> | null;
}

/** The agent offered or connected. */
export interface AgentPart {
  agentId: string;
  name: string;
  kind: 'browser' | 'station';
  /** Null for a call that the agent dialled. */
  offerId: string | null;
  stage: 'offered' | 'connected';
  /** A browser's line, or the station's endpoint; null while there is none. */
  endpoint: string | null;
  /** A station's dialog. */
  sip: SipLegState | null;
  stationUri: string | null;
  /** What the offer shows. */
  decision: { rule: string; idleMs: number | null; considered: number; waitedMs: number } | null;
  expiresWall: number;
}

export interface QueuePart {
  queueId: string;
  code: string;
  name: string;
  record: boolean;
  priority: number;
  requiredSkills: Skills;
}

export interface RecordingPart {
  id: string;
  kind: 'call' | 'voicemail';
  stage: 'opening' | 'running' | 'closing';
  /** Row id once the journal knows the recording. */
  journaled: boolean;
}

/** A timer of the call by name, so that it can be journaled and set again. */
export type CallTimer = IvrTimer | 'answer' | 'farLost' | 'lineGrace' | 'closing';

/** Everything about a call; plain JSON, with the flow itself, so that a restart needs no configuration. */
export interface CallState {
  id: string;
  tenantId: string;
  direction: 'inbound' | 'outbound';
  channel: 'sip' | 'web';
  phase: CallPhase;
  /** One more with each event that changed something. */
  version: number;
  /** Number of the next row in `call_events`. */
  nextSeq: number;
  /** For ids of playbacks, bridges and station legs. */
  nextPart: number;
  party: Party;
  /** Number dialled, national or E.164 as configured. */
  dialled: string;
  numberId: string | null;
  far: FarParty;
  agent: AgentPart | null;
  /** The last agent connected, for the record. */
  lastAgent: { agentId: string; name: string; kind: 'browser' | 'station' } | null;
  flow: { definition: Flow; state: IvrState } | null;
  queue: QueuePart | null;
  /** Playback at the far party, with its purpose. */
  playing: { id: string; for: 'flow' | 'music' } | null;
  /** Ringback tone on the line of an agent who dials. */
  ringback: { id: string; endpoint: string } | null;
  bridge: string | null;
  hold: { byAgent: boolean; lineLost: boolean };
  recording: RecordingPart | null;
  hasVoicemail: boolean;
  /** The caller's message was lost while it was being recorded. */
  voicemailFailed: boolean;
  /** What the caller pressed and heard, newest last. */
  path: string[];
  position: number;
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
      flow: Flow;
      offerSdp: string;
      /** Null for a visitor. */
      legId: string | null;
    }
  | {
      kind: 'outbound';
      callId: string;
      tenantId: string;
      party: Party;
      dialled: string;
      agent: { agentId: string; name: string; endpoint: string };
      legId: string;
      target: Omit<OutboundTarget, 'sdp'>;
    };

/** Commands of the agent in the call. */
export type AgentCommand = { command: 'hold' } | { command: 'resume' } | { command: 'hangup' } | { command: 'dtmf'; digit: string };

/** The answer of a media command, for those whose result the machine needs. */
export type MediaDone = {
  [Name in 'createRtpEndpoint' | 'createWebrtcEndpoint' | 'stopRecording']: {
    type: 'mediaDone';
    command: Name;
    args: MediaCommands[Name]['in'];
    result: MediaCommands[Name]['out'];
  };
}['createRtpEndpoint' | 'createWebrtcEndpoint' | 'stopRecording'];

/** An offer of acd to an agent. */
export interface CallOffer {
  offerId: string;
  agentId: string;
  name: string;
  kind: 'browser' | 'station';
  stationUri: string | null;
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
  /** The media process that held the call's endpoints ended. */
  | { type: 'mediaLost' }
  | { type: 'media'; event: MediaEvent }
  | { type: 'sip'; event: Exclude<SipLegEvent, { type: 'incoming' }> }
  | { type: 'visitor'; action: 'hangup' | 'gone' | { digit: string } }
  | { type: 'enqueued'; queue: QueuePart }
  | { type: 'unroutable' }
  | { type: 'offered'; offer: CallOffer }
  | { type: 'withdrawn'; offerId: string; reason: OfferEnd }
  | { type: 'connect'; offerId: string; agentId: string; lineEndpoint: string | null }
  | { type: 'position'; position: number }
  | { type: 'decided'; decision: RoutingDecision }
  | { type: 'matched'; customerIds: string[] }
  | { type: 'recordingOpened'; recording: string; file: RecordingFile }
  | { type: 'recordingRefused'; recording: string; code: string }
  | { type: 'agent'; agentId: string; action: AgentCommand; ip: string }
  | { type: 'lineUp'; agentId: string; endpoint: string }
  | { type: 'lineDown'; agentId: string }
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
  | { type: 'sip'; command: 'ring'; legId: string }
  | { type: 'sip'; command: 'answer' | 'answerReinvite'; legId: string; sdp: string }
  | { type: 'sip'; command: 'reject'; legId: string; status: number; reason: string }
  | { type: 'sip'; command: 'invite'; legId: string; target: OutboundTarget }
  | { type: 'sip'; command: 'hangup'; legId: string; reason: string };

export type CallEffect =
  | MediaCommandEffect
  | SipEffect
  /** Makes the object key, then starts the recording; told by `recordingOpened` or `recordingRefused`. */
  | { type: 'openRecording'; recording: string; left: string; right: string | null }
  | { type: 'setTimer'; timer: CallTimer; afterMs: number }
  | { type: 'clearTimer'; timer: CallTimer }
  /** Sounds by name; the shell puts the tenant's own in their place. */
  | { type: 'play'; endpoint: string; playback: string; sounds: readonly string[]; loop: boolean }
  | { type: 'acd'; event: AcdEvent }
  /** The queue by its code; told by `enqueued` or `unroutable`. */
  | { type: 'enqueue'; code: string; priority: number; requiredSkills: Skills }
  | { type: 'journal'; actor: Actor; entry: JournalEntry }
  /** Ring the agent's browser. */
  | { type: 'ringDesk'; agentId: string; offerId: string }
  | { type: 'stopRinging'; agentId: string; offerId: string; reason: OfferEnd | 'accepted' }
  | { type: 'deskCallEnded'; agentId: string; by: EndedBy; wrapUp: boolean }
  | { type: 'visitorAnswer'; sdp: string }
  /** Counters of boards and metrics. */
  | { type: 'count'; what: 'offered' | 'answered' | 'abandoned'; queueId: string }
  /** The record is complete; whatever waits for it (200 to a BYE) may go on after its commit. */
  | { type: 'recordComplete' }
  /** Nothing will happen any more: the shell may forget the call. */
  | { type: 'forget' };

export interface CallResult {
  state: CallState;
  effects: CallEffect[];
}
