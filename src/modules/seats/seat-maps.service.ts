import type { z } from 'zod';
import type { createSeatMap, saveSeatMap, SeatMap } from '../../../shared/api/seat-maps.ts';
import type { TenantTx } from '../../db/types.ts';
import { AppError, invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { recordOf } from '../support/records.ts';
import { userNames } from '../support/references.ts';
import { findMap, insertMap, mapRows, putMap, removeMap, seatRows, type MapRow } from './seat-maps.queries.ts';

type Given = z.output<typeof saveSeatMap.body>;

/** Plans of a company; more is a mistake. */
const MOST_MAPS = 50;

const seatOf = ({ at_column: column, at_row: row, label, user_id: userId }: Awaited<ReturnType<typeof seatRows>>[number]) => ({ column, row, label, userId });

async function views(tx: TenantTx, rows: readonly MapRow[]): Promise<SeatMap[]> {
  const seats = await seatRows(tx, rows.map(({ id }) => id));
  return rows.map((row) => ({
    ...recordOf(row),
    name: row.name,
    columns: row.columns,
    rows: row.rows,
    version: row.version,
    seats: seats.filter(({ map_id: mapId }) => mapId === row.id).map(seatOf),
  }));
}

async function mapById(tx: TenantTx, id: string): Promise<SeatMap> {
  const row = await findMap(tx, id);
  const [view] = row ? await views(tx, [row]) : [];
  if (!view) throw notFound('seat map');
  return view;
}

export const listMaps = async (tx: TenantTx): Promise<{ items: SeatMap[] }> => ({ items: await views(tx, await mapRows(tx)) });

/** @throws AppError `too_many_maps` */
export async function createMap(tx: TenantTx, given: z.output<typeof createSeatMap.body>): Promise<SeatMap> {
  if ((await mapRows(tx)).length >= MOST_MAPS) throw new AppError('too_many_maps', 409, 'There are too many seat maps.');
  const id = newId();
  await insertMap(tx, id, given);
  await tx.audit({ code: 'seat_map.created', subject: { kind: 'seatMap', id }, detail: { ...given } });
  return mapById(tx, id);
}

/** The first seat that cannot be where it is, or whose agent cannot sit there. */
async function faultOf(tx: TenantTx, { seats, columns, rows }: Given): Promise<{ index: number; message: string } | null> {
  const known = await userNames(tx, seats.map(({ userId }) => userId));
  const places = new Set<string>();
  const people = new Set<string>();
  for (const [index, { column, row, userId }] of seats.entries()) {
    const place = `${column} ${row}`;
    if (column >= columns || row >= rows) return { index, message: 'outside of the plan' };
    if (places.has(place)) return { index, message: 'two seats at one place' };
    if (userId !== null && !known.has(userId)) return { index, message: 'no such user' };
    if (userId !== null && people.has(userId)) return { index, message: 'has two seats' };
    places.add(place);
    if (userId !== null) people.add(userId);
  }
  return null;
}

/** @throws AppError `not_found`, `changed_meanwhile`, `invalid` */
export async function saveMap(tx: TenantTx, id: string, given: Given): Promise<SeatMap> {
  const before = await mapById(tx, id);
  if (before.version !== given.version) throw new AppError('changed_meanwhile', 409, 'Somebody else has changed this meanwhile.');
  const fault = await faultOf(tx, given);
  if (fault) throw invalid('A seat does not fit.', { errors: [{ path: `body.seats.${fault.index}`, message: fault.message }] });
  const { name, columns, rows, seats } = given;
  await putMap(tx, id, { name, columns, rows, version: before.version + 1 }, seats);
  const shortOf = (map: Pick<SeatMap, 'name' | 'columns' | 'rows' | 'seats'>) => ({ name: map.name, columns: map.columns, rows: map.rows, seats: map.seats });
  await tx.audit({ code: 'seat_map.updated', subject: { kind: 'seatMap', id }, detail: { before: shortOf(before), after: shortOf(given) } });
  return mapById(tx, id);
}

/** @throws AppError `not_found` */
export async function deleteMap(tx: TenantTx, id: string): Promise<void> {
  const { name } = await mapById(tx, id);
  await removeMap(tx, id);
  await tx.audit({ code: 'seat_map.removed', subject: { kind: 'seatMap', id }, detail: { name } });
}
