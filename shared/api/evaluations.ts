import { z } from 'zod';
import { route } from '../contract.ts';
import { sheetAnswersSchema, sheetDefinitionSchema } from '../score-sheet.ts';
import { callSchema } from './calls.ts';
import { idParams, idSchema, listOf, pageFields, recordFields, requiredText, text, timeSchema } from './common.ts';

/** draft: only evaluators see it. published: the agent acknowledges it or appeals; an appeal ends upheld or revised. */
export const EVALUATION_STATES = ['draft', 'published', 'acknowledged', 'appealed', 'upheld', 'revised'] as const;

const scoreFields = {
  /** Per cent with two digits; null while nothing is scored. */
  percent: z.number().nullable(),
  passed: z.boolean().nullable(),
  /** A fatal item failed. */
  fatal: z.boolean(),
} as const;

/** The evaluation of one call with one score sheet, as lists show it. */
export const evaluationSchema = z.object({
  ...recordFields,
  sheetId: idSchema,
  sheetName: z.string(),
  sheetVersion: z.number().int(),
  callId: idSchema,
  calledAt: timeSchema,
  queueId: idSchema.nullable(),
  queueName: z.string(),
  agentId: idSchema,
  agentName: z.string(),
  evaluatorId: idSchema,
  evaluatorName: z.string(),
  state: z.enum(EVALUATION_STATES),
  ...scoreFields,
  publishedAt: timeSchema.nullable(),
  acknowledgedAt: timeSchema.nullable(),
  appealedAt: timeSchema.nullable(),
  answeredAt: timeSchema.nullable(),
  /** The agent has not opened what was told last. */
  unread: z.boolean(),
});

export const evaluationDetailSchema = z.object({
  ...evaluationSchema.shape,
  definition: sheetDefinitionSchema,
  answers: sheetAnswersSchema,
  /** On the call as a whole. */
  comment: z.string(),
  appeal: z.object({ reason: z.string(), answer: z.string(), answeredBy: z.string() }).nullable(),
  /** The scores as they were published, oldest first. */
  revisions: z.array(z.object({ revision: z.number().int(), at: timeSchema, by: z.string(), ...scoreFields, answers: sheetAnswersSchema, comment: z.string() })),
  recordings: callSchema.shape.recordings,
});

const scoring = { answers: sheetAnswersSchema, comment: text(5000) } as const;

/** By what evaluations are chosen; `from` and `to` are about the call. */
const evaluationFilters = {
  agentId: idSchema.optional(),
  sheetId: idSchema.optional(),
  queueId: idSchema.optional(),
  from: timeSchema.optional(),
  to: timeSchema.optional(),
} as const;

export const listEvaluations = route({
  id: 'listEvaluations',
  method: 'GET',
  path: '/evaluations',
  summary: 'List evaluations, newest first. Without `quality.evaluate` only published ones of the own calls.',
  tag: 'quality',
  permission: 'quality.read.own',
  rate: 'normal',
  query: z.strictObject({
    ...pageFields,
    ...evaluationFilters,
    callId: idSchema.optional(),
    evaluatorId: idSchema.optional(),
    state: z.enum(EVALUATION_STATES).optional(),
    /** Everything but drafts: what averages are made of. */
    published: z.stringbool().optional(),
    /** Of calls that came from no queue. */
    noQueue: z.stringbool().optional(),
    passed: z.stringbool().optional(),
    fatal: z.stringbool().optional(),
    unread: z.stringbool().optional(),
    /** Whatever came of the appeal. */
    appealed: z.stringbool().optional(),
  }),
  response: listOf(evaluationSchema),
});

export const getEvaluation = route({
  id: 'getEvaluation',
  method: 'GET',
  path: '/evaluations/{id}',
  summary: 'One evaluation with its sheet, answers, appeal and earlier scores; without `quality.evaluate` only a published one of an own call.',
  tag: 'quality',
  permission: 'quality.read.own',
  rate: 'normal',
  params: idParams,
  response: evaluationDetailSchema,
});

export const countUnreadEvaluations = route({
  id: 'countUnreadEvaluations',
  method: 'GET',
  path: '/quality/unread',
  summary: 'How many evaluations of own calls, or answers to own appeals, one has not opened yet.',
  tag: 'quality',
  permission: 'quality.read.own',
  rate: 'normal',
  response: z.object({ count: z.number().int() }),
});

