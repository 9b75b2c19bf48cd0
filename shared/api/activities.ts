import { z } from 'zod';
import { route } from '../contract.ts';
import { idSchema, recordFields, requiredText, timeSchema } from './common.ts';

export const activitySchema = z.object({
  ...recordFields,
  customerId: idSchema,
  caseId: idSchema.nullable(),
  callId: idSchema.nullable(),
  kind: z.enum(['call', 'note', 'voicemail']),
  occurredAt: timeSchema,
  text: z.string(),
});

export const createActivitySchema = z.strictObject({
  customerId: idSchema,
  caseId: idSchema.nullable().default(null),
  callId: idSchema.nullable().default(null),
  text: requiredText(10_000),
});

export const createActivity = route({
  id: 'createActivity',
  method: 'POST',
  path: '/activities',
  summary: 'Write a note on a customer, on a case or on a call.',
  tag: 'activities',
  permission: 'customer.write',
  rate: 'normal',
  body: createActivitySchema,
  response: activitySchema,
});

export type Activity = z.infer<typeof activitySchema>;
