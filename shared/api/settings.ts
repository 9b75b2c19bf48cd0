import { z } from 'zod';
import { route } from '../contract.ts';
import { text, timeSchema } from './common.ts';

export const settingsSchema = z.object({
  /** Visitors may call from the web call page. */
  webCallEnabled: z.boolean(),
  /** Service number (E.164) whose flow answers web calls. */
  webCallNumber: z.string().nullable(),
  /** Break that an agent gets after an SOS, minutes; 0 = only when a supervisor gives one. */
  careBreakMinutes: z.number().int(),
  /** A hold counts as forgotten after so many seconds; 0 = never. The agent is told then, supervisors after twice the time. */
  holdAlarmSeconds: z.number().int(),
  /** After three times that the caller comes back by itself. */
  holdAutoReturn: z.boolean(),
  /** Who listens to, whispers into or joins a call of somebody else is always announced by a tone; false = as they choose. */
  superviseTone: z.boolean(),
  updatedAt: timeSchema,
  updatedBy: z.string(),
});

export const getSettings = route({
  id: 'getSettings',
  method: 'GET',
  path: '/settings',
  summary: 'Settings of the tenant.',
  tag: 'settings',
  permission: 'settings.manage',
  rate: 'normal',
  response: settingsSchema,
});

export const updateSettings = route({
  id: 'updateSettings',
  method: 'PATCH',
  path: '/settings',
  summary: 'Change the given settings. The web call page needs a service number of the tenant.',
  tag: 'settings',
  permission: 'settings.manage',
  rate: 'normal',
  body: z.strictObject({ webCallEnabled: z.boolean(), webCallNumber: text(40).nullable(), careBreakMinutes: z.number().int().min(0).max(240), holdAlarmSeconds: z.number().int().min(0).max(3600), holdAutoReturn: z.boolean(), superviseTone: z.boolean() }).partial(),
  response: settingsSchema,
});

export type Settings = z.infer<typeof settingsSchema>;
