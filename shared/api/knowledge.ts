import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, listOf, pageFields, recordFields, requiredText, text, timeSchema } from './common.ts';

export const articleSchema = z.object({
  ...recordFields,
  status: z.enum(['draft', 'published', 'archived']),
  version: z.number().int(),
  title: z.string(),
  category: z.string(),
  body: z.string(),
  keywords: z.array(z.string()),
});

export const listArticles = route({
  id: 'listArticles',
  method: 'GET',
  path: '/knowledge',
  summary: 'List or search articles of the knowledge base: published ones, for `settings.manage` also others by `status`.',
  tag: 'knowledge',
  permission: 'knowledge.read',
  rate: 'normal',
  query: z.strictObject({ ...pageFields, q: text(100).optional(), status: articleSchema.shape.status.optional() }),
  response: listOf(articleSchema),
});

export const getArticle = route({
  id: 'getArticle',
  method: 'GET',
  path: '/knowledge/{id}',
  summary: 'One article.',
  tag: 'knowledge',
  permission: 'knowledge.read',
  rate: 'normal',
  params: idParams,
  response: articleSchema,
});

const content = {
  title: requiredText(200),
  category: text(100),
  body: requiredText(50_000),
  keywords: z.array(requiredText(50)).max(30),
  status: articleSchema.shape.status,
};

export const createArticle = route({
  id: 'createArticle',
  method: 'POST',
  path: '/knowledge',
  summary: 'Write an article.',
  tag: 'knowledge',
  permission: 'settings.manage',
  rate: 'normal',
  body: z.strictObject(content),
  response: articleSchema,
});

export const updateArticle = route({
  id: 'updateArticle',
  method: 'PATCH',
  path: '/knowledge/{id}',
  summary: 'Change, publish or archive an article; the version before stays. Refused with `changed_meanwhile` unless `version` is the newest.',
  tag: 'knowledge',
  permission: 'settings.manage',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({ ...z.strictObject(content).partial().shape, version: z.number().int() }),
  response: articleSchema,
});

export const articleVersions = route({
  id: 'articleVersions',
  method: 'GET',
  path: '/knowledge/{id}/versions',
  summary: 'All versions of an article, newest first.',
  tag: 'knowledge',
  permission: 'settings.manage',
  rate: 'normal',
  params: idParams,
  response: listOf(z.object({ version: z.number().int(), at: timeSchema, by: z.string(), status: articleSchema.shape.status, title: z.string(), category: z.string(), body: z.string(), keywords: z.array(z.string()) })),
});

export type Article = z.infer<typeof articleSchema>;
