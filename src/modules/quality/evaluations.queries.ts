import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';
import type { ScoreColumns, WholeScore } from './scoring.ts';

/** What the agent was told last came after they last looked; `greatest` leaves out what is null. */
const UNREAD = sql<boolean>`(evaluations.state <> 'draft' and greatest(evaluations.published_at, evaluations.answered_at) > coalesce(greatest(evaluations.seen_at, evaluations.acknowledged_at, evaluations.appealed_at), '-infinity'))`;

const evaluations = (tx: TenantTx) =>
  tx.db
    .selectFrom('evaluations')
    .innerJoin('score_sheets', 'score_sheets.id', 'evaluations.sheet_id')
    .leftJoin('queues', 'queues.id', 'evaluations.queue_id')
    .selectAll('evaluations')
    .select(UNREAD.as('unread'))
    .select(['score_sheets.name as sheet_name', 'queues.name as queue_name']);

export const findEvaluation = (tx: TenantTx, id: string) => evaluations(tx).where('evaluations.id', '=', id).executeTakeFirst();

export type EvaluationRow = NonNullable<Awaited<ReturnType<typeof findEvaluation>>>;

export const lockEvaluation = (tx: TenantTx, id: string) => tx.db.selectFrom('evaluations').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();

export type LockedEvaluation = NonNullable<Awaited<ReturnType<typeof lockEvaluation>>>;

export interface EvaluationFilter {
  agentId?: string | undefined;
  sheetId?: string | undefined;
  queueId?: string | undefined;
  callId?: string | undefined;
  evaluatorId?: string | undefined;
  state?: string | undefined;
  published?: boolean | undefined;
  noQueue?: boolean | undefined;
  passed?: boolean | undefined;
  fatal?: boolean | undefined;
  appealed?: boolean | undefined;
  unread?: boolean | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

export function listEvaluationRows(tx: TenantTx, filter: EvaluationFilter & { before: string | null; limit: number }): Promise<EvaluationRow[]> {
  let query = evaluations(tx).orderBy('evaluations.id', 'desc').limit(filter.limit);
  const equal = {
    agent_id: filter.agentId, sheet_id: filter.sheetId, queue_id: filter.queueId, call_id: filter.callId, evaluator_id: filter.evaluatorId, state: filter.state,
  } as const;
  for (const [column, value] of Object.entries(equal)) if (value !== undefined) query = query.where(`evaluations.${column as keyof typeof equal}`, '=', value);
  if (filter.before) query = query.where('evaluations.id', '<', filter.before);
  if (filter.published !== undefined) query = query.where('evaluations.state', filter.published ? '!=' : '=', 'draft');
  if (filter.noQueue !== undefined) query = query.where('evaluations.queue_id', filter.noQueue ? 'is' : 'is not', null);
  if (filter.appealed !== undefined) query = query.where('evaluations.appealed_at', filter.appealed ? 'is not' : 'is', null);
  if (filter.unread !== undefined) query = query.where(UNREAD, '=', filter.unread);
  if (filter.passed !== undefined) query = query.where('evaluations.passed', '=', filter.passed);
  if (filter.fatal !== undefined) query = query.where('evaluations.fatal', '=', filter.fatal);
  if (filter.from) query = query.where('evaluations.called_at', '>=', new Date(filter.from));
  if (filter.to) query = query.where('evaluations.called_at', '<', new Date(filter.to));
  return query.execute();
}

/** How many evaluations of an agent's calls they have not opened. */
export async function unreadOf(tx: TenantTx, agentId: string): Promise<number> {
  const { count } = await tx.db.selectFrom('evaluations').select(({ fn }) => fn.countAll<string>().as('count')).where('agent_id', '=', agentId).where(UNREAD, '=', true).executeTakeFirstOrThrow();
  return Number(count);
}

export async function markSeen(tx: TenantTx, id: string): Promise<void> {
  await tx.db.updateTable('evaluations').set({ seen_at: sql<Date>`clock_timestamp()` }).where('id', '=', id).execute();
}

export interface NewEvaluation {
  id: string;
  sheetId: string;
  sheetVersion: number;
  call: { id: string; started_at: Date; queue_id: string | null };
  agentId: string;
  evaluatorId: string;
  sealed: Buffer;
}

/** @returns false when the call has an evaluation with this sheet already */
export async function insertEvaluation(tx: TenantTx, row: NewEvaluation): Promise<boolean> {
  const inserted = await tx.db
    .insertInto('evaluations')
    .values({
      tenant_id: tx.tenantId,
      id: row.id,
      sheet_id: row.sheetId,
      sheet_version: row.sheetVersion,
      call_id: row.call.id,
      called_at: row.call.started_at,
      queue_id: row.call.queue_id,
      agent_id: row.agentId,
      evaluator_id: row.evaluatorId,
      sealed: row.sealed,
    })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'call_id', 'sheet_id']).doNothing())
    .returning('id')
    .executeTakeFirst();
  return inserted !== undefined;
}

