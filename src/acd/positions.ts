import { estimateWait, paceOf } from './estimate.ts';
import { callOrder, type Call, type Queue, type Step } from './model.ts';
import { rank } from './ordered.ts';

/** Positions up to this one are kept up to date; a caller further back was told the position on entering. */
const FOLLOWED = 20;

function announce(step: Step, call: Call, position: number, pace: ReturnType<typeof paceOf>): void {
  if (call.position === position) return;
  call.position = position;
  const wait = estimateWait(call, position, pace, step.at);
  step.effects.push({ type: 'position', callId: call.callId, position, ...(wait && { wait }) });
}

/**
 * Tells the positions that changed, with the wait to expect: those of the first 20 callers and that of a caller who just entered.
 * So one event costs at most 21 effects a queue, however long it is. Calls ringing at an agent keep their position: a decline
 * must not move anyone back.
 */
export function announcePositions(step: Step, queue: Queue): void {
  const pace = paceOf(queue, step.at);
  const followed = Math.min(FOLLOWED, queue.waiting.length);
  for (let index = 0; index < followed; index++) announce(step, queue.waiting[index] as Call, index + 1, pace);
  for (const call of step.unserved) {
    if (call.queueId === queue.config.queueId && call.position === 0) {
      announce(step, call, rank(queue.waiting, call, callOrder) + 1, pace);
    }
  }
}
