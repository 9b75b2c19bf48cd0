import type { Call, CallDetail, LegQuality, RoutingDecisionView, SipMessageView } from '../../../shared/api/calls.ts';
import type { TenantTx } from '../../db/types.ts';
import { notFound } from '../../lib/errors.ts';
import type { Session } from '../support/binding.ts';
import { decodeTimeCursor, pageOf } from '../support/paging.ts';
import { isoOrNull, recordOf } from '../support/records.ts';
import { customerNames, queueNames, stationNames, userNames } from '../support/references.ts';
import { EMPTY_CALL_CONTENT, type CallContent } from './call-content.ts';
import { numberQuery } from './call-number.ts';
import { openSteps } from './call-steps.ts';
import {
  callsById,
  decisionsOfCall,
  eventsOfCall,
  findCall,
  listCallRows,
  qualityOfCall,
  recordingsOfCalls,
  type CallFilter,
  type CallRow,
  type DecisionRow,
} from './calls.queries.ts';

/** What the live side tells about calls in progress. */
export interface LiveCalls {
  /** The user talks in this call, or wraps it up, at the moment. */
  isWith(tenantId: string, callId: string, userId: string): boolean;
  /** The queue that a call in progress came through, and the script that its flow chose; null when the call does not run here. */
  queueOf(tenantId: string, callId: string): { queueId: string | null; scriptId: string | null } | null;
  /** SIP messages of a call that are not stored (yet), oldest first. */
  sipOf(tenantId: string, callId: string): SipMessageView[];
}

/** For processes without live calls. */
export const NO_LIVE_CALLS: LiveCalls = { isWith: () => false, queueOf: () => null, sipOf: () => [] };

/** Where the sealed part of a call's record lies. */
export const callPlace = (id: string) => ({ table: 'calls', column: 'sealed', id });

async function views(tx: TenantTx, rows: readonly CallRow[]): Promise<Call[]> {
  if (rows.length === 0) return [];
  const users = await userNames(tx, rows.map((row) => row.agent_id));
  const customers = await customerNames(tx, rows.map((row) => row.customer_id));
  const recordings = await recordingsOfCalls(tx, rows.map((row) => row.id));
  return rows.map((row) => ({
    ...recordOf(row),
    ...EMPTY_CALL_CONTENT,
    ...tx.vault.open<Partial<CallContent>>(callPlace(row.id), row.sealed),
    ...timesOf(row),
    direction: row.direction as Call['direction'],
    channel: row.channel as Call['channel'],
    outcome: row.outcome as Call['outcome'],
    endedBy: row.ended_by as Call['endedBy'],
    endReason: row.end_reason ?? '',
    queueId: row.queue_id,
    queueName: row.queue_name ?? '',
    agentId: row.agent_id,
    agentName: users.get(row.agent_id ?? '') ?? row.station_name ?? '',
    customerId: row.customer_id,
    customerName: customers.get(row.customer_id ?? '') ?? '',
    wrapUpCodeId: row.wrap_up_code_id,
    wrapUpLabel: row.wrap_up_label ?? '',
    wrappedUpAt: isoOrNull(row.wrapped_up_at),
    caseId: row.case_id,
    caseNumber: row.case_number,
    recordings: recordings
      .filter((recording) => recording.call_id === row.id)
      .map(({ id, kind, status, duration_ms: durationMs }) => ({ id, kind, status, durationMs }) as Call['recordings'][number]),
  }));
}

const timesOf = (row: CallRow) => ({
  startedAt: row.started_at.toISOString(),
  queuedAt: isoOrNull(row.queued_at),
  answeredAt: isoOrNull(row.agent_answered_at),
  endedAt: isoOrNull(row.ended_at),
  queueMs: row.queue_ms,
  ringMs: row.ring_ms,
  talkMs: row.talk_ms,
  holdMs: row.hold_ms,
  asideMs: row.aside_ms,
  wrapUpMs: row.wrap_up_ms,
});

/** Calls by id. */
export async function callViewsById(tx: TenantTx, ids: readonly string[]): Promise<Map<string, Call>> {
  const shown = ids.length > 0 ? await views(tx, await callsById(tx, ids)) : [];
  return new Map(shown.map((call) => [call.id, call]));
}

type ListQuery = Omit<CallFilter, 'before' | 'number'> & { cursor?: string | undefined; number?: string | undefined };

