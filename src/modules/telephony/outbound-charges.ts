/** What calls out cost: noted when they begin and when they are over, so that a day's limits hold over a restart. */
import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';

/** A call that was let out. */
export interface ChargedCall {
  planId: string;
  number: string;
  class: 'domestic' | 'premium' | 'international' | 'emergency' | 'service' | 'invalid';
  caller: { kind: 'agent' | 'device'; id: string } | null;
}

type ChargeContent = Pick<ChargedCall, 'number' | 'class'>;

const place = (id: string) => ({ table: 'outbound_charges', column: 'sealed', id });

export async function noteCall(tx: TenantTx, { planId, number, class: kind, caller }: ChargedCall, at: Date): Promise<void> {
  const sealed = tx.vault.seal(place(planId), { number, class: kind } satisfies ChargeContent);
  await tx.db.insertInto('outbound_charges').values({ tenant_id: tx.tenantId, id: planId, caller_kind: caller?.kind ?? null, caller_id: caller?.id ?? null, sealed, started_at: at }).execute();
}

export async function noteEnd(tx: TenantTx, { planId, trunkId, cost }: { planId: string; trunkId: string | null; cost: number }, at: Date): Promise<void> {
  await tx.db.updateTable('outbound_charges').set({ trunk_id: trunkId, cost, ended_at: at }).where('id', '=', planId).execute();
}

const DAY_MS = 24 * 60 * 60 * 1000;
const JAPAN_MS = 9 * 60 * 60 * 1000;

const callerOf = (row: { caller_kind: string | null; caller_id: string | null }): ChargedCall['caller'] =>
  row.caller_id === null ? null : { kind: row.caller_kind === 'device' ? 'device' : 'agent', id: row.caller_id };

/** What calls of this day in Japan have used so far, and those that were under way; for the limits after a restart. */
export async function readSpent(tx: TenantTx, wall: number) {
  const since = new Date(Math.floor((wall + JAPAN_MS) / DAY_MS) * DAY_MS - JAPAN_MS);
  const rows = await tx.db
    .selectFrom('outbound_charges')
    .select(['caller_kind', 'caller_id', 'trunk_id'])
    .select(sql<string>`count(*)`.as('calls'))
    .select(sql<number>`sum(cost)`.as('cost'))
    .select(sql<string>`coalesce(sum(extract(epoch from ended_at - started_at) * 1000), 0)`.as('spent'))
    .where('tenant_id', '=', tx.tenantId)
    .where('started_at', '>=', since)
    .groupBy(['caller_kind', 'caller_id', 'trunk_id'])
    .execute();
  const open = await tx.db.selectFrom('outbound_charges').select(['id', 'caller_kind', 'caller_id', 'sealed']).where('started_at', '>=', new Date(wall - DAY_MS)).where('ended_at', 'is', null).execute();
  return {
    spentMs: rows.reduce((sum, { spent }) => sum + Number(spent), 0),
    accounts: rows.map((row) => ({ caller: callerOf(row), trunkId: row.trunk_id, calls: Number(row.calls), cost: row.cost })),
    open: open.map((row): ChargedCall => ({ planId: row.id, caller: callerOf(row), ...tx.vault.open<ChargeContent>(place(row.id), row.sealed) })),
  };
}
