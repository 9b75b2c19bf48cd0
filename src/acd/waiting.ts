import { callOrder, type Call, type Lane, type Model, type Queue, type Step } from './model.ts';
import { insert, remove } from './ordered.ts';
import { clearStages, laneFor } from './stages.ts';

/** The lane of the call's stage; null while nobody waits in it. */
export const laneOf = (queue: Queue, call: Call): Lane | null => {
  const [preferred] = call.preferred;
  return (preferred ? queue.personal.get(call.laneKey) : queue.lanes.get(call.laneKey)) ?? null;
};

function openLane(model: Model, queue: Queue, call: Call): Lane {
  const lane: Lane = { ...laneFor(queue, call), calls: [] };
  if (lane.only === null) {
    queue.lanes.set(lane.key, lane);
    if (lane.queueIds.length > 0) queue.shared.add(lane);
    return lane;
  }
  queue.personal.set(lane.key, lane);
  const own = model.personal.get(lane.only);
  if (own) own.set(lane, queue);
  else model.personal.set(lane.only, new Map([[lane, queue]]));
  return lane;
}

/** Empty lanes go, so that agents look at few heads. */
function closeLane(model: Model, queue: Queue, lane: Lane): void {
  queue.shared.delete(lane);
  if (lane.only === null) {
    queue.lanes.delete(lane.key);
    return;
  }
  queue.personal.delete(lane.key);
  const own = model.personal.get(lane.only);
  own?.delete(lane);
  if (own?.size === 0) model.personal.delete(lane.only);
}

/** Puts a call that has no offer into the lane of its stage, where agents find it. */
export function enterLane(model: Model, queue: Queue, call: Call): void {
  const lane = laneOf(queue, call) ?? openLane(model, queue, call);
  insert(lane.calls, call, callOrder);
}

/** Takes a call out of its lane. */
export function leaveLane(model: Model, queue: Queue, call: Call): void {
  const lane = laneOf(queue, call);
  if (!lane) return;
  remove(lane.calls, call, callOrder);
  if (lane.calls.length === 0) closeLane(model, queue, lane);
}

/** The call waits from now on. */
export function enterQueue(step: Step, queue: Queue, call: Call): void {
  step.model.calls.set(call.callId, call);
  insert(queue.waiting, call, callOrder);
  if (call.callback) queue.callbacks += 1;
  step.changedQueues.add(queue);
  step.moved.add(queue);
}

/** The call no longer waits: answered, or gone. It must have no offer. */
export function leaveQueue(step: Step, queue: Queue, call: Call): void {
  step.model.calls.delete(call.callId);
  remove(queue.waiting, call, callOrder);
  leaveLane(step.model, queue, call);
  clearStages(step, call);
  if (call.callback) queue.callbacks -= 1;
  step.changedQueues.add(queue);
  step.moved.add(queue);
  step.unserved.delete(call);
}
