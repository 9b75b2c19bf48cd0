import { byteaArray, int4Array, int8Array, textArray, timeArray, uuidArray } from '../db/binary-arrays.ts';
import type { JournalTx } from '../db/journal-transaction.ts';
import { bytesOf, type Statement } from '../db/pipeline.ts';
import type { Actor } from '../db/types.ts';
import { newId } from '../lib/ids.ts';
import { EMPTY_CALL_CONTENT, type CallContent } from '../modules/calls/call-content.ts';
import { numberTokens } from '../modules/calls/call-number.ts';
import { sealSteps, type StepRow } from '../modules/calls/call-steps.ts';
import { auditCallback, changeCallbacks, insertRequests } from './callback-journal.ts';
import { writeCareBreaks } from './care-journal.ts';
import type { CallCompleted, JournalEntry, JournalItem } from './journal.ts';

type Kind = JournalEntry['kind'];
type EntryOf<K extends Kind> = Extract<JournalEntry, { kind: K }>;

interface Completion {
  actor: Actor;
  entry: CallCompleted;
}

/**
 * Writes entries of a tenant, one statement a table; where rows are found by `any`, the index is used whatever the planner
 * knows of the table. Started calls come first and closed recordings last, so that foreign
 * keys hold whatever the order among calls.
 */
export async function writeEntries(tx: JournalTx, items: readonly JournalItem[]): Promise<void> {
  const byKind = new Map<Kind, JournalEntry[]>();
  for (const { entry } of items) {
    const entries = byKind.get(entry.kind);
    if (entries) entries.push(entry);
    else byKind.set(entry.kind, [entry]);
  }
  const of = <K extends Kind>(kind: K): EntryOf<K>[] => (byKind.get(kind) ?? []) as EntryOf<K>[];
  const put = <K extends Kind>(kind: K, statement: (tx: JournalTx, entries: readonly EntryOf<K>[]) => Statement): void => {
    const entries = of(kind);
    if (entries.length > 0) tx.send(statement(tx, entries));
  };
  put('callStarted', insertCalls);
  put('step', insertSteps);
  put('decision', insertDecisions);
  put('queueExit', insertQueueExits);
  put('agentState', insertAgentStates);
  put('recordingOpened', insertRecordings);
  const boxed = of('recordingOpened').filter(({ box }) => box !== null);
  if (boxed.length > 0) tx.send(insertVoicemails(tx, boxed));
  put('callbackRequested', insertRequests);
  put('callbackChanged', changeCallbacks);
  writeCareBreaks(tx, of('careBreak'));
  writeLive(tx, of('live'));
  for (const { actor, entry } of items) {
    if (entry.kind === 'audit') tx.audit({ code: entry.code, subject: entry.subject, detail: entry.detail, actor });
    if (entry.kind === 'callbackRequested' || entry.kind === 'callbackChanged') auditCallback(tx, actor, entry);
    if (entry.kind === 'step' && entry.audit) tx.audit({ code: entry.audit, subject: subjectOf(entry), detail: entry.detail, actor });
  }
  await completeCalls(tx, items.flatMap(({ actor, entry }) => (entry.kind === 'callCompleted' ? [{ actor, entry }] : [])));
  put('recordingClosed', closeRecordings);
  put('recordingDiscarded', discardRecordings);
  put('wrapUpEnded', endWrapUps);
  put('callQuality', insertQualities);
}

/** A recording's own steps are about the recording; its detail names the call. */
function subjectOf({ callId, detail, audit }: EntryOf<'step'>): { kind: string; id: string } {
  const { recordingId } = detail;
  return audit?.startsWith('recording.') && typeof recordingId === 'string' ? { kind: 'recording', id: recordingId } : { kind: 'call', id: callId };
}

const sealCall = (tx: JournalTx, id: string, content: CallContent): Buffer => tx.vault.seal({ table: 'calls', column: 'sealed', id }, content);

function insertCalls(tx: JournalTx, calls: readonly EntryOf<'callStarted'>[]): Statement {
  const tokens = calls.map(({ number }) => numberTokens(tx.vault, number));
  return {
    name: 'j_calls',
    text: `insert into calls (tenant_id, id, direction, channel, number_id, agent_id, sealed, started_at, number_token, number_end_token)
      select $1, * from unnest($2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::uuid[], $7::bytea[], $8::timestamptz[], $9::bytea[], $10::bytea[])`,
    values: [
      tx.tenantId,
      uuidArray(calls.map(({ callId }) => callId)),
      textArray(calls.map(({ direction }) => direction)),
      textArray(calls.map(({ channel }) => channel)),
      uuidArray(calls.map(({ numberId }) => numberId)),
      uuidArray(calls.map(({ agentId }) => agentId)),
      byteaArray(calls.map(({ callId, content }) => sealCall(tx, callId, { ...EMPTY_CALL_CONTENT, ...content }))),
      timeArray(calls.map(({ startedWall }) => startedWall)),
      byteaArray(tokens.map(({ whole }) => whole)),
      byteaArray(tokens.map(({ end }) => end)),
    ],
  };
}

