import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, listOf, numberSearchSchema, pageFields, recordFields, text, timeSchema } from './common.ts';

export const callOutcomeSchema = z.enum(['answered', 'abandoned', 'self_service', 'voicemail', 'rejected', 'failed', 'interrupted']);

/** The record of a call as lists show it. Durations are milliseconds. */
export const callSchema = z.object({
  ...recordFields,
  direction: z.enum(['inbound', 'outbound']),
  channel: z.enum(['sip', 'web']),
  /** null while the call is in progress. */
  outcome: callOutcomeSchema.nullable(),
  endedBy: z.enum(['caller', 'agent', 'system']).nullable(),
  endReason: z.string(),
  /** For people: 03-1234-0001; empty when withheld. */
  callerNumber: z.string(),
  callerName: z.string(),
  withheldReason: z.enum(['anonymous', 'unavailable', 'payphone']).nullable(),
  dialledNumber: z.string(),
  queueId: idSchema.nullable(),
  queueName: z.string(),
  /** The user who handled it. */
  agentId: idSchema.nullable(),
  /** Name of the user or of the station that handled it. */
  agentName: z.string(),
  customerId: idSchema.nullable(),
  customerName: z.string(),
  startedAt: timeSchema,
  queuedAt: timeSchema.nullable(),
  answeredAt: timeSchema.nullable(),
  endedAt: timeSchema.nullable(),
  queueMs: z.number().nullable(),
  ringMs: z.number().nullable(),
  talkMs: z.number().nullable(),
  holdMs: z.number().nullable(),
  /** The part of the hold in which the agent's work was in another call. */
  asideMs: z.number(),
  wrapUpMs: z.number().nullable(),
  wrapUpCodeId: idSchema.nullable(),
  wrapUpLabel: z.string(),
  note: z.string(),
  /** When the wrap-up was saved last; for some minutes that can be taken back. */
  wrappedUpAt: timeSchema.nullable(),
  /** The case that the call was about. */
  caseId: idSchema.nullable(),
  caseNumber: z.number().int().nullable(),
  recordings: z.array(
    z.object({
      id: idSchema,
      kind: z.enum(['call', 'voicemail']),
      status: z.enum(['recording', 'complete', 'interrupted', 'deleted']),
      durationMs: z.number().nullable(),
    }),
  ),
});

/** One step of a call: what the caller heard and pressed, offers, hold, end. */
export const callEventSchema = z.object({
  seq: z.number().int(),
  at: timeSchema,
  type: z.string(),
  detail: z.record(z.string(), z.unknown()),
});

/** Why one agent did or did not get the call. */
export const candidateSchema = z.object({
  agentId: z.string(),
  agentName: z.string(),
  verdict: z.string(),
  idleMs: z.number().nullable(),
  /** What the rule compares; null where it compares nothing but idle time or chance. */
  score: z.number().nullable(),
  /** What was not well at the agent's desk, for `unhealthy`; empty else, and in decisions from before it was kept. */
  problems: z.array(z.string()),
  /** Calls of the agent at that moment and how many there may be; absent for who takes one at a time. */
  load: z.number().int().optional(),
  capacity: z.number().int().optional(),
});

export const routingDecisionSchema = z.object({
  id: idSchema,
  at: timeSchema,
  queueId: idSchema,
  queueName: z.string(),
  rule: z.string(),
  /** null: nobody was free, the call waited. */
  agentId: z.string().nullable(),
  agentName: z.string(),
  waitedMs: z.number(),
  considered: z.number().int(),
  requiredSkills: z.record(z.string(), z.number()),
  candidates: z.array(candidateSchema),
  /** Circumstances beyond the simple case; null there. */
  detail: z
    .object({
      /** Whom the call asked: everybody of its ring, or one in particular. */
      stage: z.enum(['pool', 'lastAgent', 'owner', 'assigned']),
      /** 0 = the queue's own demands, then its rings. */
      ring: z.number().int(),
      expression: z.string().nullable(),
      levelsDown: z.number().int(),
      /** Names of other queues whose agents were looked at too. */
      queueNames: z.array(z.string()),
      priority: z.number(),
      /** Points that waiting added. */
      aged: z.number(),
      callback: z.boolean(),
    })
    .nullable(),
});

