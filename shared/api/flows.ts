import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, listOf, pageQuery, recordFields } from './common.ts';

export const flowSchema = z.object({
  ...recordFields,
  code: z.string(),
  name: z.string(),
  version: z.number().int(),
});

export const flowDetailSchema = z.object({
  ...flowSchema.shape,
  /** Start node and nodes by name, each one verb. */
  definition: z.object({ start: z.string(), nodes: z.record(z.string(), z.looseObject({ verb: z.string() })) }),
});

export const listFlows = route({
  id: 'listFlows',
  method: 'GET',
  path: '/flows',
  summary: 'List IVR flows.',
  tag: 'telephony',
  permission: 'settings.manage',
  rate: 'normal',
  query: pageQuery,
  response: listOf(flowSchema),
});

export const getFlow = route({
  id: 'getFlow',
  method: 'GET',
  path: '/flows/{id}',
  summary: 'One flow with its nodes.',
  tag: 'telephony',
  permission: 'settings.manage',
  rate: 'normal',
  params: idParams,
  response: flowDetailSchema,
});

export type FlowView = z.infer<typeof flowDetailSchema>;
