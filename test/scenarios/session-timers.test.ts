/** Session timers (RFC 4028), each side refreshing, with peers that refuse, forget and vanish. Sessions of 2 s. */
import { describe, expect } from 'vitest';
import { headerOf, type SipRequest, type SipResponse } from '../../src/protocol/sip/message.ts';
import { scenario as anyScenario, type AgentWorld } from './support/agent-world.ts';
import { offered, peerEnds, weEnd, type Established } from './support/calls.ts';
import { sdp, sdpOf } from './support/raw-peer.ts';

const scenario = (name: string, flow: (world: AgentWorld) => Promise<void>, minimum = 1): void =>
  anyScenario(name, flow, { sessionTimer: { expires: 2, minimum } });

/** A call of the peer that asks for a timer; answered and confirmed. */
async function timed(world: AgentWorld, headers: readonly string[]): Promise<Established & { answer: SipResponse }> {
  const call = await offered(world, { headers });
  world.agent.answer(call.legId, sdp({ port: 41_000 }));
  const answer = await call.dialog.expectResponse(200, 'INVITE');
  call.dialog.request('ACK');
  await world.event('confirmed');
  return { ...call, answer };
}

/** A call of ours that asks for a timer; the peer answers with these headers. */
async function asking(world: AgentWorld, headers: readonly string[]): Promise<Established & { request: SipRequest }> {
  const peer = await world.peer('bob');
  const legId = world.invite(peer, { sdp: sdp(), sessionTimer: true });
  const { dialog, request } = await peer.incoming();
  dialog.respond(request, 200, { body: sdp({ port: 45_000 }), headers });
  await world.event('answered');
  await dialog.expect('ACK');
  return { peer, dialog, legId, request };
}

const THEY_REFRESH = ['Supported: timer', 'Session-Expires: 2;refresher=uac', 'Allow: INVITE, UPDATE'];
const WE_REFRESH = ['Supported: timer', 'Session-Expires: 2;refresher=uas', 'Allow: INVITE, ACK, BYE, UPDATE'];
const WE_REFRESH_BY_INVITE = ['Supported: timer', 'Session-Expires: 2;refresher=uas', 'Allow: INVITE, ACK, BYE'];

/** The peer is told that its session expired. */
async function expires(world: AgentWorld, { dialog }: Established, timeoutMs = 4000): Promise<void> {
  dialog.respond(await dialog.expectRequest('BYE', timeoutMs), 200);
  expect(await world.event('ended')).toMatchObject({ by: 'failure', reason: 'session_expired' });
}