const legFigures = {
  /** Of what the party sent. */
  lossPercent: z.number(),
  /** Of what we sent, as the party reported; null: it reported nothing. */
  remoteLossPercent: z.number().nullable(),
  jitterMs: z.number(),
  roundTripMs: z.number().nullable(),
  /** Estimated mean opinion score by the E-model, 1 to 4.5. */
  mos: z.number(),
};

/** How one leg of a call was heard: the whole, and its intervals, oldest first. */
export const legQualitySchema = z.object({
  party: z.enum(['far', 'agent']),
  ...legFigures,
  samples: z.array(z.object({ at: timeSchema, ...legFigures })),
});

export const callDetailSchema = z.object({
  ...callSchema.shape,
  quality: z.array(legQualitySchema),
  events: z.array(callEventSchema),
  decisions: z.array(routingDecisionSchema),
});

/** One SIP message of a call, for the ladder diagram; digest responses and keys are blanked. */
export const sipMessageSchema = z.object({
  at: timeSchema,
  /** Seen from the product. */
  direction: z.enum(['in', 'out']),
  transport: z.string(),
  /** `host:port` of the other side. */
  peer: z.string(),
  /** One a leg. */
  sipCallId: z.string(),
  text: z.string(),
});

export const wrapUpSchema = z.strictObject({
  wrapUpCodeId: idSchema.nullable().optional(),
  note: text(10_000).optional(),
  /** The customer the call was about, when the agent found or created them. */
  customerId: idSchema.nullable().optional(),
  /** The case of that customer which the call was about. */
  caseId: idSchema.nullable().optional(),
});

export const listCalls = route({
  id: 'listCalls',
  method: 'GET',
  path: '/calls',
  summary: 'List calls, newest first. Without `call.read.all` only the own ones.',
  tag: 'calls',
  permission: 'call.read.own',
  rate: 'normal',
  query: z.strictObject({
    ...pageFields,
    from: timeSchema.optional(),
    to: timeSchema.optional(),
    direction: z.enum(['inbound', 'outbound']).optional(),
    outcome: callOutcomeSchema.optional(),
    queueId: idSchema.optional(),
    agentId: idSchema.optional(),
    customerId: idSchema.optional(),
    wrapUpCodeId: idSchema.optional(),
    number: numberSearchSchema.optional(),
  }),
  response: listOf(callSchema),
});

export const getCall = route({
  id: 'getCall',
  method: 'GET',
  path: '/calls/{id}',
  summary: 'One call with its steps and with the reason of every routing decision.',
  tag: 'calls',
  permission: 'call.read.own',
  rate: 'normal',
  params: idParams,
  response: callDetailSchema,
});

export const getCallSip = route({
  id: 'getCallSip',
  method: 'GET',
  path: '/calls/{id}/sip',
  summary: 'The SIP messages of a call in progress or of the last seven days, oldest first; `kept` is false when there are none any more.',
  tag: 'calls',
  permission: 'call.read.all',
  rate: 'normal',
  params: idParams,
  response: z.object({ kept: z.boolean(), messages: z.array(sipMessageSchema) }),
});

export const wrapUpCall = route({
  id: 'wrapUpCall',
  method: 'PATCH',
  path: '/calls/{id}',
  summary: 'Write wrap-up code, note and customer of a call; only by the agent who handles or handled it, during or after it.',
  tag: 'calls',
  permission: 'call.handle',
  rate: 'normal',
  params: idParams,
  body: wrapUpSchema,
  response: callSchema,
});

export const undoWrapUp = route({
  id: 'undoWrapUp',
  method: 'POST',
  path: '/calls/{id}/wrap-up/undo',
  summary: 'Take the last saved wrap-up of a call back to what was there before; only by its agent and within ten minutes (`too_late`).',
  tag: 'calls',
  permission: 'call.handle',
  rate: 'normal',
  params: idParams,
  response: callSchema,
});

export type Call = z.infer<typeof callSchema>;
export type LegQuality = z.infer<typeof legQualitySchema>;
export type CallDetail = z.infer<typeof callDetailSchema>;
export type SipMessageView = z.infer<typeof sipMessageSchema>;
export type CallEvent = z.infer<typeof callEventSchema>;
export type RoutingDecisionView = z.infer<typeof routingDecisionSchema>;