/** The steps of a call that are committed together share a row and a seal. */
function stepRows(tx: JournalTx, steps: readonly EntryOf<'step'>[]): (StepRow & { callId: string })[] {
  const byCall = Map.groupBy(steps, ({ callId }) => callId);
  return [...byCall].map(([callId, own]) => ({
    callId,
    ...sealSteps(tx.vault, callId, own.map(({ seq, atWall, type, detail }) => ({ seq, atWall, type, detail }))),
  }));
}

function insertSteps(tx: JournalTx, steps: readonly EntryOf<'step'>[]): Statement {
  const rows = stepRows(tx, steps);
  return {
    name: 'j_steps',
    text: `insert into call_events (tenant_id, call_id, seq, at, type, sealed)
      select $1, * from unnest($2::uuid[], $3::int4[], $4::timestamptz[], $5::text[], $6::bytea[])`,
    values: [
      tx.tenantId,
      uuidArray(rows.map(({ callId }) => callId)),
      int4Array(rows.map(({ seq }) => seq)),
      timeArray(rows.map(({ atWall }) => atWall)),
      textArray(rows.map(({ type }) => type)),
      byteaArray(rows.map(({ sealed }) => sealed)),
    ],
  };
}

const insertDecisions = (tx: JournalTx, made: readonly EntryOf<'decision'>[]): Statement => ({
  name: 'j_decisions',
  text: `insert into routing_decisions (tenant_id, id, call_id, queue_id, at, rule, agent_id, waited_ms, considered, required_skills, candidates, detail)
    select $1, id, call_id, queue_id, at, rule, agent_id, waited_ms, considered, skills::jsonb, candidates::jsonb, detail::jsonb
    from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::text[], $7::uuid[], $8::int4[], $9::int4[], $10::text[], $11::text[], $12::text[])
      as d (id, call_id, queue_id, at, rule, agent_id, waited_ms, considered, skills, candidates, detail)`,
  values: [
    tx.tenantId,
    uuidArray(made.map(({ id }) => id)),
    uuidArray(made.map(({ decision }) => decision.callId)),
    uuidArray(made.map(({ decision }) => decision.queueId)),
    timeArray(made.map(({ atWall }) => atWall)),
    textArray(made.map(({ decision }) => decision.rule)),
    uuidArray(made.map(({ decision }) => decision.agentId)),
    int4Array(made.map(({ decision }) => Math.round(decision.waitedMs))),
    int4Array(made.map(({ decision }) => decision.considered)),
    textArray(made.map(({ decision }) => JSON.stringify(decision.requiredSkills))),
    textArray(made.map(({ decision }) => JSON.stringify(decision.candidates))),
    textArray(made.map(({ decision }) => (decision.detail ? JSON.stringify(decision.detail) : null))),
  ],
});

const insertQueueExits = (tx: JournalTx, exits: readonly EntryOf<'queueExit'>[]): Statement => ({
  name: 'j_queue_exits',
  text: `insert into queue_exits (tenant_id, call_id, seq, queue_id, at, reason, waited_ms)
    select $1, * from unnest($2::uuid[], $3::int4[], $4::uuid[], $5::timestamptz[], $6::text[], $7::int4[])`,
  values: [
    tx.tenantId,
    uuidArray(exits.map(({ callId }) => callId)),
    int4Array(exits.map(({ seq }) => seq)),
    uuidArray(exits.map(({ queueId }) => queueId)),
    timeArray(exits.map(({ atWall }) => atWall)),
    textArray(exits.map(({ reason }) => reason)),
    int4Array(exits.map(({ waitedMs }) => Math.round(waitedMs))),
  ],
});

