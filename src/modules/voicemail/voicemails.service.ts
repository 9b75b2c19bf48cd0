import type { z } from 'zod';
import type { updateVoicemail as contract, Voicemail, VoicemailState } from '../../../shared/api/voicemail.ts';
import type { TenantTx } from '../../db/types.ts';
import { conflict, invalid, notFound } from '../../lib/errors.ts';
import { EMPTY_CALL_CONTENT, type CallContent } from '../calls/call-content.ts';
import type { CaseContent } from '../cases/case-content.ts';
import { findCase } from '../cases/cases.queries.ts';
import type { Session } from '../support/binding.ts';
import { decodeIdCursor, pageOf } from '../support/paging.ts';
import { isoOrNull, recordOf } from '../support/records.ts';
import { customerNames, userNames } from '../support/references.ts';
import { findVoicemail, listVoicemailRows, patchVoicemail, setPlayed, type VoicemailFilter, type VoicemailPatch, type VoicemailRow } from './voicemails.queries.ts';

type Patch = z.output<typeof contract.body>;

const stateOf = (row: VoicemailRow): VoicemailState => (row.deleted_at ? 'deleted' : row.played_at ? 'heard' : 'new');

const customerOf = (row: VoicemailRow): string | null => row.customer_id ?? row.call_customer_id;

export const callOf = (tx: TenantTx, row: VoicemailRow): CallContent => ({ ...EMPTY_CALL_CONTENT, ...tx.vault.open<Partial<CallContent>>({ table: 'calls', column: 'sealed', id: row.call_id }, row.call_sealed) });

async function views(tx: TenantTx, rows: readonly VoicemailRow[]): Promise<Voicemail[]> {
  const people = await userNames(tx, rows.map((row) => row.assignee_id));
  const customers = await customerNames(tx, rows.map(customerOf));
  return rows.map((row) => {
    const { callerNumber, callerName } = callOf(tx, row);
    return {
      ...recordOf(row),
      boxId: row.box_id,
      boxName: row.box_name,
      callId: row.call_id,
      state: stateOf(row),
      startedAt: row.started_at.toISOString(),
      durationMs: row.duration_ms,
      playable: row.status !== 'recording',
      callerNumber,
      callerName,
      customerId: customerOf(row),
      customerName: customers.get(customerOf(row) ?? '') ?? '',
      caseId: row.case_id,
      caseNumber: row.case_number,
      caseSubject: row.case_id && row.case_sealed ? tx.vault.open<CaseContent>({ table: 'cases', column: 'sealed', id: row.case_id }, row.case_sealed).subject : '',
      assigneeId: row.assignee_id,
      assigneeName: people.get(row.assignee_id ?? '') ?? '',
      deletedAt: isoOrNull(row.deleted_at),
    };
  });
}

/** Messages that the session may hear, newest first. */
export async function listVoicemails(tx: TenantTx, session: Session, query: Omit<VoicemailFilter, 'before'> & { cursor?: string | undefined }) {
  const { cursor, ...filter } = query;
  const rows = await listVoicemailRows(tx, session, { ...filter, before: decodeIdCursor(cursor), limit: query.limit + 1 });
  return pageOf(await views(tx, rows), query.limit, (view) => view, ({ id }) => ({ key: '', id }));
}

async function voicemailRow(tx: TenantTx, session: Session, id: string): Promise<VoicemailRow> {
  const row = await findVoicemail(tx, session, id);
  if (!row) throw notFound('voicemail');
  return row;
}

/** @throws AppError `invalid` when somebody or something is not the tenant's, or the case is another customer's */
async function demandReferences(tx: TenantTx, row: VoicemailRow, { assigneeId, customerId, caseId }: Patch): Promise<void> {
  const refuse = (field: string, message: string) => invalid(message, { errors: [{ path: `body.${field}`, message }] });
  if (assigneeId && !(await userNames(tx, [assigneeId])).has(assigneeId)) throw refuse('assigneeId', 'There is no such user.');
  if (customerId && !(await customerNames(tx, [customerId])).has(customerId)) throw refuse('customerId', 'There is no such customer.');
  if (!caseId) return;
  const found = await findCase(tx, caseId);
  if (!found) throw refuse('caseId', 'There is no such case.');
  const customer = customerId === undefined ? customerOf(row) : customerId;
  if (customer !== null && found.customer_id !== customer) throw refuse('caseId', 'The case is of another customer.');
}

async function changeState(tx: TenantTx, row: VoicemailRow, state: VoicemailState, now: Date): Promise<void> {
  const before = stateOf(row);
  if (before === state) return;
  if (row.status === 'recording') throw conflict('recording_in_progress', 'The call is still being recorded.');
  const subject = { kind: 'voicemail', id: row.id };
  if (state === 'deleted') {
    await patchVoicemail(tx, row.id, { deleted_at: now });
    return tx.audit({ code: 'voicemail.deleted', subject, detail: { box: row.box_name, callId: row.call_id } });
  }
  if (before === 'deleted') {
    await patchVoicemail(tx, row.id, { deleted_at: null });
    await tx.audit({ code: 'voicemail.restored', subject, detail: { box: row.box_name, callId: row.call_id } });
  }
  if ((row.played_at === null) === (state === 'new')) return;
  await setPlayed(tx, row.id, state === 'new' ? null : now);
  await tx.audit({ code: 'voicemail.marked', subject, detail: { box: row.box_name, callId: row.call_id, state } });
}

/**
 * Changes what becomes of a message. A case that is linked brings its customer along.
 * @throws AppError `not_found`, also for a message of others, `invalid`, `recording_in_progress`
 */
export async function updateVoicemail(tx: TenantTx, session: Session, id: string, patch: Patch, now: Date): Promise<Voicemail> {
  const row = await voicemailRow(tx, session, id);
  await demandReferences(tx, row, patch);
  if (patch.state !== undefined) await changeState(tx, row, patch.state, now);
  const changes: VoicemailPatch = {
    ...(patch.assigneeId !== undefined && { assignee_id: patch.assigneeId }),
    ...(patch.customerId !== undefined && { customer_id: patch.customerId }),
    ...(patch.caseId !== undefined && { case_id: patch.caseId }),
  };
  if (patch.caseId && customerOf(row) === null && !patch.customerId) changes.customer_id = (await findCase(tx, patch.caseId))?.customer_id ?? null;
  // A case stays with its customer only.
  if (patch.customerId !== undefined && patch.caseId === undefined && row.case_customer_id !== patch.customerId) changes.case_id = null;
  if (Object.keys(changes).length > 0) {
    await patchVoicemail(tx, id, changes);
    const subject = { kind: 'voicemail', id };
    if ('assignee_id' in changes) await tx.audit({ code: 'voicemail.assigned', subject, detail: { assigneeId: changes.assignee_id ?? null } });
    if ('customer_id' in changes || 'case_id' in changes) await tx.audit({ code: 'voicemail.linked', subject, detail: { customerId: changes.customer_id ?? customerOf(row), caseId: changes.case_id ?? null } });
  }
  // Whoever gives a message away may no longer hear it themselves.
  const after = (await findVoicemail(tx, session, id)) ?? { ...row, ...changes };
  const [view] = await views(tx, [after]);
  if (!view) throw notFound('voicemail');
  return view;
}
