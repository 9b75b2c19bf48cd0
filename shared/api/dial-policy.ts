import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, requiredText, timeSchema } from './common.ts';

export const callRateSchema = z.strictObject({
  /** Beginning of the number in E.164 (`+8190`), or of a short code. The longest one that fits counts. */
  prefix: z.string().regex(/^\+?[0-9]{1,15}$/),
  /** Yen for each minute that begins. */
  perMinute: z.number().min(0).max(100_000),
  /** Yen for each call that is answered. */
  perCall: z.number().min(0).max(100_000),
});

export type CallRate = z.infer<typeof callRateSchema>;

const policy = {
  /** Beginnings of numbers outside Japan that may be called, for example `+1212`. */
  internationalPrefixes: z.array(z.string().regex(/^\+[1-9][0-9]{0,11}$/)).max(200),
  /** 0990, 0570 and the like. */
  premiumAllowed: z.boolean(),
  /** 110, 118, 119. No other limit and no stop holds them back. */
  emergencyAllowed: z.boolean(),
  maxConcurrent: z.number().int().min(0).max(10_000),
  maxPerMinute: z.number().int().min(0).max(10_000),
  maxDailyMinutes: z.number().int().min(0).max(1_000_000),
  maxCallMinutes: z.number().int().min(1).max(1440),
  /** Calls of a day in Japan, answered or not. */
  maxDailyCalls: z.number().int().min(0).max(1_000_000),
  /** Yen of a day, as estimated by `rates`. When it is reached calls out are stopped. */
  maxDailyCost: z.number().int().min(0).max(100_000_000),
  /** The same for each agent, and for each telephone that dials by itself. */
  callerMaxConcurrent: z.number().int().min(0).max(10_000),
  callerMaxDailyCalls: z.number().int().min(0).max(1_000_000),
  callerMaxDailyCost: z.number().int().min(0).max(100_000_000),
  /** More calls within an hour stop calls out; 0 = never. */
  stopCallsPerHour: z.number().int().min(0).max(1_000_000),
  /** So many forbidden numbers within ten minutes stop whoever dials them; 0 = never. */
  stopRefusals: z.number().int().min(0).max(10_000),
  /** What calls cost, for estimates; a number that none fits costs what `DEFAULT_RATES` says. */
  rates: z.array(callRateSchema).max(500),
} as const;

export const dialPolicySchema = z.object(policy);

/** Rough tariffs without tax, on the high side: a tenant that does not enter its own is stopped early rather than late. */
export const DEFAULT_RATES: readonly CallRate[] = [
  { prefix: '', perMinute: 20, perCall: 0 },
  { prefix: '+', perMinute: 200, perCall: 0 },
  { prefix: '+81', perMinute: 10, perCall: 0 },
  ...['+8160', '+8170', '+8180', '+8190'].map((prefix) => ({ prefix, perMinute: 30, perCall: 0 })),
  { prefix: '+8150', perMinute: 15, perCall: 0 },
  ...['+81120', '+81800', '110', '118', '119'].map((prefix) => ({ prefix, perMinute: 0, perCall: 0 })),
  ...['+81570', '+81180'].map((prefix) => ({ prefix, perMinute: 60, perCall: 10 })),
  { prefix: '+81990', perMinute: 200, perCall: 100 },
];

export const getDialPolicy = route({
  id: 'getDialPolicy',
  method: 'GET',
  path: '/dial-policy',
  summary: 'What may be called, and how much.',
  tag: 'telephony',
  permission: 'settings.manage',
  rate: 'normal',
  response: dialPolicySchema,
});

export const updateDialPolicy = route({
  id: 'updateDialPolicy',
  method: 'PATCH',
  path: '/dial-policy',
  summary: 'Change what may be called, and how much; takes effect with the next call.',
  tag: 'telephony',
  permission: 'settings.manage',
  rate: 'normal',
  body: z.strictObject(z.object(policy).partial().shape),
  response: dialPolicySchema,
});

export const STOP_REASONS = ['manual', 'calls_per_hour', 'refusals', 'daily_cost'] as const;
export const STOP_SCOPES = ['tenant', 'agent', 'device'] as const;

export const dialStopSchema = z.object({
  id: idSchema,
  /** Whose calls out are stopped. */
  scope: z.enum(STOP_SCOPES),
  /** The agent or telephone; null = the whole tenant. */
  scopeId: idSchema.nullable(),
  scopeName: z.string(),
  reason: z.enum(STOP_REASONS),
  note: z.string(),
  startedAt: timeSchema,
  /** Empty: by itself. */
  startedByName: z.string(),
  releasedAt: timeSchema.nullable(),
  releasedByName: z.string(),
});

export const getDialUsage = route({
  id: 'getDialUsage',
  method: 'GET',
  path: '/dial-usage',
  summary: 'Calls out of this day in Japan, and the latest stops of calls out; those that hold come first.',
  tag: 'telephony',
  permission: 'settings.manage',
  rate: 'normal',
  response: z.object({
    calls: z.number().int(),
    /** Estimated, yen. */
    cost: z.number(),
    running: z.number().int(),
    callsLastHour: z.number().int(),
    /** Forbidden numbers that were dialled in the last ten minutes. */
    refused: z.number().int(),
    stops: z.array(dialStopSchema),
  }),
});

export const startDialStop = route({
  id: 'startDialStop',
  method: 'POST',
  path: '/dial-stops',
  summary: 'Stop all calls out now; those abroad and to premium numbers that go on are ended. Emergency numbers stay as they are.',
  tag: 'telephony',
  permission: 'settings.manage',
  rate: 'normal',
  body: z.strictObject({ note: requiredText(500) }),
  response: z.object({ id: idSchema }),
});

export const releaseDialStop = route({
  id: 'releaseDialStop',
  method: 'POST',
  path: '/dial-stops/{id}/release',
  summary: 'Let calls out again. Limits that are reached go on to hold.',
  tag: 'telephony',
  permission: 'settings.manage',
  rate: 'normal',
  params: idParams,
});

export type DialPolicy = z.infer<typeof dialPolicySchema>;
export type DialStop = z.infer<typeof dialStopSchema>;
export type StopReason = (typeof STOP_REASONS)[number];
export type StopScope = (typeof STOP_SCOPES)[number];
