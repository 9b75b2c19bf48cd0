import type { z } from 'zod';
import type { createShiftTemplate, ShiftTemplate, updateShiftTemplate } from '../../../shared/api/shifts.ts';
import { shiftFault, type MinuteSpan } from '../../../shared/staffing-times.ts';
import type { TenantTx } from '../../db/types.ts';
import { AppError, invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { changesOf, recordOf, withoutUndefined } from '../support/records.ts';
import { findTemplate, insertTemplate, listTemplates, patchTemplate, removeTemplate, templateNamed, type TemplateRow, type TemplateValues } from './shifts.queries.ts';

type Given = z.output<typeof createShiftTemplate.body>;

const viewOf = (row: TemplateRow): ShiftTemplate => ({
  ...recordOf(row),
  name: row.name,
  startMinute: row.start_minute,
  endMinute: row.end_minute,
  // Written below in this shape.
  breaks: row.breaks as unknown as MinuteSpan[],
  position: row.position,
});

const valuesOf = ({ name, startMinute, endMinute, breaks, position }: Given): TemplateValues => ({ name, start_minute: startMinute, end_minute: endMinute, breaks: JSON.stringify(breaks), position });

/** @throws AppError `invalid` naming the field */
export function demandHours(given: MinuteSpan & { breaks: readonly MinuteSpan[] }, path: string): void {
  const fault = shiftFault(given);
  if (fault === null) return;
  const field = fault === 'start' ? 'startMinute' : fault === 'breaks' ? 'breaks' : 'endMinute';
  throw invalid('The times of this shift do not fit.', { errors: [{ path: `${path}.${field}`, message: fault }] });
}

async function demandName(tx: TenantTx, name: string, ownId: string | null): Promise<void> {
  const taken = await templateNamed(tx, name);
  if (taken && taken.id !== ownId) throw new AppError('duplicate', 409, 'There is a template of this name already.');
}

async function templateView(tx: TenantTx, id: string): Promise<ShiftTemplate> {
  const row = await findTemplate(tx, id);
  if (!row) throw notFound('shift template');
  return viewOf(row);
}

export const templateViews = async (tx: TenantTx): Promise<ShiftTemplate[]> => (await listTemplates(tx)).map(viewOf);

/** @throws AppError `invalid`, `duplicate` */
export async function createTemplate(tx: TenantTx, given: Given): Promise<ShiftTemplate> {
  demandHours(given, 'body');
  await demandName(tx, given.name, null);
  const id = newId();
  await insertTemplate(tx, id, valuesOf(given));
  await tx.audit({ code: 'shift_template.created', subject: { kind: 'shiftTemplate', id }, detail: { ...given } });
  return templateView(tx, id);
}

/** @throws AppError `not_found`, `invalid`, `duplicate` */
export async function updateTemplate(tx: TenantTx, id: string, patch: z.output<typeof updateShiftTemplate.body>): Promise<ShiftTemplate> {
  const before = await templateView(tx, id);
  const after = { ...before, ...withoutUndefined(patch) };
  const changes = changesOf(before, withoutUndefined(patch));
  if (Object.keys(changes.after).length === 0) return before;
  demandHours(after, 'body');
  await demandName(tx, after.name, id);
  await patchTemplate(tx, id, valuesOf(after));
  await tx.audit({ code: 'shift_template.updated', subject: { kind: 'shiftTemplate', id }, detail: changes });
  return templateView(tx, id);
}

/** @throws AppError `not_found` */
export async function deleteTemplate(tx: TenantTx, id: string): Promise<void> {
  const { name } = await templateView(tx, id);
  await removeTemplate(tx, id);
  await tx.audit({ code: 'shift_template.removed', subject: { kind: 'shiftTemplate', id }, detail: { name } });
}
