import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, listOf, pageFields, recordFields, requiredText, text, timeSchema } from './common.ts';

export const caseStatusSchema = z.enum(['open', 'pending', 'closed']);
export const casePrioritySchema = z.enum(['low', 'normal', 'high']);

export const caseSchema = z.object({
  ...recordFields,
  /** Counted from 1 in each tenant; what people say on the telephone. */
  number: z.number().int(),
  customerId: idSchema,
  customerName: z.string(),
  ownerId: idSchema.nullable(),
  ownerName: z.string(),
  status: caseStatusSchema,
  priority: casePrioritySchema,
  subject: z.string(),
  description: z.string(),
  closedAt: timeSchema.nullable(),
});

export const createCaseSchema = z.strictObject({
  customerId: idSchema,
  subject: requiredText(200),
  description: text(10_000).default(''),
  priority: casePrioritySchema.default('normal'),
  /** Unset: the caller. */
  ownerId: idSchema.nullable().optional(),
});

export const updateCaseSchema = z
  .strictObject({
    subject: requiredText(200),
    description: text(10_000),
    status: caseStatusSchema,
    priority: casePrioritySchema,
    ownerId: idSchema.nullable(),
  })
  .partial();

export const listCases = route({
  id: 'listCases',
  method: 'GET',
  path: '/cases',
  summary: 'List cases, newest first; of one customer, in one state or of one owner.',
  tag: 'cases',
  permission: 'case.read',
  rate: 'normal',
  query: z.strictObject({
    ...pageFields,
    customerId: idSchema.optional(),
    status: caseStatusSchema.optional(),
    ownerId: idSchema.optional(),
  }),
  response: listOf(caseSchema),
});

export const getCase = route({
  id: 'getCase',
  method: 'GET',
  path: '/cases/{id}',
  summary: 'One case.',
  tag: 'cases',
  permission: 'case.read',
  rate: 'normal',
  params: idParams,
  response: caseSchema,
});

export const createCase = route({
  id: 'createCase',
  method: 'POST',
  path: '/cases',
  summary: 'Open a case for a customer.',
  tag: 'cases',
  permission: 'case.write',
  rate: 'normal',
  body: createCaseSchema,
  response: caseSchema,
});

export const updateCase = route({
  id: 'updateCase',
  method: 'PATCH',
  path: '/cases/{id}',
  summary: 'Change the given fields of a case.',
  tag: 'cases',
  permission: 'case.write',
  rate: 'normal',
  params: idParams,
  body: updateCaseSchema,
  response: caseSchema,
});

export type Case = z.infer<typeof caseSchema>;
export type CreateCase = z.input<typeof createCaseSchema>;
