import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, listOf, pageQuery, recordFields, requiredText } from './common.ts';

export const wrapUpCodeSchema = z.object({
  ...recordFields,
  code: z.string(),
  label: z.string(),
  labelEn: z.string(),
  position: z.number().int(),
  active: z.boolean(),
  /** The group it belongs to; null = at the top. */
  parentId: idSchema.nullable(),
});

export const createWrapUpCodeSchema = z.strictObject({
  code: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,49}$/),
  label: requiredText(100),
  labelEn: requiredText(100),
  position: z.number().int().min(0).max(10_000).default(0),
  parentId: idSchema.nullable().default(null),
});

export const updateWrapUpCodeSchema = z
  .strictObject({
    label: requiredText(100),
    labelEn: requiredText(100),
    position: z.number().int().min(0).max(10_000),
    active: z.boolean(),
    parentId: idSchema.nullable(),
  })
  .partial();

export const listWrapUpCodes = route({
  id: 'listWrapUpCodes',
  method: 'GET',
  path: '/wrap-up-codes',
  summary: 'List wrap-up codes in the order of their position. A code that is the parent of others is a group and cannot be chosen for a call.',
  tag: 'wrap-up-codes',
  permission: 'session',
  rate: 'normal',
  query: pageQuery,
  response: listOf(wrapUpCodeSchema),
});

export const createWrapUpCode = route({
  id: 'createWrapUpCode',
  method: 'POST',
  path: '/wrap-up-codes',
  summary: 'Create a wrap-up code.',
  tag: 'wrap-up-codes',
  permission: 'settings.manage',
  rate: 'normal',
  body: createWrapUpCodeSchema,
  response: wrapUpCodeSchema,
});

export const updateWrapUpCode = route({
  id: 'updateWrapUpCode',
  method: 'PATCH',
  path: '/wrap-up-codes/{id}',
  summary: 'Change, move or retire a wrap-up code; past calls keep it. At most four levels.',
  tag: 'wrap-up-codes',
  permission: 'settings.manage',
  rate: 'normal',
  params: idParams,
  body: updateWrapUpCodeSchema,
  response: wrapUpCodeSchema,
});

export type WrapUpCode = z.infer<typeof wrapUpCodeSchema>;
