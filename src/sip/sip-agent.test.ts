import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerFor, offerFor, remoteFromAnswer } from '../protocol/sdp/negotiate.ts';
import { SipPhone } from '../../test/support/sip-phone.ts';

let alice: SipPhone;
let bob: SipPhone;
const ALICE_RTP = { host: '127.0.0.1', port: 15_180 };
const BOB_RTP = { host: '127.0.0.1', port: 15_182 };

beforeEach(async () => {
  alice = await SipPhone.start({ user: 'alice', displayName: '山田 "太郎"' });
  bob = await SipPhone.start({ user: 'bob' });
});

afterEach(async () => {
  await Promise.all([alice.stop(), bob.stop()]);
});

async function establish(transport: '' | ';transport=tcp' = '') {
  const call = alice.call(`${bob.uri}${transport}`, { sdp: offerFor(ALICE_RTP, 'sendrecv') });
  const incoming = await bob.nextCall();
  incoming.answer(answerFor(incoming.remoteSdp, BOB_RTP, 'sendrecv').answerSdp);
  await call.until('answered');
  await incoming.until('confirmed');
  return { call, incoming };
}

describe('a call between two agents', () => {
  it.each(['', ';transport=tcp'] as const)('is set up and ended by the caller %s', async (transport) => {
    const { call, incoming } = await establish(transport);
    expect(incoming.invite).toMatchObject({ dialled: 'bob', caller: 'alice', displayName: '山田 "太郎"' });
    expect(incoming.invite?.source.transport).toBe(transport === '' ? 'udp' : 'tcp');
    expect(remoteFromAnswer(call.remoteSdp)).toMatchObject({ port: BOB_RTP.port, codec: 'PCMU', dtmfPayloadType: 101 });
    await call.hangup();
    expect(await incoming.until('ended')).toMatchObject({ by: 'remote' });
    expect(call.events.at(-1)).toMatchObject({ type: 'ended', by: 'local' });
  });

  it.each(['', ';transport=tcp'] as const)('is ended by the callee %s', async (transport) => {
    const { call, incoming } = await establish(transport);
    await incoming.hangup();
    expect(await call.until('ended')).toMatchObject({ by: 'remote' });
  });

  it('tells ringing and early media', async () => {
    const call = alice.call(bob.uri, { sdp: offerFor(ALICE_RTP, 'sendrecv') });
    const incoming = await bob.nextCall();
    incoming.ring();
    expect(await call.until('progress')).toMatchObject({ status: 180, sdp: '' });
    incoming.ring(answerFor(incoming.remoteSdp, BOB_RTP, 'sendrecv').answerSdp);
    await expect.poll(() => call.events.length).toBe(2);
    expect(call.events[1]).toMatchObject({ type: 'progress', status: 183 });
    expect(call.remoteSdp).toContain('m=audio 15182');
  });

  it('is refused', async () => {
    const call = alice.call(bob.uri, { sdp: offerFor(ALICE_RTP, 'sendrecv') });
    (await bob.nextCall()).reject(486);
    expect(await call.until('rejected')).toMatchObject({ status: 486, reason: 'Busy Here' });
  });

  it('is cancelled by the caller while it rings', async () => {
    const call = alice.call(bob.uri, { sdp: offerFor(ALICE_RTP, 'sendrecv') });
    const incoming = await bob.nextCall();
    incoming.ring();
    await call.until('progress');
    await call.hangup();
    await incoming.until('cancelled');
    expect(call.events.at(-1)).toMatchObject({ type: 'ended', by: 'local' });
  });

  it('is cancelled before anything was heard of the callee', async () => {
    const call = alice.call(bob.uri, { sdp: offerFor(ALICE_RTP, 'sendrecv') });
    const ended = call.hangup();
    const incoming = await bob.nextCall();
    await incoming.until('cancelled');
    await ended;
  });

  it('gives up when nobody answers in time', async () => {
    const call = alice.call(bob.uri, { sdp: offerFor(ALICE_RTP, 'sendrecv'), ringTimeoutMs: 300 });
    const incoming = await bob.nextCall();
    incoming.ring();
    expect(await call.until('rejected')).toMatchObject({ status: 408 });
    await incoming.until('cancelled');
  });

  it('takes an offer that comes with the answer (delayed offer)', async () => {
    const call = alice.call(bob.uri, { sdp: '' });
    const incoming = await bob.nextCall();
    expect(incoming.remoteSdp).toBe('');
    incoming.answer(offerFor(BOB_RTP, 'sendrecv'));
    await call.until('answered');
    expect(await incoming.until('confirmed')).toMatchObject({ sdp: '' });
  });

  it('cannot be placed where nobody listens', async () => {
    const call = alice.call('sip:nobody@127.0.0.1:15199;transport=tcp', { sdp: offerFor(ALICE_RTP, 'sendrecv') });
    expect(await call.until('rejected')).toMatchObject({ status: 503 });
  });

  it('cannot be placed to nonsense', async () => {
    const call = alice.call('sip:bad host', { sdp: '' });
    expect(await call.until('rejected')).toMatchObject({ status: 400 });
  });
});

