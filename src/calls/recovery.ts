import type { Actor, TenantTx } from '../db/types.ts';
import type { SccDatabase } from '../db/database.ts';
import { messageOf } from '../lib/errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { SipAgent, SipLegSnapshot } from '../sip/types.ts';
import type { MediaRouter } from './media-router.ts';
import { mixLink } from './mix-router.ts';
import type { MediaPort } from './ports.ts';
import type { DeskHub } from './desk-hub.ts';
import { rungAgents } from './rung.ts';
import { rebase, type StoredCall } from './stored-call.ts';
import type { TenantCell } from './tenant-cell.ts';
import type { TenantRuntime } from './tenant-runtime.ts';
import type { CallState } from './types.ts';

export interface RecoveryPorts {
  database: Pick<SccDatabase, 'withTenant'>;
  router: Pick<MediaRouter, 'has'> & MediaPort;
  sip: SipAgent;
  clock: Clock;
  logger: Logger;
}

const SYSTEM: Actor = { kind: 'system', id: 'recovery', ip: '' };

/**
 * Takes up a tenant's calls from before a restart. A call goes on when its endpoints still live in a media process and its
 * dialogs could be restored; every other one is completed as interrupted, its dialogs ended with BYE.
 * @returns how many calls go on and how many were interrupted
 */
export async function recoverTenant(cell: TenantCell, ports: RecoveryPorts): Promise<{ adopted: number; interrupted: number }> {
  const stored = await ports.database.withTenant(cell.tenantId, SYSTEM, readLiveCalls);
  const adopted = takeUpCalls(cell, stored, ports);
  await cell.journal.commit();
  const live = new Set(stored.map(({ call }) => call.id));
  const loose = await ports.database.withTenant(cell.tenantId, SYSTEM, (tx) => closeLooseEnds(tx, live));
  return { adopted, interrupted: stored.length - adopted + loose };
}

/** What takes the calls up. */
export interface RecoveryTarget {
  runtime: TenantRuntime;
  desks: Pick<DeskHub, 'adoptLine'>;
}

/** @returns how many go on; the others end as interrupted */
export function takeUpCalls(target: RecoveryTarget, stored: readonly StoredCall[], ports: Omit<RecoveryPorts, 'database'>): number {
  let adopted = 0;
  for (const entry of stored) {
    const call = rebase(entry, ports.clock);
    for (const leg of entry.legs) ports.sip.restore(leg);
    const verdict = judge(call, entry.legs, ports.router);
    takeUp(target, call, ports);
    if (verdict === 'adopt') adopted += 1;
    else target.runtime.toCall(call.id, { type: 'stop', outcome: 'interrupted', reason: verdict });
  }
  return adopted;
}

/**
 * Closes what lives in the media processes and belongs to nobody: calls that the journal never heard of, lines of browsers
 * that will connect again.
 * @param isWanted tells by endpoint or recording id
 */
export async function closeOrphans(
  router: Pick<MediaRouter, 'endpointIds' | 'recordingIds'> & MediaPort,
  isWanted: (id: string) => boolean,
): Promise<number> {
  const recordings = router.recordingIds().filter((recording) => !isWanted(recording));
  const endpoints = router.endpointIds().filter((endpoint) => !isWanted(endpoint));
  for (const recording of recordings) await router.call('stopRecording', { recording }).catch(() => undefined);
  for (const endpoint of endpoints) await router.call('closeEndpoint', { endpoint }).catch(() => undefined);
  return recordings.length + endpoints.length;
}

/** What of a tenant's calls lives in media processes; ends of links between these, too. */
export function partsOf(calls: readonly CallState[]): Set<string> {
  const parts = calls.flatMap(({ far, agent, recording, parties, wiring }) => {
    const { bridge, mix } = wiring;
    const links = [...(bridge ? [bridge.id] : []), ...Object.keys(mix?.members ?? {}).map((member) => mixLink(mix?.id ?? '', member))];
    const ends = links.flatMap((link) => [`${link}:x`, `${link}:y`]);
    return [far.endpoint, agent?.endpoint, recording?.id, ...parties.map(({ endpoint }) => endpoint), ...ends];
  });
  return new Set(parts.filter((part) => typeof part === 'string'));
}

async function readLiveCalls(tx: TenantTx): Promise<StoredCall[]> {
  const rows = await tx.db.selectFrom('live_calls').select(['id', 'sealed']).where('tenant_id', '=', tx.tenantId).orderBy('id').execute();
  return rows.map(({ id, sealed }) => tx.vault.open<StoredCall>({ table: 'live_calls', column: 'sealed', id }, sealed));
}