export async function writeScores(tx: TenantTx, id: string, columns: ScoreColumns, sealed: Buffer): Promise<void> {
  await tx.db.updateTable('evaluations').set({ score: columns.score, passed: columns.passed, fatal: columns.fatal, sealed }).where('id', '=', id).execute();
}

/** The time column that each state sets. */
const STAMPS = {
  draft: {},
  published: { published_at: sql<Date>`now()` },
  acknowledged: { acknowledged_at: sql<Date>`now()` },
  appealed: { appealed_at: sql<Date>`now()` },
  upheld: { answered_at: sql<Date>`now()` },
  revised: { answered_at: sql<Date>`now()` },
} as const;

export async function moveTo(tx: TenantTx, id: string, state: keyof typeof STAMPS, sealedAppeal?: Buffer): Promise<void> {
  await tx.db
    .updateTable('evaluations')
    .set({ state, ...STAMPS[state], ...(sealedAppeal ? { sealed_appeal: sealedAppeal } : {}) })
    .where('id', '=', id)
    .execute();
}

export async function insertRevision(tx: TenantTx, id: string, revision: number, columns: WholeScore, sealed: Buffer): Promise<void> {
  await tx.db.insertInto('evaluation_revisions').values({ tenant_id: tx.tenantId, evaluation_id: id, revision, ...columns, sealed }).execute();
  await tx.db.updateTable('evaluations').set({ revision }).where('id', '=', id).execute();
}

export const revisionsOf = (tx: TenantTx, id: string) =>
  tx.db.selectFrom('evaluation_revisions').selectAll().where('evaluation_id', '=', id).orderBy('revision').limit(200).execute();

export async function deleteEvaluation(tx: TenantTx, id: string): Promise<void> {
  await tx.db.deleteFrom('evaluations').where('id', '=', id).execute();
}

/** Who handled a call, when, and for which queue. */
export const evaluatedCall = (tx: TenantTx, id: string) => tx.db.selectFrom('calls').select(['id', 'agent_id', 'queue_id', 'started_at']).where('id', '=', id).executeTakeFirst();

export interface SampleQuery {
  agentId?: string | undefined;
  queueId?: string | undefined;
  count: number;
  since: Date;
  minTalkMs: number;
}

/** Ids of recorded calls without any evaluation, at random. @param notOf whose own calls are left out */
export async function sampleCallIds(tx: TenantTx, query: SampleQuery, notOf: string): Promise<string[]> {
  let calls = tx.db
    .selectFrom('calls')
    .select('calls.id')
    .where('calls.started_at', '>=', query.since)
    .where('calls.ended_at', 'is not', null)
    .where('calls.agent_id', 'is not', null)
    .where('calls.agent_id', '!=', notOf)
    .where(sql<number>`coalesce(calls.talk_ms, 0)`, '>=', query.minTalkMs)
    .where((eb) => eb.exists(eb.selectFrom('recordings').select('recordings.id').whereRef('recordings.call_id', '=', 'calls.id').where('recordings.kind', '=', 'call').where('recordings.status', 'in', ['complete', 'interrupted'])))
    .where((eb) => eb.not(eb.exists(eb.selectFrom('evaluations').select('evaluations.id').whereRef('evaluations.call_id', '=', 'calls.id'))))
    .orderBy(sql`random()`)
    .limit(query.count);
  if (query.agentId) calls = calls.where('calls.agent_id', '=', query.agentId);
  if (query.queueId) calls = calls.where('calls.queue_id', '=', query.queueId);
  return (await calls.execute()).map(({ id }) => id);
}
