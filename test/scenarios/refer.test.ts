/** REFER (RFC 3515, RFC 4488, RFC 3892) both ways, with its NOTIFYs and what goes wrong there. */
import { describe, expect } from 'vitest';
import { headerOf, type SipRequest } from '../../src/protocol/sip/message.ts';
import type { SipLegEvent } from '../../src/sip/types.ts';
import { scenario, type AgentWorld } from './support/agent-world.ts';
import { answeredByPeer, answeredByUs, offered, peerEnds, weEnd, weReject, type Established } from './support/calls.ts';
import { sdpOf, type RawDialog } from './support/raw-peer.ts';

type Referred = Extract<SipLegEvent, { type: 'referred' }>;

const TO_CAROL = { headers: ['Refer-To: <sip:carol@127.0.0.1:9>', 'Referred-By: <sip:alice@127.0.0.1>'] };

/** A call in which the peer asked us to call Carol. */
async function referred(world: AgentWorld, options = TO_CAROL): Promise<Established & Referred> {
  const call = await answeredByUs(world);
  call.dialog.request('REFER', options);
  return { ...call, ...(await world.event('referred')) };
}

/** A NOTIFY of ours: its state and its status line. */
async function notified(dialog: RawDialog): Promise<{ state: string; said: string; request: SipRequest }> {
  const request = await dialog.expectRequest('NOTIFY');
  return { state: (headerOf(request, 'subscription-state') ?? '').split(';')[0] ?? '', said: sdpOf(request).trim(), request };
}

async function taken(dialog: RawDialog, said: string, state = 'active'): Promise<SipRequest> {
  const told = await notified(dialog);
  expect([told.state, told.said]).toEqual([state, said]);
  dialog.respond(told.request, 200, { noContact: true });
  return told.request;
}

