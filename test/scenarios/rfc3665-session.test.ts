/** RFC 3665 section 3, session establishment, with the product's user agent as one of the two parties. */
import { describe, expect } from 'vitest';
import { headerOf } from '../../src/protocol/sip/message.ts';
import { scenario } from './support/agent-world.ts';
import { answeredByPeer, answeredByUs, offered, peerEnds, weEnd } from './support/calls.ts';
import { sdp, sdpOf } from './support/raw-peer.ts';

describe.concurrent('3.1 successful session establishment', () => {
  scenario('as the called party', async (world) => {
    const { peer, dialog, legId } = await offered(world);
    world.agent.ring(legId);
    await dialog.expect('180 INVITE');
    world.agent.answer(legId, sdp({ port: 41_000 }));
    await dialog.expect('200 INVITE');
    dialog.request('ACK');
    await world.event('confirmed');
    dialog.request('BYE');
    await dialog.expect('200 BYE');
    expect(await world.event('ended')).toMatchObject({ by: 'remote' });
    expect(peer.story).toEqual(['→ INVITE', '← 180 INVITE', '← 200 INVITE', '→ ACK', '→ BYE', '← 200 BYE']);
  });

  scenario('as the calling party', async (world) => {
    const bob = await world.peer('bob');
    world.invite(bob, { sdp: sdp() });
    const { dialog, request } = await bob.incoming();
    dialog.respond(request, 180);
    await world.event('progress');
    dialog.respond(request, 200, { body: sdp({ port: 41_000 }) });
    await world.event('answered');
    await dialog.expect('ACK');
    await peerEnds(world, dialog);
    expect(bob.story).toEqual(['← INVITE', '→ 180 INVITE', '→ 200 INVITE', '← ACK', '→ BYE', '← 200 BYE']);
  });

  scenario('the called party hangs up', async (world) => {
    await weEnd(world, await answeredByUs(world));
  });

  scenario('the calling party hangs up', async (world) => {
    await weEnd(world, await answeredByPeer(world));
  });
});

describe.concurrent('3.2 and 3.3 through proxies', () => {
  scenario('requests of the called party follow the recorded route', async (world) => {
    const proxies = ['<sip:127.0.0.1:9;lr>', '<sip:127.0.0.1:9001;lr>', '<sip:p2@127.0.0.1:9002;lr>'];
    const { peer, dialog, legId } = await offered(world, { headers: proxies.map((route) => `Record-Route: ${route}`) });
    world.agent.answer(legId, sdp());
    const answer = await dialog.expectResponse(200, 'INVITE');
    expect(answer.headers.filter(({ id }) => id === 'record-route')).toHaveLength(3);
    dialog.routes = [];
    dialog.request('ACK');
    await world.event('confirmed');
    await peerEnds(world, dialog);
    expect(peer.unread).toEqual([]);
  });

  scenario('requests of the calling party follow the recorded route', async (world) => {
    const bob = await world.peer('bob');
    const proxy = await world.peer('proxy');
    const legId = world.invite(bob, { sdp: sdp() });
    const { dialog, request } = await bob.incoming();
    dialog.respond(request, 200, { body: sdp(), headers: [`Record-Route: <sip:127.0.0.1:${proxy.port};lr>`] });
    await world.event('answered');
    const ack = await proxy.next(dialog.callId, 'ACK', 3000);
    expect(headerOf(ack, 'route')).toBe(`<sip:127.0.0.1:${proxy.port};lr>`);
    expect(ack.kind === 'request' && ack.uri).toBe(bob.contact);
    world.agent.hangup(legId);
    const bye = await proxy.next(dialog.callId, 'BYE', 3000);
    if (bye.kind === 'request') {
      const back = proxy.dialog(bob.contact, { callId: dialog.callId });
      back.respond(bye, 200);
    }
    await world.event('ended');
  });

  scenario('3.3 a proxy that wants credentials is answered once', async (world) => {
    const proxy = await world.peer('proxy');
    world.invite(proxy, { sdp: sdp(), credentials: { realm: 'carrier', username: 'u', password: 'p' } });
    const { dialog, request } = await proxy.incoming();
    dialog.respond(request, 407, { headers: ['Proxy-Authenticate: Digest realm="carrier", nonce="n1", algorithm=MD5, qop="auth"'], tag: 'first' });
    await dialog.expect('ACK');
    const again = await dialog.expectRequest('INVITE');
    expect(headerOf(again, 'proxy-authorization')).toContain('username="u"');
    dialog.respond(again, 200, { body: sdp() });
    await world.event('answered');
    await dialog.expect('ACK');
    await peerEnds(world, dialog);
  });

  scenario('3.3 a second challenge means wrong credentials', async (world) => {
    const proxy = await world.peer('proxy');
    world.invite(proxy, { sdp: sdp(), credentials: { realm: 'carrier', username: 'u', password: 'p' } });
    const challenge = 'Proxy-Authenticate: Digest realm="carrier", nonce="n1", algorithm=MD5, qop="auth"';
    const { dialog, request } = await proxy.incoming();
    dialog.respond(request, 407, { headers: [challenge], tag: 'first' });
    await dialog.expect('ACK');
    dialog.respond(await dialog.expectRequest('INVITE'), 407, { headers: [challenge], tag: 'second' });
    await dialog.expect('ACK');
    expect(await world.event('rejected')).toMatchObject({ status: 407 });
  });

  scenario('credentials go to the realm they are for and to no other', async (world) => {
    const proxy = await world.peer('thief');
    world.invite(proxy, { sdp: sdp(), credentials: { realm: 'carrier', username: 'u', password: 'p' } });
    const { dialog, request } = await proxy.incoming();
    dialog.respond(request, 401, { headers: ['WWW-Authenticate: Digest realm="another", nonce="n1", algorithm=MD5, qop="auth"'] });
    await dialog.expect('ACK');
    expect(await world.event('rejected')).toMatchObject({ status: 401 });
    expect(proxy.story).toEqual(['← INVITE', '→ 401 INVITE', '← ACK']);
  });
});

