import type { Insertable } from 'kysely';
import { sql } from 'kysely';
import type { DB } from '../db/schema.generated.ts';
import type { Actor, TenantTx } from '../db/types.ts';
import { newId } from '../lib/ids.ts';
import { EMPTY_CALL_CONTENT, type CallContent } from '../modules/calls/call-content.ts';
import type { CallCompleted, CallStarted, JournalEntry, JournalItem, RecordingClosed } from './journal.ts';

type Kind = JournalEntry['kind'];
type EntryOf<K extends Kind> = Extract<JournalEntry, { kind: K }>;

/** Rows in one INSERT; the wire protocol allows 65,535 parameters. */
const MAX_ROWS = 1000;

/**
 * Writes entries of a tenant, one statement a table where possible. Started calls come first and closed recordings last, so
 * that foreign keys hold whatever the order among calls.
 */
export async function writeEntries(tx: TenantTx, items: readonly JournalItem[]): Promise<void> {
  const of = <K extends Kind>(kind: K): EntryOf<K>[] => items.flatMap(({ entry }) => (entry.kind === kind ? [entry as EntryOf<K>] : []));
  await insert(tx, 'calls', of('callStarted').map((entry) => callRow(tx, entry)));
  await insert(tx, 'call_events', of('step').map((step) => stepRow(tx, step)));
  await insert(tx, 'routing_decisions', of('decision').map((entry) => decisionRow(tx, entry)));
  await insert(tx, 'agent_states', of('agentState').map((entry) => agentRow(tx, entry)));
  await insert(tx, 'recordings', of('recordingOpened').map((entry) => recordingRow(tx, entry)));
  for (const { actor, entry } of items) if (entry.kind === 'callCompleted') await completeCall(tx, actor, entry);
  for (const entry of of('recordingClosed')) await closeRecording(tx, entry);
  for (const entry of of('wrapUpEnded')) {
    await tx.db.updateTable('calls').set({ wrap_up_ms: entry.wrapUpMs }).where('tenant_id', '=', tx.tenantId).where('id', '=', entry.callId).execute();
  }
  await writeLive(tx, of('live'));
  for (const { actor, entry } of items) {
    if (entry.kind === 'audit') await tx.audit({ code: entry.code, subject: entry.subject, detail: entry.detail, actor });
    if (entry.kind === 'step' && entry.audit) await tx.audit({ code: entry.audit, subject: subjectOf(entry), detail: entry.detail, actor });
  }
}

/** A recording's own steps are about the recording; its detail names the call. */
function subjectOf({ callId, detail, audit }: EntryOf<'step'>): { kind: string; id: string } {
  const { recordingId } = detail;
  return audit?.startsWith('recording.') && typeof recordingId === 'string' ? { kind: 'recording', id: recordingId } : { kind: 'call', id: callId };
}

async function insert<Table extends keyof DB>(tx: TenantTx, table: Table, rows: readonly Insertable<DB[Table]>[]): Promise<void> {
  for (let at = 0; at < rows.length; at += MAX_ROWS) {
    await tx.db.insertInto(table).values(rows.slice(at, at + MAX_ROWS)).execute();
  }
}

const sealCall = (tx: TenantTx, id: string, content: CallContent): Buffer =>
  tx.vault.seal({ table: 'calls', column: 'sealed', id }, content);

const callRow = (tx: TenantTx, entry: CallStarted): Insertable<DB['calls']> => ({
  tenant_id: tx.tenantId,
  id: entry.callId,
  direction: entry.direction,
  channel: entry.channel,
  number_id: entry.numberId,
  agent_id: entry.agentId,
  sealed: sealCall(tx, entry.callId, { ...EMPTY_CALL_CONTENT, ...entry.content }),
  started_at: new Date(entry.startedWall),
});

const stepRow = (tx: TenantTx, step: EntryOf<'step'>): Insertable<DB['call_events']> => ({
  tenant_id: tx.tenantId,
  call_id: step.callId,
  seq: step.seq,
  at: new Date(step.atWall),
  type: step.type,
  sealed: tx.vault.seal({ table: 'call_events', column: 'sealed', id: `${step.callId}:${step.seq}` }, step.detail),
});

const decisionRow = (tx: TenantTx, { id, atWall, decision }: EntryOf<'decision'>): Insertable<DB['routing_decisions']> => ({
  tenant_id: tx.tenantId,
  id,
  call_id: decision.callId,
  queue_id: decision.queueId,
  at: new Date(atWall),
  rule: decision.rule,
  agent_id: decision.agentId,
  waited_ms: Math.round(decision.waitedMs),
  considered: decision.considered,
  required_skills: JSON.stringify(decision.requiredSkills),
  candidates: JSON.stringify(decision.candidates),
});

const agentRow = (tx: TenantTx, entry: EntryOf<'agentState'>): Insertable<DB['agent_states']> => ({
  tenant_id: tx.tenantId,
  id: entry.id,
  user_id: entry.agentId,
  at: new Date(entry.atWall),
  presence: entry.presence,
  work: entry.work,
  problems: [...entry.problems],
  call_id: entry.callId,
});

