import type { Actor, TenantTx } from '../db/types.ts';
import type { SccDatabase } from '../db/database.ts';
import { messageOf } from '../lib/errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { SipAgent, SipLegSnapshot } from '../sip/types.ts';
import type { MediaRouter } from './media-router.ts';
import type { StoredCall, TenantCell } from './tenant-cell.ts';
import type { CallState } from './types.ts';

export interface RecoveryPorts {
  database: Pick<SccDatabase, 'withTenant'>;
  router: Pick<MediaRouter, 'has' | 'call'>;
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
  let adopted = 0;
  for (const entry of stored) {
    const call = rebase(entry, ports.clock);
    for (const leg of entry.legs) ports.sip.restore(leg as SipLegSnapshot);
    const verdict = judge(call, entry.legs as SipLegSnapshot[], ports.router);
    takeUp(cell, call, ports);
    if (verdict === 'adopt') adopted += 1;
    else cell.runtime.toCall(call.id, { type: 'stop', outcome: 'interrupted', reason: verdict });
  }
  await cell.journal.commit();
  const live = new Set(stored.map(({ call }) => call.id));
  const loose = await ports.database.withTenant(cell.tenantId, SYSTEM, (tx) => closeLooseEnds(tx, live));
  return { adopted, interrupted: stored.length - adopted + loose };
}

async function readLiveCalls(tx: TenantTx): Promise<StoredCall[]> {
  const rows = await tx.db.selectFrom('live_calls').select(['id', 'sealed']).where('tenant_id', '=', tx.tenantId).orderBy('id').execute();
  return rows.map(({ id, sealed }) => tx.vault.open<StoredCall>({ table: 'live_calls', column: 'sealed', id }, sealed));
}

/** Monotonic times of the cell before, in the count of this one. */
export function rebase({ call, clockOffset }: StoredCall, clock: Clock): CallState {
  const shift = clock.monotonic() - clock.wall() - clockOffset;
  return {
    ...call,
    since: call.since + shift,
    startedAt: call.startedAt + shift,
    queuedAt: call.queuedAt === null ? null : call.queuedAt + shift,
  };
}

/** `adopt`, or the reason why the call cannot go on. */
function judge(call: CallState, legs: readonly SipLegSnapshot[], router: Pick<MediaRouter, 'has'>): string {
  const isRestored = (legId: string): boolean => legs.some((leg) => leg.legId === legId);
  if (call.phase === 'setup' || call.phase === 'dialling' || call.phase === 'ending') return 'restart';
  if (!router.has(call.far.endpoint)) return 'restart_media_gone';
  if (call.far.sip && !isRestored(call.far.sip.legId)) return 'restart_dialog_gone';
  const { agent } = call;
  const isStation = agent?.stage === 'connected' && agent.kind === 'station';
  if (isStation && (!agent.endpoint || !router.has(agent.endpoint) || !agent.sip || !isRestored(agent.sip.legId))) {
    return 'restart_station_gone';
  }
  return 'adopt';
}

/** The call as it can go on: an offer in the air is gone, a recording without a row is closed. */
function takeUp(cell: TenantCell, call: CallState, ports: RecoveryPorts): void {
  const { router, logger } = ports;
  const state = { ...call };
  if (state.agent?.stage === 'offered') {
    const { endpoint } = state.agent;
    if (endpoint) router.call('closeEndpoint', { endpoint }).catch(() => undefined);
    state.agent = null;
  }
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
