import { z } from 'zod';
import { AppError } from '../../lib/errors.ts';

/** Position behind the last item of a page: its sort key and its id. */
export interface Cursor {
  /** Time or number as text; empty when a list is sorted by id only. */
  key: string;
  id: string;
}

const cursorSchema = z.tuple([z.string().max(64), z.uuid().or(z.literal(''))]);

/** An opaque text that a client gives back unchanged. */
export const encodeCursor = (cursor: Cursor): string => Buffer.from(JSON.stringify([cursor.key, cursor.id])).toString('base64url');

/** @throws AppError `invalid_cursor` */
export function decodeCursor(text: string | undefined): Cursor | null {
  if (text === undefined) return null;
  try {
    const [key, id] = cursorSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    return { key, id };
  } catch {
    throw invalidCursor();
  }
}

/** A cursor of a list sorted by time. @throws AppError `invalid_cursor` */
export function decodeTimeCursor(text: string | undefined): { at: Date; id: string } | null {
  const cursor = decodeCursor(text);
  if (!cursor) return null;
  const at = new Date(cursor.key);
  if (Number.isNaN(at.getTime()) || cursor.id === '') throw invalidCursor();
  return { at, id: cursor.id };
}

/** A cursor of a list sorted by id. @throws AppError `invalid_cursor` */
export function decodeIdCursor(text: string | undefined): string | null {
  const cursor = decodeCursor(text);
  if (cursor && cursor.id === '') throw invalidCursor();
  return cursor?.id ?? null;
}

const invalidCursor = (): AppError => new AppError('invalid_cursor', 400, 'This cursor was not given by a list of this kind.');

/** Cuts `rows` (of which one more than `limit` was asked for) to a page. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  item: (row: Row) => Item,
  cursor: (row: Row) => Cursor,
): { items: Item[]; nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { items: page.map(item), nextCursor: rows.length > limit && last ? encodeCursor(cursor(last)) : null };
}