const insertAgentStates = (tx: JournalTx, states: readonly EntryOf<'agentState'>[]): Statement => ({
  name: 'j_agent_states',
  text: `insert into agent_states (tenant_id, id, user_id, at, presence, work, problems, call_id, queue_id, reason_id)
    select $1, id, user_id, at, presence, work, array(select jsonb_array_elements_text(problems::jsonb)), call_id, queue_id, reason_id
    from unnest($2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::uuid[], $9::uuid[], $10::uuid[])
      as s (id, user_id, at, presence, work, problems, call_id, queue_id, reason_id)`,
  values: [
    tx.tenantId,
    uuidArray(states.map(({ id }) => id)),
    uuidArray(states.map(({ agentId }) => agentId)),
    timeArray(states.map(({ atWall }) => atWall)),
    textArray(states.map(({ presence }) => presence)),
    textArray(states.map(({ work }) => work)),
    textArray(states.map(({ problems }) => JSON.stringify(problems))),
    uuidArray(states.map(({ callId }) => callId)),
    uuidArray(states.map(({ queueId }) => queueId)),
    uuidArray(states.map(({ reasonId }) => reasonId)),
  ],
});

const insertRecordings = (tx: JournalTx, opened: readonly EntryOf<'recordingOpened'>[]): Statement => ({
  name: 'j_recordings',
  text: `insert into recordings (tenant_id, id, call_id, kind, status, object_path, key_version, wrapped_key)
    select $1, id, call_id, kind, 'recording', path, key_version, wrapped
    from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::int4[], $7::bytea[]) as r (id, call_id, kind, path, key_version, wrapped)`,
  values: [
    tx.tenantId,
    uuidArray(opened.map(({ recordingId }) => recordingId)),
    uuidArray(opened.map(({ callId }) => callId)),
    textArray(opened.map(({ recordingKind }) => recordingKind)),
    textArray(opened.map(({ objectPath }) => objectPath)),
    int4Array(opened.map(({ keyVersion }) => keyVersion)),
    byteaArray(opened.map(({ wrappedKey }) => Buffer.from(wrappedKey, 'base64'))),
  ],
});

/** A box that was never there gets nothing: the message is kept with its call. */
const insertVoicemails = (tx: JournalTx, opened: readonly EntryOf<'recordingOpened'>[]): Statement => ({
  name: 'j_voicemails',
  text: `insert into voicemails (tenant_id, id, box_id)
    select $1, e.id, b.id from unnest($2::uuid[], $3::text[]) as e (id, number) join voicemail_boxes b on b.tenant_id = $1 and b.number = e.number`,
  values: [tx.tenantId, uuidArray(opened.map(({ recordingId }) => recordingId)), textArray(opened.map(({ box }) => box ?? ''))],
});

/** Without its key the sound is gone; the file goes with the next round of the retention job. */
const discardRecordings = (tx: JournalTx, discarded: readonly EntryOf<'recordingDiscarded'>[]): Statement => ({
  name: 'j_discard_recordings',
  text: `update recordings set status = 'deleted', deleted_at = now(), deleted_reason = 'caller', wrapped_key = '', sealed_peaks = null
    where tenant_id = $1 and id = any ($2::uuid[])`,
  values: [tx.tenantId, uuidArray(discarded.map(({ recordingId }) => recordingId))],
});

/** An agent may have written note and name or linked a customer meanwhile: the rows are read under their locks. */
const openCalls = (tx: JournalTx, completions: readonly Completion[]): Statement => ({
  name: 'j_open_calls',
  text: `select c.id, c.sealed, coalesce(c.customer_id, e.customer_id), (extract(epoch from c.started_at) * 1000)::int8,
      exists (select from activities a where a.tenant_id = $1 and a.customer_id = coalesce(c.customer_id, e.customer_id) and a.call_id = c.id)
    from unnest($2::uuid[], $3::uuid[]) as e (id, customer_id) join calls c on c.tenant_id = $1 and c.id = e.id
    where c.id = any ($2) and c.ended_at is null for update of c`,
  values: [tx.tenantId, uuidArray(completions.map(({ entry }) => entry.callId)), uuidArray(completions.map(({ entry }) => entry.customerId))],
});

interface OpenCall extends Completion {
  written: Buffer;
  customerId: string | null;
  startedWall: number;
  isListed: boolean;
}

async function completeCalls(tx: JournalTx, completions: readonly Completion[]): Promise<void> {
  if (completions.length === 0) return;
  const byId = new Map(completions.map((completion) => [completion.entry.callId, completion]));
  const rows = await tx.query(openCalls(tx, completions));
  const open = rows.flatMap(([id, sealed, customerId = null, started, listed]): OpenCall[] => {
    const completion = byId.get(id ?? '');
    return completion ? [{ ...completion, written: bytesOf(sealed), customerId, startedWall: Number(started), isListed: listed === 't' }] : [];
  });
  if (open.length === 0) return;
  tx.send(updateCalls(tx, open));
  const unlisted = open.filter(({ customerId, isListed }) => customerId !== null && !isListed);
  if (unlisted.length > 0) addActivities(tx, unlisted);
}

