import { z } from 'zod';
import { route } from '../contract.ts';
import { idSchema, timeSchema } from './common.ts';
import { daySchema } from './simulations.ts';

/** Share of the time in which the service is to answer. */
export const SERVICE_OBJECTIVE = 0.9999;

/** Why a service was away: the synthetic call was not answered, the tenant's calls were not taken, or nothing ran. */
export const outageReasonSchema = z.enum(['call', 'not_serving', 'stopped']);
export type OutageReason = z.infer<typeof outageReasonSchema>;

/** How far the server's clock is from a time server's. */
export const serverClockSchema = z.object({
  /** The time server; null = none is configured. */
  source: z.string().nullable(),
  /** What has to be added to the server's clock, ms; null = not known. */
  offsetMs: z.number().nullable(),
  checkedAt: timeSchema.nullable(),
});
export type ServerClockView = z.infer<typeof serverClockSchema>;

const outageSchema = z.object({
  id: idSchema,
  beganAt: timeSchema,
  /** Null while it goes on. */
  endedAt: timeSchema.nullable(),
  durationMs: z.int(),
  reason: outageReasonSchema,
});
export type Outage = z.infer<typeof outageSchema>;

const serviceStatusSchema = z.object({
  at: timeSchema,
  clock: serverClockSchema,
  /** Files of the tenant are scanned for malware before they are taken. */
  filesAreScanned: z.boolean(),
  /** Null = not measured yet. */
  isUp: z.boolean().nullable(),
  measuredSince: timeSchema.nullable(),
  /** Of the last 30 days, or since it is measured. */
  period: z.object({
    measuredMs: z.int(),
    downMs: z.int(),
    /** 0 to 1; null = nothing measured. */
    availability: z.number().nullable(),
    /** How long the service may be away in 30 days by the objective. */
    allowedDownMs: z.int(),
  }),
  objective: z.number(),
  /** Days in Japan, oldest first; days before the measuring began are left out. */
  days: z.array(z.object({ day: daySchema, downMs: z.int() })),
  /** Of the last 90 days, newest first, at most 100. */
  outages: z.array(outageSchema),
});
export type ServiceStatus = z.infer<typeof serviceStatusSchema>;

export const getServiceStatus = route({
  id: 'getServiceStatus',
  method: 'GET',
  path: '/service-status',
  summary: 'Whether the service answers, how much of the last 30 days it did, and when it did not.',
  tag: 'monitoring',
  permission: 'report.read',
  rate: 'normal',
  response: serviceStatusSchema,
});
