import type { Activity } from '../../../shared/api/activities.ts';
import type { TenantTx } from '../../db/types.ts';
import { invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { recordOf } from '../support/records.ts';
import { findActivity, insertActivity, knownReferences } from './activities.queries.ts';
import type { ActivityContent } from './activity-content.ts';

const place = (id: string) => ({ table: 'activities', column: 'sealed', id });

export interface NewNote {
  customerId: string;
  caseId: string | null;
  callId: string | null;
  text: string;
}

/**
 * Puts an entry on a customer's timeline.
 * @param at when it happened, ms since the epoch
 * @throws AppError `invalid` when customer, case (of this customer) or call are not the tenant's
 */
export async function createActivity(tx: TenantTx, given: NewNote, at: number, kind: Activity['kind'] = 'note'): Promise<Activity> {
  const known = await knownReferences(tx, given);
  const errors = (['customer', 'case', 'call'] as const).filter((name) => !known[name]).map((name) => ({ path: `body.${name}Id`, message: `no such ${name}` }));
  if (errors.length > 0) throw invalid('A referenced object does not exist.', { errors });
  const id = newId();
  const { customerId, caseId, callId, text } = given;
  await insertActivity(tx, { id, customerId, caseId, callId, kind, occurredAt: new Date(at), sealed: tx.vault.seal(place(id), { text } satisfies ActivityContent) });
  await tx.audit({ code: 'activity.created', subject: { kind: 'activity', id }, detail: { kind, customerId, caseId, callId, text } });
  const row = await findActivity(tx, id);
  if (!row) throw notFound('activity');
  return {
    ...recordOf(row),
    customerId: row.customer_id,
    caseId: row.case_id,
    callId: row.call_id,
    kind: row.kind as Activity['kind'],
    occurredAt: row.occurred_at.toISOString(),
    text,
  };
}
