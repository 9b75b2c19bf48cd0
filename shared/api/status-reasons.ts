import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, listOf, pageQuery, recordFields, requiredText } from './common.ts';

/** A tenant's own kind of break or absence. */
export const statusReasonSchema = z.object({
  ...recordFields,
  presence: z.enum(['break', 'away']),
  label: z.string(),
  labelEn: z.string(),
  /** Counts as work: training, meetings, back office. */
  productive: z.boolean(),
  position: z.number().int(),
  active: z.boolean(),
});

const fields = {
  label: requiredText(100),
  labelEn: requiredText(100),
  productive: z.boolean(),
  position: z.number().int().min(0).max(10_000),
};

export const listStatusReasons = route({
  id: 'listStatusReasons',
  method: 'GET',
  path: '/status-reasons',
  summary: 'List the own status reasons in the order of their position.',
  tag: 'status-reasons',
  permission: 'session',
  rate: 'normal',
  query: pageQuery,
  response: listOf(statusReasonSchema),
});

export const createStatusReason = route({
  id: 'createStatusReason',
  method: 'POST',
  path: '/status-reasons',
  summary: 'Create a status reason; agents can choose it at once.',
  tag: 'status-reasons',
  permission: 'settings.manage',
  rate: 'normal',
  body: z.strictObject({ presence: statusReasonSchema.shape.presence, ...fields }),
  response: statusReasonSchema,
});

export const updateStatusReason = route({
  id: 'updateStatusReason',
  method: 'PATCH',
  path: '/status-reasons/{id}',
  summary: 'Change or retire a status reason; the history keeps it.',
  tag: 'status-reasons',
  permission: 'settings.manage',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({ ...fields, active: z.boolean() }).partial(),
  response: statusReasonSchema,
});

export type StatusReason = z.infer<typeof statusReasonSchema>;
