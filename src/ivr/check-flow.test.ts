import { describe, expect, it } from 'vitest';
import { checkFlow, describeProblem } from './check-flow.ts';
import { DEMO_FLOWS } from './demo-flows.ts';
import type { FlowNode } from './types.ts';

const end: FlowNode = { verb: 'hangup' };
const check = (nodes: Record<string, FlowNode>, start = 'start'): unknown[] => checkFlow({ start, nodes });
const play = (next: string): FlowNode => ({ verb: 'play', prompts: ['p'], next });

describe('checkFlow', () => {
  it.each(DEMO_FLOWS.map((demo) => [demo.code, demo.flow] as const))('finds nothing wrong with the demo flow %s', (_, flow) => {
    expect(checkFlow(flow)).toEqual([]);
  });

  it('finds a missing start and missing nodes', () => {
    expect(check({ a: play('gone') })).toEqual([
      { code: 'missingStart', node: 'start' },
      { code: 'missingNode', node: 'a', target: 'gone' },
      { code: 'unreachable', node: 'a' },
    ]);
  });

  it('finds loops that wait for nobody, once', () => {
    expect(check({ start: play('a'), a: play('b'), b: play('a') })).toEqual([
      { code: 'endlessLoop', node: 'a', path: ['a', 'b', 'a'] },
    ]);
  });

  it('allows loops through a menu', () => {
    const menu: FlowNode = {
      verb: 'menu',
      prompts: [],
      choices: { 3: 'hours' },
      timeoutMs: 1000,
      retries: 0,
      invalidPrompts: [],
      timeoutPrompts: [],
      otherwise: 'end',
    };
    expect(check({ start: menu, hours: play('start'), end })).toEqual([]);
  });

  it('finds wrong keys, durations, zones and spans', () => {
    const problems = check({
      start: {
        verb: 'menu',
        prompts: [],
        choices: { 12: 'q' },
        timeoutMs: 0,
        retries: 0,
        invalidPrompts: [],
        timeoutPrompts: [],
        otherwise: 'h',
      },
      q: { verb: 'queue', queue: 'x', priority: 0, requiredSkills: {}, announceEveryMs: -1, maxWaitMs: NaN, overflow: 'end' },
      h: {
        verb: 'hours',
        hours: { timeZone: 'Mars/Base', days: { 7: [], 1: [{ fromMinute: 600, toMinute: 600 }] } },
        open: 'end',
        closed: 'end',
      },
      end,
    }) as { code: string; node: string }[];
    expect(problems.map(({ code, node }) => `${node} ${code}`).sort()).toEqual([
      'h badSpan',
      'h badSpan',
      'h badTimeZone',
      'q badDuration',
      'q badDuration',
      'start badDuration',
      'start badKey',
    ]);
    for (const problem of checkFlow({ start: 'x', nodes: {} })) expect(describeProblem(problem)).toContain('"x"');
  });
});
