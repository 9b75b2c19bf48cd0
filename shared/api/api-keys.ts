import { z } from 'zod';
import { route } from '../contract.ts';
import { PERMISSIONS } from '../permissions.ts';
import { idParams, idSchema, listOf, pageQuery, recordFields, requiredText, timeSchema } from './common.ts';
import { rangesSchema } from './profiles.ts';

export const apiKeySchema = z.object({
  ...recordFields,
  name: z.string(),
  permissions: z.array(z.enum(PERMISSIONS)),
  /** Whose rights it has at most: what the owner loses, the key loses. null = of a time before keys had owners. */
  ownerId: idSchema.nullable(),
  ownerName: z.string(),
  /** It works until then; null = until it is revoked. */
  expiresAt: timeSchema.nullable(),
  /** From where it works, beside the owner's own source IP ranges; empty = from wherever the owner may work. */
  ipRanges: z.array(z.string()),
  state: z.enum(['active', 'expired', 'revoked', 'ownerDisabled']),
  lastUsedAt: timeSchema.nullable(),
  /** When it was last tried from an address that is not allowed. */
  lastRefusedAt: timeSchema.nullable(),
  revokedAt: timeSchema.nullable(),
});

export const listApiKeys = route({
  id: 'listApiKeys',
  method: 'GET',
  path: '/api-keys',
  summary: 'List API keys; secrets are never shown again.',
  tag: 'api-keys',
  permission: 'settings.manage',
  rate: 'normal',
  query: pageQuery,
  response: listOf(apiKeySchema),
});

export const createApiKey = route({
  id: 'createApiKey',
  method: 'POST',
  path: '/api-keys',
  summary: 'Create an API key of the caller; the answer is the only place its secret is ever shown. Nobody can give what they do not have.',
  tag: 'api-keys',
  permission: 'settings.manage',
  rate: 'normal',
  body: z.strictObject({
    name: requiredText(100),
    permissions: z.array(z.enum(PERMISSIONS)).min(1).max(PERMISSIONS.length),
    expiresAt: timeSchema.nullable().default(null),
    ipRanges: rangesSchema.default([]),
  }),
  response: z.object({ apiKey: apiKeySchema, secret: z.string() }),
});

export const revokeApiKey = route({
  id: 'revokeApiKey',
  method: 'DELETE',
  path: '/api-keys/{id}',
  summary: 'Revoke an API key at once.',
  tag: 'api-keys',
  permission: 'settings.manage',
  rate: 'normal',
  params: idParams,
});

export type ApiKey = z.infer<typeof apiKeySchema>;
