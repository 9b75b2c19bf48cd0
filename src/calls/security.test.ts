import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { answerFor, offerFor, remoteFromAnswer, type LocalRtp } from '../protocol/sdp/negotiate.ts';
import { SDES_SECRET_BYTES } from '../protocol/sdp/security.ts';
import { newCall } from './begin.ts';
import { reduceCall } from './machine.ts';
import { WORLD_FLOW } from './testing/world.ts';
import type { CallEffect, CallEvent, CallResult } from './types.ts';

const MOMENT = { at: 0, wall: 0, id: 'x' };
const secret = (): string => randomBytes(SDES_SECRET_BYTES).toString('base64');
const PHONE: LocalRtp = { host: '192.0.2.9', port: 30_000, sdesSecret: secret(), srtp: 'required' };

/** A caller with this offer; `ready` = the endpoint that was asked for is there. */
function begin(offerSdp: string): CallResult {
  const party = { number: null, name: '', withheldReason: null, ip: '' } as const;
  const seed = { kind: 'inbound', callId: 'c', tenantId: 't', channel: 'sip', party, dialled: '1', numberId: null, flow: WORLD_FLOW } as const;
  return reduceCall(newCall({ ...seed, offerSdp, legId: 'c:in' }, MOMENT), { type: 'begin' }, MOMENT);
}

const media = (effects: readonly CallEffect[], command: string) => effects.find((effect) => effect.type === 'media' && effect.command === command);
const sdpOf = (effects: readonly CallEffect[]): string => effects.flatMap((effect) => (effect.type === 'sip' && 'sdp' in effect ? [effect.sdp] : []))[0] ?? '';
const sip = (event: Extract<CallEvent, { type: 'sip' }>['event']): CallEvent => ({ type: 'sip', event });

function answered(): CallResult {
  const { state } = begin(offerFor(PHONE, 'sendrecv'));
  const result = { host: '192.0.2.1', port: 4000, sdesSecret: secret() };
  return reduceCall(state, { type: 'mediaDone', command: 'createRtpEndpoint', args: { endpoint: 'c:far', remote: null, secure: 'srtp' }, result }, MOMENT);
}

describe('a caller who offers SRTP', () => {
  it('gets a protected endpoint and answer, with keys that fit', () => {
    expect(media(begin(offerFor(PHONE, 'sendrecv')).effects, 'createRtpEndpoint')).toMatchObject({ args: { endpoint: 'c:far', secure: 'srtp' } });
    expect(media(begin(offerFor({ ...PHONE, srtp: 'none' }, 'sendrecv')).effects, 'createRtpEndpoint')).toEqual({ type: 'media', command: 'createRtpEndpoint', args: { endpoint: 'c:far', remote: null } });
    const { effects } = answered();
    const theirs = remoteFromAnswer(sdpOf(effects), 'sendrecv', PHONE);
    const ours = media(effects, 'setRtpRemote');
    expect(ours).toMatchObject({ args: { remote: { srtp: { localKey: theirs.srtp?.remoteKey, remoteKey: theirs.srtp?.localKey } } } });
  });

  it('cannot be moved to a plain stream later, and is offered none', () => {
    const { state } = answered();
    const plain = reduceCall(state, sip({ type: 'reinvite', legId: 'c:in', sdp: offerFor({ host: '192.0.2.9', port: 30_000 }, 'sendrecv', 2) }), MOMENT);
    expect(plain.effects).toContainEqual({ type: 'sip', command: 'rejectReinvite', legId: 'c:in', status: 488 });
    expect(media(plain.effects, 'setRtpRemote')).toBeUndefined();
    const asked = reduceCall(state, sip({ type: 'reinvite', legId: 'c:in', sdp: '' }), MOMENT);
    const offer = sdpOf(asked.effects);
    expect(offer).toContain('RTP/SAVP');
    const { answerSdp, remote } = answerFor(offer, PHONE, 'sendrecv');
    const confirmed = reduceCall(asked.state, sip({ type: 'confirmed', legId: 'c:in', sdp: answerSdp }), MOMENT);
    expect(media(confirmed.effects, 'setRtpRemote')).toMatchObject({ args: { remote: { srtp: { localKey: remote.srtp?.remoteKey } } } });
  });
});

describe('a softphone that speaks ICE', () => {
  const certificate = Array.from({ length: 32 }, () => 'AB').join(':');
  const ICE = offerFor({ host: '192.0.2.9', port: 9 }, 'sendrecv')
    .replace('RTP/AVP', 'UDP/TLS/RTP/SAVPF')
    .concat(`a=fingerprint:sha-256 ${certificate}\r\na=setup:actpass\r\na=rtcp-mux\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=mid:0\r\n`);

  it('is answered by a WebRTC endpoint, and hears the flow once connected', () => {
    const begun = begin(ICE);
    expect(media(begun.effects, 'createWebrtcEndpoint')).toMatchObject({ args: { endpoint: 'c:far', offerSdp: ICE } });
    expect(media(begun.effects, 'createRtpEndpoint')).toBeUndefined();
    const done = reduceCall(begun.state, { type: 'mediaDone', command: 'createWebrtcEndpoint', args: { endpoint: 'c:far', offerSdp: ICE }, result: { answerSdp: 'v=0' } }, MOMENT);
    expect(done.effects).toContainEqual({ type: 'sip', command: 'answer', legId: 'c:in', sdp: 'v=0' });
    expect(done.state).toMatchObject({ phase: 'setup', far: { sip: { state: 'up' } } });
    const connected = reduceCall(done.state, { type: 'media', event: { event: 'endpointState', endpoint: 'c:far', state: 'connected' } }, MOMENT);
    expect(connected.state.phase).toBe('ivr');
    const held = reduceCall(connected.state, sip({ type: 'reinvite', legId: 'c:in', sdp: ICE }), MOMENT);
    expect(media(held.effects, 'reanswerWebrtc')).toMatchObject({ args: { endpoint: 'c:far', offerSdp: ICE } });
  });

  it('is hung up when its connection fails', () => {
    const begun = begin(ICE);
    const done = reduceCall(begun.state, { type: 'mediaDone', command: 'createWebrtcEndpoint', args: { endpoint: 'c:far', offerSdp: ICE }, result: { answerSdp: 'v=0' } }, MOMENT);
    const failed = reduceCall(done.state, { type: 'media', event: { event: 'endpointState', endpoint: 'c:far', state: 'failed' } }, MOMENT);
    expect(failed.effects).toContainEqual(expect.objectContaining({ type: 'sip', command: 'hangup', legId: 'c:in' }));
  });
});
