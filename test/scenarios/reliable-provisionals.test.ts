/** Reliable provisional answers (RFC 3262), both ways, with what is lost, repeated and out of order. */
import { describe, expect } from 'vitest';
import { headerOf, type SipRequest } from '../../src/protocol/sip/message.ts';
import { scenario, type AgentWorld } from './support/agent-world.ts';
import { offered, peerCancels, peerEnds, prack, weReject, type Established } from './support/calls.ts';
import { sdp, sdpOf, type RawDialog, type RawPeer } from './support/raw-peer.ts';

const SUPPORTED = { headers: ['Supported: 100rel'] };
const REQUIRED = { headers: ['Require: 100rel'] };
const reliable = (rseq: number): { headers: string[] } => ({ headers: ['Require: 100rel', `RSeq: ${rseq}`] });

/** Ends a call that only rang: answered, confirmed, and hung up by the peer. */
async function answerAndEnd(world: AgentWorld, { dialog, legId }: Established): Promise<void> {
  world.agent.answer(legId, sdp({ port: 41_000 }));
  await dialog.expect('200 INVITE');
  dialog.request('ACK');
  await world.event('confirmed');
  await peerEnds(world, dialog);
}

describe.concurrent('called, our provisional answers are reliable', () => {
  scenario('the description stands in the 183 and not again in the 200', async (world) => {
    const { peer, dialog, legId } = await offered(world, SUPPORTED);
    world.agent.ring(legId, sdp({ port: 41_000 }));
    const ringing = await dialog.expectResponse(183, 'INVITE');
    expect(sdpOf(ringing)).toContain('m=audio 41000');
    prack(dialog, ringing);
    await dialog.expect('200 PRACK');
    world.agent.answer(legId, sdp({ port: 41_000 }));
    expect(sdpOf(await dialog.expectResponse(200, 'INVITE'))).toBe('');
    dialog.request('ACK');
    await world.event('confirmed');
    await peerEnds(world, dialog);
    expect(peer.story).toEqual(['→ INVITE', '← 183 INVITE', '→ PRACK', '← 200 PRACK', '← 200 INVITE', '→ ACK', '→ BYE', '← 200 BYE']);
  });

  scenario('a lost 183 or PRACK: the 183 is repeated until a PRACK comes', async (world) => {
    const call = await offered(world, SUPPORTED);
    world.agent.ring(call.legId, sdp());
    const first = await call.dialog.expectResponse(183, 'INVITE');
    await call.dialog.expect('183 INVITE');
    await call.dialog.expect('183 INVITE');
    prack(call.dialog, first);
    await call.dialog.expect('200 PRACK');
    call.peer.discard();
    await call.dialog.silence(400);
    await answerAndEnd(world, call);
  });

  scenario('without any PRACK the call is refused with 504', async (world) => {
    const { peer, dialog, legId } = await offered(world, SUPPORTED);
    world.agent.ring(legId, sdp());
    await dialog.expect('183 INVITE');
    await dialog.expect('504 INVITE', 5000);
    dialog.request('ACK', { branch: dialog.inviteBranch });
    expect(await world.event('ended')).toMatchObject({ reason: 'no PRACK' });
    expect(peer.ladder.filter((line) => line === '← 183 INVITE').length).toBeGreaterThanOrEqual(5);
  });

  scenario('a PRACK for another answer is 481, and the right one still counts', async (world) => {
    const call = await offered(world, SUPPORTED);
    const { dialog } = call;
    world.agent.ring(call.legId, sdp());
    const ringing = await dialog.expectResponse(183, 'INVITE');
    dialog.request('PRACK', { headers: [`RAck: ${Number(headerOf(ringing, 'rseq')) + 1} ${dialog.inviteCseq} INVITE`] });
    await dialog.expect('481 PRACK');
    dialog.request('PRACK', { headers: [`RAck: ${headerOf(ringing, 'rseq')} ${dialog.inviteCseq + 7} INVITE`] });
    await dialog.expect('481 PRACK');
    prack(dialog, ringing);
    await dialog.expect('200 PRACK');
    await answerAndEnd(world, call);
  });

  scenario('a PRACK without RAck is 400', async (world) => {
    const call = await offered(world, SUPPORTED);
    world.agent.ring(call.legId, sdp());
    const ringing = await call.dialog.expectResponse(183, 'INVITE');
    call.dialog.request('PRACK');
    await call.dialog.expect('400 PRACK');
    prack(call.dialog, ringing);
    await call.dialog.expect('200 PRACK');
    await weReject(world, call);
  });

  scenario('a PRACK is answered once more when it is repeated, and 481 as a new one', async (world) => {
    const call = await offered(world, SUPPORTED);
    const { dialog } = call;
    world.agent.ring(call.legId, sdp());
    const ringing = await dialog.expectResponse(183, 'INVITE');
    const branch = prack(dialog, ringing);
    await dialog.expect('200 PRACK');
    prack(dialog, ringing, { branch, cseq: dialog.cseq });
    await dialog.expect('200 PRACK');
    prack(dialog, ringing);
    await dialog.expect('481 PRACK');
    await answerAndEnd(world, call);
  });

  scenario('a PRACK where nothing is reliable is 481', async (world) => {
    const call = await offered(world);
    world.agent.ring(call.legId);
    await call.dialog.expect('180 INVITE');
    call.dialog.request('PRACK', { headers: ['RAck: 1 1 INVITE'] });
    await call.dialog.expect('481 PRACK');
    await answerAndEnd(world, call);
  });

  scenario('a caller that does not know 100rel gets ordinary answers', async (world) => {
    const call = await offered(world);
    world.agent.ring(call.legId, sdp());
    const ringing = await call.dialog.expectResponse(183, 'INVITE');
    expect([headerOf(ringing, 'rseq'), headerOf(ringing, 'require')]).toEqual([null, null]);
    await answerAndEnd(world, call);
  });

  scenario('two reliable answers go one after the other, numbered', async (world) => {
    const call = await offered(world, REQUIRED);
    const { dialog, legId } = call;
    world.agent.ring(legId);
    world.agent.ring(legId, sdp());
    const first = await dialog.expectResponse(180, 'INVITE');
    await dialog.expect('180 INVITE');
    prack(dialog, first);
    // The next one leaves as soon as the one before is confirmed, ahead of the answer to the PRACK.
    const second = await dialog.expectResponse(183, 'INVITE');
    await dialog.expect('200 PRACK');
    expect(Number(headerOf(second, 'rseq')) - Number(headerOf(first, 'rseq'))).toBe(1);
    prack(dialog, second);
    await dialog.expect('200 PRACK');
    await answerAndEnd(world, call);
  });

  scenario('the 200 waits for the PRACK of the description', async (world) => {
    const { dialog, legId, peer } = await offered(world, SUPPORTED);
    world.agent.ring(legId, sdp());
    const ringing = await dialog.expectResponse(183, 'INVITE');
    world.agent.answer(legId, sdp());
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(peer.ladder).not.toContain('← 200 INVITE');
    prack(dialog, ringing);
    await dialog.expect('200 PRACK');
    await dialog.expect('200 INVITE');
    dialog.request('ACK');
    await world.event('confirmed');
    await peerEnds(world, dialog);
  });

  scenario('a PRACK that crosses the 200 is still confirmed', async (world) => {
    const { dialog, legId } = await offered(world, REQUIRED);
    world.agent.ring(legId);
    const ringing = await dialog.expectResponse(180, 'INVITE');
    world.agent.answer(legId, sdp());
    await dialog.expect('200 INVITE');
    prack(dialog, ringing);
    await dialog.expect('200 PRACK');
    dialog.request('ACK');
    await world.event('confirmed');
    await peerEnds(world, dialog);
  });

  scenario('a BYE in the early dialog gives the call up', async (world) => {
    const { dialog, legId } = await offered(world, SUPPORTED);
    world.agent.ring(legId, sdp());
    prack(dialog, await dialog.expectResponse(183, 'INVITE'));
    await dialog.expect('200 PRACK');
    dialog.request('BYE');
    await dialog.expect('200 BYE');
    await dialog.expect('487 INVITE');
    dialog.request('ACK', { branch: dialog.inviteBranch });
    await world.event('cancelled');
  });

  scenario('a CANCEL stops the repetitions', async (world) => {
    const { dialog, legId, peer } = await offered(world, SUPPORTED);
    world.agent.ring(legId, sdp());
    await dialog.expect('183 INVITE');
    await peerCancels(world, dialog);
    peer.discard();
    await dialog.silence(500);
  });

  scenario('a refusal stops the repetitions', async (world) => {
    const call = await offered(world, SUPPORTED);
    world.agent.ring(call.legId, sdp());
    await call.dialog.expect('183 INVITE');
    await weReject(world, call, 480);
    call.peer.discard();
    await call.dialog.silence(500);
  });

  scenario('without an offer in the INVITE the 183 offers and the PRACK answers', async (world) => {
    const { dialog, legId } = await offered(world, { ...REQUIRED, body: '' });
    world.agent.ring(legId, sdp({ port: 41_000 }));
    const ringing = await dialog.expectResponse(183, 'INVITE');
    expect(sdpOf(ringing)).toContain('m=audio 41000');
    prack(dialog, ringing, { body: sdp({ port: 45_000 }) });
    await dialog.expect('200 PRACK');
    expect(await world.event('reinviteAnswered')).toMatchObject({ sdp: expect.stringContaining('m=audio 45000') });
    world.agent.answer(legId, sdp({ port: 41_000 }));
    expect(sdpOf(await dialog.expectResponse(200, 'INVITE'))).toBe('');
    dialog.request('ACK');
    await world.event('confirmed');
    await peerEnds(world, dialog);
  });

  scenario('a PRACK may offer another session', async (world) => {
    const call = await offered(world, SUPPORTED);
    world.agent.ring(call.legId, sdp());
    prack(call.dialog, await call.dialog.expectResponse(183, 'INVITE'), { body: sdp({ port: 45_000, version: 2 }) });
    expect(await world.event('reinvite')).toMatchObject({ sdp: expect.stringContaining('m=audio 45000') });
    world.agent.answerReinvite(call.legId, sdp({ port: 41_000, version: 2 }));
    expect(sdpOf(await call.dialog.expectResponse(200, 'PRACK'))).toContain('m=audio 41000');
    await answerAndEnd(world, call);
  });

  scenario('an offer in a PRACK that cannot be taken is refused, the call rings on', async (world) => {
    const call = await offered(world, SUPPORTED);
    world.agent.ring(call.legId, sdp());
    prack(call.dialog, await call.dialog.expectResponse(183, 'INVITE'), { body: sdp({ codecs: '9', version: 2 }) });
    await world.event('reinvite');
    world.agent.rejectReinvite(call.legId);
    await call.dialog.expect('488 PRACK');
    await answerAndEnd(world, call);
  });
});