function completedContent(tx: JournalTx, { entry, written }: OpenCall): Buffer {
  const before = tx.vault.open<CallContent>({ table: 'calls', column: 'sealed', id: entry.callId }, written);
  return sealCall(tx, entry.callId, { ...before, ...entry.content, callerName: before.callerName || entry.content.callerName });
}

const updateCalls = (tx: JournalTx, open: readonly OpenCall[]): Statement => ({
  name: 'j_complete',
  text: `update calls set outcome = e.outcome, ended_by = e.ended_by, end_reason = e.end_reason, queue_id = e.queue_id,
      agent_id = coalesce(e.agent_id, calls.agent_id), station_id = e.station_id, customer_id = e.customer_id, queued_at = e.queued_at,
      agent_answered_at = e.answered_at, ended_at = e.ended_at, queue_ms = e.queue_ms, ring_ms = e.ring_ms, talk_ms = e.talk_ms,
      hold_ms = e.hold_ms, aside_ms = e.aside_ms, sealed = e.sealed, script_id = (select s.id from scripts s where s.tenant_id = $1 and s.id = e.script_id)
    from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::uuid[], $9::uuid[], $10::timestamptz[],
      $11::timestamptz[], $12::timestamptz[], $13::int4[], $14::int4[], $15::int4[], $16::int4[], $17::bytea[], $18::uuid[], $19::int4[])
      as e (id, outcome, ended_by, end_reason, queue_id, agent_id, station_id, customer_id, queued_at, answered_at, ended_at, queue_ms, ring_ms,
        talk_ms, hold_ms, sealed, script_id, aside_ms)
    where calls.tenant_id = $1 and calls.id = e.id and calls.id = any ($2)`,
  values: [
    tx.tenantId,
    uuidArray(open.map(({ entry }) => entry.callId)),
    textArray(open.map(({ entry }) => entry.outcome)),
    textArray(open.map(({ entry }) => entry.endedBy)),
    textArray(open.map(({ entry }) => entry.endReason)),
    uuidArray(open.map(({ entry }) => entry.queueId)),
    uuidArray(open.map(({ entry }) => entry.agentId)),
    uuidArray(open.map(({ entry }) => entry.stationId)),
    uuidArray(open.map(({ customerId }) => customerId)),
    timeArray(open.map(({ entry }) => entry.queuedWall)),
    timeArray(open.map(({ entry }) => entry.answeredWall)),
    timeArray(open.map(({ entry }) => entry.endedWall)),
    int4Array(open.map(({ entry }) => entry.queueMs)),
    int4Array(open.map(({ entry }) => entry.ringMs)),
    int4Array(open.map(({ entry }) => entry.talkMs)),
    int4Array(open.map(({ entry }) => entry.holdMs)),
    byteaArray(open.map((call) => completedContent(tx, call))),
    uuidArray(open.map(({ entry }) => entry.scriptId)),
    int4Array(open.map(({ entry }) => entry.asideMs)),
  ],
});

/** The calls on their customers' timelines. An agent who links a call later adds it then. */
function addActivities(tx: JournalTx, calls: readonly OpenCall[]): void {
  const added = calls.map((call) => ({ ...call, id: newId() }));
  tx.send({
    name: 'j_activities',
    text: `insert into activities (tenant_id, id, customer_id, call_id, kind, occurred_at, sealed)
      select $1, * from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[], $7::bytea[])`,
    values: [
      tx.tenantId,
      uuidArray(added.map(({ id }) => id)),
      uuidArray(added.map(({ customerId }) => customerId)),
      uuidArray(added.map(({ entry }) => entry.callId)),
      textArray(added.map(({ entry }) => (entry.hasVoicemail ? 'voicemail' : 'call'))),
      timeArray(added.map(({ startedWall }) => startedWall)),
      byteaArray(added.map(({ id }) => tx.vault.seal({ table: 'activities', column: 'sealed', id }, { text: '' }))),
    ],
  });
  for (const { id, customerId, entry, actor } of added) {
    tx.audit({ code: 'activity.created', subject: { kind: 'activity', id }, detail: { customerId, callId: entry.callId }, actor });
  }
}

