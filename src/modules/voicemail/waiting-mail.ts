import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';

/** Messages as a telephone's lamp shows them (RFC 3842): new = nobody has heard it yet. */
export interface WaitingMail {
  newMessages: number;
  oldMessages: number;
}

/** Waiting mail of a tenant. */
export interface TenantMail {
  /** Messages that lie in no box and are therefore everybody's. */
  shared: WaitingMail;
  /** Of the boxes of each user. */
  byUser: ReadonlyMap<string, WaitingMail>;
}

export const NO_MAIL: TenantMail = { shared: { newMessages: 0, oldMessages: 0 }, byUser: new Map() };

/** Counts the complete messages of a tenant: by user, each message once, and those in no box. */
export async function countWaitingMail(tx: TenantTx): Promise<TenantMail> {
  const { rows } = await sql<{ user_id: string | null; fresh: string; heard: string }>`
    with members as (
      select tenant_id, box_id, user_id from voicemail_box_users
      union select link.tenant_id, link.box_id, member.user_id
        from voicemail_box_queues link join queue_members member on member.tenant_id = link.tenant_id and member.queue_id = link.queue_id
    ), messages as (
      select r.id, r.played_at, v.box_id, v.deleted_at from recordings r left join voicemails v on v.tenant_id = r.tenant_id and v.id = r.id
      where r.tenant_id = ${tx.tenantId} and r.kind = 'voicemail' and r.status = 'complete'
    )
    select m.user_id, count(*) filter (where played_at is null) as fresh, count(*) filter (where played_at is not null) as heard
    from messages left join members m on m.tenant_id = ${tx.tenantId} and m.box_id = messages.box_id
    where messages.box_id is null or (messages.deleted_at is null and m.user_id is not null)
    group by m.user_id`.execute(tx.db);
  const counts = rows.map(({ user_id, fresh, heard }) => [user_id, { newMessages: Number(fresh), oldMessages: Number(heard) }] as const);
  return {
    shared: counts.find(([userId]) => userId === null)?.[1] ?? NO_MAIL.shared,
    byUser: new Map(counts.flatMap(([userId, mail]) => (userId === null ? [] : [[userId, mail] as const]))),
  };
}

/** What a telephone of this user shows; null = a telephone of nobody. */
export function mailOf({ shared, byUser }: TenantMail, userId: string | null): WaitingMail {
  const own = byUser.get(userId ?? '');
  return own ? { newMessages: shared.newMessages + own.newMessages, oldMessages: shared.oldMessages + own.oldMessages } : shared;
}
