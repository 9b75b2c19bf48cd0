import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, listOf, pageFields, recordFields, requiredText, text, timeSchema } from './common.ts';

/** Kinds of abusive conduct, after the guidelines on customer harassment. */
export const incidentCategorySchema = z.enum(['unsorted', 'abuse', 'threat', 'demand', 'repetition', 'long_hold', 'sexual', 'other']);

/** The file of one case of customer harassment: what happened in which call, and what was done about it. */
export const incidentSchema = z.object({
  ...recordFields,
  /** Counted from 1 in each tenant. */
  number: z.number().int(),
  callId: idSchema,
  customerId: idSchema.nullable(),
  customerName: z.string(),
  /** The agent who was treated badly. */
  agentId: idSchema,
  agentName: z.string(),
  status: z.enum(['open', 'closed']),
  category: incidentCategorySchema,
  occurredAt: timeSchema,
  closedAt: timeSchema.nullable(),
  summary: z.string(),
  /** What was done, oldest first. */
  measures: z.array(z.object({ at: timeSchema, by: z.string(), text: z.string() })),
});

export const listIncidents = route({
  id: 'listIncidents',
  method: 'GET',
  path: '/incidents',
  summary: 'List incidents, newest first. Without `call.supervise` only those of the own calls.',
  tag: 'incidents',
  permission: 'call.handle',
  rate: 'normal',
  query: z.strictObject({ ...pageFields, status: z.enum(['open', 'closed']).optional() }),
  response: listOf(incidentSchema),
});

export const getIncident = route({
  id: 'getIncident',
  method: 'GET',
  path: '/incidents/{id}',
  summary: 'One incident; without `call.supervise` only an own one.',
  tag: 'incidents',
  permission: 'call.handle',
  rate: 'normal',
  params: idParams,
  response: incidentSchema,
});

export const createIncident = route({
  id: 'createIncident',
  method: 'POST',
  path: '/incidents',
  summary: 'Open an incident for a call that had no SOS.',
  tag: 'incidents',
  permission: 'call.supervise',
  rate: 'normal',
  body: z.strictObject({ callId: idSchema, summary: text(10_000).default('') }),
  response: incidentSchema,
});

export const updateIncident = route({
  id: 'updateIncident',
  method: 'PATCH',
  path: '/incidents/{id}',
  summary: 'Change status, category or summary of an incident.',
  tag: 'incidents',
  permission: 'call.supervise',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({ status: z.enum(['open', 'closed']), category: incidentCategorySchema, summary: text(10_000) }).partial(),
  response: incidentSchema,
});

export const addMeasure = route({
  id: 'addMeasure',
  method: 'POST',
  path: '/incidents/{id}/measures',
  summary: 'Write down something that was done; also for the agent concerned. Measures are never changed.',
  tag: 'incidents',
  permission: 'call.handle',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({ text: requiredText(5000) }),
  response: incidentSchema,
});

export type Incident = z.infer<typeof incidentSchema>;
