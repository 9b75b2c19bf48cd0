import * as contracts from '../../../shared/api/knowledge.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import { articleVersions, articleView, createArticle, listArticles, updateArticle } from './knowledge.service.ts';

export const knowledgeRoutes = (): BoundRoute[] => [
  bind(contracts.listArticles, ({ query }, context) => context.inTenant((tx) => listArticles(tx, context.session, query))),
  bind(contracts.getArticle, ({ params }, context) => context.inTenant((tx) => articleView(tx, context.session, params.id))),
  bind(contracts.createArticle, ({ body: { status, ...content } }, context) =>
    context.inTenant(async (tx) => articleView(tx, context.session, await createArticle(tx, content, status))),
  ),
  bind(contracts.updateArticle, ({ params, body }, context) => context.inTenant((tx) => updateArticle(tx, context.session, params.id, body))),
  bind(contracts.articleVersions, ({ params }, context) => context.inTenant((tx) => articleVersions(tx, params.id))),
];
