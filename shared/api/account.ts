import { z } from 'zod';
import { route } from '../contract.ts';
import { profileSchema } from './profiles.ts';
import { idParams, idSchema, proofSchema, timeSchema } from './common.ts';
import { LOGIN_METHODS } from './session.ts';
import { userSchema } from './users.ts';

const proofBody = z.strictObject({ password: proofSchema });

/** So long what the provider said stands for the password, ms. */
export const FRESH_LOGIN_MS = 5 * 60_000;

const recoveryCodes = z.object({
  /** Each takes the place of one code of the app, or of a passkey, once. They are not told again. */
  recoveryCodes: z.array(z.string()),
});

export const secondFactorSchema = z.object({
  /** Since when logins ask for a code; null = they do not. */
  since: timeSchema.nullable(),
  /** The profile demands it. */
  required: z.boolean(),
  /** Logins ask for a second factor of some kind: the app, or a passkey. */
  active: z.boolean(),
  /** Each takes the place of the app or of a passkey, once. */
  recoveryCodesLeft: z.number().int(),
});

export const liveSessionSchema = z.object({
  id: idSchema,
  /** Address it was opened from. */
  ip: z.string(),
  userAgent: z.string(),
  /** With what it was opened. */
  method: z.enum(LOGIN_METHODS),
  createdAt: timeSchema,
  /** To the minute. */
  lastSeenAt: timeSchema,
  expiresAt: timeSchema,
  /** The one that asks. */
  current: z.boolean(),
});
const liveSessions = z.object({ items: z.array(liveSessionSchema) });

export const getSecondFactor = route({
  id: 'getSecondFactor',
  method: 'GET',
  path: '/session/second-factor',
  summary: 'Whether the own logins ask for a code of an authenticator app.',
  tag: 'session',
  permission: 'session',
  rate: 'normal',
  response: secondFactorSchema,
});

export const beginSecondFactor = route({
  id: 'beginSecondFactor',
  method: 'POST',
  path: '/session/second-factor',
  summary: 'Begin to set up an authenticator app (TOTP, RFC 6238): a new secret. Logins ask for codes once one was confirmed.',
  tag: 'session',
  permission: 'session',
  rate: 'login',
  body: proofBody,
  response: z.object({
    /** Base32, for typing into the app. */
    secret: z.string(),
    /** `otpauth://` address for the QR code. */
    uri: z.string(),
  }),
});

export const confirmSecondFactor = route({
  id: 'confirmSecondFactor',
  method: 'POST',
  path: '/session/second-factor/confirm',
  summary: 'Turn the second factor on with a first code of the app. The other own sessions end; the answer has the recovery codes.',
  tag: 'session',
  permission: 'session',
  rate: 'login',
  body: z.strictObject({ code: z.string().min(1).max(20) }),
  response: recoveryCodes,
});

export const renewRecoveryCodes = route({
  id: 'renewRecoveryCodes',
  method: 'POST',
  path: '/session/second-factor/recovery-codes',
  summary: 'Replace the recovery codes; the earlier ones are worth nothing any more.',
  tag: 'session',
  permission: 'session',
  rate: 'login',
  body: proofBody,
  response: recoveryCodes,
});

export const turnOffSecondFactor = route({
  id: 'turnOffSecondFactor',
  method: 'POST',
  path: '/session/second-factor/off',
  summary: 'Turn the own second factor off; refused when the profile demands one.',
  tag: 'session',
  permission: 'session',
  rate: 'login',
  body: proofBody,
});

export const listOwnSessions = route({
  id: 'listOwnSessions',
  method: 'GET',
  path: '/session/sessions',
  summary: 'Where the caller is logged in.',
  tag: 'session',
  permission: 'session',
  rate: 'normal',
  response: liveSessions,
});

export const endOwnSession = route({
  id: 'endOwnSession',
  method: 'POST',
  path: '/session/sessions/{id}/end',
  summary: 'End one of the own sessions; its WebSockets are closed.',
  tag: 'session',
  permission: 'session',
  rate: 'login',
  params: idParams,
  body: proofBody,
});

export const endOtherSessions = route({
  id: 'endOtherSessions',
  method: 'POST',
  path: '/session/sessions/end',
  summary: 'End every own session but the one that asks.',
  tag: 'session',
  permission: 'session',
  rate: 'login',
  body: proofBody,
  response: z.object({ sessionsEnded: z.number().int() }),
});

export const resetSecondFactor = route({
  id: 'resetSecondFactor',
  method: 'DELETE',
  path: '/users/{id}/second-factor',
  summary: 'Take the second factor of a user away who cannot use it any more; their sessions end.',
  tag: 'users',
  permission: 'user.manage',
  rate: 'normal',
  params: idParams,
  response: userSchema,
});

export const listUserSessions = route({
  id: 'listUserSessions',
  method: 'GET',
  path: '/users/{id}/sessions',
  summary: 'Where a user is logged in.',
  tag: 'users',
  permission: 'user.manage',
  rate: 'normal',
  params: idParams,
  response: liveSessions,
});

export const endUserSessions = route({
  id: 'endUserSessions',
  method: 'DELETE',
  path: '/users/{id}/sessions',
  summary: 'End every session of a user, except the one that asks.',
  tag: 'users',
  permission: 'user.manage',
  rate: 'normal',
  params: idParams,
  response: z.object({ sessionsEnded: z.number().int() }),
});

export const requireSecondFactor = route({
  id: 'requireSecondFactor',
  method: 'PUT',
  path: '/profiles/{id}/second-factor',
  summary: 'Demand a second factor of every user of a profile, or no longer. Sessions of users without one end.',
  tag: 'profiles',
  permission: 'user.manage',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({ required: z.boolean() }),
  response: z.object({ profile: profileSchema, sessionsEnded: z.number().int() }),
});

export type SecondFactor = z.infer<typeof secondFactorSchema>;
export type LiveSession = z.infer<typeof liveSessionSchema>;
