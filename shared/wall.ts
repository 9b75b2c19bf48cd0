import { z } from 'zod';
import { AGENT_STATES } from './agent-state.ts';
import { queueViewSchema } from './events.ts';

/**
 * Messages of the WebSocket `/api/v1/wall/{token}`: what a screen without a login is told. Everything comes whole each time, so
 * that a screen which missed something is right again with the next message.
 */

const state = z.enum(AGENT_STATES);

export const wallViewSchema = z.object({
  at: z.iso.datetime(),
  name: z.string(),
  queues: z.array(queueViewSchema),
  /** Browser agents of these queues by what they do, each counted once. */
  states: z.record(state, z.number().int()),
  /** Free external stations of these queues. */
  freeStations: z.number().int(),
  /** Empty unless the link shows names. */
  agents: z.array(z.object({ name: z.string(), state, since: z.iso.datetime() })),
  /** Who waits longest, first; empty unless the link shows numbers. A withheld number is empty. */
  waiting: z.array(z.object({ number: z.string(), queueName: z.string(), since: z.iso.datetime() })),
});

export const wallMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('wall'), view: wallViewSchema }),
  /** Nothing has changed; every few seconds, so that a screen knows that what it shows is true. */
  z.object({ type: z.literal('wall.alive'), at: z.iso.datetime() }),
  /** The link has ended. */
  z.object({ type: z.literal('wall.over') }),
]);

export type WallView = z.infer<typeof wallViewSchema>;
export type WallMessage = z.infer<typeof wallMessageSchema>;
