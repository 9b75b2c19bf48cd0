/** What goes wrong around a call that somebody places to us: lost, late, repeated and crossing messages. */
import { describe, expect } from 'vitest';
import { headerOf } from '../../src/protocol/sip/message.ts';
import { scenario } from './support/agent-world.ts';
import { answeredByUs, offered, peerEnds } from './support/calls.ts';
import { sdp } from './support/raw-peer.ts';

const count = (ladder: readonly string[], line: string): number => ladder.filter((each) => each === line).length;

describe.concurrent('lost messages', () => {
  scenario('a repeated INVITE gets the last provisional answer again, and is no second call', async (world) => {
    const { peer, dialog, legId } = await offered(world);
    world.agent.ring(legId);
    await dialog.expect('180 INVITE');
    dialog.request('INVITE', { body: sdp(), cseq: dialog.inviteCseq, branch: dialog.inviteBranch });
    await dialog.expect('180 INVITE');
    expect(world.events).toEqual([]);
    world.agent.reject(legId, 486);
    await dialog.expect('486 INVITE');
    dialog.request('ACK', { branch: dialog.inviteBranch });
    await world.event('ended');
    expect(count(peer.ladder, '← 180 INVITE')).toBe(2);
  });

  scenario('silence of the application is answered with 100 before 200 ms', async (world) => {
    const { peer, dialog, legId } = await offered(world);
    await dialog.expect('100 INVITE');
    world.agent.reject(legId, 480);
    await dialog.expect('480 INVITE');
    dialog.request('ACK', { branch: dialog.inviteBranch });
    await world.event('ended');
    expect(peer.ladder[1]).toBe('← 100 INVITE');
  });

  scenario('the 200 is repeated until the ACK comes', async (world) => {
    const { peer, dialog, legId } = await offered(world);
    world.agent.answer(legId, sdp());
    await dialog.expect('200 INVITE');
    await dialog.expect('200 INVITE');
    await dialog.expect('200 INVITE');
    dialog.request('ACK');
    await world.event('confirmed');
    peer.discard();
    await peerEnds(world, dialog);
  });

  scenario('without an ACK the call is ended with BYE', async (world) => {
    const { peer, dialog, legId } = await offered(world);
    world.agent.answer(legId, sdp());
    let request = await peer.next(dialog.callId, 'BYE', 6000);
    while (request.kind === 'response') request = await peer.next(dialog.callId, 'BYE', 6000);
    expect(request.method).toBe('BYE');
    dialog.respond(request, 200);
    expect(await world.event('ended')).toMatchObject({ by: 'failure' });
    expect(count(peer.ladder, '← 200 INVITE')).toBeGreaterThanOrEqual(5);
    peer.discard();
  });

  scenario('a refusal is repeated until the ACK comes', async (world) => {
    const { dialog, legId } = await offered(world);
    world.agent.reject(legId, 486);
    await dialog.expect('486 INVITE');
    await dialog.expect('486 INVITE');
    dialog.request('ACK', { branch: dialog.inviteBranch });
    await dialog.silence(300);
    await world.event('ended');
  });

  scenario('a refusal whose ACK never comes is forgotten', async (world) => {
    const { peer, dialog, legId } = await offered(world);
    world.agent.reject(legId, 486);
    await dialog.expect('486 INVITE');
    await world.event('ended');
    await dialog.silence(30);
    await new Promise((resolve) => setTimeout(resolve, 2700));
    expect(count(peer.ladder, '← 486 INVITE')).toBeGreaterThanOrEqual(6);
    peer.discard();
  });

  scenario('a repeated ACK is absorbed', async (world) => {
    const { dialog, legId } = await offered(world);
    world.agent.answer(legId, sdp());
    await dialog.expect('200 INVITE');
    const branch = dialog.request('ACK');
    await world.event('confirmed');
    dialog.request('ACK', { branch });
    await dialog.silence(100);
    expect(world.events).toEqual([]);
    await peerEnds(world, dialog);
  });

  scenario('a repeated BYE is answered again', async (world) => {
    const { dialog } = await answeredByUs(world);
    const branch = dialog.request('BYE');
    await dialog.expect('200 BYE');
    dialog.request('BYE', { branch, cseq: dialog.cseq });
    await dialog.expect('200 BYE');
    expect((await world.event('ended')).by).toBe('remote');
    expect(world.events).toEqual([]);
  });

  scenario('a BYE of ours is repeated until it is answered', async (world) => {
    const { dialog, legId } = await answeredByUs(world);
    world.agent.hangup(legId);
    await dialog.expect('BYE');
    const again = await dialog.expectRequest('BYE');
    dialog.respond(again, 200);
    await world.event('ended');
  });

  scenario('a BYE of ours that nobody answers ends the leg all the same', async (world) => {
    const { peer, dialog, legId } = await answeredByUs(world);
    world.agent.hangup(legId);
    await dialog.expect('BYE');
    expect(await world.event('ended', 6000)).toMatchObject({ by: 'local' });
    peer.discard();
  });
});

