import { z } from 'zod';
import { route } from '../contract.ts';
import { scriptAnswersSchema, scriptDefinitionSchema } from '../scripts.ts';
import { idParams, idSchema, listOf, pageQuery, recordFields, requiredText, text, timeSchema } from './common.ts';

/** A guided script as lists show it. */
export const scriptSchema = z.object({
  ...recordFields,
  name: z.string(),
  active: z.boolean(),
  /** The published version; null before the first. */
  version: z.number().int().nullable(),
});

export const scriptDetailSchema = z.object({
  ...scriptSchema.shape,
  /** What is worked on. */
  draft: scriptDefinitionSchema,
  /** Published ones, newest first. */
  versions: z.array(z.object({ version: z.number().int(), at: timeSchema, by: z.string(), comment: z.string(), definition: scriptDefinitionSchema })),
});

/** The script of a call with what was answered. */
export const callScriptSchema = z.object({
  scriptId: idSchema.nullable(),
  name: z.string(),
  version: z.number().int().nullable(),
  definition: scriptDefinitionSchema.nullable(),
  answers: scriptAnswersSchema,
});

export const listScripts = route({
  id: 'listScripts',
  method: 'GET',
  path: '/scripts',
  summary: 'List guided scripts.',
  tag: 'scripts',
  permission: 'session',
  rate: 'normal',
  query: pageQuery,
  response: listOf(scriptSchema),
});

export const getScript = route({
  id: 'getScript',
  method: 'GET',
  path: '/scripts/{id}',
  summary: 'One script with its draft and all published versions.',
  tag: 'scripts',
  permission: 'session',
  rate: 'normal',
  params: idParams,
  response: scriptDetailSchema,
});

export const createScript = route({
  id: 'createScript',
  method: 'POST',
  path: '/scripts',
  summary: 'Create a script; agents see it once a version is published.',
  tag: 'scripts',
  permission: 'settings.manage',
  rate: 'normal',
  body: z.strictObject({ name: requiredText(100), draft: scriptDefinitionSchema }),
  response: scriptDetailSchema,
});

export const updateScript = route({
  id: 'updateScript',
  method: 'PATCH',
  path: '/scripts/{id}',
  summary: 'Change name or draft, or retire the script. A draft may be incomplete.',
  tag: 'scripts',
  permission: 'settings.manage',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({ name: requiredText(100), draft: scriptDefinitionSchema, active: z.boolean() }).partial(),
  response: scriptDetailSchema,
});

export const publishScript = route({
  id: 'publishScript',
  method: 'POST',
  path: '/scripts/{id}/publish',
  summary: 'Make the draft the version that agents see from the next call on. Refused with its faults while it has any.',
  tag: 'scripts',
  permission: 'settings.manage',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({ comment: text(500).default('') }),
  response: scriptDetailSchema,
});

export const getCallScript = route({
  id: 'getCallScript',
  method: 'GET',
  path: '/calls/{id}/script',
  summary: 'The script of a call: the one that was answered, else the one that its flow chose, else that of its queue, else none.',
  tag: 'scripts',
  permission: 'call.read.own',
  rate: 'normal',
  params: idParams,
  response: callScriptSchema,
});

export const saveCallScript = route({
  id: 'saveCallScript',
  method: 'PUT',
  path: '/calls/{id}/script',
  summary: 'Keep the answers of a script with the call; also as a note on the timeline of its customer and case. Only by its agent.',
  tag: 'scripts',
  permission: 'call.handle',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({ scriptId: idSchema, version: z.number().int(), answers: scriptAnswersSchema }),
  response: callScriptSchema,
});

export type Script = z.infer<typeof scriptSchema>;
export type ScriptDetail = z.infer<typeof scriptDetailSchema>;
export type CallScript = z.infer<typeof callScriptSchema>;
