import { describe, expect, it } from 'vitest';
import type { Flow, FlowNode, LookupQuery } from '../ivr/types.ts';
import { World } from './testing/world.ts';

const end: FlowNode = { verb: 'hangup' };
const play = (prompt: string): FlowNode => ({ verb: 'play', prompts: [prompt], next: 'end' });
const asking = { prompts: ['ask'], timeoutMs: 5000, retries: 0, invalidPrompts: [], timeoutPrompts: [] };
const flow = (nodes: Record<string, FlowNode>): Flow => ({ start: 'start', nodes: { ...nodes, a: play('a'), b: play('b'), end } });

const heard = (world: World, callId: string): readonly string[] => (world.media.endpoints.get(`${callId}:far`)?.playback?.files ?? []) as readonly string[];
const press = (world: World, callId: string, digits: string): void => {
  for (const digit of digits) world.media.onEvent({ event: 'dtmf', endpoint: `${callId}:far`, digit, durationMs: 100 });
};

async function called(nodes: Record<string, FlowNode>, prepare: (world: World) => void = () => undefined) {
  const world = new World();
  prepare(world);
  const callId = world.callIn(flow(nodes));
  await world.settle();
  return { world, callId };
}

describe('a flow that decides before it answers', () => {
  it('refuses the call with the status of its cause, and nobody pays', async () => {
    for (const [cause, status] of [['busy', 486], ['rejected', 603], ['noSuchNumber', 404], ['unavailable', 480]] as const) {
      const { world, callId } = await called({ start: { verb: 'condition', cases: [], otherwise: 'no' }, no: { verb: 'hangup', cause } });
      expect(world.sip.log.filter((line) => /answer|reject/.test(line))).toEqual([`reject ${callId}:in ${status}`]);
      expect(world.journal.of('callCompleted')).toMatchObject([{ endedBy: 'system', endReason: `flow_${cause}`, answeredWall: null }]);
      expect(world.media.endpoints.size).toBe(0);
    }
  });

  it('answers when there is something to hear, once', async () => {
    const { world, callId } = await called({ start: { verb: 'set', assignments: [], next: 'pick' }, pick: { verb: 'answer', next: 'a' } });
    expect(world.sip.log.filter((line) => line.startsWith('answer'))).toEqual([`answer ${callId}:in`]);
    expect(heard(world, callId)).toEqual(['a']);
  });

  it('answers before the outside is asked', async () => {
    const { world, callId } = await called({ start: { verb: 'hours', hours: { timeZone: 'Asia/Tokyo', days: {} }, open: 'a', closed: 'q' }, q: { verb: 'customer', number: '0312345678', found: 'a', several: 'a', notFound: 'b' } });
    expect(world.sip.log).toContain(`answer ${callId}:in`);
  });
});

describe('consent to recording', () => {
  const nodes: Record<string, FlowNode> = {
    start: { verb: 'consent', ...asking, yesKey: '1', noKey: '2', granted: 'queue', declined: 'queue' },
    queue: { verb: 'queue', queue: 'support', priority: 0, requiredSkills: {}, announceEveryMs: 0, maxWaitMs: 0, overflow: 'end' },
  };

  it.each([
    ['1', true],
    ['2', false],
  ])('key %s: the conversation is recorded: %s, and the record proves what was said', async (key, granted) => {
    const world = new World();
    await world.ready('ann');
    const callId = world.callIn(flow(nodes));
    await world.settle();
    press(world, callId, key);
    await world.settle();
    const desk = world.desks.get('ann');
    const offer = desk?.messages.find((message) => message.type === 'offer');
    world.runtime.toAcd({ type: 'accepted', at: world.runtime.now(), offerId: offer?.type === 'offer' ? offer.offer.offerId : '' });
    await world.settle();
    expect(world.call(callId)?.phase).toBe('talking');
    expect(world.journal.steps(callId).includes('recording.started')).toBe(granted);
    expect(world.journal.of('step').filter(({ type }) => type === 'call.recording_consent')).toMatchObject([{ detail: { granted }, audit: 'call.recording_consent' }]);
  });
});

