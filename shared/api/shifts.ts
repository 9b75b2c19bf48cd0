import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, recordFields, requiredText } from './common.ts';
import { EXPORT_FORMATS } from './reports.ts';
import { daySchema } from './simulations.ts';

/** Minutes from midnight in Japan; beyond 1440 of the next day. */
const minute = z.number().int().min(0).max(2880);

const spanSchema = z.strictObject({ startMinute: minute, endMinute: minute });

const hours = { startMinute: minute, endMinute: minute, breaks: z.array(spanSchema).max(10) } as const;

export const shiftTemplateSchema = z.object({ ...recordFields, name: z.string(), ...hours, position: z.number().int() });

const templateFields = { name: requiredText(50), ...hours, position: z.number().int().min(0).max(10_000) } as const;

export const listShiftTemplates = route({
  id: 'listShiftTemplates',
  method: 'GET',
  path: '/shift-templates',
  summary: 'Shifts that are given again and again, in the order of their position.',
  tag: 'staffing',
  permission: 'staffing.read',
  rate: 'normal',
  response: z.object({ items: z.array(shiftTemplateSchema) }),
});

export const createShiftTemplate = route({
  id: 'createShiftTemplate',
  method: 'POST',
  path: '/shift-templates',
  summary: 'Create a template.',
  tag: 'staffing',
  permission: 'staffing.manage',
  rate: 'normal',
  body: z.strictObject({ ...templateFields, position: templateFields.position.default(0) }),
  response: shiftTemplateSchema,
});

export const updateShiftTemplate = route({
  id: 'updateShiftTemplate',
  method: 'PATCH',
  path: '/shift-templates/{id}',
  summary: 'Change a template; shifts given by it stay as they are.',
  tag: 'staffing',
  permission: 'staffing.manage',
  rate: 'normal',
  params: idParams,
  body: z.strictObject(templateFields).partial(),
  response: shiftTemplateSchema,
});

export const deleteShiftTemplate = route({
  id: 'deleteShiftTemplate',
  method: 'DELETE',
  path: '/shift-templates/{id}',
  summary: 'Remove a template; shifts given by it stay.',
  tag: 'staffing',
  permission: 'staffing.manage',
  rate: 'normal',
  params: idParams,
});

export const shiftSchema = z.object({ id: idSchema, userId: idSchema, userName: z.string(), day: daySchema, ...hours });

/** Left out = the week (from Monday) in which the server's clock is. */
const days = { fromDay: daySchema.optional(), toDay: daySchema.optional() } as const;

const shiftsSchema = z.object({ items: z.array(shiftSchema) });

export const listShifts = route({
  id: 'listShifts',
  method: 'GET',
  path: '/shifts',
  summary: 'All shifts of at most 42 days.',
  tag: 'staffing',
  permission: 'staffing.read',
  rate: 'normal',
  query: z.strictObject(days),
  response: shiftsSchema,
});

export const listMyShifts = route({
  id: 'listMyShifts',
  method: 'GET',
  path: '/shifts/mine',
  summary: 'The shifts of whoever asks, of at most 42 days.',
  tag: 'staffing',
  permission: 'session',
  rate: 'normal',
  query: z.strictObject(days),
  response: shiftsSchema,
});

/** What a change did; the other way round it undoes it. */
export const shiftChangeSchema = z.object({ removed: z.array(shiftSchema), added: z.array(shiftSchema) });

export const newShiftSchema = z.strictObject({ userId: idSchema, day: daySchema, ...hours });

export const changeShifts = route({
  id: 'changeShifts',
  method: 'POST',
  path: '/shifts/changes',
  summary: 'Remove and add shifts at once, all of them or none.',
  tag: 'staffing',
  permission: 'staffing.manage',
  rate: 'normal',
  body: z.strictObject({ remove: z.array(idSchema).max(5000).default([]), add: z.array(newShiftSchema).max(5000).default([]) }),
  response: shiftChangeSchema,
});

export const copyShifts = route({
  id: 'copyShifts',
  method: 'POST',
  path: '/shifts/copy',
  summary: 'Copy seven days to seven others. Days on which an agent has a shift already are left alone, unless they are to be replaced.',
  tag: 'staffing',
  permission: 'staffing.manage',
  rate: 'normal',
  body: z.strictObject({ fromDay: daySchema, toDay: daySchema, replace: z.boolean().default(false) }),
  response: shiftChangeSchema,
});

export const SHIFT_FAULTS = ['columns', 'user', 'day', 'start', 'end', 'tooLong', 'breaks', 'overlap'] as const;

export const importShifts = route({
  id: 'importShifts',
  method: 'POST',
  path: '/shifts/import',
  summary: 'Take shifts from CSV, as the export writes it. An agent’s days that are in the file are replaced. With a fault nothing is changed.',
  tag: 'staffing',
  permission: 'staffing.manage',
  rate: 'heavy',
  body: z.strictObject({ csv: z.string().max(700_000), dryRun: z.boolean() }),
  response: z.object({
    /** Faults by line of the file, from 1; at most 100. */
    faults: z.array(z.object({ line: z.number().int(), fault: z.enum(SHIFT_FAULTS), text: z.string() })),
    /** How many shifts are added and removed, or would be. */
    adds: z.number().int(),
    removes: z.number().int(),
    /** null when it was a dry run, or there are faults. */
    change: shiftChangeSchema.nullable(),
  }),
});

export const exportShifts = route({
  id: 'exportShifts',
  method: 'GET',
  path: '/shifts/export',
  summary: 'Shifts as a file that can be imported again.',
  tag: 'staffing',
  permission: 'staffing.read',
  rate: 'heavy',
  query: z.strictObject({ ...days, format: z.enum(EXPORT_FORMATS).default('csv'), lang: z.enum(['ja', 'en']).default('ja') }),
  binary: 'application/octet-stream',
});

export type ShiftTemplate = z.infer<typeof shiftTemplateSchema>;
export type Shift = z.infer<typeof shiftSchema>;
export type NewShift = z.infer<typeof newShiftSchema>;
export type ShiftChange = z.infer<typeof shiftChangeSchema>;
export type ShiftImport = z.infer<typeof importShifts.response>;
