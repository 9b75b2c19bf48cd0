import type { DialPolicy } from '../../../shared/api/dial-policy.ts';
import type { OutboundRoute } from '../../../shared/api/trunks.ts';
import type { TenantTx } from '../../db/types.ts';
import type { SrtpPolicy } from '../../protocol/sdp/security.ts';
import { dialPolicy, openStops, type OpenStop } from './dial-policy.service.ts';
import { trunkPlace, type TrunkContent } from './trunk-content.ts';
import { listTrunkRows } from './trunks.queries.ts';
import { outboundRoutes, settingsOf, type TrunkSettings } from './trunks.service.ts';

/** A trunk with its password, as it is held in memory. */
export interface RunningTrunk extends TrunkSettings {
  id: string;
  password: string | null;
}

/** What is set for the sound of a telephone. */
export interface DeviceLine {
  srtp: SrtpPolicy;
  wideband: boolean;
}

/** Everything of a tenant that calls out need, so that they go on without the database. */
export interface OutboundConfig {
  /** Those that are switched on. */
  trunks: RunningTrunk[];
  routes: OutboundRoute[];
  policy: DialPolicy;
  /** Stops of calls out that hold. */
  stops: readonly OpenStop[];
  /** Numbers that may be shown, the oldest first. */
  callerIds: { number: string; trunkId: string | null }[];
  /** A telephone of the tenant needs MD5. */
  offersMd5: boolean;
  /** By device. */
  deviceLines: ReadonlyMap<string, DeviceLine>;
}

const MOST_TRUNKS = 1000;

export async function readOutbound(tx: TenantTx): Promise<OutboundConfig> {
  const rows = await listTrunkRows(tx, null, MOST_TRUNKS);
  const numbers = await tx.db.selectFrom('numbers').select(['number', 'trunk_id']).where('outbound', '=', true).orderBy('id').execute();
  const devices = await tx.db.selectFrom('sip_devices').select(['id', 'srtp', 'wideband', 'allow_md5', 'enabled']).execute();
  return {
    trunks: rows
      .filter(({ enabled }) => enabled)
      .map((row) => ({ id: row.id, ...settingsOf(row), password: tx.vault.open<TrunkContent>(trunkPlace(row.id), row.sealed).password })),
    routes: (await outboundRoutes(tx)).routes,
    policy: await dialPolicy(tx),
    stops: await openStops(tx),
    offersMd5: devices.some(({ allow_md5, enabled }) => allow_md5 && enabled),
    deviceLines: new Map(devices.map(({ id, srtp, wideband }) => [id, { srtp: srtp as SrtpPolicy, wideband }])),
    callerIds: numbers.map(({ number, trunk_id }) => ({ number, trunkId: trunk_id })),
  };
}
