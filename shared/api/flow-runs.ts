import { z } from 'zod';
import { route } from '../contract.ts';
import { flowDefinitionSchema } from '../flow/nodes.ts';
import { timeSchema } from './common.ts';

/** What a caller, an agent or the outside does in a test run, one after the other. */
export const runActionSchema = z.discriminatedUnion('do', [
  /** Presses keys. */
  z.object({ do: z.literal('keys'), keys: z.string().regex(/^[0-9*#]{1,40}$/) }),
  /** Does nothing until the next timer runs out. */
  z.object({ do: z.literal('wait') }),
  /** Somebody takes the call out of the queue. */
  z.object({ do: z.literal('agent') }),
  /** The queue cannot take the call. */
  z.object({ do: z.literal('unroutable') }),
  /** What became of the number that was dialled. */
  z.object({ do: z.literal('dialled'), outcome: z.enum(['answered', 'busy', 'failed', 'refused']) }),
  /** The message is complete. */
  z.object({ do: z.literal('message') }),
  /** Customers that are found; their labels. */
  z.object({ do: z.literal('customers'), labels: z.array(z.array(z.string().max(60)).max(20)).max(5) }),
  /** What a server answers. */
  z.object({ do: z.literal('answer'), outcome: z.enum(['ok', 'failed', 'timeout']), json: z.string().max(10_000).default('{}') }),
  z.object({ do: z.literal('hangup') }),
]);

export const runStepSchema = z.object({
  /** Node at which it happened; `code/node` inside another flow. */
  node: z.string(),
  /**
   * reached: the call comes to the node. heard: sounds are played (`text` names them). told: what the verb decided.
   * did: the caller or the outside did something. ended: the call is over.
   */
  kind: z.enum(['reached', 'heard', 'told', 'did', 'ended']),
  verb: z.string(),
  text: z.string(),
  /** Since the call came, ms; sounds are taken to have no length. */
  atMs: z.number(),
});

export const runFlow = route({
  id: 'runFlow',
  method: 'POST',
  path: '/flow-runs',
  summary: 'Try a flow out with a caller of your making: the same code that runs calls, without a call.',
  tag: 'flows',
  permission: 'settings.manage',
  rate: 'normal',
  body: z.strictObject({
    definition: flowDefinitionSchema,
    /** When the call comes; not given = now. */
    at: timeSchema.optional(),
    /** Empty = withheld for the given reason. */
    callerNumber: z.string().max(40).default(''),
    withheldReason: z.enum(['anonymous', 'unavailable', 'payphone']).default('anonymous'),
    dialled: z.string().max(40).default(''),
    actions: z.array(runActionSchema).max(200).default([]),
  }),
  response: z.object({
    steps: z.array(runStepSchema),
    /** Node at which the call is now. */
    node: z.string(),
    /** What can come next; null = the call is over. */
    waitsFor: z.enum(['keys', 'queue', 'dial', 'message', 'customers', 'answer', 'nothing']).nullable(),
    variables: z.record(z.string(), z.string()),
  }),
});

export type RunAction = z.input<typeof runActionSchema>;
export type RunStep = z.infer<typeof runStepSchema>;
export type FlowRun = z.infer<typeof runFlow.response>;