describe.concurrent('3.4 and 3.5 a proxy fails, or an ALG changes addresses', () => {
  scenario('a call that a failed proxy refuses is over', async (world) => {
    const proxy = await world.peer('proxy');
    world.invite(proxy, { sdp: sdp() });
    const { dialog, request } = await proxy.incoming();
    dialog.respond(request, 503, { headers: ['Retry-After: 30'] });
    await dialog.expect('ACK');
    expect(await world.event('rejected')).toMatchObject({ status: 503 });
  });

  scenario('a description that was rewritten on the way is taken as it is', async (world) => {
    const { dialog, legId, invite } = await offered(world, { body: sdp({ port: 49_170 }).replaceAll('127.0.0.1', '192.0.2.101') });
    expect(invite.sdp).toContain('c=IN IP4 192.0.2.101');
    world.agent.reject(legId, 488);
    await dialog.expect('488 INVITE');
    dialog.request('ACK', { branch: dialog.inviteBranch });
    await world.event('ended');
  });
});

describe.concurrent('3.6 redirect', () => {
  scenario('where we are redirected to is told, not followed', async (world) => {
    const bob = await world.peer('bob');
    world.invite(bob, { sdp: sdp() });
    const { dialog, request } = await bob.incoming();
    dialog.respond(request, 302, { headers: ['Contact: <sip:elsewhere@127.0.0.1:9>'] });
    await dialog.expect('ACK');
    expect(await world.event('rejected')).toMatchObject({ status: 302 });
  });

  scenario('the offer may come in our answer and the answer in the ACK', async (world) => {
    const { dialog, legId, invite } = await offered(world, { body: '' });
    expect(invite.sdp).toBe('');
    world.agent.answer(legId, sdp({ port: 41_000 }));
    expect(sdpOf(await dialog.expect('200 INVITE'))).toContain('m=audio 41000');
    dialog.request('ACK', { body: sdp({ port: 42_000 }) });
    expect((await world.event('confirmed')).sdp).toContain('m=audio 42000');
    await peerEnds(world, dialog);
  });
});

