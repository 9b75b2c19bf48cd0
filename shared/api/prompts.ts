import { z } from 'zod';
import { route } from '../contract.ts';
import { listOf, requiredText, timeSchema } from './common.ts';

/** Name of a sound as flows name it: `ja/goodbye`, `music/hold`. In a path its `/` is written `%2F`. */
export const promptNameSchema = z.string().max(100).regex(/^[a-z0-9]+(?:[-_/][a-z0-9]+)*$/);

export const promptSchema = z.object({
  name: z.string(),
  /** True: an uploaded sound is played instead of the shipped one. */
  replaced: z.boolean(),
  /** True: there is no shipped sound of this name; it is the tenant's own. */
  own: z.boolean(),
  durationMs: z.number().nullable(),
  sizeBytes: z.number().nullable(),
  updatedAt: timeSchema.nullable(),
  updatedBy: z.string(),
});

/** Names that a tenant gives to its own sounds begin so. */
export const OWN_SOUNDS = 'own/';

const params = z.strictObject({ name: promptNameSchema });

export const listPrompts = route({
  id: 'listPrompts',
  method: 'GET',
  path: '/prompts',
  summary: 'List the sounds that can be replaced, and those of the tenant’s own.',
  tag: 'prompts',
  permission: 'settings.manage',
  rate: 'normal',
  response: listOf(promptSchema),
});

export const replacePrompt = route({
  id: 'replacePrompt',
  method: 'PUT',
  path: '/prompts/{name}',
  summary: 'Replace a sound, or add one whose name begins with `own/`, by a WAV file (16-bit PCM, one or two channels, 8 to 48 kHz, at most 5 minutes and 8 MB).',
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
  summary: 'Go back to the shipped sound; one of the tenant’s own is removed, unless a flow plays it.',
  tag: 'prompts',
  permission: 'settings.manage',
  rate: 'normal',
  params,
});

export const speakPrompt = route({
  id: 'speakPrompt',
  method: 'POST',
  path: '/prompts/{name}/speech',
  summary: 'Replace or add a sound by text that this machine speaks.',
  tag: 'prompts',
  permission: 'settings.manage',
  rate: 'heavy',
  params,
  body: z.strictObject({ text: requiredText(500), language: z.enum(['ja', 'en']) }),
  response: promptSchema,
});

export const getSpeech = route({
  id: 'getSpeech',
  method: 'GET',
  path: '/speech',
  summary: 'What speaks text here, and in which languages.',
  tag: 'prompts',
  permission: 'settings.manage',
  rate: 'normal',
  response: z.object({ provider: z.string().nullable(), languages: z.array(z.enum(['ja', 'en'])) }),
});

export type Prompt = z.infer<typeof promptSchema>;
