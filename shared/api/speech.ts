import { z } from 'zod';
import { route } from '../contract.ts';
import { requiredText, timeSchema } from './common.ts';

const languageSchema = z.enum(['ja', 'en']);

/** What is put into the body as JSON text: `{"input": {text}, "voice": {voice}}`. */
export const SPEECH_PLACES = /\{(text|voice|language)\}/g;

const isJson = (body: string): boolean => {
  try {
    JSON.parse(body.replaceAll(SPEECH_PLACES, '""'));
    return true;
  } catch {
    return false;
  }
};

/** Headers that may carry the key; no others, because they would change the request itself. */
const keyHeaderSchema = z.string().regex(/^(?:authorization|api-key|ocp-apim-subscription-key|xi-api-key|x-[a-z0-9-]{1,60})$/);

const shape = {
  /** Asked by POST. In the public internet, unless the operator of the service allows more. */
  url: z.url({ protocol: /^https?$/ }).max(500),
  keyHeader: keyHeaderSchema,
  /** Null = this language is spoken by the machine itself. */
  voiceJa: z.string().max(100).nullable(),
  voiceEn: z.string().max(100).nullable(),
  /** JSON with `{text}`, `{voice}` and `{language}` where they belong. */
  body: z.string().max(4000).refine((body) => isJson(body) && body.includes('{text}'), { message: 'must be JSON with {text}' }),
  /** Where the sound is in an answer of JSON, as Base64: `audioContent`; empty = the answer is the WAV file. */
  answerPath: z.string().max(200).regex(/^(?:[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)?$/),
  /** For one text, ms. */
  timeoutMs: z.number().int().min(500).max(20_000),
};

export const speechProviderSchema = z.object({ ...shape, hasKey: z.boolean(), updatedAt: timeSchema, updatedBy: z.string() });

const base = { tag: 'prompts', permission: 'settings.manage', path: '/speech/provider' } as const;

export const getSpeechProvider = route({
  ...base,
  id: 'getSpeechProvider',
  method: 'GET',
  summary: 'What speaks text for the tenant over HTTP; null = the machine itself does. The key is never shown.',
  rate: 'normal',
  response: z.object({ provider: speechProviderSchema.nullable() }),
});

export const setSpeechProvider = route({
  ...base,
  id: 'setSpeechProvider',
  method: 'PUT',
  summary: 'Have text spoken over HTTP. Without `key` the one before is kept, but not for another server.',
  rate: 'normal',
  body: z.strictObject({ ...shape, key: z.string().max(2000).regex(/^[\x20-\x7e]*$/).optional() }),
  response: z.object({ provider: speechProviderSchema.nullable() }),
});

export const removeSpeechProvider = route({
  ...base,
  id: 'removeSpeechProvider',
  method: 'DELETE',
  summary: 'Have text spoken by the machine itself again; what was spoken stays.',
  rate: 'normal',
});

export const testSpeech = route({
  ...base,
  path: '/speech/test',
  id: 'testSpeech',
  method: 'POST',
  summary: 'Have a text spoken as flows would, to hear it; nothing is kept.',
  rate: 'heavy',
  body: z.strictObject({ text: requiredText(500), language: languageSchema }),
  binary: 'audio/wav',
});

export type SpeechProviderView = z.infer<typeof speechProviderSchema>;
export type SpeechProviderGiven = z.output<typeof setSpeechProvider.body>;
