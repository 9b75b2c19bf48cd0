import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, listOf, pageFields, recordFields, requiredText, text, timeSchema } from './common.ts';

export const userSchema = z.object({
  ...recordFields,
  loginId: z.string(),
  name: z.string(),
  nameKana: z.string(),
  department: z.string(),
  email: z.string(),
  employeeNumber: z.string(),
  profileId: idSchema,
  profileCode: z.string(),
  profileName: z.string(),
  status: z.enum(['active', 'disabled']),
  /** Too many failed logins: `until` = may try again then, `hard` = a supervisor must unlock. */
  lock: z.enum(['none', 'until', 'hard']),
  lockedUntil: timeSchema.nullable(),
  /** Logins ask for a code of an authenticator app too. */
  secondFactor: z.boolean(),
  /** Since when the user is linked to an account of the single sign-on provider; null = to none. */
  singleSignOnSince: timeSchema.nullable(),
  /** An issued password waits to be changed, and lets in until then; null = the user chose the password. */
  passwordUntil: timeSchema.nullable(),
  skills: z.record(z.string(), z.number().int()),
  queueIds: z.array(idSchema),
  /** Calls of queues that the user may have at once: one in conversation, the others on hold. */
  callCapacity: z.number().int(),
});

/** Most calls of queues that one person may have at once. */
export const MOST_CALLS_AT_ONCE = 3;

/** What people type at the login: lower-case letters, digits and `._@-`. */
export const LOGIN_ID = /^[a-z0-9][a-z0-9._@-]{0,63}$/;

/** Fields of a user that people fill in. */
export const userFields = {
  name: requiredText(100),
  nameKana: text(100),
  department: text(100),
  email: z.union([z.literal(''), z.email().max(254)]),
  employeeNumber: text(50),
} as const;

const optionalFields = {
  nameKana: userFields.nameKana.default(''),
  department: userFields.department.default(''),
  email: userFields.email.default(''),
  employeeNumber: userFields.employeeNumber.default(''),
} as const;

/** A password for one login, after which another must be chosen. It is told once. */
const issuedPassword = z.object({ user: userSchema, password: z.string() });

export const createUser = route({
  id: 'createUser',
  method: 'POST',
  path: '/users',
  summary: 'Create a user. The answer is the only place where the first password is shown; at the login another must be chosen. Nobody can give a profile that may do more than they may.',
  tag: 'users',
  permission: 'user.manage',
  rate: 'normal',
  body: z.strictObject({ loginId: z.string().trim().toLowerCase().regex(LOGIN_ID), name: userFields.name, ...optionalFields, profileId: idSchema }),
  response: issuedPassword,
});

export const listUsers = route({
  id: 'listUsers',
  method: 'GET',
  path: '/users',
  summary: 'List users of the tenant in order of creation.',
  tag: 'users',
  permission: 'user.read',
  rate: 'normal',
  query: z.strictObject({ ...pageFields, q: text(100).optional(), status: z.enum(['active', 'disabled']).optional() }),
  response: listOf(userSchema),
});

/** A user as colleagues see them. */
export const personSchema = z.object({ id: idSchema, name: z.string() });

export const listPeople = route({
  id: 'listPeople',
  method: 'GET',
  path: '/people',
  summary: 'List the names of the users of the tenant, in order of creation, for everybody who is logged in.',
  tag: 'users',
  permission: 'session',
  rate: 'normal',
  query: z.strictObject({ ...pageFields, status: z.enum(['active', 'disabled']).optional() }),
  response: listOf(personSchema),
});

export const getUser = route({
  id: 'getUser',
  method: 'GET',
  path: '/users/{id}',
  summary: 'One user.',
  tag: 'users',
  permission: 'user.read',
  rate: 'normal',
  params: idParams,
  response: userSchema,
});

export const updateUser = route({
  id: 'updateUser',
  method: 'PATCH',
  path: '/users/{id}',
  summary: 'Change a user. Disabling ends their sessions, registrations, offers and API keys at once; another profile is in force at once. Not of oneself, not of the last administrator, not of who may do more.',
  tag: 'users',
  permission: 'user.manage',
  rate: 'normal',
  params: idParams,
  body: z
    .strictObject({ ...userFields, profileId: idSchema, status: z.enum(['active', 'disabled']) })
    .partial()
    .refine((patch) => Object.keys(patch).length > 0, { message: 'nothing to change' }),
  response: userSchema,
});

export const resetUserPassword = route({
  id: 'resetUserPassword',
  method: 'POST',
  path: '/users/{id}/password',
  summary: 'Issue a new password to a user, shown only in the answer; their sessions end, and at the login another must be chosen.',
  tag: 'users',
  permission: 'user.manage',
  rate: 'normal',
  params: idParams,
  response: issuedPassword,
});

export const unlockUser = route({
  id: 'unlockUser',
  method: 'POST',
  path: '/users/{id}/unlock',
  summary: 'Lift the lock that failed logins caused.',
  tag: 'users',
  permission: 'user.manage',
  rate: 'normal',
  params: idParams,
  response: userSchema,
});

export const setUserRouting = route({
  id: 'setUserRouting',
  method: 'PUT',
  path: '/users/{id}/routing',
  summary: 'Set the skills of a user, the queues that the user takes calls of and how many of their calls at once; in force for the next routing decision.',
  tag: 'users',
  permission: 'user.manage',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({
    skills: z.record(z.string().regex(/^[a-z0-9][a-z0-9_-]{0,49}$/), z.number().int().min(1).max(5)).refine((value) => Object.keys(value).length <= 100, { message: 'at most 100 skills' }),
    queueIds: z.array(idSchema).max(200),
    /** Not given: as it is. */
    callCapacity: z.number().int().min(1).max(MOST_CALLS_AT_ONCE).optional(),
  }),
  response: userSchema,
});

export type User = z.infer<typeof userSchema>;
export type Person = z.infer<typeof personSchema>;
