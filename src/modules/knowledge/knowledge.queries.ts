import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';

const articles = (tx: TenantTx) => tx.db.selectFrom('knowledge_articles').selectAll().where('status', '=', 'published');

/** A published article. */
export const findArticle = (tx: TenantTx, id: string) => articles(tx).where('id', '=', id).executeTakeFirst();

export type ArticleRow = NonNullable<Awaited<ReturnType<typeof findArticle>>>;

export const articlesById = (tx: TenantTx, ids: readonly string[]): Promise<ArticleRow[]> =>
  articles(tx).where('id', '=', sql<string>`any(${ids}::uuid[])`).execute();

export function listArticleRows(tx: TenantTx, after: string | null, limit: number): Promise<ArticleRow[]> {
  const query = articles(tx).orderBy('id').limit(limit);
  return (after ? query.where('id', '>', after) : query).execute();
}

export async function insertArticle(tx: TenantTx, row: { id: string; status: string; sealed: Buffer }): Promise<void> {
  await tx.db.insertInto('knowledge_articles').values({ tenant_id: tx.tenantId, ...row }).execute();
}
