import { z } from 'zod';
import { runStepSchema } from './api/flow-runs.ts';

/**
 * Messages of the WebSocket `/api/v1/events`. A desk holds one *line*: a WebRTC connection to a media process that stays up
 * while the agent is logged in; calls are bridged to it, so answering needs no negotiation and health is measured on the
 * real path. A visitor of the web call page uses `/api/v1/web-call/{tenant}` with the same `line.*` messages.
 *
 * Times are ISO 8601 UTC (wall clock). `ref` on a command comes back in `ack` or `refused`.
 */

const id = z.uuid();
const time = z.iso.datetime();
const ref = z.number().int();

export const presenceSchema = z.enum(['available', 'break', 'away', 'offline']);
export const workSchema = z.enum(['idle', 'offered', 'talking', 'wrapUp']);
export const healthProblemSchema = z.enum(['microphone', 'network', 'media', 'tab', 'disconnected']);

/** One agent on the board and on the own desk. */
export const agentViewSchema = z.object({
  agentId: id,
  name: z.string(),
  kind: z.enum(['browser', 'station']),
  presence: presenceSchema,
  work: workSchema,
  problems: z.array(healthProblemSchema),
  since: time,
  callId: id.nullable(),
  queueId: id.nullable(),
  /** Own status reason of the tenant (kind of break or absence); null when none was named. */
  reasonId: id.nullable(),
  /** Chosen during a call or wrap-up, for afterwards; null when nothing waits. */
  next: z.object({ presence: presenceSchema, reasonId: id.nullable() }).nullable(),
  /** End of a care break, before which the agent cannot become available. */
  careUntil: time.nullable(),
  /** When wrap-up ends by itself. */
  wrapUpUntil: time.nullable(),
  /** How often wrap-up can still be lengthened, whether it waits for the call's result, whether it lasts its time. Null outside of wrap-up. */
  wrapUp: z.object({ extensionsLeft: z.number().int(), resultMissing: z.boolean(), fixed: z.boolean() }).nullable(),
  /** For who may have, or has, several calls at once: those in progress, oldest first, and how many there may be. */
  lines: z.object({ callIds: z.array(id), capacity: z.number().int() }).optional(),
});

/** One queue on the board. */
export const queueViewSchema = z.object({
  queueId: id,
  code: z.string(),
  name: z.string(),
  waiting: z.number().int(),
  /** Callbacks among them: their callers hung up and are called when it is their turn. */
  callbacks: z.number().int(),
  /** Outside its hours, or switched off in an emergency; null = open. */
  closed: z.enum(['closed', 'emergency']).nullable(),
  oldestSince: time.nullable(),
  routable: z.number().int(),
  talking: z.number().int(),
  wrapUp: z.number().int(),
  /** Today (JST): calls offered to the queue, answered by an agent, abandoned while waiting. */
  offeredToday: z.number().int(),
  answeredToday: z.number().int(),
  abandonedToday: z.number().int(),
  /** Sent on by a limit of the queue: longest wait, length, no agents, hours, emergency. */
  flowedOutToday: z.number().int(),
});

/** A customer who may be the caller. */
export const callerMatchSchema = z.object({
  customerId: id,
  name: z.string(),
  nameKana: z.string(),
  company: z.string(),
  openCases: z.array(z.object({ caseId: id, number: z.number().int(), subject: z.string(), priority: z.string() })),
  /** Why to be careful with this customer; empty without a flag in force. */
  caution: z.string(),
  pastCalls: z.array(z.object({ callId: id, startedAt: time, agent: z.string(), wrapUpCode: z.string(), note: z.string() })),
});

/** An agent who asks supervisors for help: raised hand, or SOS against an abusive caller. */
export const helpRequestSchema = z.object({
  id,
  kind: z.enum(['hand', 'sos']),
  agentId: id,
  agentName: z.string(),
  callId: id.nullable(),
  /** Caller's number for people, else the name the caller gave; empty without a call. */
  caller: z.string(),
  raisedAt: time,
  /** What the agent had written about the call so far. */
  note: z.string(),
  /** Who takes care of it. */
  acknowledged: z.object({ at: time, userId: id, name: z.string() }).nullable(),
});

