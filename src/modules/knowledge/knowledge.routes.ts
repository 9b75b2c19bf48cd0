import * as contracts from '../../../shared/api/knowledge.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import { articleView, listArticles } from './knowledge.service.ts';

export const knowledgeRoutes = (): BoundRoute[] => [
  bind(contracts.listArticles, ({ query }, context) => context.inTenant((tx) => listArticles(tx, query))),
  bind(contracts.getArticle, ({ params }, context) => context.inTenant((tx) => articleView(tx, params.id))),
];
