import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, timeSchema } from './common.ts';
import { EXPORT_FORMATS } from './reports.ts';
import { daySchema } from './simulations.ts';

export const FORECAST_INTERVALS = ['15', '30', '60'] as const;

const forecastFields = {
  /** Left out = tomorrow. */
  day: daySchema.optional(),
  /** On so many past days it rests, if there are as many. */
  weeks: z.coerce.number().int().min(1).max(26).default(8),
  interval: z.enum(FORECAST_INTERVALS).default('30'),
  /** So many per cent of the callers answered within so long. */
  targetPercent: z.coerce.number().min(1).max(99.9).default(80),
  /** ms; left out = the queue's own threshold. */
  targetMs: z.coerce.number().int().min(0).max(3_600_000).optional(),
  /** Per cent of the paid time in which an agent takes no calls: breaks, training, absence. */
  shrinkagePercent: z.coerce.number().min(0).max(90).default(30),
} as const;

const agents = z.number().int().nullable();

export const forecastSchema = z.object({
  queueName: z.string(),
  day: daySchema,
  /** `weekday`: earlier days of the same weekday. `holiday`: the day is a national holiday, and rests on earlier ones. */
  method: z.enum(['weekday', 'holiday']),
  /** Name of the day's holiday in the UI's two languages; null = it is none. */
  holiday: z.object({ ja: z.string(), en: z.string() }).nullable(),
  /** By its calendar the queue is closed all day. */
  closed: z.boolean(),
  /** Days averaged, newest first. */
  days: z.array(daySchema),
  /** Days of the same weekday that were left out. */
  leftOut: z.array(z.object({ day: daySchema, reason: z.enum(['holiday', 'closed', 'noRecords']) })),
  targetMs: z.number(),
  /** Mean patience on these days, ms; null = nobody gave up, so Erlang A says the same as Erlang C. */
  patienceMs: z.number().nullable(),
  rows: z.array(
    z.object({
      from: timeSchema,
      to: timeSchema,
      /** Mean of the days. */
      calls: z.number(),
      /** Lowest and highest of the days. */
      lowest: z.number(),
      highest: z.number(),
      /** What came, of a day that is over; null = not known yet. */
      actual: z.number().nullable(),
      /** Mean handle time, ms: of this interval, or of the whole days where it has fewer than 5 calls. */
      handleMs: z.number(),
      /** Calls in progress on average. */
      erlangs: z.number(),
      /** Fewest agents for the target; null = more than 5,000. */
      agentsC: agents,
      agentsA: agents,
      /** Agents by Erlang A on the roster, so that after shrinkage enough are there. */
      rostered: agents,
      /** Agents of the queue on shift and not on a break, on average. */
      scheduled: z.number(),
      /** With `agentsA`, by Erlang A. */
      serviceLevel: z.number().nullable(),
      occupancy: z.number().nullable(),
    }),
  ),
  total: z.object({ calls: z.number(), actual: z.number().nullable(), handleMs: z.number(), /** Σ |actual − forecast| / Σ actual. */ error: z.number().nullable() }),
});

export const getForecast = route({
  id: 'getForecast',
  method: 'GET',
  path: '/queues/{id}/forecast',
  summary: 'Calls expected on a day, by interval, and the agents needed for a service level by Erlang C and Erlang A.',
  tag: 'staffing',
  permission: 'staffing.read',
  rate: 'heavy',
  params: idParams,
  query: z.strictObject(forecastFields),
  response: forecastSchema,
});

export const exportForecast = route({
  id: 'exportForecast',
  method: 'GET',
  path: '/queues/{id}/forecast/export',
  summary: 'The forecast as a file.',
  tag: 'staffing',
  permission: 'staffing.read',
  rate: 'heavy',
  params: idParams,
  query: z.strictObject({ ...forecastFields, format: z.enum(EXPORT_FORMATS).default('csv'), lang: z.enum(['ja', 'en']).default('ja') }),
  binary: 'application/octet-stream',
});

export type Forecast = z.infer<typeof forecastSchema>;
export type ForecastQuery = z.output<typeof getForecast.query>;