/** Somebody in a call beside caller and agent. */
export const callPartySchema = z.object({
  partyId: z.string(),
  /** consult: only the agent speaks with them; member: in the conference; transfer: rung to take the call. */
  role: z.enum(['consult', 'member', 'transfer']),
  /** Null for somebody who is no agent. */
  agentId: id.nullable(),
  name: z.string(),
  /** For people; empty for an agent. */
  number: z.string(),
  stage: z.enum(['locating', 'ringing', 'connected']),
});

/** A live call as the agent and the board see it. */
export const callViewSchema = z.object({
  callId: id,
  direction: z.enum(['inbound', 'outbound']),
  channel: z.enum(['sip', 'web']),
  /** ivr: in the flow; queued: waits; ringing: an agent is rung; talking; held; ended. */
  phase: z.enum(['ivr', 'queued', 'ringing', 'talking', 'held', 'ended']),
  /** Caller's number for people (03-1234-0001); empty when withheld or a web visitor without one. */
  callerNumber: z.string(),
  callerName: z.string(),
  withheldReason: z.enum(['anonymous', 'unavailable', 'payphone']).nullable(),
  dialledNumber: z.string(),
  queueId: id.nullable(),
  queueName: z.string(),
  agentId: id.nullable(),
  agentName: z.string(),
  startedAt: time,
  queuedAt: time.nullable(),
  /** Place in the queue, 0 = not known. */
  position: z.number().int(),
  /** When the caller will probably be answered; null = nothing honest can be said. */
  expected: z.object({ from: time, to: time }).nullable(),
  answeredAt: time.nullable(),
  recording: z.boolean(),
  /** The agent said that nothing is to be written at the moment. */
  recordingPaused: z.boolean(),
  /** When a paused recording goes on by itself. */
  recordingResumesAt: time.nullable(),
  /** Since when the agent keeps the caller on hold. */
  heldSince: time.nullable(),
  /** A forgotten hold: 1 = the agent is told, 2 = supervisors are. */
  holdAlarm: z.number().int().min(0).max(2),
  /** The agent sent an SOS in this call. */
  sos: z.boolean(),
  /** The caller heard that the call may be ended. */
  warned: z.boolean(),
  /** Number at which a parked call waits to be picked up. */
  parkSlot: z.number().int().nullable(),
  parties: z.array(callPartySchema),
  /** What the caller pressed and heard before, newest last: "menu 1". */
  path: z.array(z.string()),
});

export const offerSchema = z.object({
  offerId: id,
  call: callViewSchema,
  matches: z.array(callerMatchSchema),
  expiresAt: time,
  /** Why this agent, one sentence of data for the UI. */
  /** `load`, `capacity`: the agent's calls so far and how many there may be; absent for who takes one at a time. */
  reason: z.object({
    rule: z.string(),
    idleMs: z.number().nullable(),
    considered: z.number().int(),
    waitedMs: z.number(),
    load: z.number().int().optional(),
    capacity: z.number().int().optional(),
  }),
});

export const boardSchema = z.object({
  at: time,
  queues: z.array(queueViewSchema),
  agents: z.array(agentViewSchema),
  calls: z.array(callViewSchema),
  /** Supervisors in calls of others are always announced by a tone; as it was when the board was sent whole. */
  superviseTone: z.boolean(),
});

/** Whom an agent wants in a call: a colleague, or a telephone number (or the name of a registered telephone). */
export const partyTargetSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('agent'), agentId: id }),
  z.object({ kind: z.literal('number'), number: z.string().min(1).max(40) }),
]);