const recordingRow = (tx: TenantTx, entry: EntryOf<'recordingOpened'>): Insertable<DB['recordings']> => ({
  tenant_id: tx.tenantId,
  id: entry.recordingId,
  call_id: entry.callId,
  kind: entry.recordingKind,
  status: 'recording',
  object_path: entry.objectPath,
  key_version: entry.keyVersion,
  wrapped_key: Buffer.from(entry.wrappedKey, 'base64'),
});

const date = (wall: number | null): Date | null => (wall === null ? null : new Date(wall));

/** The agent may have written note and name meanwhile: the row is read under its lock. */
async function completeCall(tx: TenantTx, actor: Actor, entry: CallCompleted): Promise<void> {
  const row = await tx.db
    .selectFrom('calls')
    .select('sealed')
    .where('tenant_id', '=', tx.tenantId)
    .where('id', '=', entry.callId)
    .where('ended_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  if (!row) return;
  const written = tx.vault.open<CallContent>({ table: 'calls', column: 'sealed', id: entry.callId }, row.sealed);
  const content: CallContent = { ...written, ...entry.content, callerName: written.callerName || entry.content.callerName };
  const completed = await tx.db
    .updateTable('calls')
    .set({
      outcome: entry.outcome,
      ended_by: entry.endedBy,
      end_reason: entry.endReason,
      queue_id: entry.queueId,
      agent_id: sql`coalesce(${entry.agentId}::uuid, agent_id)`,
      station_id: entry.stationId,
      // An agent may have linked the call by hand already.
      customer_id: sql`coalesce(customer_id, ${entry.customerId}::uuid)`,
      queued_at: date(entry.queuedWall),
      agent_answered_at: date(entry.answeredWall),
      ended_at: new Date(entry.endedWall),
      queue_ms: entry.queueMs,
      ring_ms: entry.ringMs,
      talk_ms: entry.talkMs,
      hold_ms: entry.holdMs,
      sealed: sealCall(tx, entry.callId, content),
    })
    .where('tenant_id', '=', tx.tenantId)
    .where('id', '=', entry.callId)
    .returning(['customer_id', 'started_at'])
    .executeTakeFirst();
  if (completed?.customer_id) await addActivity(tx, actor, entry, completed.customer_id, completed.started_at);
}

/** The call on the customer's timeline. An agent who links the call later adds it then. */
async function addActivity(tx: TenantTx, actor: Actor, entry: CallCompleted, customerId: string, startedAt: Date): Promise<void> {
  const there = await tx.db
    .selectFrom('activities')
    .select('id')
    .where('tenant_id', '=', tx.tenantId)
    .where('customer_id', '=', customerId)
    .where('call_id', '=', entry.callId)
    .executeTakeFirst();
  if (there) return;
  const id = newId();
  await tx.db
    .insertInto('activities')
    .values({
      tenant_id: tx.tenantId,
      id,
      customer_id: customerId,
      call_id: entry.callId,
      kind: entry.hasVoicemail ? 'voicemail' : 'call',
      occurred_at: startedAt,
      sealed: tx.vault.seal({ table: 'activities', column: 'sealed', id }, { text: '' }),
    })
    .execute();
  await tx.audit({ code: 'activity.created', subject: { kind: 'activity', id }, detail: { customerId, callId: entry.callId }, actor });
}

async function closeRecording(tx: TenantTx, { recordingId, result }: RecordingClosed): Promise<void> {
  const values = result
    ? {
        status: 'complete',
        duration_ms: Math.round(result.durationMs),
        size_bytes: result.sizeBytes,
        sha256: result.sha256,
        sealed_peaks: tx.vault.seal({ table: 'recordings', column: 'sealed_peaks', id: recordingId }, result.peaks),
      }
    : { status: 'interrupted' };
  await tx.db
    .updateTable('recordings')
    .set(values)
    .where('tenant_id', '=', tx.tenantId)
    .where('id', '=', recordingId)
    .where('status', '=', 'recording')
    .execute();
}

async function writeLive(tx: TenantTx, entries: readonly EntryOf<'live'>[]): Promise<void> {
  const gone = entries.filter(({ state }) => state === null).map(({ callId }) => callId);
  const rows = entries
    .filter(({ state }) => state !== null)
    .map(({ callId, version, state }) => ({
      tenant_id: tx.tenantId,
      id: callId,
      version,
      sealed: tx.vault.seal({ table: 'live_calls', column: 'sealed', id: callId }, state),
    }));
  if (rows.length > 0) {
    await tx.db
      .insertInto('live_calls')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'id']).doUpdateSet((set) => ({ version: set.ref('excluded.version'), sealed: set.ref('excluded.sealed') })),
      )
      .execute();
  }
  if (gone.length > 0) await tx.db.deleteFrom('live_calls').where('tenant_id', '=', tx.tenantId).where('id', 'in', gone).execute();
}
