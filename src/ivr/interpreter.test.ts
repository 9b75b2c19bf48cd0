import { describe, expect, it } from 'vitest';
import { leaveFlow, newFlowState, reduceIvr } from './interpreter.ts';
import type { Flow, FlowNode, IvrEffect, IvrEvent, IvrState } from './types.ts';

/** Drives one flow by hand. */
class TestFlow {
  state: IvrState;
  effects: IvrEffect[] = [];
  readonly #flow: Flow;

  constructor(nodes: Record<string, FlowNode>, wall = 0) {
    this.#flow = { start: 'start', nodes };
    this.state = newFlowState(this.#flow);
    this.send({ type: 'start', at: 0, wall });
  }

  send(event: IvrEvent): IvrEffect[] {
    const { state, effects } = reduceIvr(this.#flow, this.state, event);
    this.state = state;
    this.effects = effects.filter((effect) => effect.type !== 'trace');
    return this.effects;
  }

  finished = (): IvrEffect[] => this.send({ type: 'playFinished', at: 0, wall: 0 });
  key = (digit: string): IvrEffect[] => this.send({ type: 'digit', at: 0, wall: 0, digit });
  timer = (timer: 'menuInput' | 'announce' | 'maxWait' | 'voicemailMax'): IvrEffect[] =>
    this.send({ type: 'timer', at: 0, wall: 0, timer });
  position = (position: number): IvrEffect[] => this.send({ type: 'position', at: 0, wall: 0, position });
  leave = (): IvrEffect[] => leaveFlow(this.#flow, this.state).effects;
}

const end: FlowNode = { verb: 'hangup' };

const menuNode: FlowNode = {
  verb: 'menu',
  prompts: ['ask'],
  choices: { 1: 'one' },
  timeoutMs: 5000,
  retries: 1,
  invalidPrompts: ['invalid'],
  timeoutPrompts: ['late'],
  otherwise: 'end',
};

const queueNode: FlowNode = {
  verb: 'queue',
  queue: 'support',
  priority: 2,
  requiredSkills: { ja: 1 },
  announceEveryMs: 30_000,
  maxWaitMs: 60_000,
  overflow: 'end',
};

describe('play', () => {
  it('audits the notice only when it was heard to the end, and no key cuts it short', () => {
    const flow = new TestFlow({ start: { verb: 'play', prompts: ['n'], notice: true, next: 'end' }, end });
    expect(flow.effects).toEqual([{ type: 'play', prompts: ['n'], loop: false }]);
    expect(flow.key('1')).toEqual([]);
    expect(flow.finished()).toEqual([{ type: 'noticePlayed' }, { type: 'hangup' }]);
    expect(flow.state.done).toBe(true);
  });

  it('without prompts goes on at once', () => {
    expect(new TestFlow({ start: { verb: 'play', prompts: [], notice: true, next: 'end' }, end }).effects).toEqual([
      { type: 'hangup' },
    ]);
  });
});

describe('menu', () => {
  const nodes = { start: menuNode, one: { verb: 'echo' } as const, end };

  it('a key during the prompt interrupts it', () => {
    const flow = new TestFlow(nodes);
    expect(flow.key('1')).toEqual([{ type: 'stopPlay' }, { type: 'echo' }]);
  });

  it('a key after the prompt stops the timer', () => {
    const flow = new TestFlow(nodes);
    expect(flow.finished()).toEqual([{ type: 'setTimer', timer: 'menuInput', afterMs: 5000 }]);
    expect(flow.key('1')).toEqual([{ type: 'clearTimer', timer: 'menuInput' }, { type: 'echo' }]);
  });

  it('repeats after a wrong key and after silence, then goes on otherwise', () => {
    const flow = new TestFlow(nodes);
    expect(flow.key('9')).toEqual([{ type: 'stopPlay' }, { type: 'play', prompts: ['invalid', 'ask'], loop: false }]);
    flow.finished();
    expect(flow.timer('menuInput')).toEqual([{ type: 'hangup' }]);
  });

  it('apologises for silence in its own words', () => {
    const flow = new TestFlow(nodes);
    flow.finished();
    expect(flow.timer('menuInput')).toEqual([{ type: 'play', prompts: ['late', 'ask'], loop: false }]);
  });

  it('a timer that was cleared too late does not use up a retry', () => {
    const flow = new TestFlow(nodes);
    flow.finished();
    flow.key('9');
    expect(flow.timer('menuInput')).toEqual([]);
  });

  it('does not take an inherited property for a key', () => {
    const flow = new TestFlow(nodes);
    flow.key('constructor');
    expect(flow.state.node).toBe('start');
  });
});

describe('hours', () => {
  const nodes = (days: Record<string, { fromMinute: number; toMinute: number }[]>): Record<string, FlowNode> => ({
    start: { verb: 'hours', hours: { timeZone: 'Asia/Tokyo', days }, open: 'open', closed: 'end' },
    open: { verb: 'echo' },
    end,
  });
  const morning = [{ fromMinute: 9 * 60, toMinute: 12 * 60 }];

  it.each([
    ['2026-01-05T00:00:00Z', 'open'], // Monday 09:00 in Japan
    ['2026-01-04T23:59:59Z', 'end'], // one second earlier
    ['2026-01-05T02:59:59Z', 'open'],
    ['2026-01-05T03:00:00Z', 'end'], // 12:00 is no longer open
    ['2026-01-03T23:30:00Z', 'end'], // Sunday 08:30 in Japan, still Saturday in UTC
  ])('at %s goes to %s', (time, node) => {
    expect(new TestFlow(nodes({ 1: morning }), Date.parse(time)).state.node).toBe(node);
  });

  it('knows midnight as minute 0 of the new day', () => {
    const flow = new TestFlow(nodes({ 2: [{ fromMinute: 0, toMinute: 1 }] }), Date.parse('2026-01-05T15:00:30Z'));
    expect(flow.state.node).toBe('open');
  });
});

describe('queue', () => {
  const nodes = { start: queueNode, end };

  it('greets, tells the position, then plays music until the next announcement', () => {
    const flow = new TestFlow(nodes);
    expect(flow.effects).toEqual([
      { type: 'enqueue', queue: 'support', priority: 2, requiredSkills: { ja: 1 } },
      { type: 'setTimer', timer: 'maxWait', afterMs: 60_000 },
      { type: 'play', prompts: ['ja/queue-enter'], loop: false },
    ]);
    flow.position(3);
    expect(flow.finished()).toMatchObject([{ type: 'play', prompts: expect.arrayContaining(['ja/number-3']) as unknown }]);
    expect(flow.finished()).toEqual([
      { type: 'play', prompts: ['music/hold'], loop: true },
      { type: 'setTimer', timer: 'announce', afterMs: 30_000 },
    ]);
    flow.position(1);
    expect(flow.timer('announce')).toMatchObject([
      { type: 'play', prompts: expect.arrayContaining(['ja/number-1', 'ja/queue-wait']) as unknown },
    ]);
    expect(flow.finished()).toMatchObject([{ type: 'play', loop: true }, { type: 'setTimer', timer: 'announce' }]);
  });

  it('says no position while none is known', () => {
    const flow = new TestFlow(nodes);
    expect(flow.finished()).toMatchObject([{ type: 'play', prompts: ['music/hold'] }, { type: 'setTimer' }]);
  });

  it('says no position beyond the numbers that have a reading', () => {
    const flow = new TestFlow(nodes);
    flow.position(12_000);
    expect(flow.finished()).toMatchObject([{ prompts: ['music/hold'] }, { type: 'setTimer' }]);
  });

  it('does not repeat a position so far back that it may be old', () => {
    const flow = new TestFlow(nodes);
    flow.position(60);
    expect(flow.finished()).toMatchObject([{ prompts: expect.arrayContaining(['ja/number-60']) as unknown }]);
    flow.finished();
    expect(flow.timer('announce')).toMatchObject([{ prompts: ['ja/queue-wait'] }]);
  });

  it('leaves by overflow, and nothing of it goes on', () => {
    const flow = new TestFlow(nodes);
    flow.finished();
    expect(flow.timer('maxWait')).toEqual([
      { type: 'dequeue' },
      { type: 'stopPlay' },
      { type: 'clearTimer', timer: 'announce' },
      { type: 'hangup' },
    ]);
  });

  it('goes on at once when the queue cannot take the call', () => {
    const flow = new TestFlow(nodes);
    expect(flow.send({ type: 'unroutable', at: 0, wall: 0 })).toEqual([
      { type: 'stopPlay' },
      { type: 'clearTimer', timer: 'maxWait' },
      { type: 'hangup' },
    ]);
  });

  it('does not start unplayable music again and again', () => {
    const flow = new TestFlow(nodes);
    flow.finished();
    expect(flow.finished()).toEqual([]);
  });

  it('is left without a dequeue when an agent takes the call', () => {
    const flow = new TestFlow(nodes);
    flow.finished();
    expect(flow.leave()).toEqual([
      { type: 'stopPlay' },
      { type: 'clearTimer', timer: 'maxWait' },
      { type: 'clearTimer', timer: 'announce' },
    ]);
  });
});

describe('voicemail', () => {
  const nodes: Record<string, FlowNode> = {
    start: { verb: 'voicemail', prompts: ['greeting', 'beep'], maxMs: 9000, next: 'end' },
    end,
  };
  const recording = (): TestFlow => {
    const flow = new TestFlow(nodes);
    expect(flow.finished()).toEqual([
      { type: 'startVoicemail', maxMs: 9000 },
      { type: 'setTimer', timer: 'voicemailMax', afterMs: 9000 },
    ]);
    return flow;
  };

  it('records from after the beep until #', () => {
    const flow = recording();
    expect(flow.key('5')).toEqual([]);
    expect(flow.key('#')).toEqual([
      { type: 'stopVoicemail' },
      { type: 'clearTimer', timer: 'voicemailMax' },
      { type: 'hangup' },
    ]);
  });

  it('stops at the longest time', () => {
    expect(recording().timer('voicemailMax')).toEqual([{ type: 'stopVoicemail' }, { type: 'hangup' }]);
  });

  it('goes on when the recorder has ended by itself', () => {
    const flow = recording();
    expect(flow.send({ type: 'voicemailDone', at: 0, wall: 0 })).toEqual([
      { type: 'clearTimer', timer: 'voicemailMax' },
      { type: 'hangup' },
    ]);
  });

  it('stops when the caller hangs up', () => {
    expect(recording().leave()).toEqual([{ type: 'stopVoicemail' }, { type: 'clearTimer', timer: 'voicemailMax' }]);
  });

  describe('that is asked about', () => {
    const asking: Record<string, FlowNode> = {
      start: { verb: 'voicemail', box: '8001', prompts: [], beep: true, maxMs: 9000, silenceMs: 3000, reviewPrompts: ['review'], next: 'end' },
      end,
    };
    const done = { type: 'voicemailDone', at: 0, wall: 0, recording: 'r1' } as const;
    /** The message is on the disk, and the caller has heard the question. */
    const asked = (): TestFlow => {
      const flow = new TestFlow(asking);
      expect(flow.finished()).toContainEqual({ type: 'startVoicemail', maxMs: 9000, box: '8001', silenceMs: 3000 });
      expect(flow.send({ type: 'voicemailSilent', at: 0, wall: 0 })).toContainEqual({ type: 'stopVoicemail' });
      expect(flow.send(done)).toContainEqual({ type: 'play', prompts: ['review'], loop: false });
      flow.finished();
      return flow;
    };

    it('is kept by 1, #, or saying nothing', () => {
      for (const key of ['1', '#']) expect(asked().key(key)).toContainEqual({ type: 'hangup' });
      expect(asked().timer('menuInput')).toEqual([{ type: 'hangup' }]);
    });

    it('is played by 2, and asked about again', () => {
      const flow = asked();
      expect(flow.key('2')).toContainEqual({ type: 'lookUp', request: 1, query: { kind: 'ownMessage', recording: 'r1' } });
      expect(flow.send({ type: 'lookedUp', at: 0, wall: 0, request: 1, result: { kind: 'ownMessage', found: true } })).toContainEqual({ type: 'play', prompts: ['voicemail/r1'], loop: false });
      expect(flow.finished()).toEqual([{ type: 'play', prompts: ['review'], loop: false }]);
    });

    it('is thrown away and recorded again by 3', () => {
      const flow = asked();
      const effects = flow.key('3');
      expect(effects).toContainEqual({ type: 'discardVoicemail', recording: 'r1' });
      expect(effects).toContainEqual({ type: 'play', prompts: ['ja/beep'], loop: false });
      expect(flow.finished()).toContainEqual({ type: 'startVoicemail', maxMs: 9000, box: '8001', silenceMs: 3000 });
    });

    it('is kept when the disk does not answer', () => {
      const flow = new TestFlow(asking);
      flow.finished();
      flow.key('#');
      expect(flow.timer('menuInput')).toEqual([{ type: 'hangup' }]);
    });
  });
});

describe('robustness', () => {
  it('late and foreign events change nothing', () => {
    const flow = new TestFlow({ start: menuNode, one: end, end });
    flow.finished();
    const before = flow.state;
    expect(flow.finished()).toEqual([]);
    expect(flow.timer('announce')).toEqual([]);
    expect(flow.position(3)).toEqual([]);
    expect(flow.state).toEqual(before);
    flow.key('1');
    expect(flow.key('1')).toEqual([]);
  });

  it('an endless loop and a missing node hang up', () => {
    const loop: FlowNode = { verb: 'play', prompts: [], next: 'start' };
    expect(new TestFlow({ start: loop }).effects).toEqual([{ type: 'hangup' }]);
    expect(new TestFlow({ start: { verb: 'play', prompts: [], next: 'gone' } }).effects).toEqual([{ type: 'hangup' }]);
    expect(new TestFlow({ start: { verb: 'play', prompts: [], next: 'constructor' } }).effects).toEqual([{ type: 'hangup' }]);
  });

  it('does not change the state it was given', () => {
    const flow = { start: 'start', nodes: { start: menuNode } };
    const state = Object.freeze(newFlowState(flow));
    reduceIvr(flow, state, { type: 'start', at: 0, wall: 0 });
    expect(state.phase).toBe('');
  });
});
