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
function run(inputs: readonly Input[], facts: CallFacts, flow = FLOW): { state: IvrState; effects: IvrEffect[] } {
  let state = newFlowState(flow);
  const effects: IvrEffect[] = [];
  for (const input of [{ type: 'start' } as const, ...inputs]) {
    const result = reduceIvr(flow, state, { ...input, at: 1000, wall: 1000 } as IvrEvent, facts);
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
    expect(effects).toContainEqual({ type: 'callback', number: null });
    expect(state.node).toBe('thanks');
  });

  it('is neither offered nor taken where there is no number to call', () => {
    const { state, effects } = run([{ type: 'playFinished' }, { type: 'digit', digit: '1' }], NO_FACTS);
    expect(played(effects)).not.toContain('ja/queue-callback');
    expect(effects.map(({ type }) => type)).not.toContain('callback');
    expect(state.node).toBe('wait');
  });
});

describe('a callback to another number', () => {
  const wait = FLOW.nodes['wait'];
  const asks: Flow = { ...FLOW, nodes: { ...FLOW.nodes, ...(wait?.verb === 'queue' && { wait: { ...wait, askCallbackNumber: true } }) } };
  const keys = (text: string): Input[] => [...text].map((digit) => ({ type: 'digit', digit }));
  const called = ({ effects }: { effects: readonly IvrEffect[] }): (string | null)[] => effects.flatMap((effect) => (effect.type === 'callback' ? [effect.number] : []));
  const pressed = (text: string, facts = CALLER): ReturnType<typeof run> => run([{ type: 'playFinished' }, ...keys(text)], facts, asks);

  it('is that of the caller by one key more', () => {
    const result = pressed('11');
    expect([called(result), result.state.node]).toEqual([[null], 'thanks']);
  });

  it('is typed, read out digit by digit and confirmed', () => {
    const result = pressed('120312345670#1');
    expect([called(result), result.state.node]).toEqual([['0312345670'], 'thanks']);
    const heard = played(result.effects).join();
    expect(heard).toContain('ja/callback-choice,ja/callback-number,ja/number-0,ja/number-3,ja/number-1');
    expect(heard).toContain('ja/number-0,ja/callback-confirm');
  });

  it('needs no hash key when it is as long as a number can be', () => {
    expect(called(pressed('1209012345678' + '1'))).toEqual(['09012345678']);
  });

  it('is asked at once of callers whose number is withheld', () => {
    const result = pressed('10312345670#1', NO_FACTS);
    expect(called(result)).toEqual(['0312345670']);
    expect(played(result.effects)).not.toContain('ja/callback-choice');
    expect(called(run([{ type: 'playFinished' }, ...keys('1')], NO_FACTS, asks))).toEqual([]);
  });

  it('can be typed again, from the middle and from the end', () => {
    expect(called(pressed('1203999*0312345670#20312345671#1'))).toEqual(['0312345671']);
  });

  it.each(['110', '118#', '200#', '1#', '00181312345678', '010441234567890', '#'])('is never %s: no emergency service, nobody inside, nobody abroad', (typed) => {
    const result = pressed(`12${typed.endsWith('#') ? typed : `${typed}#`}1`);
    expect(called(result)).toEqual([]);
    expect(result.state.node).toBe('wait');
    expect(played(result.effects)).toContain('ja/callback-invalid');
  });

  it('is not asked for ever: after three that are none, and after silence, the caller waits on to music', () => {
    const silent: Input[] = [{ type: 'playFinished' }, ...keys('1'), { type: 'playFinished' }, { type: 'timer', timer: 'menuInput' }];
    for (const result of [pressed('121#2#3#'), run(silent, CALLER, asks)]) {
      expect([called(result), result.state.phase, result.state.timers]).toEqual([[], 'music', ['announce']]);
      expect(result.effects.at(-2)).toEqual({ type: 'play', prompts: ['music/hold'], loop: true });
    }
  });

  it('keeps the place meanwhile: the queue is left by the last key only', () => {
    const types = pressed('120312345670#').effects.map(({ type }) => type);
    expect(types).not.toContain('dequeue');
    expect(types).not.toContain('callback');
  });

  it('takes the longest wait as before', () => {
    const short: Flow = { ...asks, nodes: { ...asks.nodes, ...(wait?.verb === 'queue' && { wait: { ...wait, askCallbackNumber: true, maxWaitMs: 60_000 } }) } };
    const result = run([{ type: 'playFinished' }, ...keys('12'), { type: 'timer', timer: 'maxWait' }], CALLER, short);
    expect([result.state.node, result.state.timers]).toEqual(['busy', []]);
  });
});

describe('the wait to expect', () => {
  it('is said as a range of whole minutes, wider than what is known', () => {
    const { effects } = run([{ type: 'position', position: 3, wait: { lowMs: 150_000, highMs: 310_000 } }, { type: 'playFinished' }], CALLER);
    expect(played(effects).join()).toContain('ja/queue-wait-intro,ja/minute-2,ja/queue-wait-to,ja/minute-6,ja/queue-wait-unit');
  });
});
