/** Time that a caller is on hold while the agent's work is in another call, so that the work is counted once. */
import { agentIn } from './alone.ts';
import type { CallRun } from './run.ts';
import type { CallState } from './types.ts';

/** The agent speaks here: with the caller, or with somebody consulted while the caller waits. */
const isSpeaking = ({ phase, parties }: CallState): boolean =>
  phase === 'talking' || (phase === 'held' && parties.some(({ role, stage }) => role === 'consult' && stage === 'connected'));

const isAside = ({ aside }: CallState): boolean => aside !== undefined && aside.since !== null;

/** The call in which the agent's work is: where they speak, else the one that they left last. */
const worked = (own: readonly CallState[]): CallState | undefined =>
  own.find(isSpeaking) ?? own.reduce<CallState | undefined>((last, call) => (last && last.since >= call.since ? last : call), undefined);

/** Which of the agent's calls must be told that they are, or are no longer, on hold for another one. @param own all calls of one agent */
export function asidesOf(own: readonly CallState[]): { callId: string; on: boolean }[] {
  const main = worked(own);
  return own.flatMap((call) => {
    const on = call.phase === 'held' && call !== main;
    return on === isAside(call) ? [] : [{ callId: call.id, on }];
  });
}

/** Calls that somebody has, by agent. */
export const callsOf = (calls: readonly CallState[], agentId: string): CallState[] => calls.filter((call) => !call.end && agentIn(call) === agentId);

/** The agent's work is in another call from now on, or no more. */
export function setAside(run: CallRun, on: boolean): void {
  const { state, moment } = run;
  run.endAside();
  if (on && state.phase === 'held') state.aside = { since: moment.at, ms: state.aside?.ms ?? 0 };
}
