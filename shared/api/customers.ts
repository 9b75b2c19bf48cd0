import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, listOf, pageFields, pageQuery, recordFields, requiredText, text, timeSchema } from './common.ts';

/** What people type about a customer. */
const customerFields = {
  familyName: text(100),
  givenName: text(100),
  familyNameKana: text(100),
  givenNameKana: text(100),
  /** As typed, in any way of writing; matched by E.164. */
  phones: z.array(requiredText(40)).max(20),
  emails: z.array(requiredText(254)).max(20),
  companyId: idSchema.nullable(),
  /** Who looks after the customer; a queue may ask them first. */
  ownerId: idSchema.nullable(),
  note: text(10_000),
  labels: z.array(requiredText(50)).max(50),
  custom: z.record(requiredText(50), text(1000)).refine((value) => Object.keys(value).length <= 50, { message: 'at most 50 fields' }),
} as const;

export const customerSchema = z.object({
  ...recordFields,
  familyName: z.string(),
  givenName: z.string(),
  familyNameKana: z.string(),
  givenNameKana: z.string(),
  phones: z.array(z.string()),
  emails: z.array(z.string()),
  companyId: idSchema.nullable(),
  companyName: z.string(),
  ownerId: idSchema.nullable(),
  ownerName: z.string(),
  note: z.string(),
  labels: z.array(z.string()),
  custom: z.record(z.string(), z.string()),
});

const created = {
  familyName: customerFields.familyName.default(''),
  givenName: customerFields.givenName.default(''),
  familyNameKana: customerFields.familyNameKana.default(''),
  givenNameKana: customerFields.givenNameKana.default(''),
  phones: customerFields.phones.default([]),
  emails: customerFields.emails.default([]),
  companyId: customerFields.companyId.default(null),
  ownerId: customerFields.ownerId.default(null),
  note: customerFields.note.default(''),
  labels: customerFields.labels.default([]),
  custom: customerFields.custom.default({}),
} as const;

/** A new customer; at least a family or given name. */
export const createCustomerSchema = z
  .strictObject(created)
  .refine((value) => value.familyName !== '' || value.givenName !== '', { path: ['familyName'], message: 'a name is needed' });

export const updateCustomerSchema = z.strictObject(customerFields).partial();

/** One entry of a customer's timeline, newest first. */
export const timelineEntrySchema = z.object({
  /** Id of the activity, or of the call when nothing was written about it. */
  id: idSchema,
  kind: z.enum(['call', 'note', 'voicemail']),
  occurredAt: timeSchema,
  text: z.string(),
  /** Who wrote it or handled the call; empty when nobody. */
  author: z.string(),
  caseId: idSchema.nullable(),
  callId: idSchema.nullable(),
  call: z
    .object({
      direction: z.enum(['inbound', 'outbound']),
      channel: z.enum(['sip', 'web']),
      outcome: z.string().nullable(),
      queueName: z.string(),
      talkMs: z.number().nullable(),
      wrapUpLabel: z.string(),
      note: z.string(),
      recordingIds: z.array(idSchema),
    })
    .nullable(),
});

export const listCustomers = route({
  id: 'listCustomers',
  method: 'GET',
  path: '/customers',
  summary: 'List or search customers by name, kana, number, mail address or company (`q`, from one character).',
  tag: 'customers',
  permission: 'customer.read',
  rate: 'normal',
  query: z.strictObject({ ...pageFields, q: text(100).optional(), companyId: idSchema.optional() }),
  response: listOf(customerSchema),
});

export const getCustomer = route({
  id: 'getCustomer',
  method: 'GET',
  path: '/customers/{id}',
  summary: 'One customer.',
  tag: 'customers',
  permission: 'customer.read',
  rate: 'normal',
  params: idParams,
  response: customerSchema,
});

export const createCustomer = route({
  id: 'createCustomer',
  method: 'POST',
  path: '/customers',
  summary: 'Create a customer.',
  tag: 'customers',
  permission: 'customer.write',
  rate: 'normal',
  body: createCustomerSchema,
  response: customerSchema,
});

export const updateCustomer = route({
  id: 'updateCustomer',
  method: 'PATCH',
  path: '/customers/{id}',
  summary: 'Change the given fields of a customer.',
  tag: 'customers',
  permission: 'customer.write',
  rate: 'normal',
  params: idParams,
  body: updateCustomerSchema,
  response: customerSchema,
});

export const customerTimeline = route({
  id: 'customerTimeline',
  method: 'GET',
  path: '/customers/{id}/timeline',
  summary: 'Calls, notes and voicemails of a customer, newest first.',
  tag: 'customers',
  permission: 'customer.read',
  rate: 'normal',
  params: idParams,
  query: pageQuery,
  response: listOf(timelineEntrySchema),
});

export type Customer = z.infer<typeof customerSchema>;
export type CreateCustomer = z.input<typeof createCustomerSchema>;
export type UpdateCustomer = z.input<typeof updateCustomerSchema>;
export type TimelineEntry = z.infer<typeof timelineEntrySchema>;