describe.concurrent('the caller asks for a timer', () => {
  scenario('and refreshes it by UPDATE until it forgets to', async (world) => {
    const call = await timed(world, THEY_REFRESH);
    expect(headerOf(call.answer, 'session-expires')).toBe('2;refresher=uac');
    expect(headerOf(call.answer, 'require')).toContain('timer');
    for (let n = 0; n < 2; n++) {
      await call.dialog.silence(800);
      call.dialog.request('UPDATE', { headers: THEY_REFRESH });
      expect(headerOf(await call.dialog.expectResponse(200, 'UPDATE'), 'session-expires')).toBe('2;refresher=uac');
    }
    await expires(world, call);
  });

  scenario('and refreshes it by re-INVITE', async (world) => {
    const call = await timed(world, THEY_REFRESH);
    await call.dialog.silence(800);
    call.dialog.request('INVITE', { headers: THEY_REFRESH, body: sdp() });
    await world.event('reinvite');
    world.agent.answerReinvite(call.legId, sdp({ port: 41_000 }));
    expect(headerOf(await call.dialog.expectResponse(200, 'INVITE'), 'session-expires')).toBe('2;refresher=uac');
    call.dialog.request('ACK');
    await call.dialog.silence(900);
    await peerEnds(world, call.dialog);
  });

  scenario('and vanishes: the call ends before the session does', async (world) => {
    const start = performance.now();
    await expires(world, await timed(world, THEY_REFRESH));
    expect(performance.now() - start).toBeLessThan(2000);
  });

  scenario('and vanishes for good: nobody answers the BYE', async (world) => {
    const { dialog, peer } = await timed(world, THEY_REFRESH);
    await dialog.expectRequest('BYE', 4000);
    expect(await world.event('ended', 6000)).toMatchObject({ reason: 'session_expired' });
    peer.discard();
  });

  scenario('that we keep by UPDATE', async (world) => {
    const call = await timed(world, WE_REFRESH);
    expect(headerOf(call.answer, 'session-expires')).toBe('2;refresher=uas');
    for (let n = 0; n < 2; n++) {
      const update = await call.dialog.expectRequest('UPDATE');
      expect([headerOf(update, 'session-expires'), sdpOf(update)]).toEqual(['2;refresher=uac', '']);
      call.dialog.respond(update, 200, { headers: ['Session-Expires: 2;refresher=uac', 'Require: timer'] });
    }
    expect(world.events).toEqual([]);
    await weEnd(world, call);
  });

  scenario('that we keep by re-INVITE when the peer takes no UPDATE', async (world) => {
    const call = await timed(world, WE_REFRESH_BY_INVITE);
    const again = await call.dialog.expectRequest('INVITE');
    expect(sdpOf(again)).toBe(sdp({ port: 41_000 }));
    call.dialog.respond(again, 200, { body: sdp(), headers: ['Session-Expires: 2;refresher=uac', 'Require: timer'] });
    await call.dialog.expect('ACK');
    expect(world.events).toEqual([]);
    await peerEnds(world, call.dialog);
  });

  scenario('through a proxy, without knowing timers: we keep it', async (world) => {
    const call = await timed(world, ['Session-Expires: 2', 'Allow: INVITE, UPDATE']);
    expect([headerOf(call.answer, 'session-expires'), headerOf(call.answer, 'require')]).toEqual(['2;refresher=uas', null]);
    call.dialog.respond(await call.dialog.expectRequest('UPDATE'), 200);
    await peerEnds(world, call.dialog);
  });

  scenario('that is too short: 422 with the least, and again with that', async (world) => {
    const peer = await world.peer('alice');
    const dialog = peer.dialog(world.uri('0312340001'));
    dialog.request('INVITE', { body: sdp(), headers: ['Supported: timer', 'Session-Expires: 30'] });
    expect(headerOf(await dialog.expectResponse(422, 'INVITE'), 'min-se')).toBe('90');
    dialog.request('ACK', { branch: dialog.inviteBranch });
    expect(world.events).toEqual([]);
    dialog.remoteTag = '';
    dialog.request('INVITE', { body: sdp(), headers: ['Supported: timer', 'Session-Expires: 90', 'Min-SE: 90'] });
    const { invite } = await world.event('incoming');
    world.agent.answer(invite.legId, sdp());
    expect(headerOf(await dialog.expectResponse(200, 'INVITE'), 'session-expires')).toBe('90;refresher=uac');
    dialog.request('ACK');
    await world.event('confirmed');
    await peerEnds(world, dialog);
  }, 90);

  scenario('and wants it shorter later: 422, the old one goes on', async (world) => {
    const call = await timed(world, ['Supported: timer', 'Session-Expires: 5;refresher=uac']);
    call.dialog.request('UPDATE', { headers: ['Supported: timer', 'Session-Expires: 3'] });
    expect(headerOf(await call.dialog.expectResponse(422, 'UPDATE'), 'min-se')).toBe('4');
    await peerEnds(world, call.dialog);
  }, 4);

  scenario('and gives the refreshing to us later', async (world) => {
    const call = await timed(world, THEY_REFRESH);
    call.dialog.request('UPDATE', { headers: WE_REFRESH });
    await call.dialog.expect('200 UPDATE');
    call.dialog.respond(await call.dialog.expectRequest('UPDATE'), 200, { headers: ['Session-Expires: 2;refresher=uac'] });
    await peerEnds(world, call.dialog);
  });

  scenario('and gives it up later', async (world) => {
    const call = await timed(world, THEY_REFRESH);
    call.dialog.request('UPDATE');
    await call.dialog.expect('200 UPDATE');
    await call.dialog.silence(1800);
    await peerEnds(world, call.dialog);
  });

  scenario('that makes no sense: an ordinary call', async (world) => {
    const call = await timed(world, ['Supported: timer', 'Session-Expires: soon']);
    expect(headerOf(call.answer, 'session-expires')).toBeNull();
    await peerEnds(world, call.dialog);
  });
});