/** From core to a desk or board. */
export const serverMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), at: time, userId: id, database: z.enum(['up', 'down']), iceServers: z.array(z.string()) }),
  z.object({ type: z.literal('ack'), ref, data: z.unknown().optional() }),
  z.object({ type: z.literal('refused'), ref, code: z.string(), message: z.string() }),
  z.object({ type: z.literal('line.answer'), sdp: z.string() }),
  z.object({ type: z.literal('line.state'), state: z.enum(['connecting', 'connected', 'disconnected', 'failed', 'closed']) }),
  /** The desk has not reported its health for a while: it answers with `health` at once, or counts as asleep. */
  z.object({ type: z.literal('health.ask') }),
  z.object({ type: z.literal('agent'), agent: agentViewSchema }),
  z.object({ type: z.literal('offer'), offer: offerSchema }),
  z.object({ type: z.literal('offer.ended'), offerId: id, reason: z.enum(['accepted', 'timeout', 'declined', 'undeliverable', 'callGone', 'answeredElsewhere', 'agentGone']) }),
  z.object({ type: z.literal('call'), call: callViewSchema, matches: z.array(callerMatchSchema) }),
  z.object({ type: z.literal('call.ended'), callId: id, by: z.enum(['caller', 'agent', 'system']), wrapUp: z.boolean() }),
  z.object({ type: z.literal('board'), board: boardSchema }),
  /** Changes of the board since the last message, at most ten a second. */
  z.object({
    type: z.literal('board.update'),
    at: time,
    queues: z.array(queueViewSchema),
    agents: z.array(agentViewSchema),
    calls: z.array(callViewSchema),
    goneCalls: z.array(id),
  }),
  /** Open requests for help, oldest first; to supervisors who watch, after each change. */
  z.object({ type: z.literal('help'), open: z.array(helpRequestSchema) }),
  /** The own open requests, to the desk. */
  z.object({ type: z.literal('help.own'), open: z.array(helpRequestSchema) }),
  z.object({ type: z.literal('database'), state: z.enum(['up', 'down']) }),
  /** The user may do more or less than before; the page asks for the session again. */
  z.object({ type: z.literal('access.changed') }),
  /** An evaluation of an own call was published, or an appeal answered. */
  z.object({ type: z.literal('evaluation.told'), what: z.enum(['published', 'answered']) }),
  /** The provider's access to the tenant began, ended or was asked for; to those who may read about it. */
  z.object({ type: z.literal('providerAccess.changed') }),
  /** The session was ended elsewhere (logout, disabled, IP range changed, another tab took over). */
  z.object({ type: z.literal('bye'), reason: z.enum(['session_ended', 'taken_over', 'shutting_down']) }),
]);