export const seeEvaluation = route({
  id: 'seeEvaluation',
  method: 'POST',
  path: '/evaluations/{id}/seen',
  summary: 'The agent has opened the evaluation; it is unread again when an appeal is answered.',
  tag: 'quality',
  permission: 'quality.read.own',
  rate: 'normal',
  params: idParams,
  response: evaluationDetailSchema,
});

export const createEvaluation = route({
  id: 'createEvaluation',
  method: 'POST',
  path: '/evaluations',
  summary: 'Begin to evaluate a call with the published version of a score sheet. Each call once with each sheet, and nobody their own.',
  tag: 'quality',
  permission: 'quality.evaluate',
  rate: 'normal',
  body: z.strictObject({ callId: idSchema, sheetId: idSchema }),
  response: evaluationDetailSchema,
});

export const saveEvaluation = route({
  id: 'saveEvaluation',
  method: 'PUT',
  path: '/evaluations/{id}',
  summary: 'Keep the scores of a draft, which may be incomplete. Only by its evaluator.',
  tag: 'quality',
  permission: 'quality.evaluate',
  rate: 'normal',
  params: idParams,
  body: z.strictObject(scoring),
  response: evaluationDetailSchema,
});

export const removeEvaluation = route({
  id: 'removeEvaluation',
  method: 'DELETE',
  path: '/evaluations/{id}',
  summary: 'Remove a draft that was never published. Only by its evaluator.',
  tag: 'quality',
  permission: 'quality.evaluate',
  rate: 'normal',
  params: idParams,
});

export const publishEvaluation = route({
  id: 'publishEvaluation',
  method: 'POST',
  path: '/evaluations/{id}/publish',
  summary: 'Show a draft with every question answered to the agent. Only by its evaluator.',
  tag: 'quality',
  permission: 'quality.evaluate',
  rate: 'normal',
  params: idParams,
  response: evaluationDetailSchema,
});

export const retractEvaluation = route({
  id: 'retractEvaluation',
  method: 'POST',
  path: '/evaluations/{id}/retract',
  summary: 'Make a published evaluation a draft again, while the agent has neither acknowledged nor appealed. Only by its evaluator.',
  tag: 'quality',
  permission: 'quality.evaluate',
  rate: 'normal',
  params: idParams,
  response: evaluationDetailSchema,
});

export const acknowledgeEvaluation = route({
  id: 'acknowledgeEvaluation',
  method: 'POST',
  path: '/evaluations/{id}/acknowledge',
  summary: 'The agent has seen the evaluation and accepts it.',
  tag: 'quality',
  permission: 'quality.read.own',
  rate: 'normal',
  params: idParams,
  response: evaluationDetailSchema,
});

export const appealEvaluation = route({
  id: 'appealEvaluation',
  method: 'POST',
  path: '/evaluations/{id}/appeal',
  summary: 'The agent does not agree, and says why. Once for each evaluation, before it is acknowledged.',
  tag: 'quality',
  permission: 'quality.read.own',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({ reason: requiredText(5000) }),
  response: evaluationDetailSchema,
});

export const upholdEvaluation = route({
  id: 'upholdEvaluation',
  method: 'POST',
  path: '/evaluations/{id}/uphold',
  summary: 'Answer an appeal: the scores stay.',
  tag: 'quality',
  permission: 'quality.evaluate',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({ answer: requiredText(5000) }),
  response: evaluationDetailSchema,
});

export const reviseEvaluation = route({
  id: 'reviseEvaluation',
  method: 'POST',
  path: '/evaluations/{id}/revise',
  summary: 'Answer an appeal with new scores; the earlier ones stay in the history.',
  tag: 'quality',
  permission: 'quality.evaluate',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({ answer: requiredText(5000), ...scoring }),
  response: evaluationDetailSchema,
});

export const sampleCalls = route({
  id: 'sampleCalls',
  method: 'GET',
  path: '/quality/samples',
  summary: 'Recorded calls of the last days, chosen at random among those that nobody has evaluated yet.',
  tag: 'quality',
  permission: 'quality.evaluate',
  rate: 'normal',
  query: z.strictObject({
    /** Left out = of all agents. */
    agentId: idSchema.optional(),
    queueId: idSchema.optional(),
    count: z.coerce.number().int().min(1).max(50).default(5),
    days: z.coerce.number().int().min(1).max(366).default(30),
    /** Talk time at least, s. */
    minSeconds: z.coerce.number().int().min(0).max(3600).default(0),
  }),
  response: z.object({ items: z.array(callSchema) }),
});

export type Evaluation = z.infer<typeof evaluationSchema>;
export type EvaluationState = Evaluation['state'];
export type EvaluationDetail = z.infer<typeof evaluationDetailSchema>;
