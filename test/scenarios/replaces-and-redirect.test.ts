/** Replaces (RFC 3891) and redirection (RFC 3261 section 8.1.3.4), both ways. */
import { describe, expect } from 'vitest';
import { headerOf, headersOf } from '../../src/protocol/sip/message.ts';
import { scenario, type AgentWorld } from './support/agent-world.ts';
import { answeredByPeer, answeredByUs, offered, peerCancels, peerEnds, weEnd, weReject } from './support/calls.ts';
import { sdp, type RawDialog } from './support/raw-peer.ts';

/** How a third party names our call with this peer. */
const named = ({ callId, remoteTag, localTag }: RawDialog, extra = ''): string => `Replaces: ${callId};to-tag=${remoteTag};from-tag=${localTag}${extra}`;

/** A third party's INVITE with these headers, refused at once. */
async function refused(world: AgentWorld, status: number, headers: readonly string[]): Promise<void> {
  const third = await world.peer('third');
  const dialog = third.dialog(world.uri('0312340001'));
  dialog.request('INVITE', { body: sdp(), headers });
  await dialog.expect(`${status} INVITE`);
  dialog.request('ACK', { branch: dialog.inviteBranch });
  expect(world.events).toEqual([]);
}

describe.concurrent('somebody replaces a party of ours', () => {
  for (const [who, call] of [['who called us', answeredByUs], ['whom we called', answeredByPeer]] as const) {
    scenario(`${who}: the new call is taken, the old one ended`, async (world) => {
      const old = await call(world);
      const next = await offered(world, { user: 'third', headers: [named(old.dialog)] });
      expect(next.invite.replaces).toEqual({ legId: old.legId, earlyOnly: false });
      world.agent.answer(next.legId, sdp());
      await next.dialog.expect('200 INVITE');
      next.dialog.request('ACK');
      await world.event('confirmed');
      await weEnd(world, old);
      await peerEnds(world, next.dialog);
    });
  }

  scenario('the application may refuse: the old call goes on', async (world) => {
    const old = await answeredByUs(world);
    await weReject(world, await offered(world, { user: 'third', headers: [named(old.dialog)] }), 603);
    await peerEnds(world, old.dialog);
  });

  scenario('a call that rings at a telephone of ours is picked up elsewhere (early-only)', async (world) => {
    const bob = await world.peer('bob');
    const legId = world.invite(bob, { sdp: sdp() });
    const { dialog, request } = await bob.incoming();
    dialog.respond(request, 180);
    await world.event('progress');
    const next = await offered(world, { user: 'third', headers: [`Replaces: ${dialog.callId};to-tag=${dialog.remoteTag};from-tag=${dialog.localTag};early-only`] });
    expect(next.invite.replaces).toEqual({ legId, earlyOnly: true });
    world.agent.hangup(legId, 'answered elsewhere');
    const cancel = await dialog.expectRequest('CANCEL');
    expect(headerOf(cancel, 'reason')).toContain('cause=200');
    dialog.respond(cancel, 200, { noContact: true });
    dialog.respond(request, 487);
    await dialog.expect('ACK');
    await world.event('ended');
    world.agent.answer(next.legId, sdp());
    await next.dialog.expect('200 INVITE');
    next.dialog.request('ACK');
    await world.event('confirmed');
    await peerEnds(world, next.dialog);
  });

  scenario('early-only of an answered call is 486', async (world) => {
    const { dialog } = await answeredByUs(world);
    await refused(world, 486, [named(dialog, ';early-only')]);
    await peerEnds(world, dialog);
  });

  scenario('a call that its own peer began and nobody answered cannot be replaced: 481', async (world) => {
    const call = await offered(world);
    world.agent.ring(call.legId);
    await call.dialog.expect('180 INVITE');
    await refused(world, 481, [named(call.dialog)]);
    await peerCancels(world, call.dialog);
  });

  scenario('an unknown call is 481', (world) => refused(world, 481, ['Replaces: nobody;to-tag=a;from-tag=b']));

  scenario('with a wrong tag or Call-ID it is 481, and the call goes on', async (world) => {
    const { dialog } = await answeredByUs(world);
    const { callId, remoteTag, localTag } = dialog;
    for (const value of [`${callId};to-tag=${remoteTag};from-tag=wrong`, `${callId};to-tag=wrong;from-tag=${localTag}`, `other;to-tag=${remoteTag};from-tag=${localTag}`]) {
      await refused(world, 481, [`Replaces: ${value}`]);
    }
    await peerEnds(world, dialog);
  });

  scenario('the tags the wrong way round are 481', async (world) => {
    const { dialog } = await answeredByUs(world);
    await refused(world, 481, [`Replaces: ${dialog.callId};to-tag=${dialog.localTag};from-tag=${dialog.remoteTag}`]);
    await peerEnds(world, dialog);
  });

  scenario('two at once, or one without tags: 400', async (world) => {
    const { dialog } = await answeredByUs(world);
    await refused(world, 400, [named(dialog), named(dialog)]);
    await refused(world, 400, [`Replaces: ${dialog.callId}`]);
    await peerEnds(world, dialog);
  });

  scenario('a call that is just ending is 603, one that is over 481', async (world) => {
    const { dialog, legId } = await answeredByUs(world);
    world.agent.hangup(legId);
    const bye = await dialog.expectRequest('BYE');
    await refused(world, 603, [named(dialog)]);
    dialog.respond(bye, 200);
    await world.event('ended');
    await refused(world, 481, [named(dialog)]);
  });
});