/** From a desk or board to core. */
export const clientMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ping'), ref }),
  /** Become the agent's one live desk; `takeOver` closes the other tab's. Refused with `desk_elsewhere` otherwise. */
  z.object({ type: z.literal('desk.open'), ref, takeOver: z.boolean() }),
  z.object({ type: z.literal('line.offer'), ref, sdp: z.string().max(20_000) }),
  /** Every 5 s, on change, and when asked. */
  z.object({
    type: z.literal('health'),
    ref,
    microphone: z.enum(['ok', 'refused', 'missing', 'muted']),
    roundTripMs: z.number().nonnegative().nullable(),
    lossPercent: z.number().min(0).max(100).nullable(),
  }),
  /** `reasonId`: one of the tenant's status reasons of this presence. Refused with `no_such_reason`. */
  z.object({ type: z.literal('presence'), ref, presence: presenceSchema, reasonId: id.nullable().optional() }),
  /** Other calls of the sender go on hold first; refused with `has_parties` while somebody is consulted or in a conference there. */
  z.object({ type: z.literal('accept'), ref, offerId: id }),
  z.object({ type: z.literal('decline'), ref, offerId: id }),
  z.object({ type: z.literal('hold'), ref, callId: id }),
  /** As for `accept`: of several calls of the sender one is in conversation. */
  z.object({ type: z.literal('resume'), ref, callId: id }),
  z.object({ type: z.literal('hangup'), ref, callId: id }),
  /** `ack.data` is `{ callId }`. `callerId`: number of the tenant to show outside. `trunkId`: over this trunk only, whatever the routes say; a test, for `settings.manage`. */
  z.object({ type: z.literal('dial'), ref, number: z.string().min(1).max(40), callerId: z.string().min(1).max(40).optional(), trunkId: id.optional() }),
  z.object({ type: z.literal('dtmf'), ref, callId: id, digit: z.string().regex(/^[0-9*#]$/) }),
  /**
   * Blind transfer: the sender leaves at once. Who does not answer gives the call back: the sender is rung again, then its queue.
   * Refused with `has_parties` while somebody else is in the call. `queue` is a queue's code.
   */
  z.object({
    type: z.literal('transfer'),
    ref,
    callId: id,
    target: z.discriminatedUnion('kind', [...partyTargetSchema.options, z.object({ kind: z.literal('queue'), code: z.string().min(1).max(60) })]),
  }),
  /** Holds the caller and rings somebody; `resume` goes back to the caller, `hold` to who was consulted. `call` tells the rest. */
  z.object({ type: z.literal('consult'), ref, callId: id, target: partyTargetSchema }),
  /** Who was consulted gets the caller; the sender leaves. */
  z.object({ type: z.literal('consult.handOver'), ref, callId: id }),
  /** Caller, sender and who was consulted hear each other; may be done again with the next one consulted. */
  z.object({ type: z.literal('conference'), ref, callId: id }),
  /** Takes somebody out of the conference, or ends a consultation. */
  z.object({ type: z.literal('party.drop'), ref, callId: id, partyId: z.string().max(80) }),
  /** The sender leaves the conference; the others go on. `hangup` ends it for everybody. */
  z.object({ type: z.literal('conference.leave'), ref, callId: id }),
  /** The caller waits for whoever picks up; `ack.data` is `{ slot }`. After 3 minutes the sender is rung. */
  z.object({ type: z.literal('park'), ref, callId: id }),
  /** Takes a parked call. Refused with `nobody_parked`, `busy` or `line_down`. */
  z.object({ type: z.literal('pickUp'), ref, slot: z.number().int() }),
  /** Nothing is recorded until it is switched on again; both are audited, and the gap is marked in the recording. */
  z.object({ type: z.literal('recording.pause'), ref, callId: id, paused: z.boolean() }),
  /**
   * For `call.supervise`, with a desk and line of one's own that is in no other call. monitor: hears all; whisper: heard by the
   * agent only; barge: heard by everybody; takeOver: the agent leaves, the sender has the call. Sent again to change how.
   * `tone`: a beep tells those in the call.
   */
  z.object({ type: z.literal('supervise'), ref, callId: id, mode: z.enum(['monitor', 'whisper', 'barge', 'takeOver']), tone: z.boolean() }),
  z.object({ type: z.literal('supervise.end'), ref, callId: id }),
  /** Refused with `result_missing` while the queue wants the result of the call, with `time_fixed` while it wants the time. */
  z.object({ type: z.literal('wrapUp.done'), ref }),
  /** More time, as the queue allows. Refused with `no_more_time`. */
  z.object({ type: z.literal('wrapUp.extend'), ref }),
  /** Asks supervisors for help, in a call or not; raised again it brings a new note. */
  z.object({ type: z.literal('hand.raise'), ref, note: z.string().max(2000) }),
  z.object({ type: z.literal('hand.lower'), ref }),
  /** An abusive caller: marks the call, opens an incident, alerts supervisors, queues a care break. Only in a call. */
  z.object({ type: z.literal('sos'), ref, callId: id, note: z.string().max(2000) }),
  /** Plays the warning, or the announcement with which the call ends; that one is refused with `warn_first` before. */
  z.object({ type: z.literal('conduct.announce'), ref, callId: id, kind: z.enum(['warning', 'ending']) }),
  /** For `call.supervise`: requests for help from now on. */
  z.object({ type: z.literal('help.watch'), ref, on: z.boolean() }),
  z.object({ type: z.literal('help.acknowledge'), ref, helpId: id }),
  z.object({ type: z.literal('help.end'), ref, helpId: id }),
  /** For `agent.manage`: a break in which the agent cannot become available; after the call when there is one. */
  z.object({ type: z.literal('care.start'), ref, agentId: id, minutes: z.number().int().min(1).max(240) }),
  z.object({ type: z.literal('care.end'), ref, agentId: id }),
  /** For `call.supervise`: a waiting call goes to this agent next, before all others; refused unless the agent is available. */
  z.object({ type: z.literal('call.assign'), ref, callId: id, agentId: id }),
  /** For `agent.manage`: the status of another agent; after the call when there is one. */
  z.object({ type: z.literal('agent.presence'), ref, agentId: id, presence: presenceSchema, reasonId: id.nullable().optional() }),
  z.object({ type: z.literal('board.watch'), ref, on: z.boolean() }),
]);

/** Visitor's side of the web call page: core to visitor. */
export const webCallServerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('line.answer'), sdp: z.string() }),
  z.object({ type: z.literal('state'), phase: z.enum(['connecting', 'ivr', 'queued', 'ringing', 'talking', 'held', 'ended']), position: z.number().int().nullable() }),
  z.object({ type: z.literal('refused'), code: z.string(), message: z.string() }),
  /** The connection died on our side: make a new one and send `line.offer`; the call waits 8 s. */
  z.object({ type: z.literal('line.renew') }),
]);

