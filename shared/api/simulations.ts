import { z } from 'zod';
import { route } from '../contract.ts';
import { SERVICE_LEVELS, type ServiceLevelId } from '../metrics/service-level.ts';
import { idParams, idSchema, listOf, pageQuery, timeSchema } from './common.ts';

/** A day in Japan. */
export const daySchema = z.iso.date();

const share = z.number().nullable();
const count = z.number().int();

/** What a queue came to, really or simulated; see src/simulate/outcome.ts. */
export const outcomeSchema = z.object({
  offered: count,
  counts: z.object({ answered: count, abandoned: count, answeredWithin: count, abandonedWithin: count, abandonedShort: count }),
  flowOut: count,
  callbacks: count,
  calledBack: count,
  serviceLevels: z.object(Object.fromEntries(SERVICE_LEVELS.map((id) => [id, share])) as Record<ServiceLevelId, typeof share>),
  asaMs: z.number().nullable(),
  meanWaitMs: z.number().nullable(),
  abandonRate: share,
  delayed: share,
  longestWaitMs: z.number(),
  mostWaiting: count,
  occupancy: share,
  intervals: z.array(z.object({ at: z.number(), offered: count, answered: count, answeredWithin: count, abandoned: count })),
});

/** What the records of a day leave open, and what stood in for it. */
export const replayNotesSchema = z.object({
  calls: count,
  patienceKnown: count,
  patienceCensored: count,
  /** ms; null = nobody ever gave up, so callers wait for ever. */
  meanPatienceMs: z.number().nullable(),
  drawnHandleTimes: count,
  assumedHandleTimes: count,
  missingAgents: count,
});

const requestFields = {
  queueId: idSchema,
  /** Replay a past day, or make up a day of the volumes that are forecast for it. */
  source: z.enum(['history', 'forecast']),
  day: daySchema,
  /** Replay: agents more or fewer than there were. */
  staff: z.number().int().min(-500).max(500).default(0),
  /** Made-up day: agents on duty while calls come. */
  agents: z.number().int().min(0).max(1000).default(10),
  /** Of what they are otherwise. */
  handlePercent: z.number().min(10).max(500).default(100),
  volumePercent: z.number().min(0).max(500).default(100),
  /** Equal seeds draw equally. */
  seed: z.number().int().min(0).max(2_147_483_647).default(1),
} as const;

export const simulationRequestSchema = z.strictObject(requestFields);

export const simulationSchema = z.object({
  id: idSchema,
  state: z.enum(['waiting', 'running', 'done', 'cancelled', 'failed', 'interrupted']),
  /** 0 .. 1. */
  progress: z.number(),
  request: z.object({ ...requestFields, staff: z.number(), agents: z.number(), handlePercent: z.number(), volumePercent: z.number(), seed: z.number() }),
  queueName: z.string(),
  createdAt: timeSchema,
  createdByName: z.string(),
  result: z
    .object({
      /** What really happened; null for a day that is made up. */
      actual: outcomeSchema.nullable(),
      /** The same day simulated without the changes: how far the simulation can be trusted. */
      unchanged: outcomeSchema,
      changed: outcomeSchema,
      notes: replayNotesSchema.nullable(),
      /** Of the made-up day, ms; null patience = callers wait for ever. */
      assumed: z.object({ talkMs: z.number(), wrapUpMs: z.number(), patienceMs: z.number().nullable(), days: count }).nullable(),
      thresholdMs: z.number(),
      shortMs: z.number(),
    })
    .nullable(),
  /** Why it failed; empty = it did not. */
  error: z.string(),
});

export const startSimulation = route({
  id: 'startSimulation',
  method: 'POST',
  path: '/simulations',
  summary: 'Live through a day again with other staffing, handle time or volume, by the router that routes real calls.',
  tag: 'staffing',
  permission: 'staffing.read',
  rate: 'heavy',
  body: simulationRequestSchema,
  response: simulationSchema,
});

export const getSimulation = route({
  id: 'getSimulation',
  method: 'GET',
  path: '/simulations/{id}',
  summary: 'A simulation with its progress, and its result when it is done.',
  tag: 'staffing',
  permission: 'staffing.read',
  rate: 'normal',
  params: idParams,
  response: simulationSchema,
});

export const listSimulations = route({
  id: 'listSimulations',
  method: 'GET',
  path: '/simulations',
  summary: 'The simulations of this tenant, newest first; the last hundred are kept.',
  tag: 'staffing',
  permission: 'staffing.read',
  rate: 'normal',
  query: pageQuery,
  response: listOf(simulationSchema),
});

export const cancelSimulation = route({
  id: 'cancelSimulation',
  method: 'POST',
  path: '/simulations/{id}/cancel',
  summary: 'Stop a simulation that waits or runs.',
  tag: 'staffing',
  permission: 'staffing.read',
  rate: 'normal',
  params: idParams,
  response: simulationSchema,
});

export type Outcome = z.infer<typeof outcomeSchema>;
export type Simulation = z.infer<typeof simulationSchema>;
export type SimulationRequest = z.output<typeof simulationRequestSchema>;