/** Calls, newest first; only the own ones unless the session may read all. */
export async function listCalls(tx: TenantTx, session: Session, query: ListQuery): Promise<{ items: Call[]; nextCursor: string | null }> {
  const { cursor, number: typed, ...filter } = query;
  const number = typed === undefined ? undefined : numberQuery(tx.vault, typed);
  if (number === null) return { items: [], nextCursor: null };
  const seesAll = session.permissions.has('call.read.all');
  if (!seesAll && filter.agentId && filter.agentId !== session.userId) return { items: [], nextCursor: null };
  const agentId = seesAll ? filter.agentId : session.userId;
  const rows = await listCallRows(tx, { ...filter, number, agentId, before: decodeTimeCursor(cursor), limit: query.limit + 1 });
  return pageOf(await views(tx, rows), query.limit, (call) => call, (call) => ({ key: call.startedAt, id: call.id }));
}

/** The session's user has the call, or had it last. */
export function isOwn(tx: TenantTx, session: Session, live: LiveCalls, call: { id: string; agent_id: string | null }): boolean {
  return call.agent_id === session.userId || live.isWith(tx.tenantId, call.id, session.userId);
}

/** One call with its steps and routing decisions. @throws AppError `not_found`, also for a call that is not the caller's to see */
export async function callDetail(tx: TenantTx, session: Session, live: LiveCalls, id: string): Promise<CallDetail> {
  const row = await findCall(tx, id);
  if (!row || !(session.permissions.has('call.read.all') || isOwn(tx, session, live, row))) throw notFound('call');
  const [view] = await views(tx, [row]);
  if (!view) throw notFound('call');
  const events = await eventsOfCall(tx, id);
  return {
    ...view,
    quality: (await qualityOfCall(tx, id)).map(qualityView),
    events: events
      .flatMap((row) => openSteps(tx.vault, id, { ...row, atWall: row.at.getTime() }))
      .map(({ seq, atWall, type, detail }) => ({ seq, at: new Date(atWall).toISOString(), type, detail })),
    decisions: await decisionViews(tx, await decisionsOfCall(tx, id)),
  };
}

const qualityView = (row: Awaited<ReturnType<typeof qualityOfCall>>[number]): LegQuality => ({
  party: row.party as LegQuality['party'],
  lossPercent: row.loss_percent,
  remoteLossPercent: row.remote_loss_percent,
  jitterMs: row.jitter_ms,
  roundTripMs: row.round_trip_ms,
  mos: row.mos,
  // Written by the journal in this shape.
  samples: row.samples as unknown as LegQuality['samples'],
});

interface Candidate {
  agentId: string;
  verdict: string;
  idleMs: number | null;
  score?: number;
  load?: number;
  capacity?: number;
  problems?: string[];
}

/** As the distributor writes it. */
type StoredDetail = Omit<NonNullable<RoutingDecisionView['detail']>, 'queueNames'> & { queueIds: string[] };

async function decisionViews(tx: TenantTx, rows: readonly DecisionRow[]): Promise<RoutingDecisionView[]> {
  const candidates = (row: DecisionRow): Candidate[] => row.candidates as unknown as Candidate[];
  const ids = rows.flatMap((row) => [row.agent_id, ...candidates(row).map((candidate) => candidate.agentId)]);
  const names = new Map([...(await userNames(tx, ids)), ...(await stationNames(tx, ids))]);
  const queues = await queueNames(tx, rows.flatMap((row) => (row.detail as unknown as StoredDetail | null)?.queueIds ?? []));
  const detailOf = (stored: StoredDetail | null): RoutingDecisionView['detail'] => {
    if (!stored) return null;
    const { queueIds, ...detail } = stored;
    return { ...detail, queueNames: queueIds.map((id) => queues.get(id) ?? '') };
  };
  return rows.map((row) => ({
    id: row.id,
    at: row.at.toISOString(),
    queueId: row.queue_id,
    queueName: row.queue_name,
    rule: row.rule,
    agentId: row.agent_id,
    agentName: names.get(row.agent_id ?? '') ?? '',
    waitedMs: row.waited_ms,
    considered: row.considered,
    requiredSkills: row.required_skills as Record<string, number>,
    candidates: candidates(row).map((candidate) => ({ ...candidate, score: candidate.score ?? null, problems: candidate.problems ?? [], agentName: names.get(candidate.agentId) ?? '' })),
    detail: detailOf(row.detail as unknown as StoredDetail | null),
  }));
}
