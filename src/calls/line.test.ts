import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { answerFor, offerFor, remoteFromAnswer, type LocalRtp } from '../protocol/sdp/negotiate.ts';
import { SDES_SECRET_BYTES } from '../protocol/sdp/security.ts';
import { newCall } from './begin.ts';
import { lineWith } from './line.ts';
import { reduceCall } from './machine.ts';
import type { Attempt, Line } from './party.ts';
import { WORLD_FLOW } from './testing/world.ts';
import type { CallEffect, CallResult, CallState } from './types.ts';

const MOMENT = { at: 0, wall: 0, id: 'x' };
const secret = (): string => randomBytes(SDES_SECRET_BYTES).toString('base64');
const PEER: LocalRtp = { host: '192.0.2.9', port: 30_000, sdesSecret: secret(), srtp: 'optional' };
const PLAIN: LocalRtp = { host: '192.0.2.9', port: 30_000, srtp: 'none' };
const LOCAL = { host: '192.0.2.1', port: 4000, sdesSecret: secret() };

const target = (line: Line): Attempt => ({ uri: 'sip:1@192.0.2.9', fromUser: '2', fromDisplayName: '', credentials: null, ringTimeoutMs: 1000, ...line });
const media = (effects: readonly CallEffect[], command: string) => effects.find((effect) => effect.type === 'media' && effect.command === command);
const offerOf = (effects: readonly CallEffect[]): string => effects.flatMap((effect) => (effect.type === 'sip' && effect.command === 'invite' ? [effect.target.sdp] : []))[0] ?? '';
const party = { number: null, name: '', withheldReason: null, ip: '' } as const;

/** Our endpoint is there; it has a secret only when it was asked for one. */
function ready(state: CallState, created: CallEffect | undefined): CallResult {
  const isSecure = JSON.stringify(created).includes('"secure":"srtp"');
  const { sdesSecret, ...plain } = LOCAL;
  return reduceCall(state, { type: 'mediaDone', command: 'createRtpEndpoint', args: { endpoint: 'c:far', remote: null }, result: isSecure ? { ...plain, sdesSecret } : plain }, MOMENT);
}

/** An agent dials over these lines. */
function out(...lines: Line[]): CallResult & { offer: string } {
  const agent = { agentId: 'ann', name: 'ann', endpoint: 'line' };
  const seed = { kind: 'outbound', callId: 'c', tenantId: 't', party, dialled: '1', agent, legId: 'c:out', targets: lines.map(target) } as const;
  const begun = reduceCall(newCall(seed, MOMENT), { type: 'begin' }, MOMENT);
  const made = ready(begun.state, media(begun.effects, 'createRtpEndpoint'));
  return { ...made, offer: offerOf(made.effects) };
}

const answer = (state: CallState, sdp: string): CallResult => reduceCall(state, { type: 'sip', event: { type: 'answered', legId: state.far.sip?.legId ?? '', sdp } }, MOMENT);

/** A call comes in over this line. */
function incoming(offerSdp: string, line: Line): CallResult {
  const seed = { kind: 'inbound', callId: 'c', tenantId: 't', channel: 'sip', party, dialled: '1', numberId: null, flow: WORLD_FLOW, offerSdp, legId: 'c:in', line } as const;
  const begun = reduceCall(newCall(seed, MOMENT), { type: 'begin' }, MOMENT);
  return ready(begun.state, media(begun.effects, 'createRtpEndpoint'));
}

describe('a line with wide-band sound', () => {
  const wide = lineWith({ srtp: 'none', wideband: true });

  it('offers it before G.711, and takes what the other side prefers', () => {
    const { state, offer } = out(wide);
    expect(offer).toContain('RTP/AVP 111 9 0 8 ');
    for (const codec of ['OPUS', 'G722', 'PCMA'] as const) {
      const up = answer(state, answerFor(offer, { ...PLAIN, codecs: [codec] }, 'sendrecv').answerSdp);
      expect(media(up.effects, 'setRtpRemote')).toMatchObject({ args: { remote: { codec } } });
    }
  });

  it('is answered as the caller prefers; without it G.711 is', () => {
    const opus = offerFor({ ...PLAIN, codecs: ['OPUS', 'PCMU'] }, 'sendrecv');
    expect(media(incoming(opus, wide).effects, 'setRtpRemote')).toMatchObject({ args: { remote: { codec: 'OPUS' } } });
    expect(media(incoming(opus, {}).effects, 'setRtpRemote')).toMatchObject({ args: { remote: { codec: 'PCMU' } } });
    expect(out(lineWith({ srtp: 'none', wideband: false })).offer).toContain('RTP/AVP 0 8 ');
  });
});

