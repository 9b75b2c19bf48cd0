import { queuesOf } from './agents.ts';
import { callOrderAt, isRoutable, type Agent, type Call, type Lane, type Model, type Queue, type Step } from './model.ts';
import { makeOffers } from './offers.ts';
import { choose, isByIdle } from './orders.ts';
import { mayTake, soleAgent } from './stages.ts';
import { laneOf } from './waiting.ts';

/*
 * The rule everything here keeps true between events: no call without an offer waits while a routable agent of its stage can
 * take it. So a new call needs to look at agents only, a freed agent at the heads of lanes only.
 */

interface Place {
  queue: Queue;
  lane: Lane;
}

/** So many are rung at once at most. */
const MOST_AT_ONCE = 50;

/** Callbacks wait for the queue's hours; whoever is on the line is served. */
const isShut = ({ queue, lane }: Place): boolean => lane.callback && queue.memory.closed !== null;

/** Fewest calls first, then longest idle; agents who passed on this call after all others, fewest passes first. */
function firstIdle({ queue, lane }: Place, call: Call): Agent | null {
  let best: Agent | null = null;
  let fewest = Infinity;
  for (const agent of queue.idle) {
    if (!mayTake(agent, lane)) continue;
    const passes = call.passes[agent.config.agentId] ?? 0;
    if (passes === 0) return agent;
    if (passes < fewest) {
      best = agent;
      fewest = passes;
    }
  }
  return best;
}

/**
 * Everybody able and with a line left, of this queue and those that its ring takes, who passed on the call least often, and of
 * these those with the fewest calls: whom the queue's order chooses among.
 */
function ableAgents(model: Model, { queue, lane }: Place, call: Call): Agent[] {
  const found = new Set<Agent>();
  let fewest = Infinity;
  for (const pool of [queue, ...lane.queueIds.map((queueId) => model.queues.get(queueId))]) {
    for (const agent of pool?.idle ?? []) {
      const passes = call.passes[agent.config.agentId] ?? 0;
      if (passes > fewest || !mayTake(agent, lane)) continue;
      if (passes < fewest) found.clear();
      fewest = passes;
      found.add(agent);
    }
  }
  const fewestCalls = Math.min(...[...found].map(({ callIds }) => callIds.length));
  return [...found].filter(({ callIds }) => callIds.length === fewestCalls);
}

/** Who gets the call: nobody, one, or all at once. */
function pickAgents(model: Model, place: Place, call: Call): Agent[] {
  const { queue, lane } = place;
  const { order } = queue.rules;
  if (isShut(place)) return [];
  if (lane.only !== null) {
    const agent = soleAgent(model, lane);
    return agent && mayTake(agent, lane) ? [agent] : [];
  }
  if (lane.queueIds.length === 0 && isByIdle(order) && order !== 'ringAll') {
    const agent = firstIdle(place, call);
    return agent ? [agent] : [];
  }
  const able = ableAgents(model, place, call);
  if (able.length === 0) return [];
  const chosen = choose(model, queue, able, lane);
  // A callback is dialled by one; a station is called, which only one call can do at a time.
  if (order !== 'ringAll' || call.callback || chosen.config.kind === 'station') return [chosen];
  const others = able.filter((agent) => agent !== chosen && agent.config.kind === 'browser');
  return [chosen, ...others.slice(0, MOST_AT_ONCE - 1)];
}

/** Rings whoever should be; false when nobody is free. */
function serve(step: Step, place: Place, call: Call): boolean {
  const agents = pickAgents(step.model, place, call);
  if (agents.length === 0) return false;
  makeOffers(step, place.queue, place.lane, call, agents);
  return true;
}

/** The place whose first call comes before those of all others; what a supervisor assigned comes before everything. */
function firstPlace(places: Iterable<Place>, at: number): Place | null {
  let best: Place | null = null;
  for (const place of places) {
    const head = place.lane.calls[0];
    if (!head || isShut(place)) continue;
    const isBefore =
      !best || (place.lane.first === best.lane.first ? callOrderAt(head, best.lane.calls[0] as Call, at) < 0 : place.lane.first);
    if (isBefore) best = place;
  }
  return best;
}

/** Lanes whose calls the agent could take: of the own queues, of queues whose rings take the agent, and those that wait for just them. */
function* placesFor(step: Step, agent: Agent): Generator<Place> {
  const { model } = step;
  const { agentId } = agent.config;
  for (const queue of queuesOf(step, agent)) {
    for (const lane of queue.lanes.values()) if (mayTake(agent, lane)) yield { queue, lane };
    const helped = model.helped.size === 0 ? undefined : model.helped.get(queue.config.queueId);
    for (const other of helped ?? []) {
      for (const lane of other.shared) {
        if (lane.queueIds.includes(queue.config.queueId) && mayTake(agent, lane)) yield { queue: other, lane };
      }
    }
  }
  const own = model.personal.size === 0 ? undefined : model.personal.get(agentId);
  for (const [lane, queue] of own ?? []) if (mayTake(agent, lane)) yield { queue, lane };
}

/** Finds an agent for a call that came to wait. */
export function serveCall(step: Step, queue: Queue, call: Call): void {
  const lane = laneOf(queue, call);
  // Others in the lane wait too, so nobody is free for any of them.
  if (lane?.calls.length === 1 && lane.calls[0] === call) serve(step, { queue, lane }, call);
}

/** Finds a call for an agent who became routable: the first, in strict order, of all that the agent could take. */
export function serveAgent(step: Step, agent: Agent): void {
  if (!isRoutable(agent)) return;
  const place = firstPlace(placesFor(step, agent), step.at);
  const call = place?.lane.calls[0];
  if (place && call) makeOffers(step, place.queue, place.lane, call, [agent]);
}

/** Serves these places in strict order until no agent is left for any of them. */
function servePlaces(step: Step, places: Set<Place>): void {
  for (;;) {
    const place = firstPlace(places, step.at);
    const call = place?.lane.calls[0];
    if (!place || !call) return;
    if (!serve(step, place, call)) places.delete(place);
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
  const lane = call && queue && laneOf(queue, call);
  if (queue && lane) places.set(lane, { queue, lane });
  servePlaces(step, new Set(places.values()));
}

function* placesOf(queue: Queue): Generator<Place> {
  for (const lane of queue.lanes.values()) yield { queue, lane };
  for (const lane of queue.personal.values()) yield { queue, lane };
}

/** Serves every queue; after a change of the configuration. */
export function serveAll(step: Step): void {
  servePlaces(step, new Set([...step.model.queues.values()].flatMap((queue) => [...placesOf(queue)])));
}

/** Serves calls that came into other lanes, all in one event: in strict order, whichever of them moved first. */
export function serveCalls(step: Step, calls: Iterable<Call>): void {
  const places = new Map<Lane, Place>();
  for (const call of calls) {
    const queue = step.model.queues.get(call.queueId);
    const lane = queue && laneOf(queue, call);
    if (queue && lane) places.set(lane, { queue, lane });
  }
  servePlaces(step, new Set(places.values()));
}

/** Serves one queue; after it opened again. */
export function serveQueue(step: Step, queue: Queue): void {
  servePlaces(step, new Set(placesOf(queue)));
}
