import type { AgentPart, CallState } from './types.ts';

/** Agents who are being rung: one, or several at once (`ringAll`). */
export const rungAgents = ({ agent, alsoRung = [] }: Pick<CallState, 'agent' | 'alsoRung'>): AgentPart[] => [...(agent?.stage === 'offered' ? [agent] : []), ...alsoRung];

/** Who is rung with this offer; null when nobody is (any more). */
export const rungWith = (state: Pick<CallState, 'agent' | 'alsoRung'>, offerId: string | undefined): AgentPart | null =>
  offerId === undefined ? null : (rungAgents(state).find((part) => part.offerId === offerId) ?? null);

/** Writes a changed part back, or adds it behind those who are rung already. */
export function putRung(state: CallState, part: AgentPart): void {
  if (!state.agent || state.agent.offerId === part.offerId) state.agent = part;
  else state.alsoRung = [...(state.alsoRung ?? []).filter(({ offerId }) => offerId !== part.offerId), part];
}

/** Takes one out; of the others one steps into their place. */
export function takeRung(state: CallState, part: AgentPart): void {
  const [first, ...others] = rungAgents(state).filter(({ offerId }) => offerId !== part.offerId);
  state.agent = first ?? null;
  state.alsoRung = others;
}