describe.concurrent('we ask for a timer', () => {
  scenario('and keep it by UPDATE', async (world) => {
    const call = await asking(world, ['Require: timer', 'Session-Expires: 2;refresher=uac', 'Allow: INVITE, UPDATE']);
    expect(headerOf(call.request, 'session-expires')).toBe('2');
    call.dialog.respond(await call.dialog.expectRequest('UPDATE'), 200, { headers: ['Session-Expires: 2;refresher=uac', 'Require: timer'] });
    call.dialog.respond(await call.dialog.expectRequest('UPDATE'), 200, { headers: ['Session-Expires: 2;refresher=uac', 'Require: timer'] });
    await weEnd(world, call);
  });

  scenario('and the peer keeps it', async (world) => {
    const call = await asking(world, ['Require: timer', 'Session-Expires: 2;refresher=uas', 'Allow: INVITE, UPDATE']);
    await call.dialog.silence(900);
    call.dialog.request('UPDATE', { headers: ['Supported: timer', 'Session-Expires: 2;refresher=uac'] });
    await call.dialog.expect('200 UPDATE');
    await call.dialog.silence(900);
    await weEnd(world, call);
  });

  scenario('and the peer forgets it', async (world) => {
    await expires(world, await asking(world, ['Require: timer', 'Session-Expires: 2;refresher=uas']));
  });

  scenario('and the peer wants none: an ordinary call', async (world) => {
    const call = await asking(world, []);
    await call.dialog.silence(2200);
    await weEnd(world, call);
  });

  scenario('and the peer wants longer ones: asked once more', async (world) => {
    const bob = await world.peer('bob');
    world.invite(bob, { sdp: sdp(), sessionTimer: true });
    const { dialog, request } = await bob.incoming();
    dialog.respond(request, 422, { headers: ['Min-SE: 60'], tag: 'first' });
    await dialog.expect('ACK');
    const again = await dialog.expectRequest('INVITE');
    expect(headerOf(again, 'session-expires')).toBe('60');
    dialog.respond(again, 200, { body: sdp(), headers: ['Require: timer', 'Session-Expires: 60;refresher=uas'] });
    await world.event('answered');
    await dialog.expect('ACK');
    await peerEnds(world, dialog);
  });

  scenario('and the peer asks for longer without end: refused once is enough', async (world) => {
    const bob = await world.peer('bob');
    world.invite(bob, { sdp: sdp(), sessionTimer: true });
    const { dialog, request } = await bob.incoming();
    dialog.respond(request, 422, { headers: ['Min-SE: 60'], tag: 'first' });
    await dialog.expect('ACK');
    dialog.respond(await dialog.expectRequest('INVITE'), 422, { headers: ['Min-SE: 60'], tag: 'second' });
    await dialog.expect('ACK');
    expect(await world.event('rejected')).toMatchObject({ status: 422 });
  });

  scenario('and 422 says no interval: over', async (world) => {
    const bob = await world.peer('bob');
    world.invite(bob, { sdp: sdp(), sessionTimer: true });
    const { dialog, request } = await bob.incoming();
    dialog.respond(request, 422);
    await dialog.expect('ACK');
    expect(await world.event('rejected')).toMatchObject({ status: 422 });
  });
});

describe.concurrent('our refresh', () => {
  scenario('is refused: the call lasts as long as the session', async (world) => {
    const call = await timed(world, WE_REFRESH);
    call.dialog.respond(await call.dialog.expectRequest('UPDATE'), 488, { noContact: true });
    await call.dialog.silence(500);
    await expires(world, call);
  });

  scenario('meets 481: the peer has lost the call', async (world) => {
    const call = await timed(world, WE_REFRESH);
    call.dialog.respond(await call.dialog.expectRequest('UPDATE'), 481, { noContact: true });
    await expires(world, call);
  });

  scenario('is never answered', async (world) => {
    const call = await timed(world, WE_REFRESH);
    await call.dialog.expectRequest('UPDATE');
    await expires(world, call, 6000);
  });

  scenario('is too short for the peer: longer from then on', async (world) => {
    const call = await timed(world, WE_REFRESH);
    call.dialog.respond(await call.dialog.expectRequest('UPDATE'), 422, { headers: ['Min-SE: 60'], noContact: true });
    const again = await call.dialog.expectRequest('UPDATE');
    expect(headerOf(again, 'session-expires')).toBe('60;refresher=uac');
    call.dialog.respond(again, 200, { headers: ['Session-Expires: 60;refresher=uac'] });
    await weEnd(world, call);
  });

  scenario('by re-INVITE meets a change of theirs (491) and comes again', async (world) => {
    const call = await timed(world, ['Supported: timer', 'Session-Expires: 4;refresher=uas', 'Allow: INVITE']);
    call.dialog.respond(await call.dialog.expectRequest('INVITE'), 491);
    await call.dialog.expect('ACK');
    call.dialog.respond(await call.dialog.expectRequest('INVITE'), 200, { body: sdp(), headers: ['Session-Expires: 4;refresher=uac'] });
    await call.dialog.expect('ACK');
    await weEnd(world, call);
  });

  scenario('is under way when we hang up', async (world) => {
    const call = await timed(world, WE_REFRESH);
    const update = await call.dialog.expectRequest('UPDATE');
    world.agent.hangup(call.legId);
    const bye = await call.dialog.expectRequest('BYE');
    call.dialog.respond(update, 200, { headers: ['Session-Expires: 2;refresher=uac'] });
    call.dialog.respond(bye, 200);
    await world.event('ended');
  });
});