const closeRecordings = (tx: JournalTx, closed: readonly EntryOf<'recordingClosed'>[]): Statement => ({
  name: 'j_close_recordings',
  text: `update recordings set status = e.status, duration_ms = e.duration_ms, size_bytes = e.size_bytes, sha256 = e.sha256, sealed_peaks = e.peaks
    from unnest($2::uuid[], $3::text[], $4::int4[], $5::int8[], $6::text[], $7::bytea[]) as e (id, status, duration_ms, size_bytes, sha256, peaks)
    where recordings.tenant_id = $1 and recordings.id = e.id and recordings.id = any ($2) and recordings.status = 'recording'`,
  values: [
    tx.tenantId,
    uuidArray(closed.map(({ recordingId }) => recordingId)),
    textArray(closed.map(({ result }) => (result ? 'complete' : 'interrupted'))),
    int4Array(closed.map(({ result }) => (result ? Math.round(result.durationMs) : null))),
    int8Array(closed.map(({ result }) => result?.sizeBytes ?? null)),
    textArray(closed.map(({ result }) => result?.sha256 ?? null)),
    byteaArray(
      closed.map(({ recordingId, result }) => (result ? tx.vault.seal({ table: 'recordings', column: 'sealed_peaks', id: recordingId }, { ...result.peaks, gaps: result.gaps }) : null)),
    ),
  ],
});

/** A leg that was read twice, because core was restarted, keeps the later figures. */
const insertQualities = (tx: JournalTx, legs: readonly EntryOf<'callQuality'>[]): Statement => ({
  name: 'j_quality',
  text: `insert into call_quality (tenant_id, call_id, endpoint, party, loss_percent, remote_loss_percent, jitter_ms, round_trip_ms, mos, samples)
    select $1, e.call_id, e.endpoint, e.party, (f->>'lossPercent')::real, (f->>'remoteLossPercent')::real, (f->>'jitterMs')::real,
      (f->>'roundTripMs')::real, (f->>'mos')::real, e.samples::jsonb
    from (
      select distinct on (call_id, endpoint) call_id, endpoint, party, summary::jsonb as f, samples
      from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[]) with ordinality as u (call_id, endpoint, party, summary, samples, place)
      order by call_id, endpoint, place desc
    ) as e
    on conflict (tenant_id, call_id, endpoint) do update set loss_percent = excluded.loss_percent,
      remote_loss_percent = excluded.remote_loss_percent, jitter_ms = excluded.jitter_ms, round_trip_ms = excluded.round_trip_ms,
      mos = excluded.mos, samples = excluded.samples`,
  values: [
    tx.tenantId,
    uuidArray(legs.map(({ callId }) => callId)),
    textArray(legs.map(({ endpoint }) => endpoint)),
    textArray(legs.map(({ party }) => party)),
    textArray(legs.map(({ summary }) => JSON.stringify(summary))),
    textArray(legs.map(({ samples }) => JSON.stringify(samples))),
  ],
});

const endWrapUps = (tx: JournalTx, ended: readonly EntryOf<'wrapUpEnded'>[]): Statement => ({
  name: 'j_wrap_ups',
  text: `update calls set wrap_up_ms = e.wrap_up_ms from unnest($2::uuid[], $3::int4[]) as e (id, wrap_up_ms)
    where calls.tenant_id = $1 and calls.id = e.id and calls.id = any ($2)`,
  values: [tx.tenantId, uuidArray(ended.map(({ callId }) => callId)), int4Array(ended.map(({ wrapUpMs }) => wrapUpMs))],
});

function writeLive(tx: JournalTx, entries: readonly EntryOf<'live'>[]): void {
  const gone = entries.flatMap(({ callId, state }) => (state === null ? [callId] : []));
  const there = entries.filter(({ state }) => state !== null);
  if (there.length > 0) {
    tx.send({
      name: 'j_live',
      text: `insert into live_calls (tenant_id, id, version, sealed) select $1, * from unnest($2::uuid[], $3::int4[], $4::bytea[])
        on conflict (tenant_id, id) do update set version = excluded.version, sealed = excluded.sealed`,
      values: [
        tx.tenantId,
        uuidArray(there.map(({ callId }) => callId)),
        int4Array(there.map(({ version }) => version)),
        byteaArray(there.map(({ callId, state }) => tx.vault.seal({ table: 'live_calls', column: 'sealed', id: callId }, state))),
      ],
    });
  }
  if (gone.length === 0) return;
  tx.send({
    name: 'j_gone',
    text: 'delete from live_calls where tenant_id = $1 and id = any ($2::uuid[])',
    values: [tx.tenantId, uuidArray(gone)],
  });
}
