import { describe, expect, it } from 'vitest';
import type { AgentView } from '../../../../shared/events.ts';
import { initialSnapshot, type SoftphoneSnapshot } from '../../softphone/state.ts';
import { healthOf } from './health.ts';

const agent: AgentView = {
  agentId: '018f4b5e-0000-7000-8000-000000000001', name: 'A', kind: 'browser', presence: 'available', work: 'idle', problems: [],
  since: '2026-05-01T00:00:00.000Z', callId: null, queueId: null, wrapUpUntil: null, reasonId: null, next: null, wrapUp: null, careUntil: null,
};
const well: SoftphoneSnapshot = {
  ...initialSnapshot, connection: 'open', desk: 'open', agent, microphone: 'ok', line: 'connected',
  health: { microphone: 'ok', roundTripMs: 20, lossPercent: 0 },
};
const causes = (change: Partial<SoftphoneSnapshot>): string[] => healthOf({ ...well, ...change }).map((part) => part.cause);

describe('healthOf', () => {
  it('is fine when all parts are', () => {
    expect(healthOf(well).every((part) => part.level === 'ok')).toBe(true);
  });

  it('names what is wrong with the microphone', () => {
    expect(causes({ microphone: 'refused' })[0]).toBe('refused');
    expect(causes({ microphone: 'muted' })[0]).toBe('muted');
    expect(causes({ microphone: 'asking' })[0]).toBe('asking');
  });

  it('sees a bad network by its own figures and by the server\'s word', () => {
    expect(causes({ connection: 'waiting' })[1]).toBe('offline');
    expect(causes({ health: { microphone: 'ok', roundTripMs: 900, lossPercent: 0 } })[1]).toBe('slow');
    expect(causes({ health: { microphone: 'ok', roundTripMs: 20, lossPercent: 9 } })[1]).toBe('lossy');
    expect(causes({ agent: { ...agent, problems: ['network'] } })[1]).toBe('lossy');
  });

  it('says that no calls come only where the server says so', () => {
    const slow = { health: { microphone: 'ok', roundTripMs: 900, lossPercent: 0 } } as const;
    expect(healthOf({ ...well, ...slow })[1].level).toBe('warn');
    expect(healthOf({ ...well, ...slow, agent: { ...agent, problems: ['network'] } })[1]).toEqual({ part: 'network', level: 'problem', cause: 'slow' });
  });

  it('tells of a tab that the browser had stopped', () => {
    expect(healthOf({ ...well, agent: { ...agent, problems: ['tab'] } })[3]).toEqual({ part: 'tab', level: 'problem', cause: 'asleep' });
  });

  it('does not blame the network for the silence of a page without microphone', () => {
    expect(causes({ microphone: 'refused', line: 'broken', agent: { ...agent, problems: ['media', 'microphone'] } })).toEqual(['refused', 'fine', 'afterMicrophone', 'fine']);
  });

  it('sees a missing sound connection', () => {
    expect(causes({ line: 'broken' })[2]).toBe('noMedia');
    expect(causes({ line: 'broken', microphone: 'muted' })[2]).toBe('noMedia');
    expect(causes({ line: 'connecting' })[2]).toBe('connecting');
    expect(causes({ agent: { ...agent, problems: ['media'] } })[2]).toBe('noMedia');
  });
});
