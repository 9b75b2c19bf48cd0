import { z } from 'zod';
import { route } from '../contract.ts';
import { PERMISSIONS } from '../permissions.ts';
import { idSchema, proofSchema, requiredText, timeSchema } from './common.ts';
import { passkeyAnswerSchema, passkeyOptionsSchema } from './passkeys.ts';

/** The logged-in user as their own client sees them. */
export const sessionUserSchema = z.object({
  id: idSchema,
  loginId: z.string(),
  name: z.string(),
  profileId: idSchema,
  /** `SV`, `CSR` or a custom profile's code. */
  profileCode: z.string(),
});

export const tenantInfoSchema = z.object({ id: idSchema, slug: z.string(), name: z.string() });

export const loginSchema = z.strictObject({
  tenant: requiredText(63),
  loginId: requiredText(100),
  password: z.string().min(1).max(1000),
  /** Of the authenticator app, or a recovery code; asked for with `second_factor_needed`. */
  code: z.string().max(20).optional(),
  /** Of the authenticator, in the place of the code; `second_factor_needed` has brought what it signs. */
  passkey: passkeyAnswerSchema.optional(),
});

/** What `second_factor_needed` brings beside the problem: the ways that are open to this user. */
export const factorNeededSchema = z.object({
  /** A code of the authenticator app, or a recovery code. */
  code: z.boolean(),
  /** An authenticator app is set up; without one the code is a recovery code. */
  app: z.boolean(),
  /** What the browser's authenticator is asked; null = no passkey can be used. */
  passkey: passkeyOptionsSchema.nullable(),
});

/** With what a session was opened. */
export const LOGIN_METHODS = ['password', 'password_code', 'password_recovery_code', 'password_passkey', 'passkey', 'single_sign_on'] as const;
export type LoginMethod = (typeof LOGIN_METHODS)[number];

export const loginAnswerSchema = z.object({ user: sessionUserSchema, csrfToken: z.string() });

export const sessionSchema = z.object({
  user: sessionUserSchema,
  csrfToken: z.string(),
  permissions: z.array(z.enum(PERMISSIONS)),
  tenant: tenantInfoSchema,
  /** The profile demands a second factor that is not set up yet: nothing else is allowed before. */
  mustSetUpFactor: z.boolean(),
  /** The password was issued by somebody else: nothing else is allowed before another is chosen. */
  mustChangePassword: z.boolean(),
  /** The provider of single sign-on can say in the place of the password that it is really the owner who asks. */
  confirmByProvider: z.boolean(),
  /** When the session ends at the latest, used or not. */
  expiresAt: timeSchema,
});

export const login = route({
  id: 'login',
  method: 'POST',
  path: '/login',
  summary: 'Log in with tenant, login ID, password and, where the user has a second factor, its code; sets the session cookie.',
  tag: 'session',
  permission: 'public',
  rate: 'login',
  body: loginSchema,
  response: loginAnswerSchema,
});

export const beginPasskeyLogin = route({
  id: 'beginPasskeyLogin',
  method: 'POST',
  path: '/login/passkey/begin',
  summary: 'Begin to log in with a passkey alone: what the browser is asked. Every tenant, known or not, gets an answer of the same kind.',
  tag: 'session',
  permission: 'public',
  rate: 'login',
  body: z.strictObject({ tenant: requiredText(63) }),
  response: z.object({ options: passkeyOptionsSchema }),
});

export const loginWithPasskey = route({
  id: 'loginWithPasskey',
  method: 'POST',
  path: '/login/passkey',
  summary: 'Log in with a passkey alone, where the tenant allows it; sets the session cookie.',
  tag: 'session',
  permission: 'public',
  rate: 'login',
  body: z.strictObject({ answer: passkeyAnswerSchema }),
  response: loginAnswerSchema,
});

export const logout = route({
  id: 'logout',
  method: 'POST',
  path: '/logout',
  summary: 'End the session; its WebSockets are closed.',
  tag: 'session',
  permission: 'session',
  rate: 'normal',
});

export const getSession = route({
  id: 'getSession',
  method: 'GET',
  path: '/session',
  summary: 'Who is logged in, what they may do, and the token for unsafe methods.',
  tag: 'session',
  permission: 'session',
  rate: 'normal',
  response: sessionSchema,
});

export const changePassword = route({
  id: 'changePassword',
  method: 'POST',
  path: '/session/password',
  summary: 'Change the own password; every other session of the user ends.',
  tag: 'session',
  permission: 'session',
  rate: 'login',
  body: z.strictObject({ currentPassword: proofSchema, newPassword: z.string().min(1).max(1000) }),
});

export type Session = z.infer<typeof sessionSchema>;
export type SessionUser = z.infer<typeof sessionUserSchema>;
export type FactorNeeded = z.infer<typeof factorNeededSchema>;
