/** UPDATE (RFC 3311) before and after the answer, and where it meets other changes of the session. */
import { describe, expect } from 'vitest';
import { headerOf, type SipRequest } from '../../src/protocol/sip/message.ts';
import { scenario, type AgentWorld } from './support/agent-world.ts';
import { answeredByPeer, answeredByUs, offered, peerCancels, peerEnds, prack, weEnd, weReject, type Established } from './support/calls.ts';
import { sdp, sdpOf } from './support/raw-peer.ts';

/** The peer's call rings, with a session agreed on in a 183 and its PRACK. */
async function described(world: AgentWorld): Promise<Established> {
  const call = await offered(world, { headers: ['Supported: 100rel'] });
  world.agent.ring(call.legId, sdp({ port: 41_000 }));
  prack(call.dialog, await call.dialog.expectResponse(183, 'INVITE'));
  await call.dialog.expect('200 PRACK');
  return call;
}

/** Our call rings at the peer, with a session agreed on. */
async function ringing(world: AgentWorld): Promise<Established & { request: SipRequest }> {
  const peer = await world.peer('bob');
  const legId = world.invite(peer, { sdp: sdp() });
  const { dialog, request } = await peer.incoming();
  dialog.respond(request, 183, { body: sdp({ port: 45_000 }), headers: ['Require: 100rel', 'RSeq: 1'] });
  dialog.respond(await dialog.expectRequest('PRACK'), 200, { noContact: true });
  await world.event('progress');
  return { peer, dialog, legId, request };
}

async function answerAndEnd(world: AgentWorld, { dialog, legId }: Established): Promise<void> {
  world.agent.answer(legId, sdp());
  await dialog.expect('200 INVITE');
  dialog.request('ACK');
  await world.event('confirmed');
  await peerEnds(world, dialog);
}

const changed = (port: number) => ({ body: sdp({ port, version: 2 }) });

