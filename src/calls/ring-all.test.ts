import { describe, expect, it } from 'vitest';
import { World } from './testing/world.ts';

const offers = (world: World, agentId: string) => world.desks.get(agentId)?.messages.filter((message) => message.type === 'offer') ?? [];
const offerId = (world: World, agentId: string): string => offers(world, agentId).at(-1)?.offer.offerId ?? '';
const ended = (world: World, agentId: string) => world.desks.get(agentId)?.messages.flatMap((message) => (message.type === 'offer.ended' ? [message.reason] : []));
const answer = (world: World, type: 'accepted' | 'declined', agentId: string) => world.runtime.toAcd({ type, at: world.runtime.now(), offerId: offerId(world, agentId) });

/** A call rings at ann and ben at the same time. */
async function ringing(devices: Record<string, string[]> = {}) {
  const world = new World();
  for (const [agentId, names] of Object.entries(devices)) world.devices.set(agentId, names);
  await world.ready('ann');
  await world.ready('ben');
  const callId = world.callIn('everybody');
  await world.settle();
  expect([offers(world, 'ann').length, offers(world, 'ben').length]).toEqual([1, 1]);
  return { world, callId };
}

describe('a queue that rings all', () => {
  it('connects who answers first; the other is told that somebody else answered, and is free', async () => {
    const { world, callId } = await ringing();
    expect(offerId(world, 'ann')).not.toBe(offerId(world, 'ben'));
    answer(world, 'accepted', 'ben');
    answer(world, 'accepted', 'ann');
    await world.settle();
    expect(world.call(callId)).toMatchObject({ phase: 'talking', agent: { agentId: 'ben' }, alsoRung: [] });
    expect([ended(world, 'ann'), ended(world, 'ben')]).toEqual([['answeredElsewhere'], ['accepted']]);
    expect(world.agent('ann')).toMatchObject({ work: 'idle', presence: 'available' });
    expect(world.journal.of('decision').map(({ decision }) => [decision.rule, decision.agentId])).toEqual([['ringAll', 'ann'], ['ringAll', 'ben']]);
    const ends = world.journal.of('step').filter(({ audit }) => audit === 'call.offer_ended');
    expect(ends.map(({ detail }) => detail['reason'])).toEqual(['answeredElsewhere']);
  });

  it('rings on at the others when one declines, and waits again when nobody is left', async () => {
    const { world, callId } = await ringing();
    answer(world, 'declined', 'ann');
    await world.settle();
    expect(world.call(callId)).toMatchObject({ phase: 'ringing', agent: { agentId: 'ben' } });
    world.runtime.toAcd({ type: 'presence', at: world.runtime.now(), agentId: 'ann', presence: 'break' });
    world.closeDesk('ben');
    await world.settle();
    expect(world.call(callId)).toMatchObject({ phase: 'queued', agent: null });
  });

  it('stops everywhere when the caller hangs up', async () => {
    const { world, callId } = await ringing();
    world.sip.bye(`${callId}:in`);
    await world.settle();
    expect([ended(world, 'ann'), ended(world, 'ben')]).toEqual([['callGone'], ['callGone']]);
    expect([world.agent('ann')?.work, world.agent('ben')?.work]).toEqual(['idle', 'idle']);
  });

  it('rings telephones along with each browser; one that answers takes the call for its agent', async () => {
    const { world, callId } = await ringing({ ann: ['desk-ann'], ben: ['desk-ben'] });
    const rung = [...world.sip.legs.keys()].filter((legId) => legId.endsWith(':leg'));
    expect(rung).toHaveLength(2);
    const [annsLeg = '', bensLeg = ''] = rung;
    world.sip.pickUp(bensLeg);
    await world.settle();
    expect(world.call(callId)).toMatchObject({ phase: 'talking', agent: { agentId: 'ben', kind: 'device' }, parties: [] });
    expect(world.sip.log).toContain(`hangup ${annsLeg}`);
    expect(ended(world, 'ann')).toEqual(['answeredElsewhere']);
    expect(world.agent('ann')?.work).toBe('idle');
    expect([...world.media.bridges.values()]).toEqual([{ a: `${callId}:far`, b: bensLeg.replace(/:leg$/, '') }]);
  });

  it('two telephones that are picked up in the same moment: one has the call, the other is hung up', async () => {
    const { world, callId } = await ringing({ ann: ['desk-ann'], ben: ['desk-ben'] });
    const [annsLeg = '', bensLeg = ''] = [...world.sip.legs.keys()].filter((legId) => legId.endsWith(':leg'));
    world.sip.pickUp(annsLeg);
    world.sip.pickUp(bensLeg);
    await world.settle();
    const call = world.call(callId);
    expect(call).toMatchObject({ phase: 'talking', agent: { kind: 'device' } });
    const loser = call?.agent?.agentId === 'ann' ? bensLeg : annsLeg;
    expect(world.sip.log).toContain(`hangup ${loser}`);
    expect(world.media.endpoints.has(loser.replace(/:leg$/, ''))).toBe(false);
  });

  it('goes on after a restart of core, at its place in the queue', async () => {
    const { world, callId } = await ringing();
    await world.crash();
    expect(world.call(callId)).toMatchObject({ phase: 'queued', agent: null, alsoRung: [] });
  });
});
