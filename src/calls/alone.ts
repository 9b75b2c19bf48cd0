import type { CallState } from './types.ts';

/** Somebody consulted or in a conference: such a call takes all lines of its agent. Who listens does not. */
export const wantsAlone = ({ parties }: Pick<CallState, 'parties'>): boolean => parties.some(({ role }) => role === 'consult' || role === 'member');

/** The agent who has the call at the moment; null while none has. */
export const agentIn = ({ agent }: Pick<CallState, 'agent'>): string | null => (agent?.stage === 'connected' ? agent.agentId : null);
