import { describe, expect, it } from 'vitest';
import { World } from '../testing/world.ts';

const target = (line: string) => ({ uri: `sip:0312345678@${line}`, fromUser: '0312340001', fromDisplayName: '', credentials: null, ringTimeoutMs: 60_000 });

async function dial(): Promise<{ world: World; callId: string }> {
  const world = new World();
  await world.ready('ann');
  const callId = world.newId();
  world.runtime.start({
    kind: 'outbound',
    callId,
    tenantId: 'tenant',
    party: { number: '+81312345678', name: '', withheldReason: null, ip: '' },
    dialled: '0312345678',
    agent: { agentId: 'ann', name: 'ann', endpoint: world.hub.lineOf('ann') ?? '' },
    legId: `${callId}:out`,
    targets: [target('a.example'), target('b.example')],
  });
  await world.settle();
  return { world, callId };
}

const invited = (world: World): (string | undefined)[] => [...world.sip.legs.values()].map((leg) => leg.target?.uri);

describe('a call out over two lines', () => {
  it.each([408, 500, 503])('goes on by the second one when the first fails with %i', async (status) => {
    const { world, callId } = await dial();
    expect(invited(world)).toEqual(['sip:0312345678@a.example']);
    world.sip.refuse(`${callId}:out`, status);
    await world.settle();
    expect(invited(world)).toEqual(['sip:0312345678@b.example']);
    world.sip.pickUp([...world.sip.legs.keys()][0] ?? '');
    await world.settle();
    expect(world.call(callId)?.phase).toBe('talking');
  });

  it.each([403, 486, 603])('ends when the called party says %i', async (status) => {
    const { world, callId } = await dial();
    world.sip.refuse(`${callId}:out`, status);
    await world.settle();
    expect(invited(world)).toEqual([]);
    expect(world.call(callId)).toBeNull();
  });

  it('ends when the line fails after it rang, and when both fail', async () => {
    const rung = await dial();
    rung.world.sip.onEvent({ type: 'progress', legId: `${rung.callId}:out`, status: 180, sdp: '' });
    rung.world.sip.refuse(`${rung.callId}:out`, 503);
    await rung.world.settle();
    expect(invited(rung.world)).toEqual([]);
    const both = await dial();
    both.world.sip.refuse(`${both.callId}:out`, 503);
    await both.world.settle();
    both.world.sip.refuse([...both.world.sip.legs.keys()][0] ?? '', 503);
    await both.world.settle();
    expect(both.world.call(both.callId)).toBeNull();
  });
});
