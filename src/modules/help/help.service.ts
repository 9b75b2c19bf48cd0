import type { HelpRequest } from '../../../shared/events.ts';
import type { TenantTx } from '../../db/types.ts';
import { openIncident } from '../incidents/incidents.service.ts';
import { userNames } from '../support/references.ts';
import { insertHelp, openHelp, patchHelp } from './help.queries.ts';

/** What is kept sealed of a request for help. */
interface HelpContent {
  note: string;
  caller: string;
}

const place = (id: string) => ({ table: 'help_requests', column: 'sealed', id });
const subject = (id: string) => ({ kind: 'helpRequest', id });

/** Why a request is over: taken back by the agent, done by a supervisor, or its call ended. */
export type HelpEnd = 'lowered' | 'done' | 'call_ended';

/** Writes a new request; an SOS opens an incident with it. */
export async function writeRaised(tx: TenantTx, help: HelpRequest): Promise<void> {
  const { id, kind, agentId, callId, raisedAt, note, caller } = help;
  const content: HelpContent = { note, caller };
  await insertHelp(tx, { id, kind, userId: agentId, callId, raisedAt: new Date(raisedAt), sealed: tx.vault.seal(place(id), content) });
  await tx.audit({ code: 'help.raised', subject: subject(id), detail: { kind, agentId, callId, note } });
  if (kind === 'sos' && callId !== null) await openIncident(tx, { callId, userId: agentId, helpId: id, summary: note, at: Date.parse(raisedAt) }, Date.parse(raisedAt));
}

/** The agent wrote more. */
export async function writeNote(tx: TenantTx, { id, note, caller }: HelpRequest): Promise<void> {
  await patchHelp(tx, id, { sealed: tx.vault.seal(place(id), { note, caller } satisfies HelpContent) });
}

export async function writeAcknowledged(tx: TenantTx, { id, agentId, acknowledged }: HelpRequest): Promise<void> {
  if (!acknowledged) return;
  await patchHelp(tx, id, { acknowledged_at: new Date(acknowledged.at), acknowledged_by: acknowledged.userId });
  await tx.audit({ code: 'help.acknowledged', subject: subject(id), detail: { agentId } });
}

export async function writeEnded(tx: TenantTx, { id, agentId }: HelpRequest, reason: HelpEnd, atWall: number): Promise<void> {
  await patchHelp(tx, id, { ended_at: new Date(atWall), end_reason: reason });
  await tx.audit({ code: 'help.ended', subject: subject(id), detail: { agentId, reason } });
}

/** Requests that were open when core ended. */
export async function readOpenHelp(tx: TenantTx): Promise<HelpRequest[]> {
  const rows = await openHelp(tx);
  const names = await userNames(tx, rows.flatMap((row) => [row.user_id, row.acknowledged_by]));
  return rows.map((row) => ({
    ...tx.vault.open<HelpContent>(place(row.id), row.sealed),
    id: row.id,
    kind: row.kind as HelpRequest['kind'],
    agentId: row.user_id,
    agentName: names.get(row.user_id) ?? '',
    callId: row.call_id,
    raisedAt: row.raised_at.toISOString(),
    acknowledged:
      row.acknowledged_at && row.acknowledged_by ? { at: row.acknowledged_at.toISOString(), userId: row.acknowledged_by, name: names.get(row.acknowledged_by) ?? '' } : null,
  }));
}