describe.concurrent('before the answer', () => {
  scenario('the caller changes the session', async (world) => {
    const call = await described(world);
    call.dialog.request('UPDATE', changed(45_000));
    expect(await world.event('reinvite')).toMatchObject({ sdp: expect.stringContaining('m=audio 45000') });
    world.agent.answerReinvite(call.legId, sdp({ port: 41_002, version: 2 }));
    const answer = await call.dialog.expectResponse(200, 'UPDATE');
    expect(sdpOf(answer)).toContain('m=audio 41002');
    expect(headerOf(answer, 'contact')).not.toBeNull();
    await answerAndEnd(world, call);
  });

  scenario('an offer while the first has no answer is 500 with Retry-After', async (world) => {
    const call = await offered(world);
    world.agent.ring(call.legId);
    await call.dialog.expect('180 INVITE');
    call.dialog.request('UPDATE', changed(45_000));
    expect(headerOf(await call.dialog.expectResponse(500, 'UPDATE'), 'retry-after')).not.toBeNull();
    expect(world.events).toEqual([]);
    await answerAndEnd(world, call);
  });

  scenario('a change that cannot be taken is refused, the call rings on', async (world) => {
    const call = await described(world);
    call.dialog.request('UPDATE', changed(45_000));
    await world.event('reinvite');
    world.agent.rejectReinvite(call.legId, 488);
    await call.dialog.expect('488 UPDATE');
    await answerAndEnd(world, call);
  });

  scenario('a BYE while a change is open ends both', async (world) => {
    const { dialog } = await described(world);
    dialog.request('UPDATE', changed(45_000));
    await world.event('reinvite');
    dialog.request('BYE');
    await dialog.expect('200 BYE');
    await dialog.expect('487 UPDATE');
    await dialog.expect('487 INVITE');
    dialog.request('ACK', { branch: dialog.inviteBranch });
    await world.event('cancelled');
  });

  scenario('a CANCEL while a change is open ends both', async (world) => {
    const { dialog } = await described(world);
    dialog.request('UPDATE', changed(45_000));
    await world.event('reinvite');
    dialog.request('CANCEL');
    await dialog.expect('200 CANCEL');
    await dialog.expect('487 UPDATE');
    await dialog.expect('487 INVITE');
    dialog.request('ACK', { branch: dialog.inviteBranch });
    await world.event('cancelled');
  });

  scenario('we change the session of a call that rings here', async (world) => {
    const call = await described(world);
    world.agent.reinvite(call.legId, sdp({ port: 41_002, version: 2 }));
    const update = await call.dialog.expectRequest('UPDATE');
    expect(sdpOf(update)).toContain('m=audio 41002');
    call.dialog.respond(update, 200, changed(45_000));
    expect(await world.event('reinviteAnswered')).toMatchObject({ sdp: expect.stringContaining('m=audio 45000') });
    await answerAndEnd(world, call);
  });

  scenario('a change of ours that is refused leaves the call ringing', async (world) => {
    const call = await described(world);
    world.agent.reinvite(call.legId, sdp({ port: 41_002, version: 2 }));
    call.dialog.respond(await call.dialog.expectRequest('UPDATE'), 488, { noContact: true });
    expect(await world.event('reinviteRefused')).toMatchObject({ status: 488 });
    await answerAndEnd(world, call);
  });

  scenario('a change of ours that met theirs (491) is tried again', async (world) => {
    const call = await described(world);
    world.agent.reinvite(call.legId, sdp({ port: 41_002, version: 2 }));
    call.dialog.respond(await call.dialog.expectRequest('UPDATE'), 491, { noContact: true });
    call.dialog.respond(await call.dialog.expectRequest('UPDATE', 4000), 200, changed(45_000));
    await world.event('reinviteAnswered');
    await answerAndEnd(world, call);
  });

  scenario('their change while ours is open is 491', async (world) => {
    const call = await described(world);
    world.agent.reinvite(call.legId, sdp({ port: 41_002, version: 2 }));
    const ours = await call.dialog.expectRequest('UPDATE');
    call.dialog.request('UPDATE', changed(45_000));
    await call.dialog.expect('491 UPDATE');
    call.dialog.respond(ours, 200, changed(45_000));
    await world.event('reinviteAnswered');
    await answerAndEnd(world, call);
  });

  scenario('the called party changes the session of our call', async (world) => {
    const { dialog, request, legId } = await ringing(world);
    dialog.request('UPDATE', changed(46_000));
    expect(await world.event('reinvite')).toMatchObject({ sdp: expect.stringContaining('m=audio 46000') });
    world.agent.answerReinvite(legId, sdp({ version: 2 }));
    await dialog.expect('200 UPDATE');
    dialog.respond(request, 200);
    await world.event('answered');
    await dialog.expect('ACK');
    await peerEnds(world, dialog);
  });

  scenario('we change the session of our call that rings there', async (world) => {
    const { dialog, request, legId } = await ringing(world);
    world.agent.reinvite(legId, sdp({ port: 40_002, version: 2 }));
    dialog.respond(await dialog.expectRequest('UPDATE'), 200, changed(46_000));
    await world.event('reinviteAnswered');
    dialog.respond(request, 200);
    await world.event('answered');
    await dialog.expect('ACK');
    await peerEnds(world, dialog);
  });

  scenario('a CANCEL after a change leaves nothing', async (world) => {
    const { dialog, legId } = await described(world);
    dialog.request('UPDATE', changed(45_000));
    await world.event('reinvite');
    world.agent.answerReinvite(legId, sdp({ version: 2 }));
    await dialog.expect('200 UPDATE');
    await peerCancels(world, dialog);
  });

  scenario('a refusal after a change leaves nothing', async (world) => {
    const call = await described(world);
    call.dialog.request('UPDATE', changed(45_000));
    await world.event('reinvite');
    world.agent.answerReinvite(call.legId, sdp({ version: 2 }));
    await call.dialog.expect('200 UPDATE');
    await weReject(world, call, 603);
  });
});

