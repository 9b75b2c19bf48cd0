import { z } from 'zod';
import { route } from '../contract.ts';
import { idSchema, requiredText, timeSchema } from './common.ts';

/*
 * Messages of the operator's port. It is for the provider alone: nothing of it is in the tenants' API document, and no message
 * has a place for what belongs to a tenant's customers.
 */

const operatorLoginSchema = z.strictObject({
  loginId: requiredText(100),
  password: z.string().min(1).max(1000),
  /** Of the authenticator app, or a recovery code; left out only until the second factor is set up. */
  code: z.string().max(100).default(''),
});

const operatorLoginAnswerSchema = z.object({
  loginId: z.string(),
  csrfToken: z.string(),
  /** Nothing else is answered before the second factor is set up. */
  mustSetUpFactor: z.boolean(),
});

/** Why a tenant is suspended or resumed; recorded here and in the tenant's audit log. */
const tenantStatusReasonSchema = z.strictObject({ reason: requiredText(500) });

const operatorOverviewQuerySchema = z.strictObject({
  /** `1`: somebody is at the page; otherwise the page only refreshes itself, which does not keep the session alive. */
  active: z.enum(['0', '1']).default('0'),
});

const mediaProcessSchema = z.object({
  index: z.int(),
  connected: z.boolean(),
  /** Null while the process does not answer. */
  load: z.object({ endpoints: z.int(), recordings: z.int(), tickLateP99Ms: z.number(), rssBytes: z.int() }).nullable(),
});

const tenantCountsSchema = z.object({
  id: idSchema,
  slug: z.string(),
  name: z.string(),
  status: z.enum(['active', 'suspended', 'ended']),
  users: z.int(),
  liveCalls: z.int(),
});

/** A change of a tenant's key: content under the old version is sealed anew. */
const rotationSchema = z.object({ to: z.int(), state: z.enum(['announced', 'sealing', 'done']), sealed: z.int(), total: z.int(), damaged: z.int(), finishedAt: timeSchema.nullable() });

const tenantKeySchema = z.object({
  tenantId: idSchema,
  slug: z.string(),
  name: z.string(),
  state: z.enum(['stable', 'rotating', 'destroyed']),
  /** Versions that are held, oldest first; the last one seals, or will when the rotation has been announced. */
  versions: z.array(z.object({ version: z.int(), createdAt: timeSchema })),
  /** The newest rotation; null when the first key is still the only one. */
  rotation: rotationSchema.nullable(),
  /** Entries of the key log of the last 30 days. */
  uses: z.int(),
  lastUse: z.object({ at: timeSchema, purpose: z.string() }).nullable(),
});

/** The master key: where it is, and how that does. */
const masterKeySchema = z.object({
  /** In its file as it is, or wrapped by a key service. */
  place: z.enum(['file', 'kms']),
  /** The service's key; null for a file. */
  kms: z
    .object({
      keyId: z.string(),
      region: z.string(),
      /** In the service's words; null = not asked yet, or it may not be asked. */
      state: z.string().nullable(),
      deletionAt: timeSchema.nullable(),
      checkedAt: timeSchema.nullable(),
      /** When it opened the key last, since this process started. */
      openedAt: timeSchema.nullable(),
      ms: z.number().nullable(),
      /** Why it did not open the key when it was last asked; null = it did. */
      problem: z.string().nullable(),
    })
    .nullable(),
  /** What somebody should put right: the next start would fail, or the key lies on the disk though it should not. */
  warnings: z.array(z.enum(['plain_though_configured', 'plain_copy', 'not_configured', 'other_key', 'another_master', 'missing_or_damaged'])),
});

/** Uses of the master key in the last 30 days. */
const masterKeyUsesSchema = z.object({
  counts: z.array(z.object({ purpose: z.string(), count: z.int(), failed: z.int() })),
  last: z.object({ at: timeSchema, purpose: z.string(), actor: z.string(), outcome: z.string() }).nullable(),
  /** Last safe copy (export, import) of the key that is in use; null = none is known. */
  copiedAt: timeSchema.nullable(),
});

const backupsSchema = z.object({
  /** Between backups that the product makes by itself; null = it makes none. */
  hours: z.int().nullable(),
  last: z.object({ at: timeSchema, id: z.string(), rows: z.int(), objects: z.int(), bytes: z.int(), ms: z.int() }).nullable(),
  /** Of the newest try, when it failed. */
  failure: z.object({ at: timeSchema, reason: z.string() }).nullable(),
  /** The last drill of a restore. */
  verified: z.object({ at: timeSchema, id: z.string(), good: z.boolean(), rows: z.int(), ms: z.int() }).nullable(),
  isLate: z.boolean(),
});

