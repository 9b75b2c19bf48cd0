import { describe, expect, it } from 'vitest';
import { AppError } from '../lib/errors.ts';
import { readSimulateOptions, simulateCommand } from './command.ts';

describe('scc simulate', () => {
  it('prints every service level with its formula, and the formulas of theory', () => {
    const text = simulateCommand({ seed: '3' });
    for (const word of ['SL1', 'SL6', 'ans≤T / (ans + ab>T)', 'ASA', 'Occupancy', 'Erlang C', 'Erlang A', 'an assumption']) {
      expect(text).toContain(word);
    }
    expect(simulateCommand({ seed: '3' })).toBe(text);
  });

  it('leaves theory out where its steady state does not exist', () => {
    expect(simulateCommand({ calls: '10,50', agents: '3,6' })).not.toContain('Erlang');
    expect(simulateCommand({ agents: '5' })).toContain('no balance');
  });

  it('reads lists, days and endless patience', () => {
    expect(readSimulateOptions({ calls: '10, 20,30', agents: '2,4', days: '2', patience: 'none' })).toMatchObject({
      arrivals: [10, 20, 30, 10, 20, 30],
      staff: [2, 4, 4, 2, 4, 4],
      patienceMs: null,
    });
  });

  it.each([{ calls: 'many' }, { calls: '' }, { agents: '-1' }, { talk: '0' }, { seed: '1,2' }, { calls: '1000000', days: '99' }])(
    'refuses %j and names the option',
    (options) => {
      expect(() => readSimulateOptions(options)).toThrow(AppError);
    },
  );
});
