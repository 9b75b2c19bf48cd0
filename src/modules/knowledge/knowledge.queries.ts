import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';

const articles = (tx: TenantTx) => tx.db.selectFrom('knowledge_articles').selectAll();

export const findArticle = (tx: TenantTx, id: string) => articles(tx).where('id', '=', id).executeTakeFirst();

export const lockArticle = (tx: TenantTx, id: string) => articles(tx).where('id', '=', id).forUpdate().executeTakeFirst();

export type ArticleRow = NonNullable<Awaited<ReturnType<typeof findArticle>>>;

export const articlesById = (tx: TenantTx, ids: readonly string[], status: string): Promise<ArticleRow[]> =>
  articles(tx).where('status', '=', status).where('id', '=', sql<string>`any(${ids}::uuid[])`).execute();

export function listArticleRows(tx: TenantTx, status: string, after: string | null, limit: number): Promise<ArticleRow[]> {
  const query = articles(tx).where('status', '=', status).orderBy('id').limit(limit);
  return (after ? query.where('id', '>', after) : query).execute();
}

export async function insertArticle(tx: TenantTx, row: { id: string; status: string; sealed: Buffer }): Promise<void> {
  await tx.db.insertInto('knowledge_articles').values({ tenant_id: tx.tenantId, ...row }).execute();
}

export async function patchArticle(tx: TenantTx, id: string, patch: { status: string; version: number; sealed: Buffer }): Promise<void> {
  await tx.db.updateTable('knowledge_articles').set(patch).where('id', '=', id).execute();
}

export async function insertVersion(tx: TenantTx, row: { id: string; version: number; status: string; sealed: Buffer }): Promise<void> {
  const { id, version, status, sealed } = row;
  await tx.db.insertInto('knowledge_versions').values({ tenant_id: tx.tenantId, article_id: id, version, status, sealed }).execute();
}

export const versionsOf = (tx: TenantTx, id: string) =>
  tx.db.selectFrom('knowledge_versions').selectAll().where('article_id', '=', id).orderBy('version', 'desc').limit(200).execute();
