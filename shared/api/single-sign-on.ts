import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, requiredText, text, timeSchema } from './common.ts';
import { loginAnswerSchema } from './session.ts';
import { userSchema } from './users.ts';

/** What of a user a provider's claim is compared with. */
export const MATCHED_FIELDS = ['loginId', 'email', 'employeeNumber'] as const;

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** https, and http on the machine itself; no query and no fragment (OpenID Connect Discovery 1.0 section 2). */
function isIssuer(value: string): boolean {
  const url = URL.parse(value);
  if (!url || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
}

const settings = {
  /** Of the provider, as its discovery document names it. */
  issuer: z.string().max(500).refine(isIssuer, { message: 'must be an https address without a query' }),
  clientId: requiredText(300),
  /** Claim of the ID token or of the user info that names the user. */
  claim: z.string().regex(/^[A-Za-z0-9_.:/-]{1,200}$/, 'must be the name of a claim'),
  field: z.enum(MATCHED_FIELDS),
  textJa: requiredText(60),
  textEn: requiredText(60),
  /** The provider asks for a second factor: ours is not asked for beside it. */
  secondFactorByProvider: z.boolean(),
  /** Passwords and passkeys let nobody in but `exceptUserId`. */
  only: z.boolean(),
  exceptUserId: idSchema.nullable(),
} as const;

export const singleSignOnProviderSchema = z.object({
  ...settings,
  issuer: z.string(),
  claim: z.string(),
  updatedAt: timeSchema,
  updatedBy: z.string(),
});

const answerSchema = z.object({
  provider: singleSignOnProviderSchema.nullable(),
  /** What the provider must know as the address that users come back to. */
  redirectUri: z.string(),
});

export const getSingleSignOn = route({
  id: 'getSingleSignOn',
  method: 'GET',
  path: '/single-sign-on',
  summary: 'The provider of single sign-on (OpenID Connect), without the secret of the client.',
  tag: 'settings',
  permission: 'user.manage',
  rate: 'normal',
  response: answerSchema,
});

export const setSingleSignOn = route({
  id: 'setSingleSignOn',
  method: 'PUT',
  path: '/single-sign-on',
  summary: 'Set the provider of single sign-on. A preview changes nothing: it asks the provider, and says whether the caller could still come in.',
  tag: 'settings',
  permission: 'user.manage',
  rate: 'heavy',
  body: z.strictObject({
    ...settings,
    /** Left out, the stored one stays. */
    clientSecret: z.string().min(1).max(1000).optional(),
    preview: z.boolean().default(false),
  }),
  response: answerSchema.extend({
    applied: z.boolean(),
    /** The provider answered with a discovery document of this issuer. */
    reachable: z.boolean(),
    /** Why not: a stable code, empty when it did. */
    fault: z.string(),
    youStayAllowed: z.boolean(),
    /** Active users, and those of them whom the claim can never name: nothing is written in the compared field, or the same as at another. */
    users: z.number().int(),
    unmatchable: z.number().int(),
  }),
});

export const removeSingleSignOn = route({
  id: 'removeSingleSignOn',
  method: 'DELETE',
  path: '/single-sign-on',
  summary: 'Turn single sign-on off. Passwords let everybody in again.',
  tag: 'settings',
  permission: 'user.manage',
  rate: 'normal',
});

export const unlinkSingleSignOn = route({
  id: 'unlinkSingleSignOn',
  method: 'DELETE',
  path: '/users/{id}/single-sign-on',
  summary: 'Forget which account of the provider a user is: the next login through it is matched by the claim again. The user’s sessions end, but the one that asks.',
  tag: 'users',
  permission: 'user.manage',
  rate: 'normal',
  params: idParams,
  response: userSchema,
});

export const beginSingleSignOn = route({
  id: 'beginSingleSignOn',
  method: 'POST',
  path: '/login/single-sign-on/begin',
  summary: 'Begin to log in through the provider of the tenant: the address to open there. It is good for five minutes, in this browser, once.',
  tag: 'session',
  permission: 'public',
  rate: 'login',
  body: z.strictObject({ tenant: requiredText(63) }),
  response: z.object({ url: z.string() }),
});

export const loginWithSingleSignOn = route({
  id: 'loginWithSingleSignOn',
  method: 'POST',
  path: '/login/single-sign-on',
  summary: 'Log in with what the provider sent back (the query of the address it led to); sets the session cookie.',
  tag: 'session',
  permission: 'public',
  rate: 'login',
  body: z.strictObject({ query: text(8000) }),
  response: loginAnswerSchema,
});

export const beginConfirm = route({
  id: 'beginConfirm',
  method: 'POST',
  path: '/session/single-sign-on/begin',
  summary: 'Begin to confirm at the provider, by logging in there anew, that it is you: the address to open there. It is good for five minutes, in this session, once.',
  tag: 'session',
  permission: 'session',
  rate: 'login',
  response: z.object({ url: z.string() }),
});

export const confirmByProvider = route({
  id: 'confirmByProvider',
  method: 'POST',
  path: '/session/single-sign-on',
  summary: 'Confirm with what the provider sent back. For five minutes it stands, once, for the password where that is asked for.',
  tag: 'session',
  permission: 'session',
  rate: 'login',
  body: z.strictObject({ query: text(8000) }),
});

export type SingleSignOnProvider = z.infer<typeof singleSignOnProviderSchema>;
export type SingleSignOnGiven = z.infer<typeof setSingleSignOn.body>;
export type SingleSignOnSet = z.infer<typeof setSingleSignOn.response>;
