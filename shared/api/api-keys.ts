import { z } from 'zod';
import { route } from '../contract.ts';
import { PERMISSIONS } from '../permissions.ts';
import { idParams, listOf, pageQuery, recordFields, requiredText, timeSchema } from './common.ts';

export const apiKeySchema = z.object({
  ...recordFields,
  name: z.string(),
  permissions: z.array(z.enum(PERMISSIONS)),
  lastUsedAt: timeSchema.nullable(),
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
  summary: 'Create an API key; the answer is the only place its secret is ever shown.',
  tag: 'api-keys',
  permission: 'settings.manage',
  rate: 'normal',
  body: z.strictObject({ name: requiredText(100), permissions: z.array(z.enum(PERMISSIONS)).min(1).max(PERMISSIONS.length) }),
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
