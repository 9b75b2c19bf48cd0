import { z } from 'zod';
import { route } from '../contract.ts';
import { sheetDefinitionSchema } from '../score-sheet.ts';
import { idParams, listOf, pageQuery, recordFields, requiredText, text, timeSchema } from './common.ts';

/** A score sheet as lists show it. */
export const scoreSheetSchema = z.object({
  ...recordFields,
  name: z.string(),
  active: z.boolean(),
  /** The published version; null before the first. */
  version: z.number().int().nullable(),
});

export const scoreSheetDetailSchema = z.object({
  ...scoreSheetSchema.shape,
  /** What is worked on. */
  draft: sheetDefinitionSchema,
  /** Published ones, newest first. */
  versions: z.array(z.object({ version: z.number().int(), at: timeSchema, by: z.string(), comment: z.string(), definition: sheetDefinitionSchema })),
});

export const listScoreSheets = route({
  id: 'listScoreSheets',
  method: 'GET',
  path: '/score-sheets',
  summary: 'List score sheets.',
  tag: 'quality',
  permission: 'quality.evaluate',
  rate: 'normal',
  query: pageQuery,
  response: listOf(scoreSheetSchema),
});

export const getScoreSheet = route({
  id: 'getScoreSheet',
  method: 'GET',
  path: '/score-sheets/{id}',
  summary: 'One score sheet with its draft and all published versions.',
  tag: 'quality',
  permission: 'quality.evaluate',
  rate: 'normal',
  params: idParams,
  response: scoreSheetDetailSchema,
});

export const createScoreSheet = route({
  id: 'createScoreSheet',
  method: 'POST',
  path: '/score-sheets',
  summary: 'Create a score sheet; calls can be evaluated with it once a version is published.',
  tag: 'quality',
  permission: 'quality.manage',
  rate: 'normal',
  body: z.strictObject({ name: requiredText(100), draft: sheetDefinitionSchema }),
  response: scoreSheetDetailSchema,
});

export const updateScoreSheet = route({
  id: 'updateScoreSheet',
  method: 'PATCH',
  path: '/score-sheets/{id}',
  summary: 'Change name or draft, or retire the sheet. A draft may be incomplete.',
  tag: 'quality',
  permission: 'quality.manage',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({ name: requiredText(100), draft: sheetDefinitionSchema, active: z.boolean() }).partial(),
  response: scoreSheetDetailSchema,
});

export const publishScoreSheet = route({
  id: 'publishScoreSheet',
  method: 'POST',
  path: '/score-sheets/{id}/publish',
  summary: 'Make the draft the version of new evaluations; those that exist keep theirs. Refused with its faults while it has any.',
  tag: 'quality',
  permission: 'quality.manage',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({ comment: text(500).default('') }),
  response: scoreSheetDetailSchema,
});

export type ScoreSheet = z.infer<typeof scoreSheetSchema>;
export type ScoreSheetDetail = z.infer<typeof scoreSheetDetailSchema>;