describe.concurrent('we replace a party', () => {
  scenario('the INVITE names the call and demands that it is understood', async (world) => {
    const old = await answeredByPeer(world);
    const third = await world.peer('third');
    const legId = world.invite(third, { sdp: sdp(), replacesLegId: old.legId });
    const { dialog, request } = await third.incoming();
    expect(headerOf(request, 'replaces')).toBe(`${old.dialog.callId};to-tag=${old.dialog.localTag};from-tag=${old.dialog.remoteTag}`);
    expect(headerOf(request, 'require')).toContain('replaces');
    dialog.respond(request, 200, { body: sdp() });
    await world.event('answered');
    await dialog.expect('ACK');
    await peerEnds(world, old.dialog);
    await weEnd(world, { peer: third, dialog, legId });
  });

  scenario('a peer that does not know Replaces refuses', async (world) => {
    const old = await answeredByPeer(world);
    const third = await world.peer('third');
    world.invite(third, { sdp: sdp(), replacesLegId: old.legId });
    const { dialog, request } = await third.incoming();
    dialog.respond(request, 420, { headers: ['Unsupported: replaces'] });
    await dialog.expect('ACK');
    expect(await world.event('rejected')).toMatchObject({ status: 420 });
    await peerEnds(world, old.dialog);
  });

  scenario('a call that is over: 481 without an INVITE', async (world) => {
    const old = await answeredByPeer(world);
    await peerEnds(world, old.dialog);
    const third = await world.peer('third');
    world.invite(third, { sdp: sdp(), replacesLegId: old.legId });
    expect(await world.event('rejected')).toMatchObject({ status: 481 });
    expect(third.ladder).toEqual([]);
  });
});

describe.concurrent('redirection', () => {
  for (const status of [301, 302] as const) {
    scenario(`we send a caller elsewhere with ${status}`, async (world) => {
      const { dialog, legId, peer } = await offered(world);
      world.agent.redirect(legId, ['sip:one@127.0.0.1:9', 'tel:+81312345678'], status);
      const moved = await dialog.expectResponse(status, 'INVITE');
      expect(headersOf(moved, 'contact')).toEqual(['<sip:one@127.0.0.1:9>', '<tel:+81312345678>']);
      dialog.request('ACK', { branch: dialog.inviteBranch });
      expect(await world.event('ended')).toMatchObject({ reason: 'redirected' });
      expect(peer.story).toEqual(['→ INVITE', `← ${status} INVITE`, '→ ACK']);
    });
  }

  scenario('after it rang here', async (world) => {
    const { dialog, legId } = await offered(world);
    world.agent.ring(legId);
    await dialog.expect('180 INVITE');
    world.agent.redirect(legId, ['sip:one@127.0.0.1:9']);
    await dialog.expect('302 INVITE');
    dialog.request('ACK', { branch: dialog.inviteBranch });
    await world.event('ended');
  });

  scenario('too late, after the CANCEL: nothing', async (world) => {
    const { dialog, legId } = await offered(world);
    await peerCancels(world, dialog);
    world.agent.redirect(legId, ['sip:one@127.0.0.1:9']);
    await dialog.silence(100);
  });

  scenario('too late, after the answer: nothing', async (world) => {
    const { dialog, legId } = await answeredByUs(world);
    world.agent.redirect(legId, ['sip:one@127.0.0.1:9']);
    await dialog.silence(100);
    await peerEnds(world, dialog);
  });

  scenario('a text in a contact cannot become a header', async (world) => {
    const { dialog, legId } = await offered(world);
    world.agent.redirect(legId, ['sip:one@127.0.0.1:9>\r\nX-Evil: yes']);
    const moved = await dialog.expectResponse(302, 'INVITE');
    expect(moved.headers.some(({ name }) => name === 'X-Evil')).toBe(false);
    dialog.request('ACK', { branch: dialog.inviteBranch });
    await world.event('ended');
  });

  for (const [status, contacts] of [[300, ['sip:a@h', 'sip:b@h']], [302, ['sip:a@h', 'sip:b@h']], [305, ['sip:proxy@h']], [380, []]] as const) {
    scenario(`the peer's ${status} is told with its contacts and never followed`, async (world) => {
      const bob = await world.peer('bob');
      world.invite(bob, { sdp: sdp() });
      const { dialog, request } = await bob.incoming();
      dialog.respond(request, status, { headers: contacts.map((uri) => `Contact: <${uri}>`) });
      await dialog.expect('ACK');
      expect(await world.event('rejected')).toMatchObject({ status, contacts });
      expect(bob.story).toEqual(['← INVITE', `→ ${status} INVITE`, '← ACK']);
    });
  }
});
