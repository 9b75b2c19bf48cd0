import { z } from 'zod';
import { route } from '../contract.ts';
import { LONGEST_EXPRESSION, parseSkills } from '../skills/expression.ts';
import { idParams, idSchema, listOf, pageQuery, recordFields, requiredText, text } from './common.ts';

const skills = z.record(z.string().regex(/^[a-z0-9][a-z0-9_-]{0,49}$/), z.number().int().min(1).max(5));

/** As in `shared/skills/expression.ts`; empty = nothing more than the required skills. */
const expression = text(LONGEST_EXPRESSION).superRefine((value, context) => {
  if (value.trim() === '') return;
  const parsed = parseSkills(value);
  if ('fault' in parsed) context.addIssue({ code: 'custom', message: `skill expression: ${parsed.fault.code} at ${parsed.fault.at}` });
});

export const agentOrderSchema = z.enum(['longestIdle', 'bestSkill', 'leastRecent', 'fewestCalls', 'roundRobin', 'linear', 'random', 'weightedRandom', 'ringAll']);

/** One widening of the circle of agents, some time after the one before. */
const ringSchema = z.strictObject({
  /** How long the ring before is tried. */
  waitMs: z.number().int().min(1000).max(3_600_000),
  /** In place of the queue's; empty = the queue's. */
  skillExpression: expression,
  /** By how many levels every demand is lowered. */
  levelsDown: z.number().int().min(0).max(4),
  /** Queues whose agents may be taken too, from here on. */
  queueIds: z.array(idSchema).max(20),
});

/** A member's place: `position` for linear and round robin, lower first; `weight` for the weighted draw. */
const placeSchema = z.strictObject({ position: z.number().int().min(0).max(10_000), weight: z.number().int().min(0).max(1000) });

const wrapUpRules = {
  /**
   * After-call work. none: there is none; optional: the agent ends it at any time; forced: it lasts its time; extendable: the
   * agent ends it at any time, or lengthens it.
   */
  wrapUpMode: z.enum(['none', 'optional', 'forced', 'extendable']),
  /** It ends only once the call's result is saved. */
  wrapUpRequired: z.boolean(),
  wrapUpExtensions: z.number().int().min(0).max(20),
  wrapUpExtendMs: z.number().int().min(1000).max(3_600_000),
  /** Group of wrap-up codes for this queue's calls; null = all codes. */
  wrapUpGroupId: idSchema.nullable(),
  /** Guided script of this queue's calls. */
  scriptId: idSchema.nullable(),
} as const;

/** What can be set. */
const settings = {
  name: requiredText(100),
  requiredSkills: skills,
  offerTimeoutMs: z.number().int().min(1000).max(600_000),
  wrapUpMs: z.number().int().min(0).max(3_600_000),
  ...wrapUpRules,
  missedOffersToAway: z.number().int().min(0).max(100),
  serviceLevelMs: z.number().int().min(1000).max(3_600_000),
  record: z.boolean(),
  /** When a caller on hold counts as forgotten; 0 = never, null = as the tenant's settings say. */
  holdAlarmSeconds: z.number().int().min(0).max(3600).nullable(),
  memberIds: z.array(idSchema).max(5000),
  order: agentOrderSchema,
  /** Added to the priority of its calls, for agents of several queues. */
  weight: z.number().int().min(-1000).max(1000),
  /** Points that a call gains with each minute that it waits. */
  ageingPerMinute: z.number().min(0).max(1000),
  skillExpression: expression,
  rings: z.array(ringSchema).max(20),
  /** 0 = no limit. */
  maxWaitMs: z.number().int().min(0).max(86_400_000),
  maxLength: z.number().int().min(0).max(100_000),
  /** Calls leave when all agents are logged off, or when none takes calls. */
  noAgents: z.enum(['wait', 'loggedOff', 'unavailable']),
  /** How long a call waits for the agent who spoke with this customer last, and for the customer's owner; 0 = not at all. */
  lastAgentMs: z.number().int().min(0).max(3_600_000),
  ownerMs: z.number().int().min(0).max(3_600_000),
  /** Calendar outside whose hours no call is let in; null = always open. */
  calendarId: idSchema.nullable(),
  /** By member, where it is not the usual one. */
  places: z.record(idSchema, placeSchema),
} as const;

export const queueSchema = z.object({
  ...recordFields,
  code: z.string(),
  ...settings,
  stationCount: z.number().int(),
});

export const updateQueueSchema = z.strictObject(settings).partial();

export const createQueueSchema = z.strictObject({
  code: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,49}$/),
  ...updateQueueSchema.shape,
  name: settings.name,
});

export const listQueues = route({
  id: 'listQueues',
  method: 'GET',
  path: '/queues',
  summary: 'List queues.',
  tag: 'queues',
  permission: 'session',
  rate: 'normal',
  query: pageQuery,
  response: listOf(queueSchema),
});

export const getQueue = route({
  id: 'getQueue',
  method: 'GET',
  path: '/queues/{id}',
  summary: 'One queue.',
  tag: 'queues',
  permission: 'session',
  rate: 'normal',
  params: idParams,
  response: queueSchema,
});

export const createQueue = route({
  id: 'createQueue',
  method: 'POST',
  path: '/queues',
  summary: 'Create a queue; what is not given is as in a simple queue.',
  tag: 'queues',
  permission: 'settings.manage',
  rate: 'normal',
  body: createQueueSchema,
  response: queueSchema,
});

export const updateQueue = route({
  id: 'updateQueue',
  method: 'PATCH',
  path: '/queues/{id}',
  summary: 'Change the given settings of a queue; in force for the next routing decision.',
  tag: 'queues',
  permission: 'settings.manage',
  rate: 'normal',
  params: idParams,
  body: updateQueueSchema,
  response: queueSchema,
});

export type Queue = z.infer<typeof queueSchema>;
