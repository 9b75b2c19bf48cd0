import type { Article } from '../../../shared/api/knowledge.ts';
import type { TenantTx } from '../../db/types.ts';
import { notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { fold, grams, searchGrams } from '../../vault/fold.ts';
import { decodeIdCursor, encodeCursor, pageOf } from '../support/paging.ts';
import { recordOf } from '../support/records.ts';
import { replaceTokens, searchPage } from '../support/search.ts';
import type { ArticleContent } from './article-content.ts';
import { articlesById, findArticle, insertArticle, listArticleRows, type ArticleRow } from './knowledge.queries.ts';

/** Value of `search_tokens.kind` for articles. Stored: never renumber. */
const ARTICLE_KIND = 21;
const TOKEN_NAME = 'article';

const place = (id: string) => ({ table: 'knowledge_articles', column: 'sealed', id });

const viewOf = (tx: TenantTx, row: ArticleRow): Article => ({
  ...recordOf(row),
  ...tx.vault.open<ArticleContent>(place(row.id), row.sealed),
  status: row.status as Article['status'],
});

const textOf = ({ title, category, body, keywords }: ArticleContent): string[] => [title, category, body, ...keywords];

/** @throws AppError `not_found`, also for drafts */
export async function articleView(tx: TenantTx, id: string): Promise<Article> {
  const row = await findArticle(tx, id);
  if (!row) throw notFound('article');
  return viewOf(tx, row);
}

/** Creates an article; for the set-up of a tenant. */
export async function createArticle(tx: TenantTx, content: ArticleContent, status: Article['status'] = 'published'): Promise<string> {
  const id = newId();
  await insertArticle(tx, { id, status, sealed: tx.vault.seal(place(id), content) });
  const terms = new Set(textOf(content).flatMap(grams));
  await replaceTokens(tx, id, [...terms].map((term) => ({ kind: ARTICLE_KIND, token: tx.vault.token(TOKEN_NAME, term) })));
  await tx.audit({ code: 'knowledge.created', subject: { kind: 'article', id }, detail: { title: content.title, status } });
  return id;
}

/** Published articles; with `q` those that hold the text in title, category, body or keywords. */
export async function listArticles(tx: TenantTx, query: { limit: number; cursor?: string | undefined; q?: string | undefined }) {
  const after = decodeIdCursor(query.cursor);
  const view = (row: ArticleRow): Article => viewOf(tx, row);
  if (!query.q) return pageOf(await listArticleRows(tx, after, query.limit + 1), query.limit, view, (row) => ({ key: '', id: row.id }));
  const wanted = fold(query.q);
  const parts = searchGrams(query.q);
  if (parts.length === 0) return { items: [], nextCursor: null };
  const { items, nextId } = await searchPage(
    tx,
    [{ kind: ARTICLE_KIND, tokens: parts.map((part) => tx.vault.token(TOKEN_NAME, part)) }],
    { after, limit: query.limit },
    async (ids) => (await articlesById(tx, ids)).map(view),
    (article) => textOf(article).some((text) => fold(text).includes(wanted)),
  );
  return { items, nextCursor: nextId ? encodeCursor({ key: '', id: nextId }) : null };
}
