import { describe, expect, it } from 'vitest';
import type { CallView, ServerMessage } from '../../../../shared/events.ts';
import { type Followed, followCall } from './unreached.ts';

const call = (changes: Partial<CallView>): ServerMessage => ({
  type: 'call',
  matches: [],
  call: {
    callId: 'a',
    direction: 'outbound',
    channel: 'sip',
    phase: 'ringing',
    callerNumber: '',
    callerName: '',
    withheldReason: null,
    dialledNumber: '0312340009',
    queueId: null,
    queueName: '',
    agentId: null,
    agentName: '',
    startedAt: '2026-01-05T00:00:00Z',
    queuedAt: null, position: 0, expected: null,
    answeredAt: null,
    recording: false, recordingPaused: false, recordingResumesAt: null, sos: false, warned: false, heldSince: null, holdAlarm: 0, parkSlot: null, parties: [],
    path: [],
    ...changes,
  },
});

const ended = (by: 'caller' | 'agent' | 'system', callId = 'a'): ServerMessage => ({ type: 'call.ended', callId, by, wrapUp: false });

/** The numbers told as unreached. */
function told(messages: ServerMessage[]): string[] {
  let followed: Followed = null;
  return messages.flatMap((message) => {
    const next = followCall(followed, message);
    followed = next.followed;
    return next.unreached ?? [];
  });
}

describe('a number that the agent calls', () => {
  it('is told when nobody answers', () => {
    expect(told([call({}), call({}), ended('system')])).toEqual(['0312340009']);
    expect(told([call({}), ended('caller')])).toEqual(['0312340009']);
  });

  it('is not told when it was answered, or the agent gave up', () => {
    expect(told([call({}), call({ phase: 'talking', answeredAt: '2026-01-05T00:00:03Z' }), ended('system')])).toEqual([]);
    expect(told([call({}), ended('agent')])).toEqual([]);
  });

  it('has nothing to do with calls that come in', () => {
    expect(told([call({ direction: 'inbound' }), ended('caller')])).toEqual([]);
  });

  it('may be refused before anything was told', () => {
    expect(told([ended('caller')])).toEqual(['']);
    expect(told([ended('agent')])).toEqual([]);
  });
});
