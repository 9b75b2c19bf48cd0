import type { z } from 'zod';
import { callRateSchema, type DialPolicy, type DialStop, type StopReason, type StopScope, type updateDialPolicy } from '../../../shared/api/dial-policy.ts';
import type { TenantTx } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { forbidden, type Session } from '../support/binding.ts';
import { changesOf, isoOrNull, withoutUndefined } from '../support/records.ts';
import { userNames } from '../support/references.ts';
import { closeStop, deviceNames, findPolicy, findStop, insertStop, latestStopRows, openStopRows, storePolicy, type StopRow } from './dial-policy.queries.ts';
import type { TelephonyLive } from './telephony-live.ts';

/** What holds for a tenant that has chosen nothing: nothing abroad, nothing that costs more, and little of it. */
export const DEFAULT_POLICY: DialPolicy = {
  internationalPrefixes: [],
  premiumAllowed: false,
  emergencyAllowed: false,
  maxConcurrent: 2,
  maxPerMinute: 5,
  maxDailyMinutes: 600,
  maxCallMinutes: 180,
  maxDailyCalls: 1000,
  maxDailyCost: 10_000,
  callerMaxConcurrent: 3,
  callerMaxDailyCalls: 300,
  callerMaxDailyCost: 5000,
  stopCallsPerHour: 200,
  stopRefusals: 20,
  rates: [],
};

export async function dialPolicy(tx: TenantTx): Promise<DialPolicy> {
  const row = await findPolicy(tx);
  if (!row) return DEFAULT_POLICY;
  return {
    internationalPrefixes: row.international_prefixes,
    premiumAllowed: row.premium_allowed,
    emergencyAllowed: row.emergency_allowed,
    maxConcurrent: row.max_concurrent,
    maxPerMinute: row.max_per_minute,
    maxDailyMinutes: row.max_daily_minutes,
    maxCallMinutes: row.max_call_minutes,
    maxDailyCalls: row.max_daily_calls,
    maxDailyCost: row.max_daily_cost,
    callerMaxConcurrent: row.caller_max_concurrent,
    callerMaxDailyCalls: row.caller_max_daily_calls,
    callerMaxDailyCost: row.caller_max_daily_cost,
    stopCallsPerHour: row.stop_calls_per_hour,
    stopRefusals: row.stop_refusals,
    rates: callRateSchema.array().parse(row.rates),
  };
}

export async function changeDialPolicy(tx: TenantTx, patch: z.output<typeof updateDialPolicy.body>): Promise<DialPolicy> {
  const before = await dialPolicy(tx);
  const after: DialPolicy = { ...before, ...withoutUndefined(patch) };
  const changes = changesOf(before, after);
  if (Object.keys(changes.after).length === 0) return before;
  await storePolicy(tx, {
    international_prefixes: after.internationalPrefixes,
    premium_allowed: after.premiumAllowed,
    emergency_allowed: after.emergencyAllowed,
    max_concurrent: after.maxConcurrent,
    max_per_minute: after.maxPerMinute,
    max_daily_minutes: after.maxDailyMinutes,
    max_call_minutes: after.maxCallMinutes,
    max_daily_calls: after.maxDailyCalls,
    max_daily_cost: after.maxDailyCost,
    caller_max_concurrent: after.callerMaxConcurrent,
    caller_max_daily_calls: after.callerMaxDailyCalls,
    caller_max_daily_cost: after.callerMaxDailyCost,
    stop_calls_per_hour: after.stopCallsPerHour,
    stop_refusals: after.stopRefusals,
    rates: JSON.stringify(after.rates),
  });
  await tx.audit({ code: 'dial_policy.updated', subject: { kind: 'tenant', id: tx.tenantId }, detail: changes });
  return after;
}

const stopPlace = (id: string) => ({ table: 'dial_stops', column: 'sealed', id });
const LATEST_STOPS = 20;

/** A stop as it is held in memory. */
export interface OpenStop {
  id: string;
  scope: StopScope;
  scopeId: string | null;
  reason: StopReason;
}

const openStop = ({ id, scope, scope_id, reason }: StopRow): OpenStop => ({ id, scope: scope as StopScope, scopeId: scope_id, reason: reason as StopReason });

export const openStops = async (tx: TenantTx): Promise<OpenStop[]> => (await openStopRows(tx)).map(openStop);

async function stopViews(tx: TenantTx, rows: readonly StopRow[]): Promise<DialStop[]> {
  const ofKind = (kind: StopScope): string[] => rows.flatMap(({ scope, scope_id }) => (scope === kind && scope_id !== null ? [scope_id] : []));
  const people = await userNames(tx, [...ofKind('agent'), ...rows.flatMap((row) => [row.started_by, row.released_by])]);
  const devices = await deviceNames(tx, ofKind('device'));
  return rows.map((row) => ({
    ...openStop(row),
    scopeName: (row.scope === 'device' ? devices : people).get(row.scope_id ?? '') ?? '',
    note: tx.vault.open<{ note: string }>(stopPlace(row.id), row.sealed).note,
    startedAt: row.started_at.toISOString(),
    startedByName: people.get(row.started_by ?? '') ?? '',
    releasedAt: isoOrNull(row.released_at),
    releasedByName: people.get(row.released_by ?? '') ?? '',
  }));
}

const NONE = { calls: 0, cost: 0, running: 0, callsLastHour: 0, refused: 0 };

export async function dialUsage(tx: TenantTx, live: TelephonyLive) {
  const { calls, cost, running, callsLastHour, refused } = live.dialFigures(tx.tenantId) ?? NONE;
  return { calls, cost, running, callsLastHour, refused, stops: await stopViews(tx, await latestStopRows(tx, LATEST_STOPS)) };
}

/** Keeps a stop that calls out are under already. @param startedBy null = by itself */
export async function keepStop(tx: TenantTx, stop: OpenStop, how: { at: Date; startedBy: string | null; note: string }): Promise<void> {
  const { id, scope, scopeId, reason } = stop;
  const { at, startedBy, note } = how;
  await insertStop(tx, { id, scope, scope_id: scopeId, reason, sealed: tx.vault.seal(stopPlace(id), { note }), started_at: at, started_by: startedBy });
  await tx.audit({ code: 'dial_stop.started', subject: { kind: 'dialStop', id }, detail: { scope, scopeId, reason, note } });
}

/** Somebody stops all calls out. @throws AppError `forbidden` for programs */
export async function stopDialling(tx: TenantTx, clock: Clock, session: Session, note: string): Promise<{ id: string }> {
  if (session.kind !== 'user') throw forbidden();
  const id = newId();
  await keepStop(tx, { id, scope: 'tenant', scopeId: null, reason: 'manual' }, { at: new Date(clock.wall()), startedBy: session.userId, note });
  return { id };
}

/** Lets calls out again; a stop that is over already stays so. @throws AppError `not_found`, `forbidden` for programs */
export async function releaseStop(tx: TenantTx, clock: Clock, session: Session, id: string): Promise<void> {
  if (session.kind !== 'user') throw forbidden();
  if (!(await findStop(tx, id))) throw notFound('dial stop');
  if (await closeStop(tx, id, new Date(clock.wall()), session.userId)) await tx.audit({ code: 'dial_stop.released', subject: { kind: 'dialStop', id }, detail: {} });
}
