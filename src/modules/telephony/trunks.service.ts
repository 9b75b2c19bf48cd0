import type { z } from 'zod';
import { TRUNK_PRESETS, type createTrunk as createContract, type OutboundRoute, type setOutboundRoutes, type Trunk, type TrunkState, type updateTrunk as updateContract } from '../../../shared/api/trunks.ts';
import type { TenantTx } from '../../db/types.ts';
import { conflict, invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { decodeIdCursor, pageOf } from '../support/paging.ts';
import { changesOf, recordOf, withoutUndefined } from '../support/records.ts';
import { normalizeRange } from '../users/ip-ranges.ts';
import type { TelephonyLive, TestCallResult } from './telephony-live.ts';
import { trunkPlace, type TrunkContent } from './trunk-content.ts';
import { findTrunk, insertTrunk, listRouteRows, listRouteTrunkRows, listTrunkRows, patchTrunk, removeTrunk, replaceRoutes, trunkIsUsed, type TrunkRow } from './trunks.queries.ts';

export type TrunkSettings = Omit<Trunk, keyof ReturnType<typeof recordOf> | 'hasPassword' | 'state'>;

const RESTING: TrunkState = { registration: 'none', reachable: 'unknown', circuit: 'closed', channelsUsed: 0, lastStatus: null, lastChangeAt: null };

/** The settings of a row, as the API names them. */
export const settingsOf = (row: TrunkRow): TrunkSettings => ({
  name: row.name,
  kind: row.kind as TrunkSettings['kind'],
  profile: row.profile as TrunkSettings['profile'],
  enabled: row.enabled,
  host: row.host,
  port: row.port,
  transport: row.transport as TrunkSettings['transport'],
  realm: row.realm,
  username: row.username,
  sourceRanges: row.source_ranges,
  channels: row.channels,
  callsPerSecond: row.calls_per_second,
  maxDailyCalls: row.max_daily_calls,
  maxDailyCost: row.max_daily_cost,
  numberFormat: row.number_format as TrunkSettings['numberFormat'],
  dialledFrom: row.dialled_from as TrunkSettings['dialledFrom'],
  callerId: row.caller_id as TrunkSettings['callerId'],
  identity: row.identity as TrunkSettings['identity'],
  privacyMethod: row.privacy_method as TrunkSettings['privacyMethod'],
  inbandDtmf: row.inband_dtmf,
  srtp: row.srtp as TrunkSettings['srtp'],
  wideband: row.wideband,
  dscp: row.dscp,
  monitorSeconds: row.monitor_seconds,
  position: row.position,
});

const columnsOf = (given: TrunkSettings) => ({
  name: given.name,
  kind: given.kind,
  profile: given.profile,
  enabled: given.enabled,
  host: given.host,
  port: given.port,
  transport: given.transport,
  realm: given.realm,
  username: given.username,
  source_ranges: rangesOf(given.sourceRanges),
  channels: given.channels,
  calls_per_second: given.callsPerSecond,
  max_daily_calls: given.maxDailyCalls,
  max_daily_cost: given.maxDailyCost,
  number_format: given.numberFormat,
  dialled_from: given.dialledFrom,
  caller_id: given.callerId,
  identity: given.identity,
  privacy_method: given.privacyMethod,
  inband_dtmf: given.inbandDtmf,
  srtp: given.srtp,
  wideband: given.wideband,
  dscp: given.dscp,
  monitor_seconds: given.monitorSeconds,
  position: given.position,
});

/** @throws AppError `invalid` */
function rangesOf(ranges: readonly string[]): string[] {
  const normal = ranges.map(normalizeRange);
  const errors = normal.flatMap((range, index) => (range === null ? [{ path: `body.sourceRanges.${index}`, message: 'not an address range' }] : []));
  if (errors.length > 0) throw invalid('A source range is no address range.', { errors });
  return [...new Set(normal.filter((range) => range !== null))];
}

/** A trunk that registers cannot do so without an account. @throws AppError `invalid` */
function checkAccount(settings: TrunkSettings, hasPassword: boolean): void {
  if (settings.kind !== 'registration' || (settings.username !== '' && settings.realm !== '' && hasPassword)) return;
  const message = 'a trunk that registers needs a user name, a realm and a password';
  throw invalid('The account of the trunk is incomplete.', { errors: [{ path: 'body.username', message }] });
}

const contentOf = (tx: TenantTx, row: TrunkRow) => tx.vault.open<TrunkContent>(trunkPlace(row.id), row.sealed);

const viewOf = (tx: TenantTx, live: TelephonyLive, row: TrunkRow): Trunk => ({
  ...recordOf(row),
  ...settingsOf(row),
  hasPassword: contentOf(tx, row).password !== null,
  state: live.trunkState(row.id) ?? RESTING,
});

async function rowOf(tx: TenantTx, id: string): Promise<TrunkRow> {
  const row = await findTrunk(tx, id);
  if (!row) throw notFound('trunk');
  return row;
}

export async function listTrunks(tx: TenantTx, live: TelephonyLive, query: { limit: number; cursor?: string | undefined }) {
  const rows = await listTrunkRows(tx, decodeIdCursor(query.cursor), query.limit + 1);
  return pageOf(rows, query.limit, (row) => viewOf(tx, live, row), ({ id }) => ({ key: '', id }));
}

/** @throws AppError `not_found` */
export const trunkDetail = async (tx: TenantTx, live: TelephonyLive, id: string): Promise<Trunk> => viewOf(tx, live, await rowOf(tx, id));

/** @throws AppError `duplicate` when the name is taken, `invalid` */
export async function createTrunk(tx: TenantTx, live: TelephonyLive, given: z.output<typeof createContract.body>): Promise<Trunk> {
  const { password, ...wanted } = given;
  const preset = TRUNK_PRESETS[given.profile];
  const settings: TrunkSettings = {
    ...wanted,
    numberFormat: wanted.numberFormat ?? preset.numberFormat,
    dialledFrom: wanted.dialledFrom ?? preset.dialledFrom,
    callerId: wanted.callerId ?? preset.callerId,
    identity: wanted.identity ?? preset.identity,
    privacyMethod: wanted.privacyMethod ?? preset.privacyMethod,
  };
  checkAccount(settings, password !== undefined);
  const id = newId();
  const sealed = tx.vault.seal(trunkPlace(id), { password: password ?? null } satisfies TrunkContent);
  await insertTrunk(tx, { id, ...columnsOf(settings), sealed });
  await tx.audit({ code: 'trunk.created', subject: { kind: 'trunk', id }, detail: { name: settings.name, kind: settings.kind, host: settings.host } });
  return trunkDetail(tx, live, id);
}

/** @throws AppError `not_found`, `duplicate`, `invalid` */
export async function updateTrunk(tx: TenantTx, live: TelephonyLive, id: string, given: z.output<typeof updateContract.body>): Promise<Trunk> {
  const { password, ...patch } = given;
  const row = await rowOf(tx, id);
  const before = settingsOf(row);
  const after: TrunkSettings = { ...before, ...withoutUndefined(patch) };
  const content: TrunkContent = password === undefined ? contentOf(tx, row) : { password };
  checkAccount(after, content.password !== null);
  const changes = changesOf(before, { ...after, sourceRanges: rangesOf(after.sourceRanges) });
  if (Object.keys(changes.after).length === 0 && password === undefined) return viewOf(tx, live, row);
  await patchTrunk(tx, id, { ...columnsOf(after), sealed: tx.vault.seal(trunkPlace(id), content) });
  await tx.audit({ code: 'trunk.updated', subject: { kind: 'trunk', id }, detail: { ...changes, passwordChanged: password !== undefined } });
  return trunkDetail(tx, live, id);
}

/** @throws AppError `not_found`, `trunk_in_use` */
export async function deleteTrunk(tx: TenantTx, id: string): Promise<void> {
  const row = await rowOf(tx, id);
  if (await trunkIsUsed(tx, id)) throw conflict('trunk_in_use', 'An outbound route or a number uses this trunk.');
  await removeTrunk(tx, id);
  await tx.audit({ code: 'trunk.removed', subject: { kind: 'trunk', id }, detail: { name: row.name } });
}

/** Keeps what came of a test call. */
export async function auditTrunkTest(tx: TenantTx, id: string, number: string, result: TestCallResult): Promise<TestCallResult> {
  await tx.audit({ code: 'trunk.test_called', subject: { kind: 'trunk', id }, detail: { number, ...result } });
  return result;
}

export async function outboundRoutes(tx: TenantTx): Promise<{ routes: OutboundRoute[] }> {
  const trunks = Map.groupBy(await listRouteTrunkRows(tx), ({ route_id }) => route_id);
  const rows = await listRouteRows(tx);
  return { routes: rows.map(({ id, name, prefix }) => ({ id, name, prefix, trunkIds: (trunks.get(id) ?? []).map(({ trunk_id }) => trunk_id) })) };
}

/** @throws AppError `invalid` when a trunk is not the tenant's, or named twice */
export async function replaceOutboundRoutes(tx: TenantTx, given: z.output<typeof setOutboundRoutes.body>): Promise<{ routes: OutboundRoute[] }> {
  const wanted = [...new Set(given.routes.flatMap(({ trunkIds }) => trunkIds))];
  const found = await Promise.all(wanted.map((id) => findTrunk(tx, id)));
  const known = new Set(found.flatMap((row) => (row ? [row.id] : [])));
  const errors = given.routes.flatMap(({ trunkIds }, index) => {
    const isWrong = trunkIds.some((id) => !known.has(id)) || new Set(trunkIds).size !== trunkIds.length;
    return isWrong ? [{ path: `body.routes.${index}.trunkIds`, message: 'no such trunk, or the same one twice' }] : [];
  });
  if (errors.length > 0) throw invalid('A route names a trunk that does not exist.', { errors });
  const before = await outboundRoutes(tx);
  await replaceRoutes(tx, given.routes.map((route) => ({ id: newId(), ...route })));
  const after = await outboundRoutes(tx);
  await tx.audit({ code: 'outbound_routes.updated', subject: { kind: 'tenant', id: tx.tenantId }, detail: { before: before.routes, after: after.routes } });
  return after;
}
