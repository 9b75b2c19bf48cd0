import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, listOf, pageQuery, timeSchema } from './common.ts';

/** What an operator may look at; kinds of views. */
export const PROVIDER_VIEWS = ['queues', 'flows', 'flow', 'numbers', 'trunks', 'devices', 'users', 'calls', 'call', 'sip', 'audit', 'customers'] as const;

/** What the provider's people may see of the tenant, or did. */
export const providerAccessSchema = z.object({
  id: idSchema,
  createdAt: timeSchema,
  /** Login ID of the operator. */
  operator: z.string(),
  /** `settings`: how the tenant is set up and what its calls did; `content`: names, numbers and what was written too. */
  scope: z.enum(['settings', 'content']),
  minutes: z.number().int(),
  reason: z.string(),
  ticket: z.string(),
  /** Opened without a second operator; why. Null where a second one agreed or is asked. */
  urgentReason: z.string().nullable(),
  status: z.enum(['requested', 'open', 'ended']),
  /** Login ID of the second operator. */
  approvedBy: z.string().nullable(),
  openedAt: timeSchema.nullable(),
  /** When it ends by itself. */
  until: timeSchema.nullable(),
  endedAt: timeSchema.nullable(),
  endedHow: z.enum(['declined', 'withdrawn', 'operator', 'tenant', 'time']).nullable(),
  /** What was looked at, oldest first, the first hundred. */
  views: z.array(z.object({ at: timeSchema, view: z.enum(PROVIDER_VIEWS), subject: z.string() })),
  viewCount: z.number().int(),
});

const base = { tag: 'provider-access', permission: 'audit.read', rate: 'normal' } as const;

export const listProviderAccesses = route({
  ...base,
  id: 'listProviderAccesses',
  method: 'GET',
  path: '/provider-access',
  summary: "Times that the provider's people asked to see this tenant, with the reason and what they looked at, newest first; `open` counts those that see it now.",
  query: pageQuery,
  response: listOf(providerAccessSchema).extend({ open: z.number().int() }),
});

export const endProviderAccess = route({
  ...base,
  id: 'endProviderAccess',
  method: 'POST',
  path: '/provider-access/{id}/end',
  summary: "End the provider's access at once, or refuse one that is asked for.",
  permission: 'settings.manage',
  params: idParams,
  response: providerAccessSchema,
});

export type ProviderAccess = z.infer<typeof providerAccessSchema>;
