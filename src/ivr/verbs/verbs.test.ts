import { describe, expect, it } from 'vitest';
import { DEMO_FLOWS } from '../demo-flows.ts';
import { lintFlow } from '../../../shared/flow/lint.ts';
import { newFlowState, reduceIvr, restartedState } from '../interpreter.ts';
import { linkFlow, type FlowLibrary } from '../link.ts';
import { NO_FACTS, type CallFacts, type Flow, type FlowNode, type IvrEffect, type IvrEvent, type IvrState, type LookupResult, type OpenHours } from '../types.ts';

const asking = { prompts: ['ask'], timeoutMs: 5000, retries: 1, invalidPrompts: ['invalid'], timeoutPrompts: ['late'] };
const ends: Record<string, FlowNode> = Object.fromEntries(['a', 'b', 'c', 'd'].map((id) => [id, { verb: 'play', prompts: [id], next: 'end' } as const]));
const WALL = Date.parse('2026-11-27T10:05:00+09:00');

/** Drives one flow; `at` is the node it waits in. */
class Story {
  state: IvrState;
  effects: IvrEffect[] = [];
  traces: string[] = [];
  readonly #flow: Flow;
  readonly #facts: CallFacts;

  constructor(nodes: Record<string, FlowNode>, facts: Partial<CallFacts> = {}, library?: FlowLibrary) {
    const flow: Flow = { start: 'start', nodes: { ...nodes, ...ends, end: { verb: 'hangup' } } };
    this.#flow = library ? linkFlow(flow, library) : flow;
    this.#facts = { ...NO_FACTS, ...facts };
    this.state = newFlowState(this.#flow);
    this.#send({ type: 'start', at: 0, wall: WALL });
  }

  #send(event: IvrEvent): this {
    const { state, effects } = reduceIvr(this.#flow, this.state, event, this.#facts);
    this.state = state;
    this.effects = effects.filter((effect) => effect.type !== 'trace');
    this.traces.push(...effects.flatMap((effect) => (effect.type === 'trace' && effect.detail !== '' ? [`${effect.verb} ${effect.detail}`] : [])));
    return this;
  }

  get at(): string {
    return this.state.node;
  }
  get played(): readonly string[] {
    return this.effects.flatMap((effect) => (effect.type === 'play' ? effect.prompts : []));
  }
  finished = () => this.#send({ type: 'playFinished', at: 0, wall: WALL });
  keys = (digits: string) => {
    for (const digit of digits) this.#send({ type: 'digit', at: 0, wall: WALL, digit });
    return this;
  };
  late = (timer: 'menuInput' | 'lookup' = 'menuInput') => this.#send({ type: 'timer', at: 0, wall: WALL, timer });
  found = (result: LookupResult, request = this.state.request ?? 0) => this.#send({ type: 'lookedUp', at: 0, wall: WALL, request, result });
}

const one = (node: FlowNode, facts: Partial<CallFacts> = {}): Story => new Story({ start: node }, facts);

describe('collect', () => {
  const node: FlowNode = { verb: 'collect', ...asking, variable: 'order', minDigits: 3, maxDigits: 5, terminator: '#', masked: false, next: 'a', otherwise: 'b' };

  it('takes digits up to the terminator or the longest length', () => {
    expect(one(node).keys('123#')).toMatchObject({ at: 'a', state: { vars: { order: '123' } } });
    expect(one(node).keys('12345')).toMatchObject({ at: 'a', state: { vars: { order: '12345' } } });
    expect(one({ ...node, terminator: 'none' }).keys('123#').at).toBe('start');
  });

  it('takes what was pressed when the caller pauses, if it is long enough', () => {
    expect(one(node).keys('123').late()).toMatchObject({ at: 'a', state: { vars: { order: '123' } } });
    const short = one(node).keys('12').late();
    expect([short.at, short.played]).toEqual(['start', ['invalid', 'ask']]);
    expect(short.keys('9#').at).toBe('b');
    expect(short.traces).toContain('collect too short');
  });

  it('asks again when nothing is pressed, and begins anew at another key', () => {
    const story = one(node).finished().late();
    expect([story.at, story.played]).toEqual(['start', ['late', 'ask']]);
    expect(story.keys('1*').at).toBe('b');
  });

  it('writes a masked value into no trace', () => {
    const story = one({ ...node, masked: true }).keys('4321#');
    expect(story.state).toMatchObject({ vars: { order: '4321' }, masked: ['order'] });
    expect(story.traces.join()).not.toContain('4321');
    expect(story.traces).toContain('collect order (4)');
  });
});

describe('consent', () => {
  const node: FlowNode = { verb: 'consent', ...asking, yesKey: '1', noKey: '2', granted: 'a', declined: 'b' };

  it('is what was pressed', () => {
    const yes = one(node).keys('1');
    expect([yes.at, yes.effects[1]]).toEqual(['a', { type: 'consent', granted: true }]);
    expect(one(node).keys('2')).toMatchObject({ at: 'b', effects: [{ type: 'stopPlay' }, { type: 'consent', granted: false }, { type: 'play' }] });
  });

  it('is declined by who says nothing', () => {
    const story = one(node).keys('9').finished().late();
    expect(story.at).toBe('b');
    expect(story.traces).toContain('consent declined');
  });
});

describe('withheld', () => {
  const node: FlowNode = { verb: 'withheld', prompts: ['186'], anonymous: 'a', payphone: 'b', unavailable: 'c', shown: 'd' };

  it('tells who withheld the number how to show it', () => {
    const story = one(node, { withheldReason: 'anonymous' });
    expect([story.at, story.played]).toEqual(['start', ['186']]);
    expect(story.finished().at).toBe('a');
  });

  it('keeps the reasons apart', () => {
    expect(one(node, { withheldReason: 'payphone' }).at).toBe('b');
    expect(one(node, { withheldReason: 'unavailable' }).at).toBe('c');
    expect(one(node, { callerNumber: '+81312345678' }).at).toBe('d');
  });
});

describe('condition and set', () => {
  const when = (left: string, operator: 'is' | 'isNot' | 'less' | 'greater' | 'contains' | 'startsWith' | 'isSet' | 'isNotSet', right = '') => ({ left, operator, right });
  const decide = (clauses: ReturnType<typeof when>[], match: 'all' | 'any' = 'all') =>
    new Story(
      {
        start: { verb: 'set', assignments: [{ variable: 'count', value: '9' }, { variable: 'greeting', value: 'to {caller.number}' }], next: 'if' },
        if: { verb: 'condition', cases: [{ match, clauses, to: 'a' }], otherwise: 'b' },
      },
      { callerNumber: '+819012345678', dialled: '0312340001' },
    ).at === 'a';

  it.each([
    [when('count', 'less', '10'), true], // as numbers
    [when('count', 'greater', '10'), false],
    [when('caller.number', 'startsWith', '+8190'), true],
    [when('greeting', 'is', 'to {caller.number}'), true],
    [when('greeting', 'contains', '9012'), true],
    [when('caller.withheld', 'isSet'), false],
    [when('nothing', 'isNotSet'), true],
    [when('now.time', 'greater', '09:59'), true],
    [when('now.date', 'is', '2026-11-27'), true],
    [when('now.weekday', 'is', '5'), true],
    [when('dialled', 'isNot', '0312340001'), false],
  ])('%o is %s', (clause, expected) => {
    expect(decide([clause])).toBe(expected);
  });

  it('joins clauses by all or any', () => {
    const [yes, no] = [when('count', 'is', '9'), when('count', 'is', '8')];
    expect([decide([yes, no]), decide([yes, no], 'any'), decide([no, no], 'any')]).toEqual([false, true, false]);
  });
});

describe('customer', () => {
  const node: FlowNode = { verb: 'customer', number: '{caller.number}', found: 'a', several: 'b', notFound: 'c' };
  const facts = { callerNumber: '+819012345678' };
  const customer = (...labels: string[]) => ({ id: 'id', labels });

  it('asks for the number and keeps who it is', () => {
    const story = one(node, facts);
    expect(story.effects).toEqual([
      { type: 'lookUp', request: 1, query: { kind: 'customer', number: '+819012345678' } },
      { type: 'setTimer', timer: 'lookup', afterMs: 3000 },
    ]);
    story.found({ kind: 'customer', customers: [customer('VIP', '要注意')] });
    expect(story).toMatchObject({ at: 'a', state: { vars: { 'customer.id': 'id', 'customer.labels': 'VIP,要注意', 'customer.count': '1' }, timers: [] } });
  });

  it('knows several, none, and an answer that comes too late', () => {
    expect(one(node, facts).found({ kind: 'customer', customers: [customer(), customer()] }).at).toBe('b');
    expect(one(node, facts).found({ kind: 'customer', customers: [] }).at).toBe('c');
    expect(one(node, facts).late('lookup').found({ kind: 'customer', customers: [customer()] }).at).toBe('c');
    expect(one(node, facts).found({ kind: 'customer', customers: [customer()] }, 7).at).toBe('start');
  });

  it('looks nobody up without a number', () => {
    expect(one(node).at).toBe('c');
  });
});

describe('http', () => {
  const node: FlowNode = {
    verb: 'http', method: 'POST', url: 'https://example.com/o/{dialled}?c={caller.number}', body: '{"caller": {caller.number}}', timeoutMs: 2000,
    save: [{ path: 'items.0.state', variable: 'state' }, { path: 'n', variable: 'n' }], ok: 'a', failed: 'b', timeout: 'c',
  };
  const facts = { callerNumber: '+81"x', dialled: 'a/b' };

  it('escapes what it puts in, and keeps values of the answer', () => {
    const story = one(node, facts);
    expect(story.effects[0]).toMatchObject({ query: { url: 'https://example.com/o/a%2Fb?c=%2B81%22x', body: String.raw`{"caller": "+81\"x"}`, timeoutMs: 2000 } });
    story.found({ kind: 'http', outcome: 'ok', answer: { items: [{ state: 'sent' }], n: 5 } });
    expect(story).toMatchObject({ at: 'a', state: { vars: { state: 'sent', n: '5' } } });
  });

  it.each<[unknown, string]>([
    [null, ''],
    [{ items: 'x' }, ''],
    [{ items: [{ state: { deep: 1 } }] }, ''],
    [{ items: [{ state: 'y'.repeat(2000) }] }, 'y'.repeat(1000)],
  ])('makes of the answer %o', (answer, expected) => {
    expect(one(node, facts).found({ kind: 'http', outcome: 'ok', answer }).state.vars?.['state']).toBe(expected);
  });

  it('has branches for a failure and for a timeout, the shell’s or its own', () => {
    expect(one(node, facts).found({ kind: 'http', outcome: 'failed', reason: 'status 500' }).at).toBe('b');
    expect(one(node, facts).found({ kind: 'http', outcome: 'timeout', reason: '' }).at).toBe('c');
    expect(one(node, facts).late('lookup').at).toBe('c');
  });
});

describe('say', () => {
  const say = (...parts: Extract<FlowNode, { verb: 'say' }>['parts']) => one({ verb: 'say', language: 'ja', parts, next: 'a' }, { callerNumber: '+81312345678' });

  it('reads values between sounds', () => {
    expect(say({ kind: 'sound', name: 'x' }, { kind: 'yen', value: '1,200' }).played).toEqual(['x', 'ja/thousand-1', 'ja/hundred-2', 'ja/unit-yen']);
    expect(say({ kind: 'digits', value: '{caller.number}' }).played.slice(0, 2)).toEqual(['ja/number-0', 'ja/number-3']);
    expect(say({ kind: 'time', value: '{now.time}' }).played).toEqual(['ja/am', 'ja/hour-10', 'ja/minute-5']);
    expect(say({ kind: 'date', value: '{now.date}' }).played.at(-1)).toBe('ja/weekday-5');
    expect(say({ kind: 'text', text: 'hello', sound: 'tts/1' }).played).toEqual(['tts/1']);
  });

  it('says nothing instead of something wrong', () => {
    const story = say({ kind: 'number', value: 'many' }, { kind: 'date', value: '{nothing}' }, { kind: 'text', text: 'never spoken' });
    expect(story.at).toBe('a');
    expect(story.traces).toEqual(['say no reading as number', 'say no reading as date']);
  });
});

describe('hours and holiday', () => {
  const hours: OpenHours = { timeZone: 'Asia/Tokyo', days: { 5: [{ fromMinute: 600, toMinute: 660 }] }, companyDays: [{ name: '休業', from: '11-27', to: '11-27' }] };

  it('go by a calendar of the tenant', () => {
    const library = { flows: new Map(), calendars: new Map([['main', hours]]), boxGreetings: new Map(), agentNamed: () => undefined };
    const story = (node: FlowNode) => new Story({ start: node }, {}, library).at;
    expect(story({ verb: 'hours', calendar: 'main', open: 'a', closed: 'b' })).toBe('b');
    expect(story({ verb: 'holiday', calendar: 'main', holiday: 'a', companyDay: 'b', otherwise: 'c' })).toBe('b');
    expect(story({ verb: 'hours', calendar: 'gone', open: 'a', closed: 'b' })).toBe('b');
  });

  it('know an ordinary day', () => {
    const { companyDays: _, ...plain } = hours;
    expect(one({ verb: 'hours', hours: plain, open: 'a', closed: 'b' }).at).toBe('a');
    expect(one({ verb: 'holiday', hours: plain, holiday: 'a', companyDay: 'b', otherwise: 'c' }).at).toBe('c');
  });
});

describe('flows in flows', () => {
  const other: Flow = { start: 'x', nodes: { x: { verb: 'play', prompts: ['x'], next: 'back' }, back: { verb: 'return' } }, view: { x: { x: 1, y: 1 } } };
  const self: Flow = { start: 's', nodes: { s: { verb: 'subflow', flow: 'self', next: 's' } } };
  const library: FlowLibrary = { flows: new Map([['other', other], ['self', self]]), calendars: new Map(), boxGreetings: new Map(), agentNamed: (login) => (login === 'ann' ? 'id-of-ann' : undefined) };

  it('come back, or do not', () => {
    const story = new Story({ start: { verb: 'subflow', flow: 'other', next: 'a' } }, {}, library);
    expect([story.at, story.played]).toEqual(['other/x', ['x']]);
    expect(story.finished()).toMatchObject({ at: 'a', state: { stack: [] } });
    const gone = new Story({ start: { verb: 'goto', flow: 'other' } }, {}, library).finished();
    expect(gone.state.done).toBe(true);
  });

  it('end when one runs itself, and when one is gone', () => {
    expect(new Story({ start: { verb: 'goto', flow: 'self' } }, {}, library)).toMatchObject({ state: { done: true }, effects: [{ type: 'hangup' }] });
    expect(new Story({ start: { verb: 'goto', flow: 'gone' } }, {}, library).state.done).toBe(true);
  });

  it('keep what they know when they begin again', () => {
    const story = new Story({ start: { verb: 'subflow', flow: 'other', next: 'a' } }, {}, library);
    const state = { ...story.state, vars: { v: '1' }, masked: ['v'], digits: '12' };
    expect(restartedState({ start: 'other/x', nodes: {} }, state)).toEqual({ ...newFlowState({ start: 'other/x', nodes: {} }), vars: { v: '1' }, masked: ['v'], stack: ['a'] });
  });

  it('are one plain flow, with agents by id and without a drawing', () => {
    const dial: FlowNode = { verb: 'dial', to: 'agent', number: 'ann', callerId: null, ringMs: 1000, record: false, answered: 'e', busy: 'e', failed: 'e', refused: 'e' };
    const linked = linkFlow({ start: 'd', nodes: { d: dial, e: { verb: 'goto', flow: 'other' } }, view: {} }, library);
    expect(linked).toEqual({
      start: 'd',
      nodes: { d: { ...dial, agentId: 'id-of-ann' }, e: { verb: 'goto', flow: 'other/x' }, 'other/x': { verb: 'play', prompts: ['x'], next: 'other/back' }, 'other/back': { verb: 'return' } },
    });
  });
});

describe('answer and hang up', () => {
  it('say so', () => {
    expect(one({ verb: 'answer', next: 'a' }).effects[0]).toEqual({ type: 'answer' });
    expect(one({ verb: 'hangup', cause: 'busy' }).effects).toEqual([{ type: 'hangup', cause: 'busy' }]);
    expect(one({ verb: 'hangup', cause: 'normal' }).effects).toEqual([{ type: 'hangup' }]);
  });
});

describe('the flows of the demo', () => {
  it.each(DEMO_FLOWS.map((demo) => [demo.code, demo.flow] as const))('%s has nothing wrong', (_, flow) => {
    expect(lintFlow(flow)).toEqual([]);
  });
});