describe.concurrent('the peer refers us', () => {
  scenario('blind transfer: taken up, told step by step, over', async (world) => {
    const { peer, dialog, legId, referId, target } = await referred(world);
    expect(target).toMatchObject({ uri: 'sip:carol@127.0.0.1:9', user: 'carol' });
    world.agent.acceptRefer(legId, referId);
    await dialog.expect('202 REFER');
    await taken(dialog, 'SIP/2.0 100 Trying');
    world.agent.referStatus(legId, referId, 180, 'Ringing', false);
    await taken(dialog, 'SIP/2.0 180 Ringing');
    world.agent.referStatus(legId, referId, 200, 'OK', true);
    await taken(dialog, 'SIP/2.0 200 OK', 'terminated');
    await peerEnds(world, dialog);
    expect(peer.story.slice(3)).toEqual([
      '→ REFER', '← 202 REFER', '← NOTIFY', '→ 200 NOTIFY', '← NOTIFY', '→ 200 NOTIFY', '← NOTIFY', '→ 200 NOTIFY', '→ BYE', '← 200 BYE',
    ]);
  });

  scenario('blind transfer that fails: the call comes back', async (world) => {
    const { dialog, legId, referId } = await referred(world);
    world.agent.acceptRefer(legId, referId);
    await dialog.expect('202 REFER');
    await taken(dialog, 'SIP/2.0 100 Trying');
    world.agent.referStatus(legId, referId, 486, 'Busy Here', true);
    await taken(dialog, 'SIP/2.0 486 Busy Here', 'terminated');
    await dialog.silence(100);
    await peerEnds(world, dialog);
  });

  scenario('nothing is told after the final status', async (world) => {
    const { dialog, legId, referId } = await referred(world);
    world.agent.acceptRefer(legId, referId);
    await dialog.expect('202 REFER');
    await taken(dialog, 'SIP/2.0 100 Trying');
    world.agent.referStatus(legId, referId, 200, 'OK', true);
    await taken(dialog, 'SIP/2.0 200 OK', 'terminated');
    world.agent.referStatus(legId, referId, 200, 'OK', true);
    await dialog.silence(100);
    await peerEnds(world, dialog);
  });

  for (const status of [403, 480, 603]) {
    scenario(`refused with ${status}: nothing is told, the call goes on`, async (world) => {
      const { dialog, legId, referId } = await referred(world);
      world.agent.rejectRefer(legId, referId, status);
      await dialog.expect(`${status} REFER`);
      world.agent.acceptRefer(legId, referId);
      await dialog.silence(100);
      await peerEnds(world, dialog);
    });
  }

  scenario('nobody decides: 480 in the end', async (world) => {
    const call = await answeredByUs(world);
    world.clock.shrink = (ms) => (ms === 10_000 ? 100 : ms);
    call.dialog.request('REFER', TO_CAROL);
    await world.event('referred');
    await call.dialog.expect('480 REFER');
    await weEnd(world, call);
  });

  scenario('the hang-up comes before a decision', async (world) => {
    const { dialog } = await referred(world);
    dialog.request('BYE');
    await dialog.expect('481 REFER');
    await dialog.expect('200 BYE');
    await world.event('ended');
  });

  scenario('the referrer hangs up after the 202: nothing more is told', async (world) => {
    const { dialog, legId, referId } = await referred(world);
    world.agent.acceptRefer(legId, referId);
    await dialog.expect('202 REFER');
    await taken(dialog, 'SIP/2.0 100 Trying');
    await peerEnds(world, dialog);
    world.agent.referStatus(legId, referId, 200, 'OK', true);
    await dialog.silence(100);
  });

  scenario('without Refer-To, with two, or with one that cannot be read: 400', async (world) => {
    const { dialog } = await answeredByUs(world);
    for (const headers of [[], ['Refer-To: <sip:a@h>', 'Refer-To: <sip:b@h>'], ['Refer-To: <sip:@:>']]) {
      dialog.request('REFER', { headers });
      await dialog.expect('400 REFER');
    }
    expect(world.events).toEqual([]);
    await peerEnds(world, dialog);
  });

  scenario('outside of a call: 403, a stranger calls nobody at our cost', async (world) => {
    const stranger = await world.peer('stranger');
    const dialog = stranger.dialog(world.uri('0312340001'));
    dialog.request('REFER', TO_CAROL);
    await dialog.expect('403 REFER');
    expect(world.events).toEqual([]);
  });

  scenario('in a call that is over: 481', async (world) => {
    const { dialog } = await answeredByUs(world);
    await peerEnds(world, dialog);
    dialog.request('REFER', TO_CAROL);
    await dialog.expect('481 REFER');
  });

  scenario('in a call that we are ending: 481', async (world) => {
    const { dialog, legId } = await answeredByUs(world);
    world.agent.hangup(legId);
    const bye = await dialog.expectRequest('BYE');
    dialog.request('REFER', TO_CAROL);
    await dialog.expect('481 REFER');
    dialog.respond(bye, 200);
    await world.event('ended');
  });

  scenario('before the answer: 481', async (world) => {
    const call = await offered(world);
    world.agent.ring(call.legId);
    await call.dialog.expect('180 INVITE');
    call.dialog.request('REFER', TO_CAROL);
    await call.dialog.expect('481 REFER');
    await weReject(world, call);
  });

  scenario('without wanting to hear of it (Refer-Sub: false)', async (world) => {
    const { dialog, legId, referId } = await referred(world, { headers: [...TO_CAROL.headers, 'Refer-Sub: false'] });
    world.agent.acceptRefer(legId, referId);
    expect(headerOf(await dialog.expectResponse(202, 'REFER'), 'refer-sub')).toBe('false');
    world.agent.referStatus(legId, referId, 200, 'OK', true);
    await dialog.silence(100);
    await peerEnds(world, dialog);
  });

  scenario('twice: the second is told under its own id', async (world) => {
    const { dialog, legId, referId } = await referred(world);
    world.agent.acceptRefer(legId, referId);
    await dialog.expect('202 REFER');
    expect(headerOf(await taken(dialog, 'SIP/2.0 100 Trying'), 'event')).toBe('refer');
    dialog.request('REFER', TO_CAROL);
    const second = await world.event('referred');
    world.agent.acceptRefer(legId, second.referId);
    await dialog.expect('202 REFER');
    expect(headerOf(await taken(dialog, 'SIP/2.0 100 Trying'), 'event')).toBe(`refer;id=${second.referId}`);
    await peerEnds(world, dialog);
  });

  scenario('too often at once: 503 with Retry-After', async (world) => {
    const { dialog, legId } = await referred(world);
    for (let n = 0; n < 3; n++) {
      dialog.request('REFER', TO_CAROL);
      await world.event('referred');
    }
    dialog.request('REFER', TO_CAROL);
    expect(headerOf(await dialog.expectResponse(503, 'REFER'), 'retry-after')).not.toBeNull();
    for (const referId of ['2', '3', '4', '5']) {
      world.agent.rejectRefer(legId, referId, 603);
      await dialog.expect('603 REFER');
    }
    await peerEnds(world, dialog);
  });

  scenario('and refuses the NOTIFY: the call goes on', async (world) => {
    const { dialog, legId, referId } = await referred(world);
    world.agent.acceptRefer(legId, referId);
    await dialog.expect('202 REFER');
    dialog.respond((await notified(dialog)).request, 481, { noContact: true });
    await dialog.silence(100);
    await peerEnds(world, dialog);
  });

  scenario('and never answers the NOTIFY: it is repeated, the call goes on', async (world) => {
    const { dialog, legId, referId } = await referred(world);
    world.agent.acceptRefer(legId, referId);
    await dialog.expect('202 REFER');
    await dialog.expect('NOTIFY');
    await dialog.expect('NOTIFY');
    await peerEnds(world, dialog);
  });

  scenario('attended transfer: the call to replace is found', async (world) => {
    const first = await answeredByUs(world);
    const second = await answeredByUs(world);
    const replaces = `${second.dialog.callId};to-tag=${second.dialog.remoteTag};from-tag=${second.dialog.localTag}`;
    first.dialog.request('REFER', { headers: [`Refer-To: <${world.uri('0312340001')}?Replaces=${encodeURIComponent(replaces)}>`] });
    expect(await world.event('referred')).toMatchObject({ legId: first.legId, replacesLegId: second.legId, target: { replaces } });
    world.agent.rejectRefer(first.legId, `${first.dialog.cseq}`, 603);
    await first.dialog.expect('603 REFER');
    await peerEnds(world, first.dialog);
    await peerEnds(world, second.dialog);
  });

  scenario('attended transfer to a call that is none of ours: its name is passed on', async (world) => {
    const { dialog, legId, referId, target, replacesLegId } = await referred(world, {
      headers: ['Refer-To: <sip:carol@127.0.0.1:9?Replaces=call%40far%3Bto-tag%3Da%3Bfrom-tag%3Db>'],
    });
    expect(replacesLegId).toBeNull();
    expect(target).toMatchObject({ uri: 'sip:carol@127.0.0.1:9', replaces: 'call@far;to-tag=a;from-tag=b' });
    world.agent.rejectRefer(legId, referId, 603);
    await dialog.expect('603 REFER');
    await peerEnds(world, dialog);
  });
});

