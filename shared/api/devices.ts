import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, listOf, pageQuery, recordFields, text, timeSchema } from './common.ts';

export const deviceSchema = z.object({
  ...recordFields,
  /** User part of the telephone's address and digest user name. */
  username: z.string(),
  userId: idSchema.nullable(),
  userName: z.string(),
  /** What people call it, for example a place. */
  label: z.string(),
  enabled: z.boolean(),
  /** Where it is registered now. */
  contacts: z.array(z.object({ uri: z.string(), address: z.string(), transport: z.string(), expiresAt: timeSchema })),
});

/** What a telephone must be told to register. */
export const provisioningSchema = z.object({
  username: z.string(),
  /** Digest realm and domain. */
  realm: z.string(),
  /** Address of the SIP listener. */
  server: z.string(),
  port: z.number().int(),
  transports: z.array(z.string()),
  /** For a QR code; holds the password when this answer shows one. */
  uri: z.string(),
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
  body: z.strictObject({ username: z.string().regex(/^[a-z0-9][a-z0-9._-]{1,39}$/), userId: idSchema.nullable().default(null), label: text(60).default('') }),
  response: z.object({ device: deviceSchema, password: z.string(), provisioning: provisioningSchema }),
});

export const updateDevice = route({
  id: 'updateDevice',
  method: 'PATCH',
  path: '/devices/{id}',
  summary: 'Change a SIP telephone; one that is disabled loses its registrations at once.',
  tag: 'telephony',
  permission: 'settings.manage',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({ userId: idSchema.nullable().optional(), label: text(60).optional(), enabled: z.boolean().optional() }),
  response: deviceSchema,
});

export const resetDevicePassword = route({
  id: 'resetDevicePassword',
  method: 'POST',
  path: '/devices/{id}/password',
  summary: 'Give a SIP telephone a new password, shown this once; its registrations end at once.',
  tag: 'telephony',
  permission: 'settings.manage',
  rate: 'normal',
  params: idParams,
  response: z.object({ device: deviceSchema, password: z.string(), provisioning: provisioningSchema }),
});

export const deviceProvisioning = route({
  id: 'deviceProvisioning',
  method: 'GET',
  path: '/devices/{id}/provisioning',
  summary: 'What a SIP telephone must be told to register, without its password.',
  tag: 'telephony',
  permission: 'settings.manage',
  rate: 'normal',
  params: idParams,
  response: provisioningSchema,
});

export type Provisioning = z.infer<typeof provisioningSchema>;
export type Device = z.infer<typeof deviceSchema>;
