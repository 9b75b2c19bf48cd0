import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, listOf, pageQuery, recordFields, requiredText } from './common.ts';

const skills = z.record(z.string().regex(/^[a-z0-9][a-z0-9_-]{0,49}$/), z.number().int().min(1).max(5));

const wrapUpRules = {
  /**
   * After-call work. none: there is none; optional: the agent ends it at any time; forced: it lasts its time; extendable: the
   * agent ends it at any time, or lengthens it.
   */
  wrapUpMode: z.enum(['none', 'optional', 'forced', 'extendable']),
  /** It ends only once the call's result is saved. */
  wrapUpRequired: z.boolean(),
  wrapUpExtensions: z.number().int(),
  wrapUpExtendMs: z.number().int(),
  /** Group of wrap-up codes for this queue's calls; null = all codes. */
  wrapUpGroupId: idSchema.nullable(),
};

export const queueSchema = z.object({
  ...recordFields,
  code: z.string(),
  name: z.string(),
  /** Skill to minimum level 1..5 that an agent of this queue's calls must have. */
  requiredSkills: z.record(z.string(), z.number()),
  offerTimeoutMs: z.number().int(),
  wrapUpMs: z.number().int(),
  ...wrapUpRules,
  missedOffersToAway: z.number().int(),
  serviceLevelMs: z.number().int(),
  record: z.boolean(),
  memberIds: z.array(idSchema),
  stationCount: z.number().int(),
});

export const updateQueueSchema = z
  .strictObject({
    name: requiredText(100),
    requiredSkills: skills,
    offerTimeoutMs: z.number().int().min(1000).max(600_000),
    wrapUpMs: z.number().int().min(0).max(3_600_000),
    ...wrapUpRules,
    wrapUpExtensions: z.number().int().min(0).max(20),
    wrapUpExtendMs: z.number().int().min(1000).max(3_600_000),
    missedOffersToAway: z.number().int().min(0).max(100),
    serviceLevelMs: z.number().int().min(1000).max(3_600_000),
    record: z.boolean(),
    memberIds: z.array(idSchema).max(5000),
  })
  .partial();

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
