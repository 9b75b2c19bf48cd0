import { z } from 'zod';
import { route } from '../contract.ts';
import { requiredText, timeSchema } from './common.ts';
import { PASSKEY_MODES } from './passkeys.ts';

/** Sessions of a user at a time, where the tenant has not chosen. */
export const DEFAULT_MAX_SESSIONS = 10;
/** A tenant may allow at most so many. */
export const MOST_SESSIONS = 50;

export const loginSettingsSchema = z.object({
  passkeys: z.enum(PASSKEY_MODES),
  /** Of a user at a time: one more login ends the session that was used least lately. */
  maxSessions: z.number().int(),
  updatedAt: timeSchema.nullable(),
  updatedBy: z.string().nullable(),
});

export const loginSettingsAnswerSchema = z.object({
  settings: loginSettingsSchema,
  applied: z.boolean(),
  /** Active users who have registered a passkey. */
  usersWithPasskeys: z.number().int(),
  /** Those of them who have no other second factor: with passkeys off, the password alone lets them in. */
  usersWithoutOther: z.number().int(),
});

/** What the login page offers. An unknown tenant looks like one that offers nothing beside the password. */
export const loginWaysSchema = z.object({
  passkey: z.boolean(),
  /** The only address (origin) at which passkeys work; null = none. The same for every tenant. */
  passkeyOrigin: z.string().nullable(),
  /** Words of the button that leads to the provider; null = there is none. */
  singleSignOn: z.object({
    textJa: z.string(),
    textEn: z.string(),
    /** Passwords let in nobody but one administrator. */
    only: z.boolean(),
  }).nullable(),
});

export const getLoginSettings = route({
  id: 'getLoginSettings',
  method: 'GET',
  path: '/login-settings',
  summary: 'How the users of the tenant may log in beside login ID and password.',
  tag: 'settings',
  permission: 'user.read',
  rate: 'normal',
  response: loginSettingsSchema,
});

export const setLoginSettings = route({
  id: 'setLoginSettings',
  method: 'PUT',
  path: '/login-settings',
  summary: 'Turn ways of logging in on or off, and limit the sessions of a user. A preview changes nothing and says whom it would concern.',
  tag: 'settings',
  permission: 'user.manage',
  rate: 'normal',
  body: z.strictObject({
    passkeys: z.enum(PASSKEY_MODES),
    /** Left as it is when not given; holds from each user's next login. */
    maxSessions: z.number().int().min(1).max(MOST_SESSIONS).optional(),
    preview: z.boolean().default(false),
  }),
  response: loginSettingsAnswerSchema,
});

export const loginWays = route({
  id: 'loginWays',
  method: 'GET',
  path: '/public/login-ways/{tenant}',
  summary: 'Which ways of logging in a tenant offers beside login ID and password.',
  tag: 'public',
  permission: 'public',
  rate: 'public',
  params: z.strictObject({ tenant: requiredText(63) }),
  response: loginWaysSchema,
});

export type LoginSettings = z.infer<typeof loginSettingsSchema>;
export type LoginSettingsAnswer = z.infer<typeof loginSettingsAnswerSchema>;
export type LoginWays = z.infer<typeof loginWaysSchema>;
