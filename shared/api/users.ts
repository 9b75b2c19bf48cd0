import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, listOf, pageFields, recordFields, text, timeSchema } from './common.ts';

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
  status: z.enum(['active', 'disabled']),
  /** Too many failed logins: `until` = may try again then, `hard` = a supervisor must unlock. */
  lock: z.enum(['none', 'until', 'hard']),
  lockedUntil: timeSchema.nullable(),
  /** Logins ask for a code of an authenticator app too. */
  secondFactor: z.boolean(),
  skills: z.record(z.string(), z.number().int()),
  queueIds: z.array(idSchema),
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
  summary: 'Disable or enable a user; disabling ends their sessions at once.',
  tag: 'users',
  permission: 'user.manage',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({ status: z.enum(['active', 'disabled']) }),
  response: userSchema,
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
  summary: 'Set the skills of a user and the queues that the user takes calls of; in force for the next routing decision.',
  tag: 'users',
  permission: 'user.manage',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({
    skills: z.record(z.string().regex(/^[a-z0-9][a-z0-9_-]{0,49}$/), z.number().int().min(1).max(5)).refine((value) => Object.keys(value).length <= 100, { message: 'at most 100 skills' }),
    queueIds: z.array(idSchema).max(200),
  }),
  response: userSchema,
});

export type User = z.infer<typeof userSchema>;
export type Person = z.infer<typeof personSchema>;
