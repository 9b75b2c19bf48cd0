import { z } from 'zod';
import { route } from '../contract.ts';
import { idSchema, listOf, pageQuery, recordFields } from './common.ts';

export const numberSchema = z.object({
  ...recordFields,
  /** E.164. */
  number: z.string(),
  /** For people: 03-1234-0001. */
  display: z.string(),
  label: z.string(),
  flowId: idSchema,
  flowName: z.string(),
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

export type ServiceNumber = z.infer<typeof numberSchema>;