describe.concurrent('crossing messages', () => {
  scenario('a CANCEL after our 200 changes nothing', async (world) => {
    const { dialog, legId } = await offered(world);
    world.agent.answer(legId, sdp());
    await dialog.expect('200 INVITE');
    dialog.request('CANCEL');
    await dialog.expect('200 CANCEL');
    dialog.request('ACK');
    await world.event('confirmed');
    await peerEnds(world, dialog);
  });

  scenario('an answer after the CANCEL is too late', async (world) => {
    const { dialog, legId } = await offered(world);
    dialog.request('CANCEL');
    await dialog.expect('200 CANCEL');
    await dialog.expect('487 INVITE');
    world.agent.answer(legId, sdp());
    dialog.request('ACK', { branch: dialog.inviteBranch });
    await world.event('cancelled');
    await dialog.silence(100);
  });

  scenario('a CANCEL of nothing is 481', async (world) => {
    const peer = await world.peer('alice');
    const dialog = peer.dialog(world.uri('0312340001'));
    dialog.inviteCseq = 1;
    dialog.inviteBranch = 'z9hG4bKnothing';
    dialog.request('CANCEL');
    await dialog.expect('481 CANCEL');
  });

  scenario('a repeated CANCEL is answered again', async (world) => {
    const { dialog } = await offered(world);
    dialog.request('CANCEL');
    await dialog.expect('200 CANCEL');
    await dialog.expect('487 INVITE');
    dialog.request('CANCEL');
    await dialog.expect('200 CANCEL');
    dialog.request('ACK', { branch: dialog.inviteBranch });
    await world.event('cancelled');
  });

  scenario('both hang up at once', async (world) => {
    const { dialog, legId } = await answeredByUs(world);
    world.agent.hangup(legId);
    const bye = await dialog.expectRequest('BYE');
    dialog.request('BYE');
    await dialog.expect('200 BYE');
    dialog.respond(bye, 200);
    await world.event('ended');
    expect(world.events).toEqual([]);
  });

  scenario('a hang-up before the ACK waits for it', async (world) => {
    const { dialog, legId } = await offered(world);
    world.agent.answer(legId, sdp());
    await dialog.expect('200 INVITE');
    world.agent.hangup(legId);
    dialog.request('ACK');
    dialog.respond(await dialog.expectRequest('BYE'), 200);
    await world.event('ended');
  });

  scenario('a BYE that overtakes the ACK ends the call', async (world) => {
    const { peer, dialog, legId } = await offered(world);
    world.agent.answer(legId, sdp());
    await dialog.expect('200 INVITE');
    dialog.request('BYE');
    await dialog.expect('200 BYE');
    await world.event('ended');
    dialog.request('ACK');
    peer.discard();
  });
});

