import { describe, expect, it } from 'vitest';
import { World } from './testing/world.ts';

const rung = (world: World): string[] => [...world.sip.legs.keys()].filter((legId) => legId.endsWith(':leg'));
const offerOf = (world: World, agentId: string): string => {
  const offer = world.desks.get(agentId)?.messages.findLast((message) => message.type === 'offer');
  return offer?.type === 'offer' ? offer.offer.offerId : '';
};
const told = (world: World, agentId: string) => world.desks.get(agentId)?.messages.findLast((message) => message.type === 'offer.ended');

/** A call is offered to ann, whose two telephones ring, too. */
async function offered() {
  const world = new World();
  world.devices.set('ann', ['desk', 'mobile']);
  await world.ready('ann');
  const callId = world.callIn('support');
  await world.settle();
  const [desk = '', mobile = ''] = rung(world);
  expect(rung(world)).toHaveLength(2);
  return { world, callId, desk, mobile };
}

describe("an agent's telephones ring along with the browser", () => {
  it('one of them answers: browser and the other stop, the sound is at that telephone', async () => {
    const { world, callId, desk, mobile } = await offered();
    world.sip.pickUp(mobile);
    await world.settle();
    expect(world.sip.log).toContain(`hangup ${desk}`);
    expect(told(world, 'ann')).toMatchObject({ reason: 'accepted' });
    expect([...world.media.bridges.values()]).toEqual([{ a: `${callId}:far`, b: mobile.replace(/:leg$/, '') }]);
    expect(world.call(callId)).toMatchObject({ phase: 'talking', agent: { agentId: 'ann', kind: 'device' }, parties: [] });
    expect(world.agent('ann')?.work).toBe('talking');
    world.sip.bye(mobile);
    await world.settle();
    expect(world.agent('ann')?.work).toBe('wrapUp');
    expect(world.journal.of('callCompleted')).toMatchObject([{ outcome: 'answered', endedBy: 'agent', agentId: 'ann' }]);
    expect([...world.media.endpoints.keys()]).toEqual([world.hub.lineOf('ann')]);
  });

  it('the browser answers: both telephones stop', async () => {
    const { world, callId, desk, mobile } = await offered();
    world.runtime.toAcd({ type: 'accepted', at: world.runtime.now(), offerId: offerOf(world, 'ann') });
    await world.settle();
    expect(world.sip.log).toEqual(expect.arrayContaining([`hangup ${desk}`, `hangup ${mobile}`]));
    expect(world.call(callId)).toMatchObject({ phase: 'talking', agent: { kind: 'browser' }, parties: [] });
    expect(world.media.endpoints.size).toBe(2);
  });

  it('busy telephones leave the browser ringing; one that says no for everywhere declines the offer', async () => {
    const { world, callId, desk, mobile } = await offered();
    world.sip.refuse(desk, 486);
    await world.settle();
    expect(world.call(callId)?.phase).toBe('ringing');
    world.sip.refuse(mobile, 603);
    await world.settle();
    expect(told(world, 'ann')).toMatchObject({ reason: 'declined' });
  });

  it('nobody answers, or the caller leaves: everything stops and nothing is left', async () => {
    const { world, desk, mobile } = await offered();
    await world.pass(20_000);
    expect(told(world, 'ann')).toMatchObject({ reason: 'timeout' });
    expect(rung(world).filter((legId) => legId === desk || legId === mobile)).toEqual([]);
    const other = await offered();
    other.world.sip.bye(`${other.callId}:in`);
    await other.world.settle();
    expect(rung(other.world)).toEqual([]);
    expect([...other.world.media.endpoints.keys()]).toEqual([other.world.hub.lineOf('ann')]);
  });

  it('a conversation at a telephone outlives core', async () => {
    const { world, callId, mobile } = await offered();
    world.sip.pickUp(mobile);
    await world.settle();
    await world.crash();
    expect(world.call(callId)).toMatchObject({ phase: 'talking', agent: { agentId: 'ann', kind: 'device' } });
    expect(world.agent('ann')?.work).toBe('talking');
  });
});