describe.concurrent('in a call', () => {
  scenario('the peer changes the session', async (world) => {
    const call = await answeredByUs(world);
    call.dialog.request('UPDATE', changed(45_000));
    await world.event('reinvite');
    world.agent.answerReinvite(call.legId, sdp({ port: 41_000, version: 2 }));
    expect(sdpOf(await call.dialog.expectResponse(200, 'UPDATE'))).toContain('m=audio 41000');
    await weEnd(world, call);
  });

  scenario('a second change while the first is open is 500 with Retry-After', async (world) => {
    const { dialog, legId } = await answeredByUs(world);
    dialog.request('UPDATE', changed(45_000));
    await world.event('reinvite');
    dialog.request('UPDATE', changed(45_002));
    expect(headerOf(await dialog.expectResponse(500, 'UPDATE'), 'retry-after')).not.toBeNull();
    world.agent.answerReinvite(legId, sdp({ version: 2 }));
    await dialog.expect('200 UPDATE');
    await peerEnds(world, dialog);
  });

  scenario('an UPDATE with an offer while our re-INVITE is open is 491', async (world) => {
    const { dialog, legId } = await answeredByUs(world);
    world.agent.reinvite(legId, sdp({ port: 41_002, version: 2 }));
    const ours = await dialog.expectRequest('INVITE');
    dialog.request('UPDATE', changed(45_000));
    await dialog.expect('491 UPDATE');
    dialog.respond(ours, 200, changed(45_000));
    await dialog.expect('ACK');
    await world.event('reinviteAnswered');
    await peerEnds(world, dialog);
  });

  scenario('an UPDATE without an offer passes while our re-INVITE is open', async (world) => {
    const { dialog, legId } = await answeredByUs(world);
    world.agent.reinvite(legId, sdp({ port: 41_002, version: 2 }));
    const ours = await dialog.expectRequest('INVITE');
    dialog.request('UPDATE');
    await dialog.expect('200 UPDATE');
    dialog.respond(ours, 200, changed(45_000));
    await dialog.expect('ACK');
    await world.event('reinviteAnswered');
    await peerEnds(world, dialog);
  });

  for (const [who, call] of [['a caller', answeredByUs], ['a called party', answeredByPeer]] as const) {
    scenario(`${who} that moves is found at its new address`, async (world) => {
      const { dialog, legId } = await call(world);
      const moved = await world.peer('moved');
      dialog.request('UPDATE', { noContact: true, headers: [`Contact: <${moved.contact}>`] });
      await dialog.expect('200 UPDATE');
      world.agent.hangup(legId);
      const bye = await moved.next(dialog.callId, 'BYE', 3000);
      expect(bye.kind === 'request' && bye.uri).toBe(moved.contact);
      if (bye.kind === 'request') moved.dialog(moved.contact, { callId: dialog.callId }).respond(bye, 200);
      await world.event('ended');
    });
  }

  scenario('a BYE while a change is open ends both', async (world) => {
    const { dialog } = await answeredByUs(world);
    dialog.request('UPDATE', changed(45_000));
    await world.event('reinvite');
    dialog.request('BYE');
    await dialog.expect('487 UPDATE');
    await dialog.expect('200 BYE');
    await world.event('ended');
  });

  scenario('an UPDATE after the BYE is 481', async (world) => {
    const { dialog } = await answeredByUs(world);
    await peerEnds(world, dialog);
    dialog.request('UPDATE', changed(45_000));
    await dialog.expect('481 UPDATE');
  });

  scenario('an UPDATE outside of any dialog is 481', async (world) => {
    const peer = await world.peer('stranger');
    const dialog = peer.dialog(world.uri('0312340001'));
    dialog.request('UPDATE', changed(45_000));
    await dialog.expect('481 UPDATE');
  });

  scenario('an UPDATE with something else than a description is 415', async (world) => {
    const { dialog } = await answeredByUs(world);
    dialog.request('UPDATE', { body: 'hello', contentType: 'text/plain' });
    expect(headerOf(await dialog.expectResponse(415, 'UPDATE'), 'accept')).toBe('application/sdp');
    await peerEnds(world, dialog);
  });
});