interface Placed {
  bob: RawPeer;
  legId: string;
  dialog: RawDialog;
  request: SipRequest;
}

async function placed(world: AgentWorld, offer = sdp()): Promise<Placed> {
  const bob = await world.peer('bob');
  const legId = world.invite(bob, { sdp: offer });
  return { bob, legId, ...(await bob.incoming()) };
}

/** The call rang; now it is answered and ended by the peer. */
async function finish(world: AgentWorld, { dialog, request }: Placed, body = sdp()): Promise<void> {
  dialog.respond(request, 200, { body });
  await world.event('answered');
  await dialog.expect('ACK');
  await peerEnds(world, dialog);
}

describe.concurrent('calling, the peer answers reliably', () => {
  scenario('a reliable 180 gets its PRACK', async (world) => {
    const call = await placed(world);
    call.dialog.respond(call.request, 180, reliable(7));
    const confirmation = await call.dialog.expectRequest('PRACK');
    expect(headerOf(confirmation, 'rack')).toBe('7 1 INVITE');
    call.dialog.respond(confirmation, 200, { noContact: true });
    await world.event('progress');
    await finish(world, call);
  });

  scenario('a PRACK that is lost is sent again', async (world) => {
    const call = await placed(world);
    call.dialog.respond(call.request, 180, reliable(1));
    await call.dialog.expectRequest('PRACK');
    const again = await call.dialog.expectRequest('PRACK');
    call.dialog.respond(again, 200, { noContact: true });
    await world.event('progress');
    await finish(world, call);
  });

  scenario('a repeated answer is told once', async (world) => {
    const call = await placed(world);
    call.dialog.respond(call.request, 180, reliable(1));
    call.dialog.respond(await call.dialog.expectRequest('PRACK'), 200, { noContact: true });
    call.dialog.respond(call.request, 180, reliable(1));
    await world.event('progress');
    await call.dialog.silence(150);
    expect(world.events).toEqual([]);
    await finish(world, call);
  });

  scenario('an answer out of order waits for the one before', async (world) => {
    const call = await placed(world);
    call.dialog.respond(call.request, 180, reliable(1));
    call.dialog.respond(await call.dialog.expectRequest('PRACK'), 200, { noContact: true });
    await world.event('progress');
    call.dialog.respond(call.request, 183, { ...reliable(3), body: sdp() });
    await call.dialog.silence(150);
    call.dialog.respond(call.request, 180, reliable(2));
    const second = await call.dialog.expectRequest('PRACK');
    expect(headerOf(second, 'rack')).toBe('2 1 INVITE');
    call.dialog.respond(second, 200, { noContact: true });
    await world.event('progress');
    await finish(world, call);
  });

  scenario('the description of the 183 counts when the 200 has none', async (world) => {
    const { dialog, request } = await placed(world);
    dialog.respond(request, 183, { ...reliable(1), body: sdp({ port: 45_000 }) });
    dialog.respond(await dialog.expectRequest('PRACK'), 200, { noContact: true });
    await world.event('progress');
    dialog.respond(request, 200);
    expect(await world.event('answered')).toMatchObject({ sdp: expect.stringContaining('m=audio 45000') });
    await dialog.expect('ACK');
    await peerEnds(world, dialog);
  });

  scenario('a refused PRACK takes nothing from the call', async (world) => {
    const call = await placed(world);
    call.dialog.respond(call.request, 180, reliable(1));
    call.dialog.respond(await call.dialog.expectRequest('PRACK'), 481, { noContact: true });
    await world.event('progress');
    await finish(world, call);
  });

  scenario('a PRACK that nobody ever answers takes nothing from the call', async (world) => {
    const call = await placed(world);
    call.dialog.respond(call.request, 180, reliable(1));
    await call.dialog.expectRequest('PRACK');
    await world.event('progress');
    await finish(world, call);
    call.bob.discard();
  });

  scenario('reliable without RSeq is an ordinary answer', async (world) => {
    const call = await placed(world);
    call.dialog.respond(call.request, 180, { headers: ['Require: 100rel'] });
    await world.event('progress');
    await call.dialog.silence(100);
    await finish(world, call);
  });

  scenario('nothing reliable is asked for when the INVITE has no offer', async (world) => {
    const { dialog, request } = await placed(world, '');
    expect(headerOf(request, 'supported')).not.toContain('100rel');
    dialog.respond(request, 486);
    await dialog.expect('ACK');
    await world.event('rejected');
  });

  scenario('a call that rings reliably is given up by CANCEL', async (world) => {
    const { dialog, request, legId } = await placed(world);
    dialog.respond(request, 183, { ...reliable(1), body: sdp() });
    dialog.respond(await dialog.expectRequest('PRACK'), 200, { noContact: true });
    await world.event('progress');
    world.agent.hangup(legId);
    dialog.respond(await dialog.expectRequest('CANCEL'), 200, { noContact: true });
    dialog.respond(request, 487);
    await dialog.expect('ACK');
    await world.event('ended');
  });

  scenario('a refusal after a reliable 183', async (world) => {
    const { dialog, request } = await placed(world);
    dialog.respond(request, 183, { ...reliable(1), body: sdp() });
    dialog.respond(await dialog.expectRequest('PRACK'), 200, { noContact: true });
    await world.event('progress');
    dialog.respond(request, 480);
    await dialog.expect('ACK');
    expect(await world.event('rejected')).toMatchObject({ status: 480 });
  });
});

