import { callOrder, type Call, type Lane, type Queue, type Step } from './model.ts';
import { insert, remove } from './ordered.ts';
import { sortedSkills } from './skills.ts';

/** Puts a call that has no offer into its lane, where agents find it. */
export function enterLane(queue: Queue, call: Call): Lane {
  let lane = queue.lanes.get(call.laneKey);
  if (!lane) {
    lane = { key: call.laneKey, required: sortedSkills(call.requiredSkills), calls: [] };
    queue.lanes.set(lane.key, lane);
  }
  insert(lane.calls, call, callOrder);
  return lane;
}

/** Takes a call out of its lane; empty lanes go, so that agents look at few heads. */
export function leaveLane(queue: Queue, call: Call): void {
  const lane = queue.lanes.get(call.laneKey);
  if (!lane) return;
  remove(lane.calls, call, callOrder);
  if (lane.calls.length === 0) queue.lanes.delete(lane.key);
}

/** The call waits from now on. */
export function enterQueue(step: Step, queue: Queue, call: Call): void {
  step.model.calls.set(call.callId, call);
  insert(queue.waiting, call, callOrder);
  step.changedQueues.add(queue);
  step.moved.add(queue);
}

/** The call no longer waits: answered, or gone. It must have no offer. */
export function leaveQueue(step: Step, queue: Queue, call: Call): void {
  step.model.calls.delete(call.callId);
  remove(queue.waiting, call, callOrder);
  leaveLane(queue, call);
  step.changedQueues.add(queue);
  step.moved.add(queue);
  step.unserved.delete(call);
}
