import type { IdSource } from '../lib/ids.ts';
import { createAcd, modelOf, type AcdState } from './acd.ts';
import { newQueue, reindex } from './configure.ts';
import type { Agent, Call, Offer, QueueMemory } from './model.ts';
import type { AcdTimer, QueueConfig } from './types.ts';

/** The distributor as JSON-able data: what a journal's checkpoint stores. */
export interface PlainAcd {
  version: 2;
  nextOrder: number;
  queues: { config: QueueConfig; memory: QueueMemory }[];
  agents: Agent[];
  calls: Call[];
  offers: Offer[];
}

/** A deep copy of everything that is not an index; the state may be used on. */
export function toPlain(state: AcdState): PlainAcd {
  const model = modelOf(state);
  return structuredClone({
    version: 2,
    nextOrder: model.nextOrder,
    queues: [...model.queues.values()].map(({ config, memory }) => ({ config, memory })),
    agents: [...model.agents.values()],
    calls: [...model.calls.values()],
    offers: [...model.offers.values()],
  });
}

/** The distributor that `toPlain` saw; goes on exactly as the first would have, given the same ids. */
export function fromPlain(plain: PlainAcd, ids: IdSource, random?: () => number): AcdState {
  const state = createAcd(ids, random);
  const model = modelOf(state);
  const copy = structuredClone(plain);
  model.nextOrder = copy.nextOrder;
  for (const { config, memory } of copy.queues) model.queues.set(config.queueId, newQueue(config, memory));
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
  for (const { callId, stageUntil, leaveAt } of model.calls.values()) {
    if (stageUntil !== null) due.push({ timer: { kind: 'stage', callId }, until: stageUntil });
    if (leaveAt !== null) due.push({ timer: { kind: 'leave', callId }, until: leaveAt });
  }
  return due.map(({ timer, until }) => ({ timer, afterMs: Math.max(0, until - at) }));
}
