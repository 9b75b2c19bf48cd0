import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, listOf, pageFields, recordFields, text } from './common.ts';

export const articleSchema = z.object({
  ...recordFields,
  status: z.enum(['draft', 'published']),
  title: z.string(),
  category: z.string(),
  body: z.string(),
  keywords: z.array(z.string()),
});

export const listArticles = route({
  id: 'listArticles',
  method: 'GET',
  path: '/knowledge',
  summary: 'List or search published articles of the knowledge base.',
  tag: 'knowledge',
  permission: 'knowledge.read',
  rate: 'normal',
  query: z.strictObject({ ...pageFields, q: text(100).optional() }),
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

export type Article = z.infer<typeof articleSchema>;
