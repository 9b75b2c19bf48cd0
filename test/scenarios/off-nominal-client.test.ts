/** What goes wrong around a call that we place: lost, late, repeated, forked and crossing answers. */
import { describe, expect } from 'vitest';
import { scenario, type AgentWorld } from './support/agent-world.ts';
import { answeredByPeer, peerEnds, weEnd } from './support/calls.ts';
import { RawDialog, sdp, type RawPeer } from './support/raw-peer.ts';
import { headerOf, type SipRequest } from '../../src/protocol/sip/message.ts';

interface Placed {
  bob: RawPeer;
  legId: string;
  dialog: RawDialog;
  request: SipRequest;
}

async function placed(world: AgentWorld): Promise<Placed> {
  const bob = await world.peer('bob');
  const legId = world.invite(bob, { sdp: sdp() });
  return { bob, legId, ...(await bob.incoming()) };
}

describe.concurrent('lost and repeated answers', () => {
  scenario('a lost INVITE is sent again', async (world) => {
    const { dialog } = await placed(world);
    const again = await dialog.expectRequest('INVITE');
    dialog.respond(again, 486);
    await dialog.expect('ACK');
    await world.event('rejected');
  });

  scenario('a provisional answer stops the repetitions', async (world) => {
    const { dialog, request } = await placed(world);
    dialog.respond(request, 100);
    await dialog.silence(400);
    dialog.respond(request, 486);
    await dialog.expect('ACK');
    await world.event('rejected');
  });

  scenario('a repeated 200 gets the ACK again', async (world) => {
    const { dialog, request } = await placed(world);
    dialog.respond(request, 200, { body: sdp() });
    await world.event('answered');
    await dialog.expect('ACK');
    dialog.respond(request, 200, { body: sdp() });
    await dialog.expect('ACK');
    expect(world.events).toEqual([]);
    await peerEnds(world, dialog);
  });

  scenario('a repeated refusal gets the ACK again', async (world) => {
    const { dialog, request } = await placed(world);
    dialog.respond(request, 486, { tag: 'x' });
    await dialog.expect('ACK');
    dialog.respond(request, 486, { tag: 'x' });
    await dialog.expect('ACK');
    await world.event('rejected');
    expect(world.events).toEqual([]);
  });

  scenario('repeated ringing is told each time and harms nothing', async (world) => {
    const { dialog, request } = await placed(world);
    for (let n = 0; n < 3; n++) dialog.respond(request, 180);
    for (let n = 0; n < 3; n++) await world.event('progress');
    dialog.respond(request, 200, { body: sdp() });
    await world.event('answered');
    await dialog.expect('ACK');
    await peerEnds(world, dialog);
  });

  scenario('a 183 brings early media', async (world) => {
    const { dialog, request } = await placed(world);
    dialog.respond(request, 183, { body: sdp({ port: 47_000 }) });
    expect(await world.event('progress')).toMatchObject({ status: 183, sdp: expect.stringContaining('m=audio 47000') });
    dialog.respond(request, 200, { body: sdp({ port: 47_000 }) });
    await world.event('answered');
    await dialog.expect('ACK');
    await peerEnds(world, dialog);
  });

  scenario('200 without ringing', async (world) => {
    const call = await answeredByPeer(world);
    await weEnd(world, call);
    expect(call.peer.story).toEqual(['← INVITE', '→ 200 INVITE', '← ACK', '← BYE', '→ 200 BYE']);
  });
});

