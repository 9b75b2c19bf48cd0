import type { Call, Model, Queue, Step } from './model.ts';
import type { QueueExit } from './rules.ts';
import { leaveQueue } from './waiting.ts';

/** The call leaves its queue by a limit. It must have no offer. */
export function exitCall(step: Step, queue: Queue, call: Call, reason: QueueExit): void {
  leaveQueue(step, queue, call);
  const { callId, queueId, queuedAt } = call;
  step.effects.push({ type: 'exit', callId, queueId, reason, waitedMs: step.at - queuedAt });
}

/** Somebody of the queue, or of its rings, could still take calls. */
function hasStaff(model: Model, { rules, members }: Queue): boolean {
  const isStaff = rules.noAgents === 'loggedOff' ? 'offline' : null;
  const counts = ({ presence }: { presence: string }): boolean => (isStaff === null ? presence === 'available' : presence !== isStaff);
  if (members.some(counts)) return true;
  return rules.rings.some(({ queueIds }) => queueIds.some((queueId) => model.queues.get(queueId)?.members.some(counts) ?? false));
}

/** Why a call is not let in. One that was in a queue before keeps its right to wait, but for the emergency switch. */
export function refusalOf(step: Step, queue: Queue, call: Call): QueueExit | null {
  if (call.callback) return null;
  const { rules, memory } = queue;
  if (memory.closed === 'emergency') return 'emergency';
  if (call.queuedAt < step.at) return null;
  if (memory.closed) return memory.closed;
  if (rules.maxLength > 0 && queue.waiting.length - queue.callbacks >= rules.maxLength) return 'length';
  return rules.noAgents !== 'wait' && !hasStaff(step.model, queue) ? 'noAgents' : null;
}

/** Why a call whose offer has ended does not wait on; null = it does. */
export const farewellOf = (queue: Queue, call: Call): QueueExit | null => {
  if (call.callback) return null;
  return call.overdue ? 'wait' : queue.memory.closed === 'emergency' ? 'emergency' : null;
};

/** Sets when the longest wait ends; before or after a change of the rules. */
export function armLeave(step: Step, queue: Queue, call: Call): void {
  const { maxWaitMs } = queue.rules;
  const leaveAt = maxWaitMs > 0 && !call.callback && !call.overdue ? call.queuedAt + maxWaitMs : null;
  if (leaveAt === call.leaveAt) return;
  const timer = { kind: 'leave', callId: call.callId } as const;
  if (call.leaveAt !== null) step.effects.push({ type: 'clearTimer', timer });
  if (leaveAt !== null) step.effects.push({ type: 'setTimer', timer, afterMs: Math.max(0, leaveAt - step.at) });
  call.leaveAt = leaveAt;
}

/** Sends away everybody who waits without an offer, but for callbacks. */
export function sendAway(step: Step, queue: Queue, reason: QueueExit): void {
  for (const call of queue.waiting.slice()) if (call.offerId === null && !call.callback) exitCall(step, queue, call, reason);
}

/** After somebody left: whoever waits where nobody is left, leaves. */
export function leaveUnstaffed(step: Step, queue: Queue): void {
  if (queue.rules.noAgents !== 'wait' && queue.waiting.length > queue.callbacks && !hasStaff(step.model, queue)) sendAway(step, queue, 'noAgents');
}
