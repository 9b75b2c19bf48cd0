import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';

const withQueues = (tx: TenantTx) =>
  tx.db
    .selectFrom('wall_links')
    .selectAll('wall_links')
    .select(
      sql<string[]>`array(select queue_id::text from wall_link_queues q where q.tenant_id = wall_links.tenant_id and q.link_id = wall_links.id order by queue_id)`.as('queue_ids'),
    );

export const wallLinkRows = (tx: TenantTx) => withQueues(tx).orderBy('id', 'desc').limit(200).execute();

export type WallLinkRow = Awaited<ReturnType<typeof wallLinkRows>>[number];

/** The link of a secret, with the source IP ranges of its maker's profile. */
export const linkOfSecret = (tx: TenantTx, secretHash: Buffer) =>
  withQueues(tx)
    .innerJoin('profiles', (join) => join.onRef('profiles.id', '=', 'wall_links.profile_id').onRef('profiles.tenant_id', '=', 'wall_links.tenant_id'))
    .select('profiles.ip_ranges')
    .where('secret_hash', '=', secretHash)
    .executeTakeFirst();

export interface NewLink {
  id: string;
  profileId: string;
  secretHash: Buffer;
  showsNames: boolean;
  showsNumbers: boolean;
  expiresAt: Date | null;
  sealed: Buffer;
  queueIds: readonly string[];
}

export async function insertLink(tx: TenantTx, link: NewLink): Promise<void> {
  const { id, queueIds } = link;
  const tenant = { tenant_id: tx.tenantId };
  await tx.db
    .insertInto('wall_links')
    .values({
      ...tenant, id, secret_hash: link.secretHash, profile_id: link.profileId, shows_names: link.showsNames, shows_numbers: link.showsNumbers,
      expires_at: link.expiresAt, sealed: link.sealed,
    })
    .execute();
  await tx.db.insertInto('wall_link_queues').values(queueIds.map((queueId) => ({ ...tenant, link_id: id, queue_id: queueId }))).execute();
}

/** @returns null when there is no such link, false when it was ended before */
export async function endLink(tx: TenantTx, id: string, at: Date): Promise<boolean | null> {
  const row = await tx.db.selectFrom('wall_links').select('revoked_at').where('id', '=', id).forUpdate().executeTakeFirst();
  if (!row) return null;
  if (row.revoked_at) return false;
  await tx.db.updateTable('wall_links').set({ revoked_at: at }).where('id', '=', id).execute();
  return true;
}

export async function countOpen(tx: TenantTx, id: string, at: Date): Promise<void> {
  await tx.db.updateTable('wall_links').set({ opens: sql<number>`opens + 1`, last_opened_at: at }).where('id', '=', id).execute();
}