describe('digits', () => {
  it.each([
    [true, false],
    [false, true],
  ])('masked %s: they stand in the record: %s', async (masked, stands) => {
    const { world, callId } = await called({ start: { verb: 'collect', ...asking, variable: 'card', minDigits: 4, maxDigits: 16, terminator: '#', masked, next: 'a', otherwise: 'b' } });
    press(world, callId, '4929#');
    await world.settle();
    expect(heard(world, callId)).toEqual(['a']);
    const written = JSON.stringify([world.journal.of('step'), world.journal.of('callCompleted')]);
    expect(/4929|"digit":"9"/.test(written)).toBe(stands);
  });
});

describe('look-ups', () => {
  const http: FlowNode = { verb: 'http', method: 'GET', url: 'https://example.com/', body: '', timeoutMs: 1000, save: [{ path: 'x', variable: 'x' }], ok: 'if', failed: 'b', timeout: 'b' };
  const nodes: Record<string, FlowNode> = { start: http, if: { verb: 'condition', cases: [{ match: 'all', clauses: [{ left: 'x', operator: 'is', right: '7' }], to: 'a' }], otherwise: 'b' } };

  it('go on by what was answered', async () => {
    const asked: LookupQuery[] = [];
    const { world, callId } = await called(nodes, (prepared) => {
      prepared.lookUp = (query) => {
        asked.push(query);
        return Promise.resolve({ kind: 'http', outcome: 'ok', answer: { x: 7 } });
      };
    });
    expect(asked).toEqual([{ kind: 'http', method: 'GET', url: 'https://example.com/', body: null, timeoutMs: 1000 }]);
    expect(heard(world, callId)).toEqual(['a']);
  });

  it('go on by themselves when nobody tells anything', async () => {
    const { world, callId } = await called(nodes, (prepared) => (prepared.lookUp = () => new Promise(() => undefined)));
    expect(heard(world, callId)).toEqual([]);
    world.clock.advance(2000);
    await world.settle();
    expect(heard(world, callId)).toEqual(['b']);
    expect(world.call(callId)?.timers).toEqual({});
  });
});

describe('a transfer inside', () => {
  it('rings the agent that the flow names', async () => {
    const world = new World();
    const desk = await world.ready('ann');
    const dial: FlowNode = { verb: 'dial', to: 'agent', number: 'ann', agentId: 'ann', callerId: null, ringMs: 30_000, record: false, answered: 'end', busy: 'a', failed: 'b', refused: 'b' };
    const callId = world.callIn(flow({ start: dial }));
    await world.settle();
    expect(world.call(callId)?.phase).toBe('connecting');
    expect(desk.messages.some(({ type }) => type === 'offer')).toBe(true);
  });

  it('goes on when the agent is not there', async () => {
    const dial: FlowNode = { verb: 'dial', to: 'agent', number: 'ann', agentId: 'ann', callerId: null, ringMs: 30_000, record: false, answered: 'end', busy: 'a', failed: 'b', refused: 'b' };
    const { world, callId } = await called({ start: dial });
    expect(heard(world, callId)).toEqual(['b']);
  });
});

describe('the script that a flow chooses', () => {
  it.each([
    ['chosen', { script: 'script-1' }, 'script-1'],
    ['not chosen', {}, null],
  ])('is with the call while it runs and in its record: %s', async (_name, more, script) => {
    const { world, callId } = await called({ start: { verb: 'queue', queue: 'support', priority: 0, requiredSkills: {}, announceEveryMs: 0, maxWaitMs: 0, overflow: 'end', ...more } });
    expect(world.call(callId)?.queue?.script ?? null).toBe(script);
    world.sip.bye(`${callId}:in`);
    await world.settle();
    expect(world.journal.of('callCompleted')).toMatchObject([{ scriptId: script }]);
  });
});
