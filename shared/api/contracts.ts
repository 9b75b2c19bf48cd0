import { z } from 'zod';
import { route } from '../contract.ts';
import { idSchema, timeSchema } from './common.ts';
import { daySchema } from './simulations.ts';

/*
 * The contract between a tenant and the provider: what happens to the data after its end (white paper CLD.8.1.5). Days are days in Japan.
 */

export const contractStateSchema = z.enum(['active', 'ended', 'logically_deleted', 'destroying', 'destroyed']);

/** The first day without the service, the last on which data is returned, and when data, keys and backups go. */
const milestoneSchema = z.enum(['end', 'returnUntil', 'deletion', 'destruction', 'backupsGone']);

const timelineSchema = z.array(
  z.object({
    milestone: milestoneSchema,
    day: daySchema,
    done: z.boolean(),
    /** A legal hold keeps it from happening: the day is the earliest possible. */
    held: z.boolean(),
  }),
);
export type ContractTimeline = z.infer<typeof timelineSchema>;

const contractSchema = z.object({
  state: contractStateSchema,
  today: daySchema,
  /** Empty while no end is agreed. */
  timeline: timelineSchema,
  isHeld: z.boolean(),
  /** The next day, when it comes within 30 days. */
  notice: z.object({ milestone: milestoneSchema, day: daySchema, daysLeft: z.int() }).nullable(),
});

const ownContractSchema = contractSchema.extend({
  /** When the tenant last got all of its data as an export; null = never. */
  returnedOn: daySchema.nullable(),
});
export type ContractView = z.infer<typeof ownContractSchema>;

export const getContract = route({
  id: 'getContract',
  method: 'GET',
  path: '/contract',
  summary: 'When the contract ends and what happens to the data after that.',
  tag: 'monitoring',
  permission: 'report.read',
  rate: 'normal',
  response: ownContractSchema,
});

/** The same as operators see it. */
export const operatorContractSchema = contractSchema.extend({
  tenantId: idSchema,
  slug: z.string(),
  /** Empty once the tenant is destroyed. */
  name: z.string(),
  hold: z.object({ reason: z.string(), by: z.string(), on: daySchema }).nullable(),
  approvals: z.array(z.object({ loginId: z.string(), reason: z.string(), at: timeSchema })),
  /** The day has come: two operators may have it destroyed. */
  isDestructionDue: z.boolean(),
  /** Days by which the destruction is late. */
  overdueDays: z.int(),
  /** Steps of the destruction that are done, of all. */
  progress: z.object({ done: z.int(), of: z.int() }).nullable(),
  certificateAt: timeSchema.nullable(),
  /** Newest first. */
  events: z.array(z.object({ at: timeSchema, code: z.string(), actor: z.string(), detail: z.record(z.string(), z.string()) })),
});
export type OperatorContract = z.infer<typeof operatorContractSchema>;

/** In the list of all; null also where no end is agreed, and when the tenant is destroyed. */
export const listedContractSchema = operatorContractSchema.extend({ returnedOn: daySchema.nullable() });
export type ListedContract = z.infer<typeof listedContractSchema>;
