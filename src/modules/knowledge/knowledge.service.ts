import type { z } from 'zod';
import type { Article, updateArticle as updateContract } from '../../../shared/api/knowledge.ts';
import type { TenantTx } from '../../db/types.ts';
import { conflict, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { fold, grams, searchGrams } from '../../vault/fold.ts';
import { decodeIdCursor, encodeCursor, pageOf } from '../support/paging.ts';
import type { Session } from '../support/binding.ts';
import { changesOf, recordOf, withoutUndefined } from '../support/records.ts';
import { replaceTokens, searchPage } from '../support/search.ts';
import type { ArticleContent } from './article-content.ts';
import { articlesById, findArticle, insertArticle, insertVersion, listArticleRows, lockArticle, patchArticle, versionsOf, type ArticleRow } from './knowledge.queries.ts';

/** Value of `search_tokens.kind` for articles. Stored: never renumber. */
const ARTICLE_KIND = 21;
const TOKEN_NAME = 'article';

const place = (id: string) => ({ table: 'knowledge_articles', column: 'sealed', id });

const viewOf = (tx: TenantTx, row: ArticleRow): Article => ({
  ...recordOf(row),
  ...tx.vault.open<ArticleContent>(place(row.id), row.sealed),
  status: row.status as Article['status'],
  version: row.version,
});

const textOf = ({ title, category, body, keywords }: ArticleContent): string[] => [title, category, body, ...keywords];

const versionPlace = (id: string, version: number) => ({ table: 'knowledge_versions', column: 'sealed', id: `${id}:${version}` });

const edits = (session: Session): boolean => session.permissions.has('settings.manage');

/** @throws AppError `not_found`, for readers also when it is not published */
export async function articleView(tx: TenantTx, session: Session, id: string): Promise<Article> {
  const row = await findArticle(tx, id);
  if (!row || (row.status !== 'published' && !edits(session))) throw notFound('article');
  return viewOf(tx, row);
}

async function writeTokens(tx: TenantTx, id: string, content: ArticleContent): Promise<void> {
  const terms = new Set(textOf(content).flatMap(grams));
  await replaceTokens(tx, id, [...terms].map((term) => ({ kind: ARTICLE_KIND, token: tx.vault.token(TOKEN_NAME, term) })));
}

/** Creates an article. @returns its id */
export async function createArticle(tx: TenantTx, content: ArticleContent, status: Article['status'] = 'published'): Promise<string> {
  const id = newId();
  await insertArticle(tx, { id, status, sealed: tx.vault.seal(place(id), content) });
  await insertVersion(tx, { id, version: 1, status, sealed: tx.vault.seal(versionPlace(id, 1), content) });
  await writeTokens(tx, id, content);
  await tx.audit({ code: 'knowledge.created', subject: { kind: 'article', id }, detail: { title: content.title, status } });
  return id;
}

/** Changes an article; the version before stays. @throws AppError `not_found`, `changed_meanwhile` */
export async function updateArticle(tx: TenantTx, session: Session, id: string, patch: z.output<(typeof updateContract)['body']>): Promise<Article> {
  const row = await lockArticle(tx, id);
  if (!row) throw notFound('article');
  if (row.version !== patch.version) throw conflict('changed_meanwhile', 'Somebody else has changed this article.');
  const { status: statusBefore } = row;
  const before = { ...tx.vault.open<ArticleContent>(place(id), row.sealed), status: statusBefore };
  const { version, ...given } = patch;
  const after = { ...before, ...withoutUndefined(given) };
  const changes = changesOf(before, after);
  if (Object.keys(changes.after).length === 0) return articleView(tx, session, id);
  const { status, ...content } = after;
  await patchArticle(tx, id, { status, version: version + 1, sealed: tx.vault.seal(place(id), content) });
  await insertVersion(tx, { id, version: version + 1, status, sealed: tx.vault.seal(versionPlace(id, version + 1), content) });
  await writeTokens(tx, id, content);
  await tx.audit({ code: 'knowledge.updated', subject: { kind: 'article', id }, detail: changes });
  return articleView(tx, session, id);
}

/** Versions of an article, newest first; those from before they were kept are not there. @throws AppError `not_found` */
export async function articleVersions(tx: TenantTx, id: string) {
  if (!(await findArticle(tx, id))) throw notFound('article');
  const rows = await versionsOf(tx, id);
  const items = rows.map(({ version, created_at, created_by, status, sealed }) => ({
    ...tx.vault.open<ArticleContent>(versionPlace(id, version), sealed),
    version,
    at: created_at.toISOString(),
    by: created_by,
    status: status as Article['status'],
  }));
  return { items, nextCursor: null };
}

interface ListQuery {
  limit: number;
  cursor?: string | undefined;
  q?: string | undefined;
  status?: Article['status'] | undefined;
}

/** Articles, published ones for readers; with `q` those that hold the text in title, category, body or keywords. */
export async function listArticles(tx: TenantTx, session: Session, query: ListQuery) {
  const status = (edits(session) && query.status) || 'published';
  const after = decodeIdCursor(query.cursor);
  const view = (row: ArticleRow): Article => viewOf(tx, row);
  if (!query.q) return pageOf(await listArticleRows(tx, status, after, query.limit + 1), query.limit, view, (row) => ({ key: '', id: row.id }));
  const wanted = fold(query.q);
  const parts = searchGrams(query.q);
  if (parts.length === 0) return { items: [], nextCursor: null };
  const { items, nextId } = await searchPage(
    tx,
    [{ kind: ARTICLE_KIND, tokens: parts.map((part) => tx.vault.token(TOKEN_NAME, part)) }],
    { after, limit: query.limit },
    async (ids) => (await articlesById(tx, ids, status)).map(view),
    (article) => textOf(article).some((text) => fold(text).includes(wanted)),
  );
  return { items, nextCursor: nextId ? encodeCursor({ key: '', id: nextId }) : null };
}
