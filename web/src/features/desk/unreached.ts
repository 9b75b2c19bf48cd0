import type { CallView, ServerMessage } from '../../../../shared/events.ts';

/** What is remembered between messages: the call heard of last, until it ends. */
export type Followed = Pick<CallView, 'callId' | 'dialledNumber' | 'direction' | 'answeredAt'> | null;

/**
 * Follows calls until somebody answers.
 * @returns `unreached`: the number that did not answer or was busy, when this message ends the agent's own call and the agent
 *   did not; empty when the call ended before anything of it was told
 */
export function followCall(followed: Followed, message: ServerMessage): { followed: Followed; unreached: string | null } {
  if (message.type === 'call') {
    const { callId, dialledNumber, direction, answeredAt } = message.call;
    return { followed: { callId, dialledNumber, direction, answeredAt }, unreached: null };
  }
  if (message.type !== 'call.ended') return { followed, unreached: null };
  if (message.by === 'agent') return { followed: null, unreached: null };
  if (message.callId !== followed?.callId) return { followed, unreached: '' };
  const isUnreached = followed.direction === 'outbound' && followed.answeredAt === null;
  return { followed: null, unreached: isUnreached ? followed.dialledNumber : null };
}
