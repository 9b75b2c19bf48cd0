import { z } from 'zod';
import { route } from '../contract.ts';
import { idSchema, timeSchema } from './common.ts';
import { exportFields } from './reports.ts';

/** By what averages are told apart. */
export const QUALITY_GROUPS = ['agent', 'queue', 'sheet'] as const;

const query = {
  groupBy: z.enum(QUALITY_GROUPS).default('agent'),
  /** Of the call. */
  from: timeSchema,
  /** Not in it any more. */
  to: timeSchema,
  agentId: idSchema.optional(),
  sheetId: idSchema.optional(),
  queueId: idSchema.optional(),
} as const;

const figures = {
  /** Published evaluations. */
  count: z.number().int(),
  /** Mean score, per cent with two digits; null without any. */
  percent: z.number().nullable(),
  passed: z.number().int(),
  /** With a failed fatal item. */
  fatal: z.number().int(),
  /** That the agent appealed against, whatever came of it. */
  appealed: z.number().int(),
} as const;

export const qualityAveragesSchema = z.object({
  rows: z.array(z.object({ key: idSchema.nullable(), name: z.string(), ...figures })),
  total: z.object(figures),
  asOf: timeSchema,
});

export const getQualityAverages = route({
  id: 'getQualityAverages',
  method: 'GET',
  path: '/quality/averages',
  summary: 'Published evaluations of a period, counted and averaged for each agent, queue or score sheet.',
  tag: 'quality',
  permission: 'quality.evaluate',
  rate: 'heavy',
  query: z.strictObject(query),
  response: qualityAveragesSchema,
});

export const exportQualityAverages = route({
  id: 'exportQualityAverages',
  method: 'GET',
  path: '/quality/averages/export',
  summary: 'The averages as a file: CSV in UTF-8 with BOM, CSV in CP932, or XLSX.',
  tag: 'quality',
  permission: 'quality.evaluate',
  rate: 'heavy',
  query: z.strictObject({ ...query, ...exportFields }),
  binary: 'application/octet-stream',
});

export type QualityGroup = (typeof QUALITY_GROUPS)[number];
export type QualityAverages = z.infer<typeof qualityAveragesSchema>;
