import { z } from 'zod';
import { route } from '../contract.ts';
import { idSchema, timeSchema } from './common.ts';

/*
 * What the provider watches (white paper, CLD.12.4.5): six classes, each with its checks. Messages of the operator's port; nothing
 * here has a place for what belongs to a tenant.
 */

/** Network, servers, storage, system software, services, processes: the classes a to f of the white paper. */
export const CHECK_CLASSES = ['network', 'servers', 'storage', 'software', 'services', 'processes'] as const;
export type CheckClass = (typeof CHECK_CLASSES)[number];

export const CHECK_IDS = [
  'network.traffic',
  'network.errors',
  'network.udp_overflow',
  'servers.cpu',
  'servers.memory',
  'servers.open_files',
  'storage.data',
  'storage.objects',
  'storage.backup',
  'storage.database',
  'software.database',
  'software.connections',
  'software.clock',
  'software.time',
  'software.certificate',
  'services.http',
  'services.sip',
  'services.call',
  'services.journal',
  'services.contracts',
  'services.scanner',
  'services.master_key',
  'processes.loop',
  'processes.core_memory',
  'processes.media',
  'processes.media_delay',
] as const;
export type CheckId = (typeof CHECK_IDS)[number];

/** `unknown`: not looked at yet. */
export const verdictSchema = z.enum(['ok', 'note', 'fault', 'unknown']);
export type Verdict = z.infer<typeof verdictSchema>;

/** Why a verdict is not `ok`: a bound is passed, the value changed suddenly, or it cannot be read. */
export const verdictReasonSchema = z.enum(['bound', 'change', 'unreadable']);
export type VerdictReason = z.infer<typeof verdictReasonSchema>;

export const checkUnitSchema = z.enum(['bytesPerSecond', 'perSecond', 'percent', 'bytes', 'ms', 'days', 'count']);
export type CheckUnit = z.infer<typeof checkUnitSchema>;

const checkSchema = z.object({
  id: z.enum(CHECK_IDS),
  class: z.enum(CHECK_CLASSES),
  unit: checkUnitSchema,
  verdict: verdictSchema,
  reason: verdictReasonSchema.nullable(),
  /** Null = not read yet, or cannot be read. */
  value: z.number().nullable(),
  /** From here on worth knowing, and a fault; null = no bound. */
  note: z.number().nullable(),
  fault: z.number().nullable(),
  /** Low values are the bad ones. */
  lowIsBad: z.boolean(),
  since: timeSchema.nullable(),
  /** The last hour, a value a minute, oldest first. */
  trend: z.array(z.number().nullable()),
});
export type CheckView = z.infer<typeof checkSchema>;

const alarmSchema = z.object({
  id: idSchema,
  at: timeSchema,
  check: z.enum(CHECK_IDS),
  verdict: verdictSchema,
  before: verdictSchema,
  reason: verdictReasonSchema.nullable(),
  value: z.number().nullable(),
});
export type Alarm = z.infer<typeof alarmSchema>;

const operatorHealthSchema = z.object({
  at: timeSchema,
  checks: z.array(checkSchema),
  /** Newest first; null while the database is away. */
  alarms: z.array(alarmSchema).nullable(),
  /** Where alarms go beside this page. */
  alarmsTo: z.object({ mail: z.boolean(), webhook: z.boolean() }),
  /** Alarms that mail or webhook did not take yet. */
  undelivered: z.int(),
});
export type OperatorHealth = z.infer<typeof operatorHealthSchema>;

export const operatorHealth = route({
  id: 'operatorHealth',
  method: 'GET',
  path: '/health',
  summary: 'Every check of the six classes with its value and verdict, and the latest alarms.',
  tag: 'operator',
  permission: 'session',
  rate: 'normal',
  response: operatorHealthSchema,
});
