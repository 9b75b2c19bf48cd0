import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';
import { GENESIS_HASH, type ChainedEvent } from './audit-chain.ts';

/** An event as it is stored. */
export interface StoredEvent extends ChainedEvent {
  hash: Buffer;
}

/** The last event, as the chain's head row remembers it. */
export interface ChainHead {
  seq: number;
  hash: Buffer;
}

export interface AuditFilter {
  code?: string | undefined;
  actor?: string | undefined;
  subjectKind?: string | undefined;
  subjectId?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

/** The time with all six decimals: the hash must notice a change of one microsecond, and a JavaScript Date would drop it. */
const exactTime = sql<string>`to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const events = (tx: TenantTx) =>
  tx.db
    .selectFrom('audit_events')
    .select(['tenant_id as tenantId', 'code', 'actor', 'subject_kind as subjectKind', 'subject_id as subjectId', 'ip', 'sealed', 'prev_hash as prevHash', 'hash'])
    .select([sql<number>`seq::float8`.as('seq'), exactTime.as('at')]);

/** Up to `limit` events after `afterSeq`, oldest first. */
export const eventsAfter = (tx: TenantTx, afterSeq: number, limit: number): Promise<StoredEvent[]> =>
  events(tx).where('audit_events.seq', '>', String(afterSeq)).orderBy('audit_events.seq').limit(limit).execute();

/** Up to `limit` events before `beforeSeq` (null = from the newest), newest first. */
export async function newestEvents(tx: TenantTx, filter: AuditFilter, beforeSeq: number | null, limit: number): Promise<StoredEvent[]> {
  let query = events(tx).orderBy('audit_events.seq', 'desc').limit(limit);
  if (beforeSeq !== null) query = query.where('audit_events.seq', '<', String(beforeSeq));
  if (filter.code !== undefined) query = query.where('code', '=', filter.code);
  if (filter.actor !== undefined) query = query.where('actor', '=', filter.actor);
  if (filter.subjectKind !== undefined) query = query.where('subject_kind', '=', filter.subjectKind);
  if (filter.subjectId !== undefined) query = query.where('subject_id', '=', filter.subjectId);
  if (filter.from !== undefined) query = query.where('audit_events.at', '>=', new Date(filter.from));
  if (filter.to !== undefined) query = query.where('audit_events.at', '<', new Date(filter.to));
  return query.execute();
}

/** Head row and highest stored number, read in one statement and so from one state. */
export async function chainEnd(tx: TenantTx): Promise<{ head: ChainHead | null; maxSeq: number }> {
  const { rows } = await sql<{ seq: number | null; hash: Buffer | null; max: number }>`
    select h.seq::float8 as seq, h.hash, (select coalesce(max(seq), 0)::float8 from audit_events) as max
    from (select 1) one left join audit_heads h on true`.execute(tx.db);
  const row = rows[0];
  const head = row && row.seq !== null && row.hash !== null ? { seq: row.seq, hash: row.hash } : null;
  return { head, maxSeq: row?.max ?? 0 };
}

/** The head of a chain without events. */
export const EMPTY_HEAD: ChainHead = { seq: 0, hash: GENESIS_HASH };
