import { describe, expect, it } from 'vitest';
import type { CallView } from '../../../../shared/events.ts';
import { gone, partyName } from './party-list.ts';

const party = (partyId: string, agentId: string | null = null): CallView['parties'][number] => ({ partyId, agentId, role: 'consult', name: '', number: '0312345678', stage: 'ringing' });

const view = (parties: CallView['parties'], parts: Partial<CallView> = {}): CallView => ({
  callId: 'c',
  direction: 'inbound',
  channel: 'sip',
  phase: 'talking',
  callerNumber: '',
  callerName: '',
  withheldReason: null,
  dialledNumber: '',
  queueId: null,
  queueName: '',
  agentId: 'me',
  agentName: '',
  startedAt: '2026-05-01T00:00:00.000Z',
  queuedAt: null, position: 0, expected: null,
  answeredAt: null,
  recording: false,
  recordingPaused: false, recordingResumesAt: null, sos: false, warned: false, heldSince: null, holdAlarm: 0,
  parkSlot: null,
  parties,
  path: [],
  ...parts,
});

describe('who left a call', () => {
  it('is who was there and is not any more', () => {
    expect(gone(view([party('a'), party('b')]), view([party('b')])).map(({ partyId }) => partyId)).toEqual(['a']);
    expect(gone(view([]), view([party('a')]))).toEqual([]);
  });

  it('is nobody in another call, nor who has taken the call', () => {
    expect(gone(view([party('a')]), view([], { callId: 'd' }))).toEqual([]);
    expect(gone(view([party('a', 'you')]), view([], { agentId: 'you' }))).toEqual([]);
  });

  it('has a name, else a number', () => {
    expect(partyName({ name: '佐藤', number: '' })).toBe('佐藤');
    expect(partyName({ name: '', number: '0312345678' })).toBe('0312345678');
  });
});
