import { z } from 'zod';
import { route } from '../contract.ts';
import { idSchema, requiredText, timeSchema } from './common.ts';
import { daySchema } from './simulations.ts';

/*
 * The contract between a tenant and the provider: what happens to the data after its end (white paper CLD.8.1.5). Days are days in Japan.
 */

export const contractStateSchema = z.enum(['active', 'ended', 'logically_deleted', 'destroying', 'destroyed']);

const timelineSchema = z.array(
  z.object({
    /** The first day without the service, the last on which data is returned, and when data, keys and backups go. */
    milestone: z.enum(['end', 'returnUntil', 'deletion', 'destruction', 'backupsGone']),
    day: daySchema,
    done: z.boolean(),
    /** A legal hold keeps it from happening: the day is the earliest possible. */
    held: z.boolean(),
  }),
);
export type ContractTimeline = z.infer<typeof timelineSchema>;

const contractSchema = z.object({
  state: contractStateSchema,
  today: daySchema,
  /** Empty while no end is agreed. */
  timeline: timelineSchema,
  isHeld: z.boolean(),
});
export type ContractView = z.infer<typeof contractSchema>;

export const getContract = route({
  id: 'getContract',
  method: 'GET',
  path: '/contract',
  summary: 'When the contract ends and what happens to the data after that.',
  tag: 'monitoring',
  permission: 'report.read',
  rate: 'normal',
  response: contractSchema,
});

/** The same as operators see it. */
const operatorContractSchema = contractSchema.extend({
  tenantId: idSchema,
  slug: z.string(),
  /** Empty once the tenant is destroyed. */
  name: z.string(),
  hold: z.object({ reason: z.string(), by: z.string(), on: daySchema }).nullable(),
  approvals: z.array(z.object({ loginId: z.string(), reason: z.string(), at: timeSchema })),
  /** The day has come: two operators may have it destroyed. */
  isDestructionDue: z.boolean(),
  /** Days by which the destruction is late. */
  overdueDays: z.int(),
  /** Steps of the destruction that are done, of all. */
  progress: z.object({ done: z.int(), of: z.int() }).nullable(),
  certificateAt: timeSchema.nullable(),
  /** Newest first. */
  events: z.array(z.object({ at: timeSchema, code: z.string(), actor: z.string(), detail: z.record(z.string(), z.string()) })),
});
export type OperatorContract = z.infer<typeof operatorContractSchema>;
const tag = 'operator';
const onTenant = { method: 'POST', tag, permission: 'session', rate: 'normal', params: z.strictObject({ id: idSchema }) } as const;
const withReason = { ...onTenant, body: z.strictObject({ reason: requiredText(500) }) } as const;

export const listContracts = route({
  id: 'listContracts',
  method: 'GET',
  path: '/contracts',
  summary: 'The contracts of all tenants with their days.',
  tag,
  permission: 'session',
  rate: 'normal',
  response: z.object({ items: z.array(operatorContractSchema) }),
});

export const endContract = route({
  ...onTenant,
  id: 'endContract',
  path: '/tenants/{id}/contract/end',
  summary: 'Sets the first day without the service.',
  body: z.strictObject({ reason: requiredText(500), on: daySchema }),
});
export const renewContract = route({ ...withReason, id: 'renewContract', path: '/tenants/{id}/contract/renew', summary: 'Takes the end back, before anything is deleted.' });
export const holdContract = route({ ...withReason, id: 'holdContract', path: '/tenants/{id}/contract/hold', summary: 'Puts the tenant under a legal hold: nothing is deleted.' });
export const releaseContract = route({ ...withReason, id: 'releaseContract', path: '/tenants/{id}/contract/release', summary: 'Releases the legal hold.' });
export const undoDeletion = route({ ...withReason, id: 'undoDeletion', path: '/tenants/{id}/contract/undo-deletion', summary: 'Takes a logical deletion back, before the destruction is approved.' });
export const approveDestruction = route({
  ...onTenant,
  id: 'approveDestruction',
  path: '/tenants/{id}/contract/approve-destruction',
  summary: 'Approves the destruction of everything of the tenant; with the approval of a second operator it begins.',
  body: z.strictObject({ reason: requiredText(500), code: requiredText(63) }),
});
export const getCertificate = route({
  ...onTenant,
  method: 'GET',
  id: 'getCertificate',
  path: '/tenants/{id}/certificate',
  summary: 'The signed deletion certificate of a destroyed tenant.',
  response: z.object({ slug: z.string(), text: z.string() }),
});
