import { z } from 'zod';
import { route } from '../contract.ts';
import { PERMISSIONS } from '../permissions.ts';
import { idParams, listOf, pageQuery, recordFields, requiredText } from './common.ts';

export const profileSchema = z.object({
  ...recordFields,
  code: z.string(),
  name: z.string(),
  /** Presets cannot be renamed and their permissions are fixed. */
  preset: z.boolean(),
  permissions: z.array(z.enum(PERMISSIONS)),
  /** CIDR ranges (IPv4 and IPv6) from which users of the profile may work; empty = from anywhere. */
  ipRanges: z.array(z.string()),
  /** Users of the profile can do nothing before they have set up a second factor. */
  secondFactorRequired: z.boolean(),
  userCount: z.number().int(),
});

/** CIDR ranges or single addresses, IPv4 and IPv6. */
export const rangesSchema = z.array(z.string().trim().min(1).max(50)).max(100);

export const ipRangesSchema = z.strictObject({
  ipRanges: rangesSchema,
  /** True: nothing is changed, the answer says what would happen. */
  preview: z.boolean().default(false),
});

export const ipRangesAnswerSchema = z.object({
  profile: profileSchema,
  /** The ranges as the server reads them: `192.0.2.7` becomes `192.0.2.7/32`. */
  ipRanges: z.array(z.string()),
  applied: z.boolean(),
  /** The address the server sees the caller at. */
  yourIp: z.string(),
  /** False: the change would lock the caller out; applying it is refused with `would_lock_out`. */
  youStayAllowed: z.boolean(),
  /** Sessions that end with the change. */
  sessionsEnded: z.number().int(),
});

export const listProfiles = route({
  id: 'listProfiles',
  method: 'GET',
  path: '/profiles',
  summary: 'List profiles with their permissions and source IP ranges.',
  tag: 'profiles',
  permission: 'user.read',
  rate: 'normal',
  query: pageQuery,
  response: listOf(profileSchema),
});

export const getProfile = route({
  id: 'getProfile',
  method: 'GET',
  path: '/profiles/{id}',
  summary: 'One profile.',
  tag: 'profiles',
  permission: 'user.read',
  rate: 'normal',
  params: idParams,
  response: profileSchema,
});

export const setProfileIpRanges = route({
  id: 'setProfileIpRanges',
  method: 'PUT',
  path: '/profiles/{id}/ip-ranges',
  summary: 'Replace the source IP ranges of a profile, or preview it; refused when it would lock the caller out.',
  tag: 'profiles',
  permission: 'user.manage',
  rate: 'normal',
  params: idParams,
  body: ipRangesSchema,
  response: ipRangesAnswerSchema,
});

const profileName = requiredText(50);
const permissions = z.array(z.enum(PERMISSIONS)).max(PERMISSIONS.length);

export const createProfile = route({
  id: 'createProfile',
  method: 'POST',
  path: '/profiles',
  summary: 'Make a profile. Nobody can give a profile what they may not do themselves.',
  tag: 'profiles',
  permission: 'user.manage',
  rate: 'normal',
  body: z.strictObject({ name: profileName, permissions }),
  response: profileSchema,
});

export const updateProfile = route({
  id: 'updateProfile',
  method: 'PATCH',
  path: '/profiles/{id}',
  summary: 'Rename a profile or change what its users may do, or preview it; in force at once. Presets are locked, and nobody changes the permissions of their own profile.',
  tag: 'profiles',
  permission: 'user.manage',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({ name: profileName.optional(), permissions: permissions.optional(), preview: z.boolean().default(false) }),
  response: z.object({
    profile: profileSchema,
    applied: z.boolean(),
    gained: permissions,
    lost: permissions,
    /** Whom it concerns; at most 100. */
    users: z.array(z.object({ id: z.uuid(), name: z.string() })),
    userCount: z.number().int(),
  }),
});

export const deleteProfile = route({
  id: 'deleteProfile',
  method: 'DELETE',
  path: '/profiles/{id}',
  summary: 'Remove a profile that nobody has.',
  tag: 'profiles',
  permission: 'user.manage',
  rate: 'normal',
  params: idParams,
});

export type ProfileChange = z.infer<typeof updateProfile.response>;
export type Profile = z.infer<typeof profileSchema>;
export type IpRangesAnswer = z.infer<typeof ipRangesAnswerSchema>;
