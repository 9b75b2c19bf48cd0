import { describe, expect, it } from 'vitest';
import type { Flow, FlowNode } from '../ivr/types.ts';
import { World } from './testing/world.ts';

const end: FlowNode = { verb: 'hangup' };
const say = (prompt: string): FlowNode => ({ verb: 'play', prompts: [prompt], next: 'end' });
const branches = { answered: 'thanks', busy: 'busy', failed: 'failed', refused: 'refused' };
const nodes = { thanks: say('t'), busy: say('b'), failed: say('f'), refused: say('r'), end };

/** A notice, then the number; names parted by a slash are the lines to it in order. */
const flowTo = (number: string, record = false): Flow => ({
  start: 'notice',
  nodes: { notice: { verb: 'play', prompts: ['n'], next: 'dial' }, dial: { verb: 'dial', number, callerId: null, ringMs: 30_000, record, ...branches }, ...nodes },
});

async function dialled(number: string, options: { record?: boolean; straight?: boolean } = {}): Promise<{ world: World; callId: string; far: string; leg: string }> {
  const world = new World();
  const flow = flowTo(number, options.record);
  const callId = world.callIn(options.straight ? { ...flow, start: 'dial', nodes: { ...flow.nodes, refused: end, busy: end } } : flow);
  await world.settle();
  if (!options.straight) world.media.finishPlay(`${callId}:far`);
  await world.settle();
  return { world, callId, far: `${callId}:far`, leg: legs(world).at(-1) ?? '' };
}

const legs = (world: World): string[] => [...world.sip.legs.keys()].filter((legId) => legId.endsWith(':leg'));
const heard = (world: World, far: string): readonly string[] => (world.media.endpoints.get(far)?.playback?.files ?? []) as readonly string[];
const bridges = (world: World) => [...world.media.bridges.values()];
const endpointOf = (leg: string): string => leg.replace(/:leg$/, '');

