import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AGENT_METRICS, agentTimes, noTimes, TIME_CLASSES, timeClass, type StateChange } from './agent-time.ts';

const change = (at: number, presence: string, work = 'idle', problems: string[] = []): StateChange => ({ at, presence, work, problems });
const figure = (id: string, times: ReturnType<typeof noTimes>): number | null | undefined => AGENT_METRICS.find((metric) => metric.id === id)?.value(times);

describe('agent time', () => {
  it('divides an hour by what the agent was in', () => {
    const changes = [
      change(-5000, 'available'),
      change(1000, 'available', 'offered'),
      change(2000, 'available', 'talking'),
      change(5000, 'break', 'wrapUp'),
      change(6000, 'break'),
      change(8000, 'available', 'idle', ['microphone']),
      change(9000, 'offline'),
    ];
    expect(agentTimes(changes, 0, 10_000, 20_000)).toEqual({ idle: 1000, ringing: 1000, talking: 3000, wrapUp: 1000, break: 2000, unhealthy: 1000, away: 0, offline: 1000 });
  });

  it('begins offline without an earlier state, and ends now', () => {
    expect(agentTimes([change(4000, 'available')], 0, 10_000, 6000)).toMatchObject({ offline: 4000, idle: 2000 });
    expect(agentTimes([], 0, 10_000, 10_000)).toMatchObject({ offline: 10_000 });
    expect(agentTimes([change(0, 'available')], 5000, 10_000, 1000)).toEqual(noTimes());
  });

  it('accounts for every ms exactly once, whatever happened', () => {
    const changes = fc.array(
      fc.record({ at: fc.integer({ min: -5000, max: 15_000 }), presence: fc.constantFrom('available', 'break', 'away', 'offline'), work: fc.constantFrom('idle', 'offered', 'talking', 'wrapUp'), problems: fc.constantFrom<string[]>([], ['network']) }),
    );
    fc.assert(
      fc.property(changes, fc.integer({ min: 0, max: 12_000 }), (list, now) => {
        const times = agentTimes(list.toSorted((a, b) => a.at - b.at), 0, 10_000, now);
        expect(TIME_CLASSES.reduce((sum, name) => sum + times[name], 0)).toBe(Math.min(10_000, now));
      }),
    );
  });

  it('counts a call before the chosen presence', () => {
    expect(timeClass({ presence: 'break', work: 'talking', problems: [] })).toBe('talking');
    expect(timeClass({ presence: 'available', work: 'idle', problems: ['network'] })).toBe('unhealthy');
  });

  it('occupancy counts waiting and leaves breaks out', () => {
    const times = { ...noTimes(), talking: 60, wrapUp: 20, idle: 20, break: 100 };
    expect(figure('occupancy', times)).toBeCloseTo(0.8, 10);
    expect(figure('handlingShare', times)).toBeCloseTo(0.4, 10);
    expect(figure('occupancy', noTimes())).toBeNull();
  });
});