describe.concurrent('forks', () => {
  scenario('two telephones ring, one answers', async (world) => {
    const { dialog, request, legId } = await placed(world);
    dialog.respond(request, 180, { tag: 'one' });
    dialog.respond(request, 180, { tag: 'two' });
    await world.event('progress');
    await world.event('progress');
    dialog.respond(request, 200, { tag: 'two', body: sdp() });
    await world.event('answered');
    dialog.remoteTag = '';
    await dialog.expect('ACK');
    world.agent.hangup(legId);
    dialog.respond(await dialog.expectRequest('BYE'), 200);
    await world.event('ended');
  });

  scenario('two telephones answer: the second is taken and ended', async (world) => {
    const { bob, dialog, request, legId } = await placed(world);
    dialog.respond(request, 200, { tag: 'one', body: sdp() });
    await world.event('answered');
    await dialog.expect('ACK');
    dialog.respond(request, 200, { tag: 'two', body: sdp() });
    await dialog.expect('ACK');
    const bye = await dialog.expectRequest('BYE');
    expect(bye.headers.find(({ id }) => id === 'to')?.value).toContain('tag=two');
    dialog.respond(bye, 200);
    world.agent.hangup(legId);
    const last = await dialog.expectRequest('BYE');
    expect(last.headers.find(({ id }) => id === 'to')?.value).toContain('tag=one');
    dialog.respond(last, 200);
    await world.event('ended');
    expect(bob.unread).toEqual([]);
  });

  scenario('each that rings has a dialog of its own, without reliable answers too; with the 200 of one the others are gone', async (world) => {
    const { bob, dialog: one, request, legId } = await placed(world);
    const two = new RawDialog(bob, one.callId, 'sip:bob@127.0.0.1', 'sip:0312340001@127.0.0.1', one.target);
    two.remoteTag = one.remoteTag;
    for (const fork of [one, two]) {
      fork.respond(request, 180);
      await world.event('progress');
      // A target refresh without an offer (RFC 3311).
      fork.request('UPDATE');
      await fork.expect('200 UPDATE');
    }
    two.request('UPDATE', { body: sdp() });
    await two.expect('491 UPDATE');
    two.request('BYE');
    await two.expect('481 BYE');
    two.respond(request, 200, { body: sdp() });
    await world.event('answered');
    await two.expect('ACK');
    one.request('UPDATE');
    await one.expect('481 UPDATE');
    world.agent.hangup(legId);
    const bye = await two.expectRequest('BYE');
    expect(headerOf(bye, 'to')).toContain(`tag=${two.localTag}`);
    two.respond(bye, 200);
    await world.event('ended');
  });

  scenario('a request with the tag of no fork is 481', async (world) => {
    const { bob, dialog, request, legId } = await placed(world);
    dialog.respond(request, 180);
    await world.event('progress');
    const stranger = new RawDialog(bob, dialog.callId, 'sip:bob@127.0.0.1', 'sip:0312340001@127.0.0.1', dialog.target);
    stranger.remoteTag = dialog.remoteTag;
    stranger.request('UPDATE');
    await stranger.expect('481 UPDATE');
    world.agent.hangup(legId);
    dialog.respond(await dialog.expectRequest('CANCEL'), 200, { noContact: true });
    dialog.respond(request, 487);
    await dialog.expect('ACK');
    await world.event('ended');
  });
});

describe.concurrent('giving up', () => {
  scenario('a CANCEL waits for the first provisional answer', async (world) => {
    const { dialog, request, legId } = await placed(world);
    world.agent.hangup(legId);
    await new Promise((resolve) => setTimeout(resolve, 20));
    dialog.respond(request, 180);
    dialog.respond(await dialog.expectRequest('CANCEL'), 200, { noContact: true });
    dialog.respond(request, 487);
    await dialog.expect('ACK');
    await world.event('ended');
  });

  scenario('an answer that crosses the CANCEL is taken and ended', async (world) => {
    const { dialog, request, legId } = await placed(world);
    dialog.respond(request, 180);
    await world.event('progress');
    world.agent.hangup(legId);
    dialog.respond(request, 200, { body: sdp() });
    const cancel = await dialog.expectRequest('CANCEL');
    dialog.respond(cancel, 200, { noContact: true });
    await dialog.expect('ACK');
    dialog.respond(await dialog.expectRequest('BYE'), 200);
    expect(await world.event('ended')).toMatchObject({ by: 'local' });
  });

  scenario('a CANCEL that nobody confirms ends the leg for us in good time', async (world) => {
    const { bob, dialog, request, legId } = await placed(world);
    dialog.respond(request, 180);
    await world.event('progress');
    world.agent.hangup(legId);
    const cancel = await dialog.expectRequest('CANCEL');
    dialog.respond(cancel, 200, { noContact: true });
    expect(await world.event('ended', 6000)).toMatchObject({ by: 'local' });
    dialog.respond(request, 487);
    await dialog.expect('ACK');
    bob.discard();
  });

  scenario('a refusal that crosses the CANCEL ends the leg', async (world) => {
    const { dialog, request, legId } = await placed(world);
    dialog.respond(request, 180);
    await world.event('progress');
    world.agent.hangup(legId);
    const cancel = await dialog.expectRequest('CANCEL');
    dialog.respond(request, 486);
    await dialog.expect('ACK');
    dialog.respond(cancel, 481, { noContact: true });
    await world.event('ended');
  });
});

