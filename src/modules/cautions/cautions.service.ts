import type { Caution } from '../../../shared/api/cautions.ts';
import type { TenantTx } from '../../db/types.ts';
import { conflict, invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { customerExists } from '../calls/calls.queries.ts';
import { findIncident } from '../incidents/incidents.queries.ts';
import { changesOf, isoOrNull, recordOf, withoutUndefined } from '../support/records.ts';
import { cautionsInForce, cautionsOf, findCaution, insertCaution, lockCaution, patchCaution, type CautionRow } from './cautions.queries.ts';

/** Sealed part of a flag (`customer_cautions.sealed`). */
interface CautionContent {
  reason: string;
  objection: string;
  liftReason: string;
}

/** The longest a flag may last, ms. */
const MOST_MS = 2 * 366 * 86_400_000;

const place = (id: string) => ({ table: 'customer_cautions', column: 'sealed', id });

const viewOf = (tx: TenantTx, row: CautionRow): Caution => ({
  ...recordOf(row),
  ...tx.vault.open<CautionContent>(place(row.id), row.sealed),
  customerId: row.customer_id,
  incidentId: row.incident_id,
  expiresAt: row.expires_at.toISOString(),
  objectedAt: isoOrNull(row.objected_at),
  liftedAt: isoOrNull(row.lifted_at),
});

async function viewById(tx: TenantTx, id: string): Promise<Caution> {
  const row = await findCaution(tx, id);
  if (!row) throw notFound('caution flag');
  return viewOf(tx, row);
}

/** @throws AppError `not_found` */
async function demandCustomer(tx: TenantTx, id: string): Promise<void> {
  if (!(await customerExists(tx, id))) throw notFound('customer');
}

export async function listCautions(tx: TenantTx, customerId: string) {
  await demandCustomer(tx, customerId);
  const rows = await cautionsOf(tx, customerId);
  return { items: rows.map((row) => viewOf(tx, row)), nextCursor: null };
}

/** Reasons in force by customer; of several the newest. */
export async function cautionTexts(tx: TenantTx, customerIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await cautionsInForce(tx, customerIds);
  return new Map(rows.toReversed().map((row) => [row.customer_id, tx.vault.open<CautionContent>(place(row.id), row.sealed).reason]));
}

function demandEnd(expiresAt: string, at: number): void {
  const lasting = Date.parse(expiresAt) - at;
  if (lasting <= 0 || lasting > MOST_MS) throw invalid('A flag ends within two years.', { errors: [{ path: 'body.expiresAt', message: 'must be within two years from now' }] });
}

/** @param at wall clock, ms @throws AppError `not_found`, `invalid` */
export async function createCaution(tx: TenantTx, customerId: string, given: { reason: string; expiresAt: string; incidentId: string | null }, at: number): Promise<Caution> {
  await demandCustomer(tx, customerId);
  demandEnd(given.expiresAt, at);
  const { reason, incidentId } = given;
  if (incidentId !== null && !(await findIncident(tx, incidentId))) throw invalid('There is no such incident.', { errors: [{ path: 'body.incidentId', message: 'no such incident' }] });
  const id = newId();
  const sealed = tx.vault.seal(place(id), { reason, objection: '', liftReason: '' } satisfies CautionContent);
  await insertCaution(tx, { id, customerId, incidentId, expiresAt: new Date(given.expiresAt), sealed });
  await tx.audit({ code: 'caution.created', subject: { kind: 'caution', id }, detail: { customerId, ...given } });
  return viewById(tx, id);
}

interface Change {
  expiresAt?: string | undefined;
  objection?: string | undefined;
  liftReason?: string | undefined;
}

/** @param at wall clock, ms @throws AppError `not_found`, `invalid`, `lifted` when it no longer counts */
export async function updateCaution(tx: TenantTx, id: string, patch: Change, at: number): Promise<Caution> {
  const row = await lockCaution(tx, id);
  if (!row) throw notFound('caution flag');
  if (row.lifted_at) throw conflict('lifted', 'This flag was lifted already.');
  const content = tx.vault.open<CautionContent>(place(id), row.sealed);
  const before = { ...content, expiresAt: row.expires_at.toISOString() };
  const after = { ...before, ...withoutUndefined(patch) };
  const changes = changesOf(before, after);
  if (Object.keys(changes.after).length === 0) return viewById(tx, id);
  if (after.expiresAt !== before.expiresAt) demandEnd(after.expiresAt, at);
  const { reason, objection, liftReason } = after;
  await patchCaution(tx, id, {
    expires_at: new Date(after.expiresAt),
    objected_at: objection === '' ? null : (row.objected_at ?? new Date(at)),
    lifted_at: liftReason === '' ? null : new Date(at),
    sealed: tx.vault.seal(place(id), { reason, objection, liftReason } satisfies CautionContent),
  });
  await tx.audit({ code: 'caution.updated', subject: { kind: 'caution', id }, detail: changes });
  return viewById(tx, id);
}
