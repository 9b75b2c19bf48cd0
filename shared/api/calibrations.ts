import { z } from 'zod';
import { route } from '../contract.ts';
import { sheetAnswersSchema, sheetDefinitionSchema } from '../score-sheet.ts';
import { callSchema } from './calls.ts';
import { idParams, idSchema, listOf, pageQuery, recordFields, requiredText, text, timeSchema } from './common.ts';

/** Several evaluators score the same call, none seeing the others' scores before the session is closed. */
export const calibrationSchema = z.object({
  ...recordFields,
  name: z.string(),
  callId: idSchema,
  calledAt: timeSchema,
  agentId: idSchema,
  agentName: z.string(),
  sheetId: idSchema,
  sheetName: z.string(),
  sheetVersion: z.number().int(),
  /** Whose scores are the reference; null = the mean of all is. */
  referenceId: idSchema.nullable(),
  /** cancelled: nobody sees what was handed in. */
  state: z.enum(['open', 'closed', 'cancelled']),
  /** Also when it was cancelled. */
  closedAt: timeSchema.nullable(),
  participants: z.array(z.object({ userId: idSchema, name: z.string(), submittedAt: timeSchema.nullable() })),
});

const scoring = { answers: sheetAnswersSchema, comment: text(5000) } as const;

const scoringSchema = z.object(scoring);

export const calibrationDetailSchema = z.object({
  ...calibrationSchema.shape,
  definition: sheetDefinitionSchema,
  /** What the session's user gave; null = nothing yet, or not invited. */
  own: scoringSchema.nullable(),
  /** What everybody gave; empty until the session is closed. */
  raters: z.array(z.object({ userId: idSchema, name: z.string(), ...scoring })),
  recordings: callSchema.shape.recordings,
});

export const listCalibrations = route({
  id: 'listCalibrations',
  method: 'GET',
  path: '/calibrations',
  summary: 'List calibration sessions, newest first.',
  tag: 'quality',
  permission: 'quality.evaluate',
  rate: 'normal',
  query: pageQuery,
  response: listOf(calibrationSchema),
});

export const getCalibration = route({
  id: 'getCalibration',
  method: 'GET',
  path: '/calibrations/{id}',
  summary: 'One calibration session; the scores of others only after it was closed.',
  tag: 'quality',
  permission: 'quality.evaluate',
  rate: 'normal',
  params: idParams,
  response: calibrationDetailSchema,
});

export const createCalibration = route({
  id: 'createCalibration',
  method: 'POST',
  path: '/calibrations',
  summary: 'Let several evaluators score one call with the published version of a sheet. The reference takes part in any case.',
  tag: 'quality',
  permission: 'quality.manage',
  rate: 'normal',
  body: z.strictObject({ name: requiredText(100), callId: idSchema, sheetId: idSchema, participantIds: z.array(idSchema).min(1).max(30), referenceId: idSchema.nullable().default(null) }),
  response: calibrationDetailSchema,
});

export const submitCalibration = route({
  id: 'submitCalibration',
  method: 'PUT',
  path: '/calibrations/{id}/scores',
  summary: 'Hand in the own scores, or better ones while the session is open. Every question needs an answer.',
  tag: 'quality',
  permission: 'quality.evaluate',
  rate: 'normal',
  params: idParams,
  body: z.strictObject(scoring),
  response: calibrationDetailSchema,
});

export const closeCalibration = route({
  id: 'closeCalibration',
  method: 'POST',
  path: '/calibrations/{id}/close',
  summary: 'Show the scores to everybody and take no more. Needs the scores of two evaluators, and of the reference if there is one.',
  tag: 'quality',
  permission: 'quality.manage',
  rate: 'normal',
  params: idParams,
  response: calibrationDetailSchema,
});

export const cancelCalibration = route({
  id: 'cancelCalibration',
  method: 'POST',
  path: '/calibrations/{id}/cancel',
  summary: 'Give up an open session: what was handed in is kept, and shown to nobody.',
  tag: 'quality',
  permission: 'quality.manage',
  rate: 'normal',
  params: idParams,
  response: calibrationDetailSchema,
});

export type Calibration = z.infer<typeof calibrationSchema>;
export type CalibrationDetail = z.infer<typeof calibrationDetailSchema>;
