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
  it('is fine when all three are', () => {
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

  it('does not blame the network for the silence of a page without microphone', () => {
    expect(causes({ microphone: 'refused', line: 'broken', agent: { ...agent, problems: ['media', 'microphone'] } })).toEqual(['refused', 'fine', 'afterMicrophone']);
  });

  it('sees a missing sound connection', () => {
    expect(causes({ line: 'broken' })[2]).toBe('noMedia');
    expect(causes({ line: 'broken', microphone: 'muted' })[2]).toBe('noMedia');
    expect(causes({ line: 'connecting' })[2]).toBe('connecting');
    expect(causes({ agent: { ...agent, problems: ['media'] } })[2]).toBe('noMedia');
  });
});
