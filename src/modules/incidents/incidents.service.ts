import type { Incident } from '../../../shared/api/incidents.ts';
import type { TenantTx } from '../../db/types.ts';
import { conflict, invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { holdRecordingsOfCall } from '../recordings/recording-hold.service.ts';
import type { Session } from '../support/binding.ts';
import { decodeCursor, pageOf } from '../support/paging.ts';
import { changesOf, isoOrNull, recordOf, withoutUndefined } from '../support/records.ts';
import { customerNames, userNames } from '../support/references.ts';
import {
  customersOfCalls,
  findIncident,
  incidentOfCall,
  insertIncident,
  listIncidentRows,
  lockIncident,
  nextIncidentNumber,
  partiesOfCall,
  patchIncident,
  type IncidentRow,
} from './incidents.queries.ts';

/** Sealed part of an incident (`incidents.sealed`). */
interface IncidentContent {
  summary: string;
  measures: Incident['measures'];
}

const place = (id: string) => ({ table: 'incidents', column: 'sealed', id });
const contentOf = (tx: TenantTx, row: IncidentRow): IncidentContent => tx.vault.open<IncidentContent>(place(row.id), row.sealed);
const seesAll = (session: Session): boolean => session.permissions.has('call.supervise');

async function views(tx: TenantTx, rows: readonly IncidentRow[]): Promise<Incident[]> {
  if (rows.length === 0) return [];
  const users = await userNames(tx, rows.map((row) => row.user_id));
  const linked = await customersOfCalls(tx, rows.map((row) => row.call_id));
  const customerOf = (row: IncidentRow): string | null => row.customer_id ?? linked.get(row.call_id) ?? null;
  const customers = await customerNames(tx, rows.map(customerOf));
  return rows.map((row) => ({
    ...recordOf(row),
    ...contentOf(tx, row),
    number: row.number,
    callId: row.call_id,
    customerId: customerOf(row),
    customerName: customers.get(customerOf(row) ?? '') ?? '',
    agentId: row.user_id,
    agentName: users.get(row.user_id) ?? '',
    status: row.status as Incident['status'],
    category: row.category as Incident['category'],
    occurredAt: row.occurred_at.toISOString(),
    closedAt: isoOrNull(row.closed_at),
  }));
}

async function viewById(tx: TenantTx, id: string): Promise<Incident> {
  const row = await findIncident(tx, id);
  const [view] = row ? await views(tx, [row]) : [];
  if (!view) throw notFound('incident');
  return view;
}

/** Incidents by number, newest first; only the own ones unless the session supervises. */
export async function listIncidents(tx: TenantTx, session: Session, query: { limit: number; cursor?: string | undefined; status?: string | undefined }) {
  const before = decodeCursor(query.cursor);
  const rows = await listIncidentRows(tx, {
    status: query.status,
    userId: seesAll(session) ? null : session.userId,
    before: before ? Number.parseInt(before.key, 10) || 0 : null,
    limit: query.limit + 1,
  });
  return pageOf(await views(tx, rows), query.limit, (view) => view, (view) => ({ key: String(view.number), id: view.id }));
}

/** @throws AppError `not_found`, also for one that is not the session's to see */
export async function incidentView(tx: TenantTx, session: Session, id: string): Promise<Incident> {
  const view = await viewById(tx, id);
  if (!seesAll(session) && view.agentId !== session.userId) throw notFound('incident');
  return view;
}

/** Opens the file of an incident, once for each call; its recordings are evidence from now on, and held. @param now wall clock, ms */
export async function openIncident(tx: TenantTx, given: { callId: string; userId: string; helpId: string | null; summary: string; at: number }, now: number): Promise<string> {
  const { callId, userId, helpId, summary, at } = given;
  const known = await incidentOfCall(tx, callId);
  if (known) return known.id;
  const id = newId();
  const number = await nextIncidentNumber(tx);
  const customerId = (await partiesOfCall(tx, callId))?.customer_id ?? null;
  const sealed = tx.vault.seal(place(id), { summary, measures: [] } satisfies IncidentContent);
  await insertIncident(tx, { id, number, callId, userId, helpId, customerId, occurredAt: new Date(at), sealed });
  await tx.audit({ code: 'incident.opened', subject: { kind: 'incident', id }, detail: { number, callId, agentId: userId, summary } });
  await holdRecordingsOfCall(tx, callId, `カスハラ記録 / Incident #${number}`, new Date(now));
  return id;
}

/** A supervisor opens one for a call of the past. @param now wall clock, ms @throws AppError `invalid` without such a call or its agent, `duplicate` */
export async function createIncident(tx: TenantTx, given: { callId: string; summary: string }, now: number): Promise<Incident> {
  const call = await partiesOfCall(tx, given.callId);
  if (!call?.agent_id) throw invalid('There is no such call of an agent.', { errors: [{ path: 'body.callId', message: 'no such call' }] });
  if (await incidentOfCall(tx, given.callId)) throw conflict('duplicate', 'This call has an incident already.');
  const id = await openIncident(tx, { ...given, userId: call.agent_id, helpId: null, at: call.started_at.getTime() }, now);
  return viewById(tx, id);
}

interface Change {
  status?: Incident['status'] | undefined;
  category?: Incident['category'] | undefined;
  summary?: string | undefined;
}

/** @param at wall clock, ms @throws AppError `not_found` */
export async function updateIncident(tx: TenantTx, id: string, patch: Change, at: number): Promise<Incident> {
  const row = await lockIncident(tx, id);
  if (!row) throw notFound('incident');
  const content = contentOf(tx, row);
  const before = { status: row.status, category: row.category, summary: content.summary };
  const after = { ...before, ...withoutUndefined(patch) };
  const changes = changesOf(before, after);
  if (Object.keys(changes.after).length === 0) return viewById(tx, id);
  const closedAt = after.status === 'open' ? null : (row.closed_at ?? new Date(at));
  const sealed = tx.vault.seal(place(id), { ...content, summary: after.summary });
  await patchIncident(tx, id, { status: after.status, category: after.category, closed_at: closedAt, sealed });
  await tx.audit({ code: 'incident.updated', subject: { kind: 'incident', id }, detail: changes });
  return viewById(tx, id);
}

/** Adds what was done; by a supervisor or the agent concerned. @param at wall clock, ms @throws AppError `not_found` */
export async function addMeasure(tx: TenantTx, session: Session, id: string, text: string, at: number): Promise<Incident> {
  const row = await lockIncident(tx, id);
  if (!row || !(seesAll(session) || row.user_id === session.userId)) throw notFound('incident');
  const content = contentOf(tx, row);
  const measure = { at: new Date(at).toISOString(), by: `${session.kind}:${session.userId}`, text };
  await patchIncident(tx, id, { sealed: tx.vault.seal(place(id), { ...content, measures: [...content.measures, measure] }) });
  await tx.audit({ code: 'incident.measure_added', subject: { kind: 'incident', id }, detail: { text } });
  return viewById(tx, id);
}
