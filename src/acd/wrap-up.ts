import { changeAgent, clearWrapUp, finishWrapUp } from './agents.ts';
import { serveAgent } from './matching.ts';
import type { Agent, Step } from './model.ts';
import type { AgentSnapshot, QueueConfig } from './types.ts';

const rulesOf = (step: Pick<Step, 'model'>, agent: Agent): QueueConfig | undefined =>
  agent.queueId === null ? undefined : step.model.queues.get(agent.queueId)?.config;

/** The queue wants the result of the call that is wrapped up, and does not have it. */
const isResultMissing = (rules: QueueConfig | undefined, agent: Agent): boolean =>
  rules?.wrapUpRequired === true && agent.wrapUpCallId !== null && !agent.savedCallIds.includes(agent.wrapUpCallId);

const extensionsLeft = (rules: QueueConfig | undefined, agent: Agent): number =>
  Math.max(0, (rules?.wrapUpExtensions ?? 0) - agent.wrapUpExtended);

/** The agent is done, or logs off, which also ends what is not complete. */
export function endWrapUp(step: Step, agent: Agent, force = false): void {
  if (agent.work !== 'wrapUp') return;
  const rules = rulesOf(step, agent);
  const mayNot = isResultMissing(rules, agent) || (rules?.wrapUpFixed === true && agent.wrapUpUntil !== null);
  if (mayNot && !force) return;
  clearWrapUp(step, agent);
  finishWrapUp(step, agent, force);
  serveAgent(step, agent);
}

/** The time is over. Whose result is missing stays in wrap-up, without a clock, until it is saved. */
export function wrapUpTimeOver(step: Step, agent: Agent): void {
  if (isResultMissing(rulesOf(step, agent), agent)) return changeAgent(step, agent, () => (agent.wrapUpUntil = null));
  finishWrapUp(step, agent);
  serveAgent(step, agent);
}

/** More time, counted from the end so far, or from now when that is past. */
export function extendWrapUp(step: Step, agent: Agent): void {
  const rules = rulesOf(step, agent);
  const byMs = rules?.wrapUpExtendMs ?? 0;
  if (agent.work !== 'wrapUp' || byMs <= 0 || extensionsLeft(rules, agent) === 0) return;
  const until = Math.max(step.at, agent.wrapUpUntil ?? step.at) + byMs;
  changeAgent(step, agent, () => {
    agent.wrapUpUntil = until;
    agent.wrapUpExtended += 1;
  });
  step.effects.push({ type: 'setTimer', timer: { kind: 'wrapUp', agentId: agent.config.agentId }, afterMs: until - step.at });
}

/** The call's result is there: what only waited for it ends. Who saves that of a call that ended beside others has wrapped it up. */
export function saveResult(step: Step, agent: Agent, callId: string): void {
  const owed = agent.owed.find((other) => other.callId === callId);
  if (!agent.callIds.includes(callId) && agent.wrapUpCallId !== callId && !owed) return;
  const lasts = owed && step.model.queues.get(owed.queueId)?.config.wrapUpFixed === true;
  changeAgent(step, agent, () => {
    if (!agent.savedCallIds.includes(callId)) agent.savedCallIds = [...agent.savedCallIds, callId];
    if (!lasts) agent.owed = agent.owed.filter((other) => other !== owed);
  });
  if (agent.work === 'wrapUp' && agent.wrapUpUntil === null) endWrapUp(step, agent);
}

/** What boards and desks may know of the wrap-up; undefined when there is none. */
export function wrapUpView(step: Pick<Step, 'model'>, agent: Agent): AgentSnapshot['wrapUp'] {
  if (agent.work !== 'wrapUp') return undefined;
  const rules = rulesOf(step, agent);
  return { until: agent.wrapUpUntil, extensionsLeft: extensionsLeft(rules, agent), resultMissing: isResultMissing(rules, agent), fixed: rules?.wrapUpFixed === true };
}
