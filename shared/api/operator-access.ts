import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, requiredText, text } from './common.ts';
import { PROVIDER_VIEWS, providerAccessSchema } from './provider-access.ts';

/* How an operator comes to see a tenant: for a reason, for a time, seen by the tenant. The only routes that tell what is in one. */

const operatorAccessSchema = providerAccessSchema.omit({ views: true }).extend({
  tenant: z.object({ id: idSchema, slug: z.string(), name: z.string() }),
  /** Asked for by whoever looks. */
  own: z.boolean(),
});

export type OperatorAccess = z.infer<typeof operatorAccessSchema>;

const common = { tag: 'operator', permission: 'session', rate: 'normal' } as const;

/** So short a reason says nothing. */
const reason = requiredText(500).refine((value) => [...value].length >= 10, { message: 'at least 10 characters' });

export const requestAccess = route({
  ...common,
  id: 'requestAccess',
  method: 'POST',
  path: '/tenants/{id}/accesses',
  summary: 'Ask to see a tenant. A second operator agrees, or it opens at once where it is urgent, for a reason of its own.',
  params: idParams,
  body: z.strictObject({
    scope: z.enum(['settings', 'content']),
    reason,
    ticket: text(60).default(''),
    minutes: z.union([z.literal(15), z.literal(30), z.literal(60)]),
    /** Why nobody else can be asked; null = a second operator is asked. */
    urgentReason: reason.nullable().default(null),
  }),
  response: operatorAccessSchema,
});

export const listAccesses = route({
  ...common,
  id: 'listAccesses',
  method: 'GET',
  path: '/accesses',
  summary: 'Accesses to tenants of the last seven days, newest first.',
  response: z.object({ items: z.array(operatorAccessSchema) }),
});

const onAccess = (what: string) => ({ ...common, method: 'POST', path: `/tenants/{id}/accesses/{accessId}/${what}`, params: z.strictObject({ id: idSchema, accessId: idSchema }) }) as const;

export const approveAccess = route({ ...onAccess('approve'), id: 'approveAccess', summary: 'Agree to what another operator asks for: it is open from now on.' });
export const declineAccess = route({ ...onAccess('decline'), id: 'declineAccess', summary: 'Refuse what another operator asks for.' });
export const endAccess = route({ ...onAccess('end'), id: 'endAccess', summary: 'End the own access before its time, or take the request back.' });

export const lookAtTenant = route({
  ...common,
  id: 'lookAtTenant',
  method: 'GET',
  path: '/tenants/{id}/accesses/{accessId}/views/{view}',
  summary: 'Look at one side of the tenant while the own access is open; written into the audit log of the tenant.',
  params: z.strictObject({ id: idSchema, accessId: idSchema, view: z.enum(PROVIDER_VIEWS) }),
  query: z.strictObject({
    /** The call or flow that is looked at. */
    of: idSchema.optional(),
    cursor: z.string().min(1).max(300).optional(),
  }),
  /** Fields as the tenant's own API names them; in scope `settings` only those that hold nothing of its people. */
  response: z.object({ items: z.array(z.record(z.string(), z.unknown())), nextCursor: z.string().nullable() }),
});
