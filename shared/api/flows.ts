import { z } from 'zod';
import { route } from '../contract.ts';
import { flowDefinitionSchema } from '../flow/nodes.ts';
import { flowProblemSchema } from '../flow/problems.ts';
import { idParams, idSchema, listOf, pageQuery, recordFields, requiredText, text, timeSchema } from './common.ts';

const base = { tag: 'flows', permission: 'settings.manage', rate: 'normal' } as const;

/** Codes are how flows name each other. */
export const flowCodeSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/);

/** A version that takes over at a later time. */
const scheduleSchema = z.object({ version: z.number().int(), dueAt: timeSchema, createdBy: z.string() });

export const flowSchema = z.object({
  ...recordFields,
  code: z.string(),
  name: z.string(),
  /** The version that new calls run; 0 = none yet. */
  version: z.number().int(),
  /** The highest version that was published. */
  lastVersion: z.number().int(),
  /** There are changes that were not published. */
  hasDraft: z.boolean(),
  schedule: scheduleSchema.nullable(),
  /** Service numbers that it answers. */
  numbers: z.array(z.string()),
});

export const flowDetailSchema = z.object({
  ...flowSchema.shape,
  /** Start node and nodes by name, each one verb: what new calls run. */
  definition: flowDefinitionSchema,
  /** What is being edited; null = nothing beside the published version. */
  draft: flowDefinitionSchema.nullable(),
  /** The version that waits for its time; null = none does. */
  upcoming: flowDefinitionSchema.nullable(),
  /** To be given back when the draft is saved. */
  draftRevision: z.number().int(),
});

export const flowVersionSchema = z.object({
  version: z.number().int(),
  comment: z.string(),
  createdAt: timeSchema,
  createdBy: z.string(),
});

const versionParams = z.strictObject({ id: idSchema, version: z.coerce.number().int().min(0) });

export const listFlows = route({
  ...base,
  id: 'listFlows',
  method: 'GET',
  path: '/flows',
  summary: 'List IVR flows.',
  query: pageQuery,
  response: listOf(flowSchema),
});

export const createFlow = route({
  ...base,
  id: 'createFlow',
  method: 'POST',
  path: '/flows',
  summary: 'Add a flow, with a draft to begin from; it answers nothing until it is published.',
  body: z.strictObject({ code: flowCodeSchema, name: requiredText(60), draft: flowDefinitionSchema.optional() }),
  response: flowDetailSchema,
});

export const getFlow = route({
  ...base,
  id: 'getFlow',
  method: 'GET',
  path: '/flows/{id}',
  summary: 'One flow with its nodes.',
  params: idParams,
  response: flowDetailSchema,
});

export const updateFlow = route({
  ...base,
  id: 'updateFlow',
  method: 'PATCH',
  path: '/flows/{id}',
  summary: 'Rename a flow.',
  params: idParams,
  body: z.strictObject({ name: requiredText(60) }),
  response: flowDetailSchema,
});

export const deleteFlow = route({
  ...base,
  id: 'deleteFlow',
  method: 'DELETE',
  path: '/flows/{id}',
  summary: 'Remove a flow with its versions; refused while a number or another flow leads to it.',
  params: idParams,
});

export const saveFlowDraft = route({
  ...base,
  id: 'saveFlowDraft',
  method: 'PUT',
  path: '/flows/{id}/draft',
  summary: 'Save what is being edited; refused when somebody else saved since `revision` was read.',
  params: idParams,
  body: z.strictObject({ revision: z.number().int(), draft: flowDefinitionSchema }),
  response: flowDetailSchema,
});

export const discardFlowDraft = route({
  ...base,
  id: 'discardFlowDraft',
  method: 'DELETE',
  path: '/flows/{id}/draft',
  summary: 'Give up what is being edited.',
  params: idParams,
});

export const checkFlow = route({
  ...base,
  id: 'checkFlow',
  method: 'POST',
  path: '/flow-check',
  summary: 'Everything wrong with a flow, with queues, sounds and numbers as they are now.',
  body: z.strictObject({ definition: flowDefinitionSchema }),
  response: z.object({ problems: z.array(flowProblemSchema) }),
});

export const publishFlow = route({
  ...base,
  id: 'publishFlow',
  method: 'POST',
  path: '/flows/{id}/publish',
  summary: 'Make a version of the draft, for new calls from now or from a later time on; calls in progress keep theirs.',
  params: idParams,
  body: z.strictObject({ revision: z.number().int(), comment: text(500).default(''), at: timeSchema.nullable().default(null) }),
  response: flowDetailSchema,
});

export const listFlowVersions = route({
  ...base,
  id: 'listFlowVersions',
  method: 'GET',
  path: '/flows/{id}/versions',
  summary: 'Versions of a flow, the newest first.',
  params: idParams,
  query: z.strictObject({ before: z.coerce.number().int().optional() }),
  response: z.object({ items: z.array(flowVersionSchema) }),
});

export const getFlowVersion = route({
  ...base,
  id: 'getFlowVersion',
  method: 'GET',
  path: '/flows/{id}/versions/{version}',
  summary: 'One version as it was published.',
  params: versionParams,
  response: z.object({ ...flowVersionSchema.shape, definition: flowDefinitionSchema }),
});

export const activateFlowVersion = route({
  ...base,
  id: 'activateFlowVersion',
  method: 'POST',
  path: '/flows/{id}/versions/{version}/activate',
  summary: 'Go back to an older version, or forward to one that waits for its time.',
  params: versionParams,
  body: z.strictObject({ at: timeSchema.nullable().default(null) }),
  response: flowDetailSchema,
});

export const cancelFlowSchedule = route({
  ...base,
  id: 'cancelFlowSchedule',
  method: 'DELETE',
  path: '/flows/{id}/schedule',
  summary: 'Let the version that waits for its time not take over.',
  params: idParams,
});

export type FlowListItem = z.infer<typeof flowSchema>;
export type FlowView = z.infer<typeof flowDetailSchema>;
