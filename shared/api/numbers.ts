import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, listOf, pageQuery, recordFields, requiredText } from './common.ts';

export const numberSchema = z.object({
  ...recordFields,
  /** E.164. */
  number: z.string(),
  /** For people: 03-1234-0001. */
  display: z.string(),
  label: z.string(),
  flowId: idSchema,
  flowName: z.string(),
  /** May be shown as the caller of calls that go out. */
  outbound: z.boolean(),
  /** The only trunk that may show it; null = every trunk. */
  trunkId: idSchema.nullable(),
});

export const listNumbers = route({
  id: 'listNumbers',
  method: 'GET',
  path: '/numbers',
  summary: 'List service numbers and the flow that answers each.',
  tag: 'telephony',
  permission: 'settings.manage',
  rate: 'normal',
  query: pageQuery,
  response: listOf(numberSchema),
});

export const createNumber = route({
  id: 'createNumber',
  method: 'POST',
  path: '/numbers',
  summary: 'Add a service number and the flow that answers it.',
  tag: 'telephony',
  permission: 'settings.manage',
  rate: 'normal',
  body: z.strictObject({
    number: requiredText(30),
    label: requiredText(60),
    flowId: idSchema,
    outbound: z.boolean().default(true),
    trunkId: idSchema.nullable().default(null),
  }),
  response: numberSchema,
});

export const updateNumber = route({
  id: 'updateNumber',
  method: 'PATCH',
  path: '/numbers/{id}',
  summary: 'Change what answers a service number and where it is shown.',
  tag: 'telephony',
  permission: 'settings.manage',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({
    label: requiredText(60).optional(),
    flowId: idSchema.optional(),
    outbound: z.boolean().optional(),
    trunkId: idSchema.nullable().optional(),
  }),
  response: numberSchema,
});

export const deleteNumber = route({
  id: 'deleteNumber',
  method: 'DELETE',
  path: '/numbers/{id}',
  summary: 'Give a service number back; refused while a call, the web call page or a flow uses it.',
  tag: 'telephony',
  permission: 'settings.manage',
  rate: 'normal',
  params: idParams,
});

export const listCallerIds = route({
  id: 'listCallerIds',
  method: 'GET',
  path: '/caller-ids',
  summary: 'Numbers that an agent may show when calling out.',
  tag: 'telephony',
  permission: 'session',
  rate: 'normal',
  response: z.object({ callerIds: z.array(z.object({ number: z.string(), display: z.string(), label: z.string() })) }),
});

export type ServiceNumber = z.infer<typeof numberSchema>;