describe('a call out', () => {
  it('offers protection only where its line says so', () => {
    expect(out({}).offer).not.toContain('a=crypto');
    expect(out({ srtp: 'none' }).offer).not.toContain('a=crypto');
    const optional = out({ srtp: 'optional' }).offer;
    expect([optional.includes('RTP/AVP '), optional.includes('a=crypto')]).toEqual([true, true]);
    expect(out({ srtp: 'required' }).offer).toContain('RTP/SAVP ');
  });

  it('is protected with the keys of both, or plain where that may be', () => {
    for (const srtp of ['optional', 'required'] as const) {
      const { state, offer } = out({ srtp });
      const { answerSdp, remote } = answerFor(offer, PEER, 'sendrecv');
      const up = answer(state, answerSdp);
      expect(media(up.effects, 'setRtpRemote')).toMatchObject({ args: { remote: { srtp: { localKey: remote.srtp?.remoteKey, remoteKey: remote.srtp?.localKey } } } });
      expect(up.state.far.sip?.local?.srtp).toBe('required');
    }
    const { state, offer } = out({ srtp: 'optional' });
    const up = answer(state, answerFor(offer, PLAIN, 'sendrecv').answerSdp);
    expect(up.state.phase).not.toBe('ending');
    expect(JSON.stringify(media(up.effects, 'setRtpRemote'))).not.toContain('srtp');
  });

  it('ends when the other side takes the protection away', () => {
    const { state, offer } = out({ srtp: 'required' });
    const plain = answerFor(offer.replace('RTP/SAVP', 'RTP/AVP'), PLAIN, 'sendrecv').answerSdp;
    expect(answer(state, plain).state.end).toMatchObject({ outcome: 'failed', reason: 'sdp' });
  });

  it('is offered anew to the next line under that line\'s own settings', () => {
    const { state } = out({ srtp: 'required', trunk: { trunkId: 'a', planId: 'p' } }, { srtp: 'none', trunk: { trunkId: 'b', planId: 'p' } });
    expect(state.far.sip?.trunk).toEqual({ trunkId: 'a', planId: 'p' });
    const next = reduceCall(state, { type: 'sip', event: { type: 'rejected', legId: 'c:out', status: 503, reason: '', contacts: [] } }, MOMENT);
    const offer = offerOf(next.effects);
    expect([offer.includes('RTP/AVP '), offer.includes('a=crypto')]).toEqual([true, false]);
    expect(next.state.far.sip?.trunk).toEqual({ trunkId: 'b', planId: 'p' });
    const second = out({ srtp: 'none' }, { srtp: 'required' });
    expect(second.offer).not.toContain('a=crypto');
    const rerouted = reduceCall(second.state, { type: 'sip', event: { type: 'rejected', legId: 'c:out', status: 503, reason: '', contacts: [] } }, MOMENT);
    expect(offerOf(rerouted.effects)).toContain('RTP/SAVP ');
  });

  it('listens for keys in the sound where the line has no other', () => {
    expect(media(out({}).effects, 'setDtmfDetection')).toBeUndefined();
    expect(media(out({ inbandDtmf: true }).effects, 'setDtmfDetection')).toMatchObject({ args: { endpoint: 'c:far', on: true } });
  });
});

describe('a call in', () => {
  const refusal = { type: 'sip', command: 'reject', legId: 'c:in', status: 488, reason: '' };
  const secure = offerFor({ ...PEER, srtp: 'required' }, 'sendrecv');
  const plain = offerFor(PLAIN, 'sendrecv');

  it('is refused when its line wants protection and it has none, and the other way round', () => {
    expect(incoming(plain, { srtp: 'required' }).effects).toContainEqual(refusal);
    expect(incoming(secure, { srtp: 'none' }).effects).toContainEqual(refusal);
    for (const [offer, srtp] of [[secure, 'required'], [secure, 'optional'], [plain, 'optional'], [plain, 'none']] as const) {
      expect(incoming(offer, { srtp }).effects).not.toContainEqual(refusal);
    }
  });

  it('without an offer of its own is offered what its line says', () => {
    const { effects, state } = incoming('', { srtp: 'required' });
    const offer = effects.flatMap((effect) => (effect.type === 'sip' && effect.command === 'answer' ? [effect.sdp] : []))[0] ?? '';
    expect(offer).toContain('RTP/SAVP ');
    const { answerSdp } = answerFor(offer, PEER, 'sendrecv');
    const confirmed = reduceCall(state, { type: 'sip', event: { type: 'confirmed', legId: 'c:in', sdp: answerSdp } }, MOMENT);
    expect(JSON.stringify(media(confirmed.effects, 'setRtpRemote'))).toContain('"srtp"');
  });

  it('keeps its line, and its protection when its media process dies', () => {
    const { state } = incoming(secure, { srtp: 'optional', inbandDtmf: true, trunk: { trunkId: 'a', planId: '' } });
    expect(state.far.sip?.trunk).toEqual({ trunkId: 'a', planId: '' });
    const lost = reduceCall(state, { type: 'mediaLost', endpoints: ['c:far'] }, MOMENT);
    const created = media(lost.effects, 'createRtpEndpoint');
    expect(created).toMatchObject({ args: { secure: 'srtp' } });
    const moved = ready(lost.state, created);
    const offer = moved.effects.flatMap((effect) => (effect.type === 'sip' && effect.command === 'reinvite' ? [effect.sdp] : []))[0] ?? '';
    expect(offer).toContain('RTP/SAVP ');
    const { answerSdp } = answerFor(offer, PEER, 'sendrecv');
    const again = reduceCall(moved.state, { type: 'sip', event: { type: 'reinviteAnswered', legId: 'c:in', sdp: answerSdp } }, MOMENT);
    expect(JSON.stringify(media(again.effects, 'setRtpRemote'))).toContain('"srtp"');
    expect(remoteFromAnswer(answerSdp, 'sendrecv', { ...LOCAL, srtp: 'required' }).srtp).toBeDefined();
  });
});
