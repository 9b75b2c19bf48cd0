import type { DialPolicy, OutboundRoute } from '../../../shared/api/trunks.ts';
import type { TenantTx } from '../../db/types.ts';
import { trunkPlace, type TrunkContent } from './trunk-content.ts';
import { listTrunkRows } from './trunks.queries.ts';
import { dialPolicy, outboundRoutes, settingsOf, type TrunkSettings } from './trunks.service.ts';

/** A trunk with its password, as it is held in memory. */
export interface RunningTrunk extends TrunkSettings {
  id: string;
  password: string | null;
}

/** Everything of a tenant that calls out need, so that they go on without the database. */
export interface OutboundConfig {
  /** Those that are switched on. */
  trunks: RunningTrunk[];
  routes: OutboundRoute[];
  policy: DialPolicy;
  /** Numbers that may be shown, the oldest first. */
  callerIds: { number: string; trunkId: string | null }[];
}

const MOST_TRUNKS = 1000;

export async function readOutbound(tx: TenantTx): Promise<OutboundConfig> {
  const rows = await listTrunkRows(tx, null, MOST_TRUNKS);
  const numbers = await tx.db.selectFrom('numbers').select(['number', 'trunk_id']).where('outbound', '=', true).orderBy('id').execute();
  return {
    trunks: rows
      .filter(({ enabled }) => enabled)
      .map((row) => ({ id: row.id, ...settingsOf(row), password: tx.vault.open<TrunkContent>(trunkPlace(row.id), row.sealed).password })),
    routes: (await outboundRoutes(tx)).routes,
    policy: await dialPolicy(tx),
    callerIds: numbers.map(({ number, trunk_id }) => ({ number, trunkId: trunk_id })),
  };
}
