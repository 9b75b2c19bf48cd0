import { isRoutable, type Agent, type Call, type Demand, type Lane, type Model, type Queue, type Step } from './model.ts';
import type { PreferredAgent } from './rules.ts';
import { demandKey, hasSkills, sortedSkills } from './skills.ts';

/*
 * The stages of a waiting call: the preferred agents one after the other, then the queue's own agents, then ring by ring a wider
 * circle. A stage is a lane; a timer named after the call ends it.
 */

/** The agent may yet become free: logged on and not on a break. One who has passed on the call is not asked first again. */
export function isThere(model: Model, call: Call, { agentId }: PreferredAgent): boolean {
  const agent = model.agents.get(agentId);
  return agent?.presence === 'available' && !agent.leaving && (!call.callback || callsBack(agent)) && (call.passes[agentId] ?? 0) === 0;
}

/** Demands of a call in its ring. */
export function demandOf(queue: Queue, call: Call): Demand {
  const ring = call.ring === 0 ? undefined : queue.rules.rings[call.ring - 1];
  return {
    required: sortedSkills(call.requiredSkills),
    expression: ring?.expression ?? queue.rules.expression,
    levelsDown: ring?.levelsDown ?? 0,
  };
}

/** Queues whose agents may take the call in its ring, beside its own. */
export function helpersOf(queue: Queue, ring: number): string[] {
  const ids = queue.rules.rings.slice(0, ring).flatMap(({ queueIds }) => queueIds);
  return ids.length === 0 ? [] : [...new Set(ids)].filter((queueId) => queueId !== queue.config.queueId);
}

/** The lane of the call's stage, not yet made. */
export function laneFor(queue: Queue, call: Call): Omit<Lane, 'calls'> {
  const [preferred] = call.preferred;
  if (preferred) {
    const { agentId, reason } = preferred;
    const first = reason === 'assigned';
    return { key: `${first ? '!' : '@'}${agentId}`, required: [], expression: null, levelsDown: 0, queueIds: [], only: agentId, first, callback: call.callback };
  }
  const demand = demandOf(queue, call);
  const queueIds = helpersOf(queue, call.ring);
  const key = `${call.callback ? '~' : ''}${demandKey(demand)}${queueIds.length > 0 ? `+${queueIds.join()}` : ''}`;
  return { ...demand, key, queueIds, only: null, first: false, callback: call.callback };
}

/** How long rings 1 to `ring` are waited for, counted together, ms. */
const opensAfter = (queue: Queue, ring: number): number => queue.rules.rings.slice(0, ring).reduce((sum, { waitMs }) => sum + waitMs, 0);

/** The ring that the call's wait calls for. */
function ringAt(queue: Queue, call: Call, at: number): number {
  let ring = 0;
  while (ring < queue.rules.rings.length && at - call.ringsSince >= opensAfter(queue, ring + 1)) ring += 1;
  return ring;
}

/**
 * Brings the call into the stage that its wait calls for. It must be in no lane, and be put into one afterwards unless it has an offer.
 * @param over the preferred agent was waited for long enough
 */
export function settleStage(step: Step, queue: Queue, call: Call, over = false): void {
  const before = call.stageUntil;
  const waitedFor = call.preferred[0];
  let preferred = over && waitedFor ? call.preferred.slice(1) : call.preferred;
  while (preferred[0] && !isThere(step.model, call, preferred[0])) preferred = preferred.slice(1);
  const [head] = preferred;
  if (waitedFor && !head) call.ringsSince = step.at;
  call.preferred = preferred;
  if (head) {
    if (head !== waitedFor || before === null) call.stageUntil = step.at + head.waitMs;
  } else {
    call.ring = ringAt(queue, call, step.at);
    call.stageUntil = call.ring < queue.rules.rings.length ? call.ringsSince + opensAfter(queue, call.ring + 1) : null;
  }
  call.laneKey = laneFor(queue, call).key;
  armStage(step, call, before);
}

function armStage(step: Step, call: Call, before: number | null): void {
  if (call.stageUntil === before) return;
  const timer = { kind: 'stage', callId: call.callId } as const;
  if (before !== null) step.effects.push({ type: 'clearTimer', timer });
  if (call.stageUntil !== null) step.effects.push({ type: 'setTimer', timer, afterMs: Math.max(0, call.stageUntil - step.at) });
}

/** Timers of a call that leaves its queue. */
export function clearStages(step: Step, call: Call): void {
  const { callId } = call;
  if (call.stageUntil !== null) step.effects.push({ type: 'clearTimer', timer: { kind: 'stage', callId } });
  if (call.leaveAt !== null) step.effects.push({ type: 'clearTimer', timer: { kind: 'leave', callId } });
  call.stageUntil = null;
  call.leaveAt = null;
}

/** A station is a telephone that is called: it does not call back. */
export const callsBack = ({ config }: Agent): boolean => config.kind === 'browser';

/** The agent is able to take the lane's calls. Nobody calls back while a caller is on the line. */
export const mayTake = (agent: Agent, lane: Demand & Pick<Lane, 'callback'>): boolean =>
  (!lane.callback || (callsBack(agent) && agent.callIds.length === 0)) && hasSkills(agent.config.skills, lane);

/** The agent whom a lane's calls wait for, when free now. */
export function soleAgent(model: Model, lane: Lane): Agent | null {
  const agent = lane.only === null ? undefined : model.agents.get(lane.only);
  return agent && isRoutable(agent) ? agent : null;
}