describe.concurrent('re-INVITEs that meet', () => {
  scenario('theirs while ours is under way is 491', async (world) => {
    const { dialog, legId } = await answeredByUs(world);
    world.agent.reinvite(legId, sdp({ version: 2 }));
    const ours = await dialog.expectRequest('INVITE');
    dialog.request('INVITE', { body: sdp({ version: 2 }) });
    await dialog.expect('491 INVITE');
    dialog.request('ACK', { branch: dialog.inviteBranch });
    dialog.respond(ours, 200, { body: sdp({ version: 2 }) });
    await dialog.expect('ACK');
    await world.event('reinviteAnswered');
    await peerEnds(world, dialog);
  });

  scenario('ours that is refused with 491 is tried again', async (world) => {
    const { dialog, legId } = await answeredByUs(world);
    world.agent.reinvite(legId, sdp({ version: 2 }));
    dialog.respond(await dialog.expectRequest('INVITE'), 491);
    await dialog.expect('ACK');
    dialog.respond(await dialog.expectRequest('INVITE', 6000), 200, { body: sdp({ version: 2 }) });
    await dialog.expect('ACK');
    await world.event('reinviteAnswered');
    await peerEnds(world, dialog);
  });

  scenario('a second one while the first is open is 500 with Retry-After', async (world) => {
    const { dialog, legId } = await answeredByUs(world);
    dialog.request('INVITE', { body: sdp({ version: 2 }) });
    await world.event('reinvite');
    const first = { cseq: dialog.inviteCseq, branch: dialog.inviteBranch };
    dialog.request('INVITE', { body: sdp({ version: 3 }) });
    const refused = await dialog.expectResponse(500, 'INVITE');
    expect(refused.headers.some(({ name }) => name === 'Retry-After')).toBe(true);
    dialog.request('ACK', { branch: dialog.inviteBranch });
    world.agent.answerReinvite(legId, sdp({ version: 2 }));
    await dialog.expect('200 INVITE');
    dialog.request('ACK', { cseq: first.cseq });
    await peerEnds(world, dialog);
  });

  scenario('a refused re-INVITE leaves the call as it was', async (world) => {
    const { dialog, legId } = await answeredByUs(world);
    dialog.request('INVITE', { body: sdp({ codecs: '18', version: 2 }) });
    await world.event('reinvite');
    world.agent.reject(legId, 488);
    await dialog.expect('488 INVITE');
    dialog.request('ACK', { branch: dialog.inviteBranch });
    await peerEnds(world, dialog);
  });

  scenario('a BYE while a re-INVITE is open ends both', async (world) => {
    const { dialog } = await answeredByUs(world);
    dialog.request('INVITE', { body: sdp({ version: 2 }) });
    await world.event('reinvite');
    const reinvite = dialog.inviteBranch;
    dialog.request('BYE');
    await dialog.expect('487 INVITE');
    dialog.request('ACK', { branch: reinvite });
    await dialog.expect('200 BYE');
    await world.event('ended');
  });

  scenario('481 to our re-INVITE means that the peer has lost the call', async (world) => {
    const { dialog, legId } = await answeredByUs(world);
    world.agent.reinvite(legId, sdp({ version: 2 }));
    dialog.respond(await dialog.expectRequest('INVITE'), 481);
    await dialog.expect('ACK');
    dialog.respond(await dialog.expectRequest('BYE'), 481);
    expect(await world.event('ended')).toMatchObject({ by: 'failure' });
  });
});

