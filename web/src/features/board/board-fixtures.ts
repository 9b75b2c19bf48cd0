import type { AgentView, CallView, QueueView } from '../../../../shared/events.ts';

/** Board objects for tests, each with sensible values that a test overrides where it matters. */
export const queue = (queueId: string, parts: Partial<QueueView> = {}): QueueView => ({
  queueId,
  code: queueId,
  name: queueId,
  waiting: 0,
  callbacks: 0,
  closed: null,
  oldestSince: null,
  routable: 0,
  talking: 0,
  wrapUp: 0,
  offeredToday: 0,
  answeredToday: 0,
  abandonedToday: 0,
  flowedOutToday: 0,
  ...parts,
});

export const agent = (agentId: string, parts: Partial<AgentView> = {}): AgentView => ({
  agentId,
  name: agentId,
  kind: 'browser',
  presence: 'available',
  work: 'idle',
  problems: [],
  since: '2026-05-01T00:00:00.000Z',
  callId: null,
  queueId: null,
  wrapUpUntil: null, reasonId: null, next: null, wrapUp: null, careUntil: null,
  ...parts,
});

export const call = (callId: string, parts: Partial<CallView> = {}): CallView => ({
  callId,
  direction: 'inbound',
  channel: 'sip',
  phase: 'queued',
  callerNumber: '03-1234-5678',
  callerName: '',
  withheldReason: null,
  dialledNumber: '0312340001',
  queueId: null,
  queueName: '',
  agentId: null,
  agentName: '',
  startedAt: '2026-05-01T00:00:00.000Z',
  queuedAt: null,
  position: 0,
  expected: null,
  answeredAt: null,
  recording: false, recordingPaused: false, recordingResumesAt: null, sos: false, warned: false, heldSince: null, holdAlarm: 0, parkSlot: null, parties: [],
  path: [],
  ...parts,
});
