/** The operator's side of the tenants' contracts; the tenants know nothing of it. */
import { z } from 'zod';
import { route } from '../contract.ts';
import { idSchema, requiredText } from './common.ts';
import { listedContractSchema } from './contracts.ts';
import { daySchema } from './simulations.ts';

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
  response: z.object({ items: z.array(listedContractSchema) }),
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
