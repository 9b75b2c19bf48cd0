import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, listOf, recordFields, requiredText, text, timeSchema } from './common.ts';

/** A caution flag on a customer. It ends by itself, and carries what the customer objects. */
export const cautionSchema = z.object({
  ...recordFields,
  customerId: idSchema,
  incidentId: idSchema.nullable(),
  reason: z.string(),
  expiresAt: timeSchema,
  /** What the customer says against it; empty when nothing. */
  objection: z.string(),
  objectedAt: timeSchema.nullable(),
  /** Why it was lifted before its time; empty while it is not. */
  liftReason: z.string(),
  liftedAt: timeSchema.nullable(),
});

export const listCautions = route({
  id: 'listCautions',
  method: 'GET',
  path: '/customers/{id}/cautions',
  summary: 'Caution flags of a customer, past ones too, newest first.',
  tag: 'cautions',
  permission: 'customer.read',
  rate: 'normal',
  params: idParams,
  response: listOf(cautionSchema),
});

export const createCaution = route({
  id: 'createCaution',
  method: 'POST',
  path: '/customers/{id}/cautions',
  summary: 'Set a caution flag; it must end within two years.',
  tag: 'cautions',
  permission: 'call.supervise',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({ reason: requiredText(1000), expiresAt: timeSchema, incidentId: idSchema.nullable().default(null) }),
  response: cautionSchema,
});

export const updateCaution = route({
  id: 'updateCaution',
  method: 'PATCH',
  path: '/cautions/{id}',
  summary: 'Move the end of a caution flag, write down an objection, or lift it with a reason.',
  tag: 'cautions',
  permission: 'call.supervise',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({ expiresAt: timeSchema, objection: text(5000), liftReason: requiredText(1000) }).partial(),
  response: cautionSchema,
});

export type Caution = z.infer<typeof cautionSchema>;