describe('a flow that dials', () => {
  it('lets the caller hear it ring, joins both, and goes on when the other side hangs up', async () => {
    const { world, callId, far, leg } = await dialled('one');
    expect(heard(world, far)).toEqual(['tones/ringback']);
    world.sip.progress(leg, false);
    await world.settle();
    expect(heard(world, far)).toEqual(['tones/ringback']);
    world.sip.pickUp(leg);
    await world.settle();
    expect(bridges(world)).toEqual([{ a: far, b: endpointOf(leg) }]);
    expect(world.media.endpoints.get(far)?.playback).toBeNull();
    expect(world.journal.steps(callId)).not.toContain('recording.started');
    world.sip.bye(leg);
    await world.settle();
    expect(bridges(world)).toEqual([]);
    expect(heard(world, far)).toEqual(['t']);
    expect(world.media.endpoints.has(endpointOf(leg))).toBe(false);
    await world.finishPrompts();
    expect(world.journal.of('callCompleted')).toMatchObject([{ outcome: 'answered', agentId: null }]);
    expect(world.sip.legs.size).toBe(0);
  });

  it('lets the caller hear what the other network plays, and nothing of it is recorded', async () => {
    const { world, callId, far, leg } = await dialled('one', { record: true });
    world.sip.progress(leg, true);
    await world.settle();
    expect(bridges(world)).toEqual([{ a: far, b: endpointOf(leg) }]);
    expect(world.media.endpoints.get(far)?.playback).toBeNull();
    expect(world.journal.steps(callId)).not.toContain('recording.started');
    world.sip.pickUp(leg);
    await world.settle();
    expect(world.journal.steps(callId)).toContain('recording.started');
    world.sip.bye(leg);
    await world.settle();
    expect(world.journal.of('recordingClosed')).toHaveLength(1);
  });

  it.each([
    [486, 'b', 'busy'],
    [603, 'b', 'busy'],
    [404, 'f', 'failed'],
    [503, 'f', 'failed'],
  ] as const)('goes the way of a %i', async (status, prompt, outcome) => {
    const { world, callId, far, leg } = await dialled('one');
    world.sip.progress(leg, true);
    await world.settle();
    world.sip.refuse(leg, status);
    await world.settle();
    expect(heard(world, far)).toEqual([prompt]);
    expect(bridges(world)).toEqual([]);
    expect(world.call(callId)?.path).toContain(`dial ${outcome}`);
  });

  it('takes the next line when one fails, but not when somebody says no or it rang', async () => {
    const failing = await dialled('one/two');
    failing.world.sip.refuse(failing.leg, 503);
    await failing.world.settle();
    const [second = ''] = legs(failing.world);
    expect(second).not.toBe(failing.leg);
    failing.world.sip.progress(second, false);
    await failing.world.settle();
    expect(legs(failing.world)).toEqual([second]);

    const busy = await dialled('one/two');
    busy.world.sip.refuse(busy.leg, 486);
    await busy.world.settle();
    expect([legs(busy.world), heard(busy.world, busy.far)]).toEqual([[], ['b']]);

    const rang = await dialled('one/two');
    rang.world.sip.progress(rang.leg, false);
    rang.world.sip.refuse(rang.leg, 503);
    await rang.world.settle();
    expect([legs(rang.world), heard(rang.world, rang.far)]).toEqual([[], ['f']]);
  });

  it('says that the number may not be called, and gives up one that rings on', async () => {
    const refused = await dialled('+1');
    expect([legs(refused.world), heard(refused.world, refused.far)]).toEqual([[], ['r']]);
    const { world, far, leg } = await dialled('one');
    world.sip.progress(leg, true);
    await world.pass(30_000);
    expect([legs(world), bridges(world), heard(world, far)]).toEqual([[], [], ['f']]);
  });

  it('hangs up the other side when the caller leaves, ringing or talking', async () => {
    for (const pickUp of [false, true]) {
      const { world, callId, leg } = await dialled('one');
      if (pickUp) world.sip.pickUp(leg);
      await world.settle();
      world.sip.bye(`${callId}:in`);
      await world.settle();
      expect(world.sip.legs.size).toBe(0);
      expect(world.media.endpoints.size).toBe(0);
      expect(world.journal.of('callCompleted')).toMatchObject([{ outcome: pickUp ? 'answered' : 'abandoned' }]);
    }
  });

  it('a conversation outlives a restart; what only rang counts as failed', async () => {
    const talking = await dialled('one');
    talking.world.sip.pickUp(talking.leg);
    await talking.world.settle();
    await talking.world.crash();
    expect(talking.world.call(talking.callId)?.phase).toBe('talking');
    talking.world.sip.bye(talking.leg);
    await talking.world.settle();
    expect(heard(talking.world, talking.far)).toEqual(['t']);

    const ringing = await dialled('one');
    await ringing.world.crash();
    expect(heard(ringing.world, ringing.far)).toEqual(['f']);
  });
});

describe('a flow that begins with dialling', () => {
  it('answers the caller when the other side does, with its sound before', async () => {
    const { world, callId, far, leg } = await dialled('one', { straight: true });
    const mine = `${callId}:in`;
    expect(world.sip.log.filter((line) => line.endsWith(mine))).toEqual([]);
    world.sip.progress(leg, false);
    await world.settle();
    world.sip.progress(leg, true);
    await world.settle();
    expect(bridges(world)).toEqual([{ a: far, b: endpointOf(leg) }]);
    world.sip.pickUp(leg);
    await world.settle();
    expect(world.sip.log.filter((line) => line.endsWith(mine))).toEqual([`ring ${mine}`, `ring ${mine}`, `answer ${mine}`]);
    world.sip.bye(mine);
    await world.settle();
    expect(world.journal.of('callCompleted')).toMatchObject([{ outcome: 'answered' }]);
  });

  it('passes the refusal on where the flow has nothing to say, and answers where it has', async () => {
    const { world, callId, leg } = await dialled('one', { straight: true });
    world.sip.refuse(leg, 486);
    await world.settle();
    expect(world.sip.log).toContain(`reject ${callId}:in 486`);
    expect(world.journal.of('callCompleted')).toMatchObject([{ outcome: 'rejected' }]);
    const other = await dialled('one', { straight: true });
    other.world.sip.refuse(other.leg, 404);
    await other.world.settle();
    expect(other.world.sip.log).toContain(`answer ${other.callId}:in`);
    expect(heard(other.world, other.far)).toEqual(['f']);
  });
});
