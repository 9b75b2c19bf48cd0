import { z } from 'zod';
import { route } from '../contract.ts';
import { listOf, timeSchema } from './common.ts';

/** Name of a sound: `notice`, `menu-main`, `digit-3`. */
export const promptNameSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);

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
  summary: 'Replace a sound by a WAV file (PCM 16 bit, one channel, 8 kHz, at most 5 minutes).',
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
