import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, recordFields, requiredText, text } from './common.ts';

/** Places in a row, and rows, at most. */
export const MOST_SEATS_ACROSS = 40;

const across = z.number().int().min(1).max(MOST_SEATS_ACROSS);
const place = z.number().int().min(0).max(MOST_SEATS_ACROSS - 1);

export const seatSchema = z.strictObject({
  /** From 0 at the left. */
  column: place,
  /** From 0 at the top. */
  row: place,
  /** What stands on the desk, for example its number; may be empty. */
  label: text(20),
  /** Who sits there; null = nobody has the seat. */
  userId: idSchema.nullable(),
});

export const seatMapSchema = z.object({
  ...recordFields,
  name: z.string(),
  columns: z.number().int(),
  rows: z.number().int(),
  version: z.number().int(),
  seats: z.array(seatSchema),
});

const mapFields = { name: requiredText(50), columns: across, rows: across } as const;

export const listSeatMaps = route({
  id: 'listSeatMaps',
  method: 'GET',
  path: '/seat-maps',
  summary: 'Plans of where agents sit, by name.',
  tag: 'board',
  permission: 'board.read',
  rate: 'normal',
  response: z.object({ items: z.array(seatMapSchema) }),
});

export const createSeatMap = route({
  id: 'createSeatMap',
  method: 'POST',
  path: '/seat-maps',
  summary: 'Add an empty plan.',
  tag: 'board',
  permission: 'board.manage',
  rate: 'normal',
  body: z.strictObject(mapFields),
  response: seatMapSchema,
});

export const saveSeatMap = route({
  id: 'saveSeatMap',
  method: 'PUT',
  path: '/seat-maps/{id}',
  summary: 'Replace a plan with all its seats; 409 `changed_meanwhile` when somebody else saved after `version`.',
  tag: 'board',
  permission: 'board.manage',
  rate: 'normal',
  params: idParams,
  body: z.strictObject({ ...mapFields, version: z.number().int(), seats: z.array(seatSchema).max(MOST_SEATS_ACROSS * MOST_SEATS_ACROSS) }),
  response: seatMapSchema,
});

export const deleteSeatMap = route({
  id: 'deleteSeatMap',
  method: 'DELETE',
  path: '/seat-maps/{id}',
  summary: 'Remove a plan.',
  tag: 'board',
  permission: 'board.manage',
  rate: 'normal',
  params: idParams,
});

export type Seat = z.infer<typeof seatSchema>;
export type SeatMap = z.infer<typeof seatMapSchema>;
