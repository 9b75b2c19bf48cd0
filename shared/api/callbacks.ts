import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, listOf, pageFields, recordFields, requiredText, text, timeSchema } from './common.ts';

const base = { tag: 'callbacks', permission: 'call.handle', rate: 'normal' } as const;

export const callbackSchema = z.object({
  ...recordFields,
  /** queue: the caller asked for it while waiting and kept the place; scheduled: promised for a time. */
  kind: z.enum(['queue', 'scheduled']),
  /** waiting: in the queue, or from `dueAt` on; dialling: an agent is on it; the others are final. */
  status: z.enum(['waiting', 'dialling', 'done', 'failed', 'expired', 'cancelled']),
  queueId: idSchema,
  queueName: z.string(),
  /** Who alone should call; null = any agent of the queue. */
  ownerId: idSchema.nullable(),
  ownerName: z.string(),
  customerId: idSchema.nullable(),
  customerName: z.string(),
  number: z.string(),
  name: z.string(),
  note: z.string(),
  originCallId: idSchema.nullable(),
  lastCallId: idSchema.nullable(),
  queuedAt: timeSchema,
  dueAt: timeSchema,
  expiresAt: timeSchema,
  attempts: z.number().int(),
  maxAttempts: z.number().int(),
  /** Of the last attempt: the call's outcome, or why it was not dialled. */
  outcome: z.string(),
});

export const listCallbacks = route({
  ...base,
  id: 'listCallbacks',
  method: 'GET',
  path: '/callbacks',
  summary: 'List callbacks with their numbers, newest first.',
  query: z.strictObject({
    ...pageFields,
    open: z.enum(['true', 'false']).optional(),
    /** Only those that the session's user promised to make. */
    mine: z.literal('true').optional(),
  }),
  response: listOf(callbackSchema),
});

export const createCallback = route({
  ...base,
  id: 'createCallback',
  method: 'POST',
  path: '/callbacks',
  summary: 'Promise a call for a time: to be made by oneself, or by any agent of the queue.',
  body: z.strictObject({
    number: requiredText(40),
    name: text(100).default(''),
    note: text(1000).default(''),
    queueId: idSchema,
    customerId: idSchema.nullable().default(null),
    dueAt: timeSchema,
    own: z.boolean(),
  }),
  response: callbackSchema,
});

export const cancelCallback = route({
  ...base,
  id: 'cancelCallback',
  method: 'POST',
  path: '/callbacks/{id}/cancel',
  summary: 'Strike a callback off; one that is being dialled goes on.',
  params: idParams,
  response: callbackSchema,
});

export type Callback = z.infer<typeof callbackSchema>;
