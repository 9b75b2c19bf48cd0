import type { IdSource } from '../lib/ids.ts';
import { createAcd, modelOf, type AcdState } from './acd.ts';
import { newQueue, reindex } from './configure.ts';
import type { Agent, Call, Offer } from './model.ts';
import type { AcdTimer, QueueConfig } from './types.ts';

/** The distributor as JSON-able data: what a journal's checkpoint stores. */
export interface PlainAcd {
  version: 1;
  nextOrder: number;
  queues: QueueConfig[];
  agents: Agent[];
  calls: Call[];
  offers: Offer[];
}

/** A deep copy of everything that is not an index; the state may be used on. */
export function toPlain(state: AcdState): PlainAcd {
  const model = modelOf(state);
  return structuredClone({
    version: 1,
    nextOrder: model.nextOrder,
    queues: [...model.queues.values()].map((queue) => queue.config),
    agents: [...model.agents.values()],
    calls: [...model.calls.values()],
    offers: [...model.offers.values()],
  });
}

/** The distributor that `toPlain` saw; goes on exactly as the first would have, given the same ids. */
export function fromPlain(plain: PlainAcd, ids: IdSource): AcdState {
  const state = createAcd(ids);
  const model = modelOf(state);
  const copy = structuredClone(plain);
  model.nextOrder = copy.nextOrder;
  for (const config of copy.queues) model.queues.set(config.queueId, newQueue(config));
  for (const agent of copy.agents) model.agents.set(agent.config.agentId, agent);
  for (const call of copy.calls) model.calls.set(call.callId, call);
  for (const offer of copy.offers) model.offers.set(offer.offerId, offer);
  reindex(model);
  return state;
}

/**
 * Timers that run, to set them again after a restart.
 * @param at monotonic ms, of the same count as the events'
 */
export function timersOf(state: AcdState, at: number): { timer: AcdTimer; afterMs: number }[] {
  const model = modelOf(state);
  const due: { timer: AcdTimer; until: number }[] = [];
  for (const { offerId, until } of model.offers.values()) due.push({ timer: { kind: 'offer', offerId }, until });
  for (const { config, wrapUpUntil, restUntil } of model.agents.values()) {
    const { agentId } = config;
    if (wrapUpUntil !== null) due.push({ timer: { kind: 'wrapUp', agentId }, until: wrapUpUntil });
    if (restUntil !== null) due.push({ timer: { kind: 'rest', agentId }, until: restUntil });
  }
  return due.map(({ timer, until }) => ({ timer, afterMs: Math.max(0, until - at) }));
}