const pointsSchema = z.object({
  /** How far back one can go, days; null = points in time are not kept. */
  days: z.int().nullable(),
  /** Stretches of time within which one can go back to any moment, oldest first. */
  reach: z.array(z.object({ from: timeSchema, to: timeSchema })),
  /** Everything acknowledged until then is in the archive. */
  archivedTo: timeSchema.nullable(),
  /** The newest copy of the whole cluster. */
  lastBase: z.object({ at: timeSchema, bytes: z.int(), ms: z.int() }).nullable(),
  /** Why they are not kept at the moment. */
  failure: z.string().nullable(),
  /** What is archived is older than the recovery point of 60 s. */
  isLate: z.boolean(),
});

const operatorEventSchema = z.object({
  id: idSchema,
  at: timeSchema,
  code: z.string(),
  actor: z.string(),
  ip: z.string(),
  detail: z.record(z.string(), z.string()),
});

const operatorOverviewSchema = z.object({
  at: timeSchema,
  loginId: z.string(),
  role: z.enum(['admin', 'staff']),
  version: z.string(),
  nodeVersion: z.string(),
  /** Of this process, ms. */
  uptimeMs: z.int(),
  ready: z.boolean(),
  reasons: z.array(z.object({ part: z.string(), reason: z.string() })),
  database: z.object({ kind: z.enum(['embedded', 'server']), healthy: z.boolean() }),
  media: z.array(mediaProcessSchema),
  liveCalls: z.int(),
  masterKey: masterKeySchema,
  /** What only the database knows; null while it is away. */
  records: z
    .object({
      tenants: z.array(tenantCountsSchema),
      keys: z.array(tenantKeySchema),
      masterKeyUses: masterKeyUsesSchema,
      backups: backupsSchema,
      points: pointsSchema,
      /** Since midnight in Japan. */
      refusedLogins: z.object({ tenants: z.int(), operator: z.int() }),
      events: z.array(operatorEventSchema),
    })
    .nullable(),
});

/** One media process. */
export type MediaProcess = z.infer<typeof mediaProcessSchema>;

export type BackupsView = z.infer<typeof backupsSchema>;

export type PointsView = z.infer<typeof pointsSchema>;

export type MasterKeyView = z.infer<typeof masterKeySchema>;

export type TenantKeyView = z.infer<typeof tenantKeySchema>;

export type OperatorOverview = z.infer<typeof operatorOverviewSchema>;

const tag = 'operator';

export const operatorLogin = route({
  id: 'operatorLogin',
  method: 'POST',
  path: '/login',
  summary: 'Log in as an operator; sets the session cookie.',
  tag,
  permission: 'public',
  rate: 'login',
  body: operatorLoginSchema,
  response: operatorLoginAnswerSchema,
});

export const operatorLogout = route({ id: 'operatorLogout', method: 'POST', path: '/logout', summary: 'End the session.', tag, permission: 'session', rate: 'normal' });

export const operatorOverview = route({
  id: 'operatorOverview',
  method: 'GET',
  path: '/overview',
  summary: 'How the product does, tenants as counts, and what operators did last.',
  tag,
  permission: 'session',
  rate: 'normal',
  query: operatorOverviewQuerySchema,
  response: operatorOverviewSchema,
});

const tenantStatusRoute = {
  method: 'POST',
  tag,
  permission: 'session',
  rate: 'normal',
  params: z.strictObject({ id: idSchema }),
  body: tenantStatusReasonSchema,
} as const;

export const suspendTenant = route({
  ...tenantStatusRoute,
  id: 'suspendTenant',
  path: '/tenants/{id}/suspend',
  summary: 'Nobody of the tenant logs in, its sessions end, its numbers refuse new calls.',
});

export const resumeTenant = route({ ...tenantStatusRoute, id: 'resumeTenant', path: '/tenants/{id}/resume', summary: 'Takes a suspension back.' });

export const rotateTenantKey = route({
  ...tenantStatusRoute,
  id: 'rotateTenantKey',
  path: '/tenants/{id}/rotate-key',
  summary: 'Makes a new version of the key; everything of the tenant is sealed anew while people work.',
});
