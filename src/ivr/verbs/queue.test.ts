import { describe, expect, it } from 'vitest';
import { newFlowState, reduceIvr } from '../interpreter.ts';
import { NO_FACTS, type CallFacts, type Flow, type IvrEffect, type IvrEvent, type IvrState } from '../types.ts';

const FLOW: Flow = {
  start: 'wait',
  nodes: {
    wait: {
      verb: 'queue', queue: 'support', priority: 0, requiredSkills: {}, announceEveryMs: 30_000, maxWaitMs: 0, overflow: 'busy',
      exits: { closed: 'night', length: 'full', callback: 'thanks' },
    },
    busy: { verb: 'hangup' },
    night: { verb: 'play', prompts: ['ja/closed'], next: 'busy' },
    full: { verb: 'play', prompts: ['ja/all-busy'], next: 'busy' },
    thanks: { verb: 'play', prompts: ['ja/goodbye'], next: 'busy' },
  },
};

type Input = IvrEvent extends infer Event ? (Event extends IvrEvent ? Omit<Event, 'at' | 'wall'> : never) : never;

/** Runs events through the flow; returns where it stands and everything that it did. */
function run(inputs: readonly Input[], facts: CallFacts): { state: IvrState; effects: IvrEffect[] } {
  let state = newFlowState(FLOW);
  const effects: IvrEffect[] = [];
  for (const input of [{ type: 'start' } as const, ...inputs]) {
    const result = reduceIvr(FLOW, state, { ...input, at: 1000, wall: 1000 } as IvrEvent, facts);
    state = result.state;
    effects.push(...result.effects);
  }
  return { state, effects };
}

const CALLER: CallFacts = { ...NO_FACTS, callerNumber: '+81312345678' };

const played = (effects: readonly IvrEffect[]): string[] => effects.flatMap((effect) => (effect.type === 'play' ? effect.prompts : []));

describe('a queue that sends the call away', () => {
  it.each([
    ['closed', 'night'],
    ['emergency', 'night'],
    ['length', 'full'],
    ['noAgents', 'busy'],
  ] as const)('for %s goes to %s', (reason, node) => {
    expect(run([{ type: 'unroutable', reason }], CALLER).state.node).toBe(node);
  });
});

describe('a callback from the queue', () => {
  it('is offered with the announcement, and taken by the key', () => {
    const { state, effects } = run([{ type: 'playFinished' }, { type: 'digit', digit: '1' }], CALLER);
    expect(played(effects)).toContain('ja/queue-callback');
    expect(effects).toContainEqual({ type: 'callback' });
    expect(state.node).toBe('thanks');
  });

  it('is neither offered nor taken where there is no number to call', () => {
    const { state, effects } = run([{ type: 'playFinished' }, { type: 'digit', digit: '1' }], NO_FACTS);
    expect(played(effects)).not.toContain('ja/queue-callback');
    expect(effects).not.toContainEqual({ type: 'callback' });
    expect(state.node).toBe('wait');
  });
});

describe('the wait to expect', () => {
  it('is said as a range of whole minutes, wider than what is known', () => {
    const { effects } = run([{ type: 'position', position: 3, wait: { lowMs: 150_000, highMs: 310_000 } }, { type: 'playFinished' }], CALLER);
    expect(played(effects).join()).toContain('ja/queue-wait-intro,ja/minute-2,ja/queue-wait-to,ja/minute-6,ja/queue-wait-unit');
  });
});