describe.concurrent('requests that do not fit', () => {
  scenario('a BYE for a dialog that is none is 481', async (world) => {
    const peer = await world.peer('stranger');
    const dialog = peer.dialog(world.uri('0312340001'));
    dialog.remoteTag = 'guessed';
    dialog.request('BYE');
    await dialog.expect('481 BYE');
  });

  scenario('a BYE with the right tag and the wrong Call-ID is 481, and the call goes on', async (world) => {
    const call = await answeredByUs(world);
    const forged = call.peer.dialog(world.uri('0312340001'));
    forged.remoteTag = call.dialog.remoteTag;
    forged.request('BYE');
    await forged.expect('481 BYE');
    expect(world.events).toEqual([]);
    await peerEnds(world, call.dialog);
  });

  scenario('a request with an old CSeq is 500, and the call goes on', async (world) => {
    const { dialog } = await answeredByUs(world);
    dialog.request('OPTIONS');
    await dialog.expect('200 OPTIONS');
    dialog.request('INFO', { cseq: 1 });
    await dialog.expect('500 INFO');
    await peerEnds(world, dialog);
  });

  scenario('an unknown method in a dialog is refused with Allow', async (world) => {
    const { dialog } = await answeredByUs(world);
    dialog.request('FROBNICATE');
    const refused = await dialog.expectResponse(501, 'FROBNICATE');
    expect(refused.headers.some(({ name }) => name === 'Allow')).toBe(true);
    await peerEnds(world, dialog);
  });

  scenario('OPTIONS in a dialog is answered', async (world) => {
    const { dialog } = await answeredByUs(world);
    dialog.request('OPTIONS');
    await dialog.expect('200 OPTIONS');
    await peerEnds(world, dialog);
  });

  scenario('OPTIONS outside of dialogs tells what we understand', async (world) => {
    const peer = await world.peer('carrier');
    const dialog = peer.dialog(world.uri('ping'));
    dialog.request('OPTIONS');
    const answer = await dialog.expectResponse(200, 'OPTIONS');
    expect(answer.headers.find(({ name }) => name === 'Allow')?.value).toContain('INVITE');
  });

  scenario('an extension that we must have and have not is 420', async (world) => {
    const peer = await world.peer('alice');
    const dialog = peer.dialog(world.uri('0312340001'));
    dialog.request('INVITE', { body: sdp(), headers: ['Require: telepathy'] });
    const refused = await dialog.expectResponse(420, 'INVITE');
    expect(headerOf(refused, 'unsupported') ?? refused.headers.find(({ name }) => name === 'Unsupported')?.value).toBe('telepathy');
    dialog.request('ACK', { branch: dialog.inviteBranch });
    expect(world.events).toEqual([]);
  });

  scenario('a body that is no session description is 415', async (world) => {
    const peer = await world.peer('alice');
    const dialog = peer.dialog(world.uri('0312340001'));
    dialog.request('INVITE', { body: '<xml/>', contentType: 'application/xml' });
    await dialog.expect('415 INVITE');
    dialog.request('ACK', { branch: dialog.inviteBranch });
  });

  scenario('the same INVITE by two ways is one call and 482', async (world) => {
    const { dialog, legId } = await offered(world);
    const first = dialog.inviteBranch;
    dialog.request('INVITE', { body: sdp(), cseq: dialog.inviteCseq });
    const second = dialog.inviteBranch;
    await dialog.expect('482 INVITE');
    dialog.request('ACK', { branch: second });
    world.agent.reject(legId, 480);
    await dialog.expect('480 INVITE');
    dialog.request('ACK', { branch: first });
    await world.event('ended');
  });

  scenario('a key press by INFO is told', async (world) => {
    const { dialog } = await answeredByUs(world);
    dialog.request('INFO', { body: 'Signal=5\r\nDuration=160\r\n', contentType: 'application/dtmf-relay' });
    await dialog.expect('200 INFO');
    expect(await world.event('dtmf')).toMatchObject({ digit: '5', durationMs: 160 });
    await peerEnds(world, dialog);
  });

  scenario('hold and resume by re-INVITE are told with their direction', async (world) => {
    const { dialog, legId } = await answeredByUs(world);
    for (const direction of ['sendonly', 'sendrecv']) {
      dialog.request('INVITE', { body: sdp({ direction, version: direction === 'sendonly' ? 2 : 3 }) });
      expect((await world.event('reinvite')).sdp).toContain(`a=${direction}`);
      world.agent.answerReinvite(legId, sdp({ direction: direction === 'sendonly' ? 'recvonly' : 'sendrecv' }));
      await dialog.expect('200 INVITE');
      dialog.request('ACK');
    }
    await peerEnds(world, dialog);
  });
});