const NOTIFY = (state: string): string[] => ['Event: refer', `Subscription-State: ${state}`];

/** NOTIFY of the peer with a status line. */
async function tell(dialog: RawDialog, said: string, state = 'active;expires=60'): Promise<void> {
  dialog.request('NOTIFY', { headers: NOTIFY(state), body: said === '' ? '' : `${said}\r\n`, contentType: 'message/sipfrag;version=2.0' });
  await dialog.expect('200 NOTIFY');
}

/** A call in which we asked the peer to call Carol, and it agreed. */
async function weRefer(world: AgentWorld): Promise<Established & { request: SipRequest }> {
  const call = await answeredByPeer(world);
  world.agent.refer(call.legId, { uri: 'sip:carol@127.0.0.1:9' });
  const request = await call.dialog.expectRequest('REFER');
  call.dialog.respond(request, 202);
  return { ...call, request };
}

describe.concurrent('we refer the peer', () => {
  scenario('blind transfer: its steps are told, then it is over', async (world) => {
    const { peer, dialog, legId, request } = await weRefer(world);
    expect(headerOf(request, 'refer-to')).toBe('<sip:carol@127.0.0.1:9>');
    await tell(dialog, 'SIP/2.0 100 Trying');
    await tell(dialog, 'SIP/2.0 180 Ringing');
    await tell(dialog, 'SIP/2.0 200 OK', 'terminated;reason=noresource');
    const said = [await world.event('referProgress'), await world.event('referProgress'), await world.event('referProgress')];
    expect(said.map(({ status, final }) => [status, final])).toEqual([[100, false], [180, false], [200, true]]);
    await weEnd(world, { peer, dialog, legId });
  });

  scenario('blind transfer that fails over there', async (world) => {
    const call = await weRefer(world);
    await tell(call.dialog, 'SIP/2.0 486 Busy', 'terminated;reason=noresource');
    expect(await world.event('referProgress')).toMatchObject({ status: 486, final: true });
    await weEnd(world, call);
  });

  for (const status of [405, 501, 603]) {
    scenario(`the peer refuses with ${status}`, async (world) => {
      const call = await answeredByPeer(world);
      world.agent.refer(call.legId, { uri: 'sip:carol@127.0.0.1:9' });
      call.dialog.respond(await call.dialog.expectRequest('REFER'), status);
      expect(await world.event('referProgress')).toMatchObject({ status, final: true });
      await weEnd(world, call);
    });
  }

  scenario('the peer never answers', async (world) => {
    const call = await answeredByPeer(world);
    world.agent.refer(call.legId, { uri: 'sip:carol@127.0.0.1:9' });
    await call.dialog.expectRequest('REFER');
    expect(await world.event('referProgress', 5000)).toMatchObject({ status: 408, final: true });
    call.peer.discard();
    await weEnd(world, call);
  });

  scenario('the peer agrees and never tells', async (world) => {
    const call = await answeredByPeer(world);
    world.clock.shrink = (ms) => (ms === 180_000 ? 200 : ms);
    world.agent.refer(call.legId, { uri: 'sip:carol@127.0.0.1:9' });
    call.dialog.respond(await call.dialog.expectRequest('REFER'), 202);
    expect(await world.event('referProgress')).toMatchObject({ status: 408, final: true });
    await weEnd(world, call);
  });

  scenario('the peer agrees and will not tell (Refer-Sub: false)', async (world) => {
    const call = await answeredByPeer(world);
    world.agent.refer(call.legId, { uri: 'sip:carol@127.0.0.1:9' });
    call.dialog.respond(await call.dialog.expectRequest('REFER'), 202, { headers: ['Refer-Sub: false'] });
    expect(await world.event('referProgress')).toMatchObject({ status: 202, final: true });
    await weEnd(world, call);
  });

  scenario('the peer stops telling without a result', async (world) => {
    const call = await weRefer(world);
    await tell(call.dialog, '', 'terminated;reason=timeout');
    expect(await world.event('referProgress')).toMatchObject({ status: 408, final: true });
    await weEnd(world, call);
  });

  scenario('a NOTIFY after the last one is 481', async (world) => {
    const call = await weRefer(world);
    await tell(call.dialog, 'SIP/2.0 200 OK', 'terminated;reason=noresource');
    await world.event('referProgress');
    call.dialog.request('NOTIFY', { headers: NOTIFY('active') });
    await call.dialog.expect('481 NOTIFY');
    await weEnd(world, call);
  });

  scenario('a NOTIFY that overtakes the 202', async (world) => {
    const call = await answeredByPeer(world);
    world.agent.refer(call.legId, { uri: 'sip:carol@127.0.0.1:9' });
    const request = await call.dialog.expectRequest('REFER');
    await tell(call.dialog, 'SIP/2.0 100 Trying');
    call.dialog.respond(request, 202);
    await tell(call.dialog, 'SIP/2.0 200 OK', 'terminated;reason=noresource');
    await world.event('referProgress');
    expect(await world.event('referProgress')).toMatchObject({ status: 200, final: true });
    await weEnd(world, call);
  });

  scenario('a NOTIFY that nobody asked for is 481, of another package 489', async (world) => {
    const call = await answeredByPeer(world);
    call.dialog.request('NOTIFY', { headers: NOTIFY('active') });
    await call.dialog.expect('481 NOTIFY');
    world.agent.refer(call.legId, { uri: 'sip:carol@127.0.0.1:9' });
    call.dialog.respond(await call.dialog.expectRequest('REFER'), 202);
    call.dialog.request('NOTIFY', { headers: ['Event: presence', 'Subscription-State: active'] });
    expect(headerOf(await call.dialog.expectResponse(489, 'NOTIFY'), 'allow-events')).toBe('refer');
    await weEnd(world, call);
  });

  scenario('the peer hangs up in the middle: the call is over, the transfer is not ours any more', async (world) => {
    const { dialog } = await weRefer(world);
    await tell(dialog, 'SIP/2.0 100 Trying');
    await world.event('referProgress');
    await peerEnds(world, dialog);
  });

  scenario('attended transfer: the peer is told which call to replace', async (world) => {
    const first = await answeredByPeer(world);
    const second = await answeredByPeer(world);
    world.agent.refer(first.legId, { uri: '', replacesLegId: second.legId });
    const request = await first.dialog.expectRequest('REFER');
    const to = headerOf(request, 'refer-to') ?? '';
    expect(to).toContain(`<${second.peer.contact}?Replaces=`);
    expect(decodeURIComponent(to)).toContain(`${second.dialog.callId};to-tag=${second.dialog.localTag};from-tag=${second.dialog.remoteTag}`);
    first.dialog.respond(request, 202);
    await tell(first.dialog, 'SIP/2.0 200 OK', 'terminated;reason=noresource');
    await world.event('referProgress');
    // Whom we replaced hangs up, then we end the first.
    await peerEnds(world, second.dialog);
    await weEnd(world, first);
  });

  scenario('to replace a call that is over: 481 without a word to the peer', async (world) => {
    const first = await answeredByPeer(world);
    const second = await answeredByPeer(world);
    await peerEnds(world, second.dialog);
    world.agent.refer(first.legId, { uri: '', replacesLegId: second.legId });
    expect(await world.event('referProgress')).toMatchObject({ status: 481, final: true });
    await weEnd(world, first);
  });
});