describe('re-INVITE', () => {
  it('holds and resumes', async () => {
    const { call, incoming } = await establish();
    incoming.onReinvite = (sdp) => incoming.answerReinvite(answerFor(sdp, BOB_RTP, 'sendrecv', 2).answerSdp);
    call.reinvite(offerFor(ALICE_RTP, 'sendonly', 2));
    expect(await call.until('reinviteAnswered')).toMatchObject({ sdp: expect.stringContaining('a=recvonly') as string });
    await incoming.until('reinvite');
  });

  it('is refused without harm to the call', async () => {
    const { call } = await establish();
    call.reinvite(offerFor(ALICE_RTP, 'sendonly', 2));
    expect(await call.until('reinviteRefused')).toMatchObject({ status: 488 });
    await call.hangup();
  });

  it('survives both sides asking at once (491)', async () => {
    const { call, incoming } = await establish();
    call.onReinvite = (sdp) => call.answerReinvite(answerFor(sdp, ALICE_RTP, 'sendrecv', 2).answerSdp);
    incoming.onReinvite = (sdp) => incoming.answerReinvite(answerFor(sdp, BOB_RTP, 'sendrecv', 2).answerSdp);
    call.reinvite(offerFor(ALICE_RTP, 'sendonly', 2));
    incoming.reinvite(offerFor(BOB_RTP, 'inactive', 2));
    await Promise.all([call.until('reinviteAnswered'), incoming.until('reinviteAnswered')]);
  });
});

describe('a restart', () => {
  it('reaches a TCP peer at its Contact when the connection of the call is gone', async () => {
    const { call, incoming } = await establish(';transport=tcp');
    const snapshot = bob.agent.snapshot(incoming.legId);
    if (!snapshot) throw new Error('no snapshot');
    await bob.agent.stop();
    bob = await SipPhone.start({ user: 'bob', port: bob.port });
    bob.agent.restore(snapshot);
    bob.agent.hangup(incoming.legId);
    expect(await call.until('ended')).toMatchObject({ by: 'remote' });
  });
});

describe('IPv6', () => {
  it.each([
    ['::1', '::1', ''],
    ['::1', '::1', ';transport=tcp'],
    ['::', '127.0.0.1', ''],
    ['127.0.0.1', '::', ''],
    ['127.0.0.1', '::', ';transport=tcp'],
  ])('a caller on %s calls a callee on %s %s', async (from, to, transport) => {
    const caller = await SipPhone.start({ host: from, agent: { advertisedHost: from === '::' ? '127.0.0.1' : from } });
    const callee = await SipPhone.start({ host: to, agent: { advertisedHost: to === '::' ? '127.0.0.1' : to } });
    try {
      const host = to === '::1' ? '[::1]' : '127.0.0.1';
      const call = caller.call(`sip:x@${host}:${callee.port}${transport}`, { sdp: offerFor(ALICE_RTP, 'sendrecv') });
      const incoming = await callee.nextCall();
      expect(incoming.invite?.source.host).toBe(to === '::1' ? '::1' : '127.0.0.1');
      incoming.answer(answerFor(incoming.remoteSdp, BOB_RTP, 'sendrecv').answerSdp);
      await incoming.until('confirmed');
      await incoming.hangup();
      expect(await call.until('ended')).toMatchObject({ by: 'remote' });
    } finally {
      await Promise.all([caller.stop(), callee.stop()]);
    }
  });
});
