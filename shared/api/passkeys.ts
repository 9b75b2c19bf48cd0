import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, proofSchema, requiredText, timeSchema } from './common.ts';

/** Where passkeys are taken: nowhere, beside the password, or in the place of the password too. */
export const PASSKEY_MODES = ['off', 'second_factor', 'passwordless'] as const;
export type PasskeyMode = (typeof PASSKEY_MODES)[number];

const base64url = (max: number) => z.string().regex(/^[A-Za-z0-9_-]*$/).max(max);
const attachment = z.enum(['platform', 'cross-platform']).nullish();

/** `AuthenticationResponseJSON` of WebAuthn section 5.1.8: the signature of a login. */
export const passkeyAnswerSchema = z.object({
  id: base64url(1400).min(1),
  rawId: base64url(1400).min(1),
  type: z.literal('public-key'),
  authenticatorAttachment: attachment,
  response: z.object({
    clientDataJSON: base64url(8000).min(1),
    authenticatorData: base64url(8000).min(1),
    signature: base64url(8000).min(1),
    userHandle: base64url(100).nullish(),
  }),
});

/** `RegistrationResponseJSON` of WebAuthn section 5.1.8: a new public key. */
const newPasskeySchema = z.object({
  id: base64url(1400).min(1),
  rawId: base64url(1400).min(1),
  type: z.literal('public-key'),
  authenticatorAttachment: attachment,
  response: z.object({
    clientDataJSON: base64url(8000).min(1),
    attestationObject: base64url(40_000).min(1),
    transports: z.array(z.string().max(30)).max(10).optional(),
  }),
});

/** What the browser's WebAuthn call takes, as JSON (WebAuthn section 5.1.9 and 5.1.10). */
export const passkeyOptionsSchema = z.looseObject({ challenge: z.string() });

export const passkeySchema = z.object({
  id: idSchema,
  name: z.string(),
  /** Kept by a provider of passkeys and copied to other devices of its owner. */
  synced: z.boolean(),
  createdAt: timeSchema,
  lastUsedAt: timeSchema.nullable(),
});

export const passkeysSchema = z.object({
  mode: z.enum(PASSKEY_MODES),
  /** The only address (origin) at which passkeys work; null = this installation has none that WebAuthn takes. */
  origin: z.string().nullable(),
  items: z.array(passkeySchema),
});

export const listPasskeys = route({
  id: 'listPasskeys',
  method: 'GET',
  path: '/passkeys',
  summary: 'The own passkeys, and whether and where they can be used.',
  tag: 'session',
  permission: 'session',
  rate: 'normal',
  response: passkeysSchema,
});

export const beginPasskey = route({
  id: 'beginPasskey',
  method: 'POST',
  path: '/passkeys/begin',
  summary: 'Begin to register a passkey (WebAuthn): what the browser is asked. Needs the own password; the challenge is good for five minutes, once.',
  tag: 'session',
  permission: 'session',
  rate: 'login',
  body: z.strictObject({ password: proofSchema }),
  response: z.object({ options: passkeyOptionsSchema }),
});

const addedPasskeySchema = passkeySchema.extend({
  /** For the day on which it is lost, told this once; null = there are some already. */
  recoveryCodes: z.array(z.string()).nullable(),
});

export const addPasskey = route({
  id: 'addPasskey',
  method: 'POST',
  path: '/passkeys',
  summary: 'Register the passkey that the browser made. When it is the first second factor, the other own sessions end.',
  tag: 'session',
  permission: 'session',
  rate: 'login',
  body: z.strictObject({ name: requiredText(60), answer: newPasskeySchema }),
  response: addedPasskeySchema,
});

export const removePasskey = route({
  id: 'removePasskey',
  method: 'POST',
  path: '/passkeys/{id}/remove',
  summary: 'Remove one of the own passkeys; refused when it is the last second factor and the profile demands one.',
  tag: 'session',
  permission: 'session',
  rate: 'login',
  params: idParams,
  body: z.strictObject({ password: proofSchema }),
});

export type Passkey = z.infer<typeof passkeySchema>;
export type Passkeys = z.infer<typeof passkeysSchema>;
export type PasskeyAnswer = z.infer<typeof passkeyAnswerSchema>;
export type NewPasskey = z.infer<typeof newPasskeySchema>;
export type AddedPasskey = z.infer<typeof addedPasskeySchema>;
