import { z } from 'zod';
import { route } from '../contract.ts';
import { listOf, timeSchema } from './common.ts';

/** Name of a sound as flows name it: `ja/goodbye`, `music/hold`. In a path its `/` is written `%2F`. */
export const promptNameSchema = z.string().max(100).regex(/^[a-z0-9]+(?:[-_/][a-z0-9]+)*$/);

export const promptSchema = z.object({
  name: z.string(),
  /** True: an uploaded sound is played instead of the shipped one. */
  replaced: z.boolean(),
  durationMs: z.number().nullable(),
  sizeBytes: z.number().nullable(),
  updatedAt: timeSchema.nullable(),
  updatedBy: z.string(),
});

const params = z.strictObject({ name: promptNameSchema });

export const listPrompts = route({
  id: 'listPrompts',
  method: 'GET',
  path: '/prompts',
  summary: 'List the sounds that can be replaced.',
  tag: 'prompts',
  permission: 'settings.manage',
  rate: 'normal',
  response: listOf(promptSchema),
});

export const replacePrompt = route({
  id: 'replacePrompt',
  method: 'PUT',
  path: '/prompts/{name}',
  summary: 'Replace a sound by a WAV file (16-bit PCM, one or two channels, 8 to 48 kHz, at most 5 minutes and 8 MB).',
  tag: 'prompts',
  permission: 'settings.manage',
  rate: 'heavy',
  params,
  upload: 'audio/wav',
  response: promptSchema,
});

export const restorePrompt = route({
  id: 'restorePrompt',
  method: 'DELETE',
  path: '/prompts/{name}',
  summary: 'Go back to the shipped sound.',
  tag: 'prompts',
  permission: 'settings.manage',
  rate: 'normal',
  params,
});

export type Prompt = z.infer<typeof promptSchema>;
