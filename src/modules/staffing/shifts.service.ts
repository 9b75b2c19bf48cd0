import type { NewShift, Shift, ShiftChange } from '../../../shared/api/shifts.ts';
import { minuteText } from '../../../shared/staffing-times.ts';
import type { TenantTx } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError, invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { userNames } from '../support/references.ts';
import { addDays, dayOf, daysBetween, demandDays, weekdayOf } from '../support/japan-days.ts';
import { demandHours } from './shift-templates.service.ts';
import { deleteShifts, insertShifts, lockShifts, neighbours, shiftsById, shiftsOf, type ShiftRow } from './shifts.queries.ts';

/** Longest list of shifts, days. */
const LONGEST_DAYS = 42;

/** How many shifts of a change the audit log spells out. */
const MOST_AUDITED = 200;

const DAY_MINUTES = 1440;

const viewOf = (row: ShiftRow, names: ReadonlyMap<string, string>): Shift => ({
  id: row.id,
  userId: row.user_id,
  userName: names.get(row.user_id) ?? '',
  day: row.day,
  startMinute: row.start_minute,
  endMinute: row.end_minute,
  breaks: row.breaks,
});

export async function shiftViews(tx: TenantTx, rows: readonly ShiftRow[]): Promise<Shift[]> {
  const names = await userNames(tx, rows.map((row) => row.user_id));
  return rows.map((row) => viewOf(row, names));
}

/** The asked days, else the week in which the clock is. @throws AppError `invalid` when they are too many or the wrong way round */
export function daysAsked(clock: Clock, query: { fromDay?: string | undefined; toDay?: string | undefined }): { fromDay: string; toDay: string } {
  const today = dayOf(clock.wall());
  const fromDay = query.fromDay ?? addDays(today, -((weekdayOf(today) + 6) % 7));
  const toDay = query.toDay ?? addDays(fromDay, 6);
  demandDays(fromDay, toDay, LONGEST_DAYS);
  return { fromDay, toDay };
}

/** @param userId null = everybody's */
export async function listShifts(tx: TenantTx, clock: Clock, query: { fromDay?: string | undefined; toDay?: string | undefined }, userId: string | null): Promise<{ items: Shift[] }> {
  const { fromDay, toDay } = daysAsked(clock, query);
  return { items: await shiftViews(tx, await shiftsOf(tx, fromDay, toDay, userId)) };
}

const rowOf = ({ userId, day, startMinute, endMinute, breaks }: NewShift): ShiftRow => ({ id: newId(), user_id: userId, day, start_minute: startMinute, end_minute: endMinute, breaks });

/** Where a shift lies on the line of time, in minutes. */
export const placeOf = (row: Pick<ShiftRow, 'day' | 'start_minute' | 'end_minute'>): [start: number, end: number] => {
  const midnight = daysBetween('2000-01-01', row.day) * DAY_MINUTES;
  return [midnight + row.start_minute, midnight + row.end_minute];
};

/** The first shift of an agent that overlaps another one of theirs; null when none does. */
export function firstOverlap(rows: readonly ShiftRow[]): ShiftRow | null {
  for (const own of Map.groupBy(rows, (row) => row.user_id).values()) {
    const inOrder = own.map((row) => ({ row, place: placeOf(row) })).toSorted((a, b) => a.place[0] - b.place[0]);
    for (const [index, { row, place }] of inOrder.entries()) {
      const before = inOrder[index - 1];
      if (before && before.place[1] > place[0]) return row;
    }
  }
  return null;
}

async function demandNoOverlap(tx: TenantTx, added: readonly ShiftRow[]): Promise<void> {
  const days = added.map(({ day }) => day).toSorted();
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return;
  const overlap = firstOverlap(await neighbours(tx, [...new Set(added.map((row) => row.user_id))], first, last));
  if (overlap) throw new AppError('shifts_overlap', 409, 'Two shifts of one agent would overlap.', { errors: [{ path: 'body.add', message: `${overlap.day} ${minuteText(overlap.start_minute)}` }] });
}

const auditOf = ({ userId, day, startMinute, endMinute }: Shift) => ({ userId, day, from: minuteText(startMinute), to: minuteText(endMinute) });

export type ChangeSource = 'edit' | 'copy' | 'import';

/**
 * Removes and adds shifts, all of them or none; the answer the other way round undoes it.
 * @throws AppError `not_found` when one to be removed is gone, `invalid` when a user or times do not fit, `shifts_overlap`
 */
export async function changeShifts(tx: TenantTx, change: { remove: readonly string[]; add: readonly NewShift[] }, source: ChangeSource): Promise<ShiftChange> {
  await lockShifts(tx);
  for (const [index, shift] of change.add.entries()) demandHours(shift, `body.add.${index}`);
  const known = await userNames(tx, change.add.map(({ userId }) => userId));
  const strangers = change.add.flatMap(({ userId }, index) => (known.has(userId) ? [] : [{ path: `body.add.${index}.userId`, message: 'no such user' }]));
  if (strangers.length > 0) throw invalid('There is no such user.', { errors: strangers.slice(0, 20) });
  const wanted = [...new Set(change.remove)];
  const gone = await shiftsById(tx, wanted);
  if (gone.length < wanted.length) throw notFound('shift');
  await deleteShifts(tx, wanted);
  const added = change.add.map(rowOf);
  await insertShifts(tx, added);
  await demandNoOverlap(tx, added);
  const result = { removed: await shiftViews(tx, gone), added: await shiftViews(tx, added) };
  if (gone.length + added.length > 0) {
    const detail = { source, added: added.length, removed: gone.length, shiftsAdded: result.added.slice(0, MOST_AUDITED).map(auditOf), shiftsRemoved: result.removed.slice(0, MOST_AUDITED).map(auditOf) };
    await tx.audit({ code: 'shift.changed', subject: { kind: 'shift', id: (added[0] ?? gone[0])?.id ?? '' }, detail });
  }
  return result;
}

/** Copies seven days to seven others. @throws AppError `invalid` when they are the same, `shifts_overlap` */
export async function copyShifts(tx: TenantTx, { fromDay, toDay, replace }: { fromDay: string; toDay: string; replace: boolean }): Promise<ShiftChange> {
  const move = daysBetween(fromDay, toDay);
  if (Math.abs(move) < 7) throw invalid('The two weeks overlap.', { errors: [{ path: 'body.toDay', message: 'overlaps' }] });
  const source = await shiftsOf(tx, fromDay, addDays(fromDay, 6));
  const present = await shiftsOf(tx, toDay, addDays(toDay, 6));
  const taken = new Set(replace ? [] : present.map(({ user_id, day }) => `${user_id} ${day}`));
  const add = source
    .map((row) => ({ userId: row.user_id, day: addDays(row.day, move), startMinute: row.start_minute, endMinute: row.end_minute, breaks: row.breaks }))
    .filter(({ userId, day }) => !taken.has(`${userId} ${day}`));
  return changeShifts(tx, { remove: replace ? present.map(({ id }) => id) : [], add }, 'copy');
}