describe.concurrent('3.7 re-INVITE', () => {
  scenario('of the peer', async (world) => {
    const { dialog, legId } = await answeredByUs(world);
    dialog.request('INVITE', { body: sdp({ port: 43_000, version: 2 }) });
    expect((await world.event('reinvite')).sdp).toContain('m=audio 43000');
    world.agent.answerReinvite(legId, sdp({ port: 41_000, version: 2 }));
    await dialog.expect('200 INVITE');
    dialog.request('ACK');
    await peerEnds(world, dialog);
  });

  scenario('of ours', async (world) => {
    const { dialog, legId } = await answeredByPeer(world);
    world.agent.reinvite(legId, sdp({ port: 44_000, version: 2 }));
    dialog.respond(await dialog.expectRequest('INVITE'), 200, { body: sdp({ port: 45_000, version: 2 }) });
    expect((await world.event('reinviteAnswered')).sdp).toContain('m=audio 45000');
    await dialog.expect('ACK');
    await peerEnds(world, dialog);
  });

  scenario('a re-INVITE moves the remote target', async (world) => {
    const call = await answeredByUs(world);
    const moved = await world.peer('moved');
    call.dialog.request('INVITE', { body: sdp(), noContact: true, headers: [`Contact: <${moved.contact}>`] });
    await world.event('reinvite');
    world.agent.answerReinvite(call.legId, sdp());
    await call.dialog.expect('200 INVITE');
    call.dialog.request('ACK');
    world.agent.hangup(call.legId);
    const bye = await moved.next(call.dialog.callId, 'BYE', 3000);
    if (bye.kind === 'request') moved.dialog(moved.contact, { callId: call.dialog.callId }).respond(bye, 200);
    await world.event('ended');
  });
});

describe.concurrent('3.8 no answer', () => {
  scenario('the caller gives up', async (world) => {
    const { peer, dialog, legId } = await offered(world);
    world.agent.ring(legId);
    await dialog.expect('180 INVITE');
    dialog.request('CANCEL');
    await dialog.expect('200 CANCEL');
    await dialog.expect('487 INVITE');
    dialog.request('ACK', { branch: dialog.inviteBranch });
    await world.event('cancelled');
    expect(peer.story).toEqual(['→ INVITE', '← 180 INVITE', '→ CANCEL', '← 200 CANCEL', '← 487 INVITE', '→ ACK']);
  });

  scenario('we give up', async (world) => {
    const bob = await world.peer('bob');
    const legId = world.invite(bob, { sdp: sdp() });
    const { dialog, request } = await bob.incoming();
    dialog.respond(request, 180);
    await world.event('progress');
    world.agent.hangup(legId);
    dialog.respond(await dialog.expectRequest('CANCEL'), 200, { noContact: true });
    dialog.respond(request, 487);
    await dialog.expect('ACK');
    expect(await world.event('ended')).toMatchObject({ by: 'local' });
  });

  scenario('we give up when the time to ring is over', async (world) => {
    const bob = await world.peer('bob');
    world.invite(bob, { sdp: sdp(), ringTimeoutMs: 200 });
    const { dialog, request } = await bob.incoming();
    dialog.respond(request, 180);
    dialog.respond(await dialog.expectRequest('CANCEL'), 200, { noContact: true });
    dialog.respond(request, 487);
    await dialog.expect('ACK');
    expect(await world.event('rejected')).toMatchObject({ status: 408 });
    await world.event('progress');
  });
});

describe.concurrent('3.9 to 3.11 busy, no response, unavailable', () => {
  for (const [status, name] of [[486, 'busy'], [480, 'temporarily unavailable'], [404, 'not found'], [603, 'declined'], [500, 'broken']] as const) {
    scenario(`the called party is ${name}`, async (world) => {
      const bob = await world.peer('bob');
      world.invite(bob, { sdp: sdp() });
      const { dialog, request } = await bob.incoming();
      dialog.respond(request, status);
      await dialog.expect('ACK');
      expect(await world.event('rejected')).toMatchObject({ status });
      expect(bob.story).toEqual(['← INVITE', `→ ${status} INVITE`, '← ACK']);
    });

    scenario(`we are ${name}`, async (world) => {
      const { peer, dialog, legId } = await offered(world);
      world.agent.reject(legId, status);
      await dialog.expect(`${status} INVITE`);
      dialog.request('ACK', { branch: dialog.inviteBranch });
      await world.event('ended');
      expect(peer.story).toEqual(['→ INVITE', `← ${status} INVITE`, '→ ACK']);
    });
  }

  scenario('nobody answers at all: the INVITE is repeated, then given up with 408', async (world) => {
    const bob = await world.peer('bob');
    world.invite(bob, { sdp: sdp() });
    await bob.incoming();
    expect(await world.event('rejected', 6000)).toMatchObject({ status: 408 });
    expect(bob.ladder.length).toBeGreaterThanOrEqual(6);
    expect(new Set(bob.ladder)).toEqual(new Set(['← INVITE']));
    bob.discard();
  });
});
