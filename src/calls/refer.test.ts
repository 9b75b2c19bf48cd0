import { describe, expect, it } from 'vitest';
import { World } from './testing/world.ts';
import { PHONE_SDP } from './testing/fake-sip.ts';
import type { ReferTarget } from './party.ts';

const out = (world: World): string[] => [...world.sip.legs.keys()].filter((legId) => legId.endsWith(':leg'));
const bridged = (world: World) => [...world.media.bridges.values()];
const endOf = (legId: string): string => legId.replace(/:leg$/, '');

/** The desk telephone calls another one, which answers. */
async function telephones(): Promise<{ world: World; callId: string; caller: string; called: string }> {
  const world = new World();
  const callId = world.callDirect('desk2');
  await world.settle();
  const [called = ''] = out(world);
  world.sip.pickUp(called);
  await world.settle();
  expect(bridged(world)).toEqual([{ a: `${callId}:far`, b: endOf(called) }]);
  return { world, callId, caller: `${callId}:in`, called };
}

async function refer(world: World, callId: string, legId: string, target: ReferTarget): Promise<void> {
  world.runtime.toCall(callId, { type: 'referred', legId, referId: '2', target });
  await world.settle();
}

const toNumber = { kind: 'refer', number: 'desk3' } as const;
const refers = (world: World): string[] => world.sip.log.filter((line) => /[rR]efer/.test(line));

async function replace(world: World, callId: string, replaced: string | null, more: { earlyOnly?: boolean; offerSdp?: string } = {}): Promise<string> {
  const legId = 'other:in';
  world.sip.incoming(legId);
  const { earlyOnly = false, offerSdp = PHONE_SDP } = more;
  world.runtime.toCall(callId, { type: 'replace', legId, offerSdp, replaced, earlyOnly, inside: true, number: 'desk9', name: '' });
  await world.settle();
  return legId;
}

describe('a telephone that transfers by REFER', () => {
  it('who was called gives the caller to a third: told of ringing and answer, then hung up', async () => {
    const { world, callId, caller, called } = await telephones();
    await refer(world, callId, called, toNumber);
    const third = out(world).find((legId) => legId !== called) ?? '';
    expect(bridged(world)).toEqual([]);
    expect(world.media.endpoints.get(`${callId}:far`)?.playback).toMatchObject({ files: ['tones/ringback'] });
    world.sip.progress(third, false);
    world.sip.pickUp(third);
    await world.settle();
    expect(refers(world)).toEqual([`acceptRefer ${called} 2`, `referStatus ${called} 2 180`, `referStatus ${called} 2 200 final`]);
    expect(bridged(world)).toEqual([{ a: `${callId}:far`, b: endOf(third) }]);
    expect(world.sip.legs.has(called)).toBe(false);
    world.sip.bye(caller);
    await world.settle();
    expect(world.sip.legs.size).toBe(0);
    expect(world.media.endpoints.size).toBe(0);
  });

  it('who called does, too: the two change sides', async () => {
    const { world, callId, caller, called } = await telephones();
    await refer(world, callId, caller, toNumber);
    const third = out(world).find((legId) => legId !== called) ?? '';
    world.sip.pickUp(third);
    await world.settle();
    expect(world.sip.legs.has(caller)).toBe(false);
    expect(bridged(world)).toEqual([{ a: endOf(called), b: endOf(third) }]);
    world.sip.bye(called);
    await world.settle();
    expect(world.sip.legs.size + world.media.endpoints.size).toBe(0);
    expect(world.journal.of('callCompleted')).toHaveLength(1);
  });

  it('has its peer back when the third refuses', async () => {
    const { world, callId, called } = await telephones();
    await refer(world, callId, called, toNumber);
    const third = out(world).find((legId) => legId !== called) ?? '';
    world.sip.refuse(third, 486);
    await world.settle();
    expect(refers(world).at(-1)).toBe(`referStatus ${called} 2 486 final`);
    expect(bridged(world)).toEqual([{ a: `${callId}:far`, b: endOf(called) }]);
    expect(world.call(callId)?.phase).toBe('talking');
  });

  it('may hang up before the answer: the transfer goes on; the call ends when nobody answers', async () => {
    const { world, callId, called, caller } = await telephones();
    await refer(world, callId, called, toNumber);
    const third = out(world).find((legId) => legId !== called) ?? '';
    world.sip.bye(called);
    await world.settle();
    expect(world.call(callId)).toMatchObject({ phase: 'connecting', agent: null, refer: null });
    world.sip.refuse(third, 486);
    await world.settle();
    expect(world.sip.legs.has(caller)).toBe(false);
    expect(world.media.endpoints.size).toBe(0);
  });

  it('parks the caller, whom another telephone picks up', async () => {
    const { world, callId, called } = await telephones();
    await refer(world, callId, called, { kind: 'park', slot: 701 });
    expect(refers(world).at(-1)).toBe(`referStatus ${called} 2 200 final`);
    expect(world.call(callId)?.park).toMatchObject({ slot: 701 });
    const other = await replace(world, callId, null);
    expect(world.sip.log).toContain(`answer ${other}`);
    expect(world.call(callId)).toMatchObject({ phase: 'talking', agent: { name: 'desk9', kind: 'external' } });
  });

  it('a station gives its caller to an agent and is free', async () => {
    const world = new World();
    const callId = world.callIn('stations');
    await world.settle();
    const station = [...world.sip.legs.keys()].find((legId) => legId.includes(':s')) ?? '';
    world.sip.pickUp(station);
    await world.settle();
    await world.ready('ben');
    await refer(world, callId, station, { kind: 'agent', agentId: 'ben' });
    const offer = world.desks.get('ben')?.messages.findLast((message) => message.type === 'offer');
    world.runtime.toCall(callId, { type: 'partyAnswer', offerId: offer?.type === 'offer' ? offer.offer.offerId : '', endpoint: world.hub.lineOf('ben') });
    await world.settle();
    expect(world.agent('station1')?.work === 'idle' && world.agent('station2')?.work === 'idle').toBe(true);
    expect(bridged(world)).toEqual([{ a: `${callId}:far`, b: world.hub.lineOf('ben') }]);
  });

  it('from outside, or a second time at once, is refused', async () => {
    const world = new World();
    const callId = world.callIn('stations');
    await world.settle();
    const station = [...world.sip.legs.keys()].find((legId) => legId.includes(':s')) ?? '';
    world.sip.pickUp(station);
    await world.settle();
    await refer(world, callId, `${callId}:in`, toNumber);
    expect(refers(world)).toEqual([`rejectRefer ${callId}:in 2 603`]);
    await refer(world, callId, station, toNumber);
    await refer(world, callId, station, toNumber);
    expect(refers(world).at(-1)).toBe(`rejectRefer ${station} 2 491`);
  });

  it('has its peer back when core is killed meanwhile', async () => {
    const { world, callId, called } = await telephones();
    await refer(world, callId, called, toNumber);
    await world.crash();
    expect(world.call(callId)).toMatchObject({ phase: 'talking', refer: null });
    expect(bridged(world)).toEqual([{ a: `${callId}:far`, b: endOf(called) }]);
  });
});

