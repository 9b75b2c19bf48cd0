import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, listOf, pageQuery, recordFields, requiredText, timeSchema } from './common.ts';

const base = { tag: 'queues', permission: 'call.supervise', rate: 'normal' } as const;

/** While it is on, a queue takes no calls: those who wait leave by the flow's way for it, and newcomers too. */
export const emergencySchema = z.object({
  ...recordFields,
  /** null = every queue. */
  queueId: idSchema.nullable(),
  queueName: z.string(),
  reason: z.string(),
  endsAt: timeSchema,
  endedAt: timeSchema.nullable(),
  endedBy: z.string(),
  /** On at the moment. */
  active: z.boolean(),
});

export const listEmergencies = route({
  ...base,
  id: 'listEmergencies',
  method: 'GET',
  path: '/emergencies',
  summary: 'List uses of the emergency switch, newest first.',
  query: pageQuery,
  response: listOf(emergencySchema),
});

export const startEmergency = route({
  ...base,
  id: 'startEmergency',
  method: 'POST',
  path: '/emergencies',
  summary: 'Switch a queue, or all queues, off at once; it comes back by itself after the time given.',
  body: z.strictObject({ queueId: idSchema.nullable(), reason: requiredText(500), minutes: z.number().int().min(1).max(10_080) }),
  response: emergencySchema,
});

export const endEmergency = route({
  ...base,
  id: 'endEmergency',
  method: 'POST',
  path: '/emergencies/{id}/end',
  summary: 'Switch back on before the time.',
  params: idParams,
  response: emergencySchema,
});

export type Emergency = z.infer<typeof emergencySchema>;
