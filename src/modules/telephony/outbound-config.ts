import { sql } from 'kysely';
import type { DialPolicy, OutboundRoute } from '../../../shared/api/trunks.ts';
import type { TenantTx } from '../../db/types.ts';
import type { SrtpPolicy } from '../../protocol/sdp/security.ts';
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
  /** By device. */
  deviceSrtp: ReadonlyMap<string, SrtpPolicy>;
}

const MOST_TRUNKS = 1000;

export async function readOutbound(tx: TenantTx): Promise<OutboundConfig> {
  const rows = await listTrunkRows(tx, null, MOST_TRUNKS);
  const numbers = await tx.db.selectFrom('numbers').select(['number', 'trunk_id']).where('outbound', '=', true).orderBy('id').execute();
  const devices = await tx.db.selectFrom('sip_devices').select(['id', 'srtp']).execute();
  return {
    trunks: rows
      .filter(({ enabled }) => enabled)
      .map((row) => ({ id: row.id, ...settingsOf(row), password: tx.vault.open<TrunkContent>(trunkPlace(row.id), row.sealed).password })),
    routes: (await outboundRoutes(tx)).routes,
    policy: await dialPolicy(tx),
    deviceSrtp: new Map(devices.map(({ id, srtp }) => [id, srtp as SrtpPolicy])),
    callerIds: numbers.map(({ number, trunk_id }) => ({ number, trunkId: trunk_id })),
  };
}

const DAY_MS = 24 * 60 * 60 * 1000;
const JAPAN_MS = 9 * 60 * 60 * 1000;

/**
 * How long agents' calls out of this day in Japan have lasted so far, ms; for the daily limit after a restart. Calls that
 * were passed on to the outside are not told apart in the records and not counted.
 */
export async function readSpentMs(tx: TenantTx, wall: number): Promise<number> {
  const since = new Date(Math.floor((wall + JAPAN_MS) / DAY_MS) * DAY_MS - JAPAN_MS);
  const row = await tx.db
    .selectFrom('calls')
    .select(sql<string>`coalesce(sum(talk_ms + coalesce(hold_ms, 0)), 0)`.as('spent'))
    .where('tenant_id', '=', tx.tenantId)
    .where('direction', '=', 'outbound')
    .where('started_at', '>=', since)
    .where('talk_ms', 'is not', null)
    .executeTakeFirst();
  return Number(row?.spent ?? 0);
}