describe.concurrent('what the peer does in a call of ours', () => {
  scenario('a peer that lost the call answers the BYE with 481', async (world) => {
    const { dialog, legId } = await answeredByPeer(world);
    world.agent.hangup(legId);
    dialog.respond(await dialog.expectRequest('BYE'), 481);
    await world.event('ended');
  });

  scenario('a challenged BYE is answered with the credentials of the call', async (world) => {
    const { dialog, legId } = await answeredByPeer(world, { credentials: { realm: 'carrier', username: 'u', password: 'p' } });
    world.agent.hangup(legId);
    dialog.respond(await dialog.expectRequest('BYE'), 401, { headers: ['WWW-Authenticate: Digest realm="carrier", nonce="n", algorithm=SHA-256, qop="auth"'] });
    const again = await dialog.expectRequest('BYE');
    expect(again.headers.find(({ id }) => id === 'authorization')?.value).toContain('realm="carrier"');
    dialog.respond(again, 200);
    await world.event('ended');
  });

  scenario('a BYE that a stranger challenges gets no credentials', async (world) => {
    const { dialog, legId } = await answeredByPeer(world);
    world.agent.hangup(legId);
    dialog.respond(await dialog.expectRequest('BYE'), 401, { headers: ['WWW-Authenticate: Digest realm="scc", nonce="n", algorithm=MD5'] });
    await world.event('ended');
    await dialog.silence(100);
  });

  scenario('a re-INVITE without a body asks for an offer of ours', async (world) => {
    const { dialog, legId } = await answeredByPeer(world);
    dialog.request('INVITE');
    expect((await world.event('reinvite')).sdp).toBe('');
    world.agent.answerReinvite(legId, sdp({ port: 48_000 }));
    await dialog.expect('200 INVITE');
    dialog.request('ACK', { body: sdp({ port: 48_002 }) });
    expect((await world.event('confirmed')).sdp).toContain('m=audio 48002');
    await peerEnds(world, dialog);
  });

  scenario('a re-INVITE of ours that is refused leaves the call as it was', async (world) => {
    const { dialog, legId } = await answeredByPeer(world);
    world.agent.reinvite(legId, sdp({ version: 2 }));
    dialog.respond(await dialog.expectRequest('INVITE'), 488);
    await dialog.expect('ACK');
    expect(await world.event('reinviteRefused')).toMatchObject({ status: 488 });
    await peerEnds(world, dialog);
  });

  scenario('a re-INVITE of ours that nobody answers ends the call', async (world) => {
    const { peer, dialog, legId } = await answeredByPeer(world);
    world.agent.reinvite(legId, sdp({ version: 2 }));
    let message = await peer.next(dialog.callId, 'BYE', 6000);
    while (message.kind === 'request' && message.method === 'INVITE') message = await peer.next(dialog.callId, 'BYE', 6000);
    if (message.kind === 'request') dialog.respond(message, 481);
    expect(await world.event('ended')).toMatchObject({ by: 'failure' });
    peer.discard();
  });
});

describe.concurrent('peers that cannot be reached', () => {
  scenario('a name that does not exist', async (world) => {
    world.invite(await world.peer('nobody'), { uri: 'sip:x@does-not-exist.invalid', sdp: sdp() });
    expect(await world.event('rejected', 6000)).toMatchObject({ status: 503 });
  });

  scenario('a TCP port where nobody listens', async (world) => {
    const nobody = await world.peer('nobody');
    world.invite(nobody, { uri: `${nobody.contact};transport=tcp`, sdp: sdp() });
    expect(await world.event('rejected')).toMatchObject({ status: 503 });
  });

  scenario('a URI that is none', async (world) => {
    world.invite(await world.peer('nobody'), { uri: 'no uri at all', sdp: sdp() });
    expect(await world.event('rejected')).toMatchObject({ status: 400 });
  });
});