/** PRACK of the fork with this tag. */
async function prackOf(dialog: RawDialog, tag: string): Promise<void> {
  const request = await dialog.expectRequest('PRACK');
  expect(headerOf(request, 'to')).toContain(`tag=${tag}`);
  dialog.respond(request, 200, { noContact: true });
}

describe.concurrent('forks that answer reliably', () => {
  scenario('each fork gets its own PRACK, one answers', async (world) => {
    const { dialog, request, legId } = await placed(world);
    dialog.respond(request, 183, { ...reliable(11), tag: 'one', body: sdp({ port: 45_000 }) });
    await prackOf(dialog, 'one');
    dialog.respond(request, 183, { ...reliable(21), tag: 'two', body: sdp({ port: 46_000 }) });
    await prackOf(dialog, 'two');
    await world.event('progress');
    await world.event('progress');
    dialog.respond(request, 200, { tag: 'one' });
    expect(await world.event('answered')).toMatchObject({ sdp: expect.stringContaining('m=audio 45000') });
    await dialog.expect('ACK');
    world.agent.hangup(legId);
    const bye = await dialog.expectRequest('BYE');
    expect(headerOf(bye, 'to')).toContain('tag=one');
    dialog.respond(bye, 200);
    await world.event('ended');
  });

  scenario('a 199 closes one of two', async (world) => {
    const { dialog, request, legId } = await placed(world);
    dialog.respond(request, 180, { ...reliable(11), tag: 'one' });
    await prackOf(dialog, 'one');
    dialog.respond(request, 180, { ...reliable(21), tag: 'two' });
    await prackOf(dialog, 'two');
    dialog.respond(request, 199, { tag: 'one' });
    dialog.respond(request, 200, { tag: 'two', body: sdp() });
    await world.event('answered');
    await dialog.expect('ACK');
    world.agent.hangup(legId);
    dialog.respond(await dialog.expectRequest('BYE'), 200);
    await world.event('ended');
  });
});
