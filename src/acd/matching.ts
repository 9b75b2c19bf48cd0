import { queuesOf } from './agents.ts';
import { callOrder, isRoutable, type Agent, type Call, type Lane, type Queue, type Step } from './model.ts';
import { makeOffer } from './offers.ts';
import { hasSkills } from './skills.ts';

/*
 * The rule everything here keeps true between events: no call without an offer waits while a routable agent of its queue
 * has the skills for it. So a new call needs to look at agents only, a freed agent at the heads of lanes only.
 */

interface Place {
  queue: Queue;
  lane: Lane;
}

/** Longest idle first; agents who passed on this call after all others, fewest passes first. */
function pickAgent({ queue, lane }: Place, call: Call): Agent | null {
  let best: Agent | null = null;
  let fewest = Infinity;
  for (const agent of queue.idle) {
    if (!hasSkills(agent.config.skills, lane.required)) continue;
    const passes = call.passes[agent.config.agentId] ?? 0;
    if (passes === 0) return agent;
    if (passes < fewest) {
      best = agent;
      fewest = passes;
    }
  }
  return best;
}

/** The place whose first call comes before those of all others. */
function firstPlace(places: Iterable<Place>): Place | null {
  let best: Place | null = null;
  for (const place of places) {
    const head = place.lane.calls[0];
    if (head && (!best || callOrder(head, best.lane.calls[0] as Call) < 0)) best = place;
  }
  return best;
}

function* placesFor(step: Step, agent: Agent): Generator<Place> {
  for (const queue of queuesOf(step, agent)) {
    for (const lane of queue.lanes.values()) {
      if (hasSkills(agent.config.skills, lane.required)) yield { queue, lane };
    }
  }
}

/** Finds an agent for a call that came to wait. */
export function serveCall(step: Step, queue: Queue, call: Call): void {
  const lane = queue.lanes.get(call.laneKey);
  // Others in the lane wait too, so nobody is free for any of them.
  if (!lane || lane.calls.length > 1) return;
  const agent = pickAgent({ queue, lane }, call);
  if (agent) makeOffer(step, queue, call, agent);
}

/** Finds a call for an agent who became routable: the first, in strict order, of all queues of the agent. */
export function serveAgent(step: Step, agent: Agent): void {
  if (!isRoutable(agent)) return;
  const place = firstPlace(placesFor(step, agent));
  const call = place?.lane.calls[0];
  if (place && call) makeOffer(step, place.queue, call, agent);
}

/** Serves these places in strict order until no agent is left for any of them. */
function servePlaces(step: Step, places: Set<Place>): void {
  for (;;) {
    const place = firstPlace(places);
    const call = place?.lane.calls[0];
    if (!place || !call) return;
    const agent = place.queue.idle.length > 0 ? pickAgent(place, call) : null;
    if (agent) makeOffer(step, place.queue, call, agent);
    else places.delete(place);
  }
}

/**
 * Serves agents who became free and a call that came (back) to wait, all in one event: in strict order, whichever of them
 * was touched first.
 */
export function serveTogether(step: Step, agents: readonly Agent[], queue: Queue | undefined, call: Call | undefined): void {
  const free = agents.filter(isRoutable);
  if (free.length === 0) {
    if (queue && call) serveCall(step, queue, call);
    return;
  }
  const places = new Map<Lane, Place>();
  for (const agent of free) for (const place of placesFor(step, agent)) places.set(place.lane, place);
  const lane = call && queue?.lanes.get(call.laneKey);
  if (queue && lane) places.set(lane, { queue, lane });
  servePlaces(step, new Set(places.values()));
}

/** Serves every queue; after a change of the configuration. */
export function serveAll(step: Step): void {
  const places = new Set<Place>();
  for (const queue of step.model.queues.values()) {
    for (const lane of queue.lanes.values()) places.add({ queue, lane });
  }
  servePlaces(step, places);
}
