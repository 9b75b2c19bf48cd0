import { z } from 'zod';
import { route } from '../contract.ts';
import { idSchema, listOf, pageQuery, recordFields } from './common.ts';

export const deviceSchema = z.object({
  ...recordFields,
  /** User part of the telephone's address and digest user name. */
  username: z.string(),
  userId: idSchema.nullable(),
  userName: z.string(),
});

export const listDevices = route({
  id: 'listDevices',
  method: 'GET',
  path: '/devices',
  summary: 'List SIP telephones that may register.',
  tag: 'telephony',
  permission: 'settings.manage',
  rate: 'normal',
  query: pageQuery,
  response: listOf(deviceSchema),
});

export const createDevice = route({
  id: 'createDevice',
  method: 'POST',
  path: '/devices',
  summary: 'Create a SIP telephone; the answer is the only place its password is ever shown.',
  tag: 'telephony',
  permission: 'settings.manage',
  rate: 'normal',
  body: z.strictObject({ username: z.string().regex(/^[a-z0-9][a-z0-9._-]{1,39}$/), userId: idSchema.nullable().default(null) }),
  response: z.object({ device: deviceSchema, password: z.string() }),
});

export type Device = z.infer<typeof deviceSchema>;
