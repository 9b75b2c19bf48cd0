import type { TimelineEntry } from '../../../shared/api/customers.ts';
import type { Call } from '../../../shared/api/calls.ts';
import type { TenantTx } from '../../db/types.ts';
import { notFound } from '../../lib/errors.ts';
import type { ActivityContent } from '../activities/activity-content.ts';
import { callViewsById } from '../calls/calls.service.ts';
import { decodeTimeCursor, pageOf } from '../support/paging.ts';
import { userNames } from '../support/references.ts';
import { findCustomer } from './customers.queries.ts';
import { timelineRows, type TimelineRow } from './timeline.queries.ts';

const userOf = (actor: string): string | null => (actor.startsWith('user:') ? actor.slice('user:'.length) : null);

/** What happened with a customer, newest first. @throws AppError `not_found` */
export async function customerTimeline(tx: TenantTx, customerId: string, query: { limit: number; cursor?: string | undefined }) {
  if (!(await findCustomer(tx, customerId))) throw notFound('customer');
  const rows = await timelineRows(tx, customerId, decodeTimeCursor(query.cursor), query.limit + 1);
  const calls = await callViewsById(tx, rows.flatMap((row) => row.call_id ?? []));
  const authors = await userNames(tx, rows.map((row) => userOf(row.created_by)));
  const entry = (row: TimelineRow): TimelineEntry => entryOf(tx, row, calls.get(row.call_id ?? '') ?? null, authors);
  return pageOf(rows, query.limit, entry, (row) => ({ key: row.occurred_at.toISOString(), id: row.id }));
}

function entryOf(tx: TenantTx, row: TimelineRow, call: Call | null, authors: ReadonlyMap<string, string>): TimelineEntry {
  const text = row.sealed ? tx.vault.open<ActivityContent>({ table: 'activities', column: 'sealed', id: row.id }, row.sealed).text : '';
  const isNote = row.kind === 'note';
  return {
    id: row.id,
    kind: row.kind,
    occurredAt: row.occurred_at.toISOString(),
    text,
    author: (isNote ? undefined : call?.agentName) ?? authors.get(userOf(row.created_by) ?? '') ?? '',
    caseId: row.case_id,
    callId: row.call_id,
    call: call && {
      direction: call.direction,
      channel: call.channel,
      outcome: call.outcome,
      queueName: call.queueName,
      talkMs: call.talkMs,
      wrapUpLabel: call.wrapUpLabel,
      note: call.note,
      recordingIds: call.recordings.map((recording) => recording.id),
    },
  };
}
