import type { AgentSnapshot, OfferEnd, QueueSnapshot } from '../acd/types.ts';
import type { CallState, EndedBy } from './types.ts';

/** What desks, boards and visitors hear. */
export interface RuntimeEvents {
  agent: AgentSnapshot;
  agentRemoved: { agentId: string };
  queue: QueueSnapshot;
  queueRemoved: { queueId: string };
  /** After each event that changed the call. */
  call: CallState;
  callGone: { callId: string };
  ring: { agentId: string; offerId: string; call: CallState };
  stopRinging: { agentId: string; offerId: string; reason: OfferEnd | 'accepted' };
  deskCallEnded: { callId: string; agentId: string; by: EndedBy; wrapUp: boolean };
  /** Sounds that the far party hears from now on. */
  played: { callId: string; sounds: readonly string[] };
  /** The visitor's audio must be connected again. */
  visitorMove: { callId: string };
  visitorAnswer: { callId: string; sdp: string };
  count: { what: 'offered' | 'answered' | 'abandoned' | 'flowedOut'; queueId: string };
}
