import type { AcdTimer } from './types.ts';

/** A timer's name: one of a name runs at a time. */
export const timerKey = (timer: AcdTimer): string => {
  const of = 'offerId' in timer ? timer.offerId : 'callId' in timer ? timer.callId : timer.agentId;
  return `${timer.kind} ${of}`;
};