describe('an INVITE with Replaces', () => {
  it.each(['called', 'caller'] as const)('takes the place of who is %s', async (side) => {
    const { world, callId, caller, called } = await telephones();
    const other = await replace(world, callId, side === 'called' ? called : caller);
    expect(world.sip.legs.has(side === 'called' ? called : caller)).toBe(false);
    expect([...world.sip.legs.keys()].toSorted()).toEqual([other, side === 'called' ? caller : called].toSorted());
    expect(bridged(world)).toHaveLength(1);
    world.sip.onEvent({ type: 'ended', legId: side === 'called' ? caller : called, by: 'remote', reason: 'BYE' });
    await world.settle();
    expect(world.media.endpoints.size).toBe(0);
  });

  it('picks up for a telephone that rings, which hears that another one has it', async () => {
    const world = new World();
    const callId = world.callDirect('desk2');
    await world.settle();
    const [ringing = ''] = out(world);
    const other = await replace(world, callId, ringing, { earlyOnly: true });
    expect(world.sip.log).toContain(`hangup ${ringing}`);
    expect(world.sip.log.indexOf(`answer ${other}`)).toBeGreaterThan(0);
    expect(world.call(callId)).toMatchObject({ phase: 'talking', agent: { name: 'desk9' } });
  });

  it('for what is not there, talks already, or has no sound in common is refused and leaves nothing', async () => {
    const { world, callId, called } = await telephones();
    const before = [...world.media.endpoints.keys()];
    expect(await replace(world, callId, 'gone')).toBe('other:in');
    await replace(world, callId, called, { earlyOnly: true });
    await replace(world, callId, called, { offerSdp: PHONE_SDP.replaceAll(/RTP\/AVP [\d ]+/g, 'RTP/AVP 97') });
    const refusals = world.sip.log.filter((line) => line.startsWith('reject other:in'));
    expect(refusals).toEqual(['reject other:in 481', 'reject other:in 486', 'reject other:in 488']);
    expect([...world.media.endpoints.keys()]).toEqual(before);
    expect(world.call(callId)?.replacing).toBeNull();
  });

  it('that gives up leaves nothing', async () => {
    const { world, callId, called } = await telephones();
    world.sip.incoming('other:in');
    world.runtime.toCall(callId, { type: 'replace', legId: 'other:in', offerSdp: PHONE_SDP, replaced: called, earlyOnly: false, inside: true, number: '', name: '' });
    world.runtime.toCall(callId, { type: 'sip', event: { type: 'cancelled', legId: 'other:in' } });
    await world.settle();
    expect(world.call(callId)).toMatchObject({ phase: 'talking', replacing: null });
    expect(world.media.endpoints.size).toBe(2);
  });
});