/** Visitor to core. `name` and `number` are what the visitor typed, never trusted as an identity. */
export const webCallClientSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('call'), sdp: z.string().max(20_000), name: z.string().max(100), number: z.string().max(40) }),
  /** After `line.renew`; answered by `line.answer`. */
  z.object({ type: z.literal('line.offer'), sdp: z.string().max(20_000) }),
  z.object({ type: z.literal('dtmf'), digit: z.string().regex(/^[0-9*#]$/) }),
  z.object({ type: z.literal('hangup') }),
]);

/** Core to who tries a draft out by calling it, beside what a visitor is told. */
export const draftCallServerSchema = z.discriminatedUnion('type', [
  ...webCallServerSchema.options,
  z.object({ type: z.literal('draft.step'), step: runStepSchema }),
  /** What the call waits for that somebody may pretend. */
  z.object({ type: z.literal('draft.waits'), for: z.enum(['queue', 'dial']).nullable() }),
]);

/** What becomes of a call in a queue without agents, or of a transfer that nobody is called for. */
export const draftPretenceSchema = z.enum(['agent', 'unroutable', 'answered', 'busy', 'failed', 'refused']);

export const draftCallClientSchema = z.discriminatedUnion('type', [...webCallClientSchema.options, z.object({ type: z.literal('draft.pretend'), what: draftPretenceSchema })]);

export type AgentView = z.infer<typeof agentViewSchema>;
export type QueueView = z.infer<typeof queueViewSchema>;
export type CallView = z.infer<typeof callViewSchema>;
export type CallerMatch = z.infer<typeof callerMatchSchema>;
export type HelpRequest = z.infer<typeof helpRequestSchema>;
export type Offer = z.infer<typeof offerSchema>;
export type Board = z.infer<typeof boardSchema>;
export type ServerMessage = z.infer<typeof serverMessageSchema>;
export type ClientMessage = z.infer<typeof clientMessageSchema>;
export type WebCallServerMessage = z.infer<typeof webCallServerSchema>;
export type WebCallClientMessage = z.infer<typeof webCallClientSchema>;
export type DraftCallServerMessage = z.infer<typeof draftCallServerSchema>;
export type DraftCallClientMessage = z.infer<typeof draftCallClientSchema>;
export type DraftPretence = z.infer<typeof draftPretenceSchema>;
