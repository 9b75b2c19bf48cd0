import { z } from 'zod';
import { route } from '../contract.ts';
import { openHoursSchema } from '../flow/nodes.ts';
import { idParams, listOf, pageQuery, recordFields, requiredText } from './common.ts';

const base = { tag: 'flows', permission: 'settings.manage', rate: 'normal' } as const;

export const calendarSchema = z.object({
  ...recordFields,
  /** How flows name it. */
  code: z.string(),
  name: z.string(),
  hours: openHoursSchema,
});

export const listCalendars = route({
  ...base,
  id: 'listCalendars',
  method: 'GET',
  path: '/calendars',
  summary: 'List calendars: open hours, holidays, company days and special days.',
  query: pageQuery,
  response: listOf(calendarSchema),
});

export const createCalendar = route({
  ...base,
  id: 'createCalendar',
  method: 'POST',
  path: '/calendars',
  summary: 'Add a calendar.',
  body: z.strictObject({ code: z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/), name: requiredText(60), hours: openHoursSchema }),
  response: calendarSchema,
});

export const updateCalendar = route({
  ...base,
  id: 'updateCalendar',
  method: 'PATCH',
  path: '/calendars/{id}',
  summary: 'Change a calendar; flows that go by it do so from their next call on.',
  params: idParams,
  body: z.strictObject({ name: requiredText(60).optional(), hours: openHoursSchema.optional() }),
  response: calendarSchema,
});

export const deleteCalendar = route({
  ...base,
  id: 'deleteCalendar',
  method: 'DELETE',
  path: '/calendars/{id}',
  summary: 'Remove a calendar; refused while a flow goes by it.',
  params: idParams,
});

export type Calendar = z.infer<typeof calendarSchema>;
