import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, listOf, pageQuery, recordFields, text, timeSchema } from './common.ts';

/** Protection of the sound, keys by SDES: never, where the peer can (RFC 8643), or only so. */
export const srtpSchema = z.enum(['none', 'optional', 'required', 'dtls']);

export const testCallResultSchema = z.object({
  outcome: z.enum(['answered', 'busy', 'declined', 'no_answer', 'failed']),
  /** Final SIP status; 0 = none came. */
  status: z.number().int(),
  reason: z.string(),
  /** From the call's begin, ms; null = it did not come to that. */
  ringingMs: z.number().int().nullable(),
  answeredMs: z.number().int().nullable(),
  /** How long it was up, ms. */
  talkMs: z.number().int().nullable(),
  /** RTP packets heard from there. */
  packetsReceived: z.number().int(),
});

export const deviceSchema = z.object({
  ...recordFields,
  /** User part of the telephone's address and digest user name. */
  username: z.string(),
  userId: idSchema.nullable(),
  userName: z.string(),
  /** What people call it, for example a place. */
  label: z.string(),
  enabled: z.boolean(),
  srtp: srtpSchema,
  /** Opus and G.722 are offered before G.711, and taken where the telephone prefers them. */
  wideband: z.boolean(),
  /** May register and call by MD5 digest, for telephones that know nothing better: SHA-256 and SHA-512/256 always serve. */
  allowMd5: z.boolean(),
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
  /** What SIP listens on; `tls` has a port of its own. */
  transports: z.array(z.string()),
  tlsPort: z.number().int().nullable(),
  /** For a QR code: user, domain and, as `maddr`, the server; holds the password when this answer shows one. */
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
  body: z.strictObject({ username: z.string().regex(/^[a-z0-9][a-z0-9._-]{1,39}$/), userId: idSchema.nullable().default(null), label: text(60).default(''), srtp: srtpSchema.default('optional'), wideband: z.boolean().default(false), allowMd5: z.boolean().default(false) }),
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
  body: z.strictObject({ userId: idSchema.nullable().optional(), label: text(60).optional(), enabled: z.boolean().optional(), srtp: srtpSchema.optional(), wideband: z.boolean().optional(), allowMd5: z.boolean().optional() }),
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

export const testDevice = route({
  id: 'testDevice',
  method: 'POST',
  path: '/devices/{id}/test-call',
  summary: 'Ring a SIP telephone and play an announcement; answers when that call is over.',
  tag: 'telephony',
  permission: 'settings.manage',
  rate: 'heavy',
  params: idParams,
  response: testCallResultSchema,
});

export type TestCallResult = z.infer<typeof testCallResultSchema>;
export type Provisioning = z.infer<typeof provisioningSchema>;
export type Device = z.infer<typeof deviceSchema>;