/** `adopt`, or the reason why the call cannot go on. */
function judge(call: CallState, legs: readonly SipLegSnapshot[], router: Pick<MediaRouter, 'has'>): string {
  const isRestored = (legId: string): boolean => legs.some((leg) => leg.legId === legId);
  if (call.far.sip?.state === 'early' || call.phase === 'setup' || call.phase === 'dialling' || call.phase === 'ending') return 'restart';
  if (!router.has(call.far.endpoint)) return 'restart_media_gone';
  if (call.far.sip && !isRestored(call.far.sip.legId)) return 'restart_dialog_gone';
  const { agent } = call;
  const isStation = agent?.stage === 'connected' && agent.kind !== 'browser';
  if (isStation && (!agent.endpoint || !router.has(agent.endpoint) || !agent.sip || !isRestored(agent.sip.legId))) {
    return 'restart_station_gone';
  }
  return 'adopt';
}

/** The call as it can go on: an offer in the air is gone, a recording without a row is closed. */
function takeUp(cell: RecoveryTarget, call: CallState, ports: Omit<RecoveryPorts, 'database'>): void {
  const { router, logger } = ports;
  const state = { ...call };
  // Who was being rung is not any more; who is in the call with a sound that is gone is told by `mediaLost`.
  for (const party of state.parties.filter(({ stage }) => stage !== 'connected')) {
    for (const { endpoint } of party.forks) router.call('closeEndpoint', { endpoint }).catch(() => undefined);
    delete state.timers[`ring:${party.id}`];
  }
  state.parties = state.parties.filter(({ stage }) => stage === 'connected');
  for (const { endpoint } of rungAgents(state)) if (endpoint) router.call('closeEndpoint', { endpoint }).catch(() => undefined);
  if (state.agent?.stage === 'offered') state.agent = null;
  state.alsoRung = [];
  if (state.phase === 'ringing') state.phase = 'queued';
  if (state.recording && !state.recording.journaled) {
    router.call('stopRecording', { recording: state.recording.id }).catch((error: unknown) => {
      logger.debug({ error: messageOf(error) }, 'no recording to close');
    });
    state.recording = null;
  }
  const { agent } = state;
  const isBrowser = agent?.stage === 'connected' && agent.kind === 'browser';
  const lineLives = isBrowser && agent.endpoint !== null && router.has(agent.endpoint);
  if (lineLives && agent.endpoint) cell.desks.adoptLine(agent.agentId, agent.endpoint);
  cell.runtime.adopt(state);
  const gone = state.parties.flatMap(({ endpoint }) => (endpoint !== null && !router.has(endpoint) ? [endpoint] : []));
  if (gone.length > 0) cell.runtime.toCall(call.id, { type: 'mediaLost', endpoints: gone });
  if (isBrowser && !lineLives) cell.runtime.toCall(call.id, { type: 'lineDown', agentId: agent.agentId });
}

/** Records that no live row stands for: the cell ended between two commits. */
async function closeLooseEnds(tx: TenantTx, live: ReadonlySet<string>): Promise<number> {
  const open = await tx.db.selectFrom('calls').select('id').where('tenant_id', '=', tx.tenantId).where('ended_at', 'is', null).execute();
  const loose = open.filter(({ id }) => !live.has(id)).map(({ id }) => id);
  for (const id of loose) {
    await tx.db
      .updateTable('calls')
      .set({ outcome: 'interrupted', ended_by: 'system', end_reason: 'restart', ended_at: new Date() })
      .where('tenant_id', '=', tx.tenantId)
      .where('id', '=', id)
      .execute();
    await tx.audit({ code: 'call.interrupted', subject: { kind: 'call', id }, detail: { reason: 'restart' } });
  }
  await closeLooseRecordings(tx, live);
  return loose.length;
}

async function closeLooseRecordings(tx: TenantTx, live: ReadonlySet<string>): Promise<void> {
  const running = await tx.db
    .selectFrom('recordings')
    .select(['id', 'call_id'])
    .where('tenant_id', '=', tx.tenantId)
    .where('status', '=', 'recording')
    .execute();
  for (const { id, call_id } of running) {
    if (live.has(call_id)) continue;
    await tx.db.updateTable('recordings').set({ status: 'interrupted' }).where('tenant_id', '=', tx.tenantId).where('id', '=', id).execute();
    await tx.audit({ code: 'recording.interrupted', subject: { kind: 'recording', id }, detail: { reason: 'restart' } });
  }
}
