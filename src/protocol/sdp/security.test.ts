import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { RtpRemote } from '../../media/protocol.ts';
import { answerFor, offerFor, remoteFromAnswer, securityOfOffer, type LocalRtp } from './negotiate.ts';
import { parseSdp, SdpError } from './sdp.ts';
import { cryptoLines, localKeyOf, SDES_SECRET_BYTES } from './security.ts';

const secret = (): string => randomBytes(SDES_SECRET_BYTES).toString('base64');
const FINGERPRINT = `sha-256 ${Array.from({ length: 32 }, (_, index) => (index + 100).toString(16).toUpperCase()).join(':')}`;
const key = (bytes: number): string => randomBytes(bytes).toString('base64');

const offer = (media: readonly string[]): string => ['v=0', 'o=- 1 1 IN IP4 192.0.2.9', 's=-', 'c=IN IP4 192.0.2.9', 't=0 0', ...media, ''].join('\r\n');
const cryptoOf = (lines: readonly string[]) => cryptoLines(parseSdp(offer(['m=audio 1 RTP/SAVP 0', ...lines])).media[0]?.lines ?? []);

const local = (rest: Partial<LocalRtp> = {}): LocalRtp => ({ host: '192.0.2.1', port: 20_000, ...rest });

const refusal = (run: () => unknown): number => {
  try {
    run();
  } catch (error) {
    if (error instanceof SdpError) return error.status;
    throw error;
  }
  return 0;
};

describe('a=crypto', () => {
  const k30 = key(30);

  it('takes known suites with whole keys, in their order', () => {
    const found = cryptoOf([`a=crypto:3 AEAD_AES_128_GCM inline:${key(28)}`, `a=crypto:7 AES_CM_128_HMAC_SHA1_32 inline:${k30}|2^20`, `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${k30} WSH=64`]);
    expect(found.map(({ tag, suite }) => `${tag} ${suite}`)).toEqual(['3 AEAD_AES_128_GCM', '7 AES_CM_128_HMAC_SHA1_32', '1 AES_CM_128_HMAC_SHA1_80']);
  });

  it.each([
    `a=crypto:1 AES_256_CM_HMAC_SHA1_80 inline:${key(46)}`,
    `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key(29)}`,
    `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key(31)}`,
    `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${k30}|2^20|1:4`,
    `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${k30};inline:${k30}`,
    `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${k30} UNENCRYPTED_SRTP`,
    `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${k30} UNAUTHENTICATED_SRTP`,
    `a=crypto:1 AES_CM_128_HMAC_SHA1_80 uri:${k30}`,
    'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:',
    `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${'A'.repeat(60_000)}`,
    'a=crypto:',
  ])('does not take case %#', (line) => {
    expect(cryptoOf([line])).toEqual([]);
  });

  it('gives each suite bytes of its own', () => {
    const one = secret();
    const keys = (['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32', 'AEAD_AES_128_GCM'] as const).map((suite) => Buffer.from(localKeyOf(one, suite), 'base64'));
    expect(Buffer.concat(keys)).toEqual(Buffer.from(one, 'base64'));
  });
});

describe('SDES between two of us', () => {
  it.each(['required', 'optional'] as const)('agrees on keys that fit crosswise (%s)', (srtp) => {
    const [a, b] = [local({ sdesSecret: secret(), srtp }), local({ port: 30_000, sdesSecret: secret() })];
    const offered = offerFor(a, 'sendrecv');
    expect(offered).toContain(srtp === 'required' ? 'RTP/SAVP ' : 'RTP/AVP ');
    expect(securityOfOffer(offered)).toBe('sdes');
    const { answerSdp, remote } = answerFor(offered, b, 'sendrecv');
    const back: RtpRemote = remoteFromAnswer(answerSdp, 'sendrecv', a);
    expect(remote.srtp?.suite).toBe('AES_CM_128_HMAC_SHA1_80');
    expect(back.srtp).toEqual({ suite: remote.srtp?.suite, localKey: remote.srtp?.remoteKey, remoteKey: remote.srtp?.localKey });
  });

  it('stays plain where the peer is plain, unless protection is required', () => {
    const a = local({ sdesSecret: secret(), srtp: 'optional' });
    const { answerSdp, remote } = answerFor(offerFor(a, 'sendrecv'), local({ port: 30_000 }), 'sendrecv');
    expect([remote.srtp, remoteFromAnswer(answerSdp, 'sendrecv', a).srtp]).toEqual([undefined, undefined]);
    const strict = { ...a, srtp: 'required' as const };
    expect(refusal(() => remoteFromAnswer(answerSdp, 'sendrecv', strict))).toBe(488);
    expect(refusal(() => answerFor(offer(['m=audio 1 RTP/AVP 0']), strict, 'sendrecv'))).toBe(488);
    expect(refusal(() => answerFor(offerFor(strict, 'sendrecv'), local({ srtp: 'none', sdesSecret: secret() }), 'sendrecv'))).toBe(488);
  });

  it('answers with the suite and tag of the offer, and takes the protected of two streams', () => {
    const media = ['m=audio 4000 RTP/SAVP 0', `a=crypto:9 F8_128_HMAC_SHA1_80 inline:${key(30)}`, `a=crypto:5 AES_CM_128_HMAC_SHA1_32 inline:${key(30)}`, 'm=audio 4002 RTP/AVP 0'];
    const { answerSdp, remote } = answerFor(offer(media), local({ sdesSecret: secret() }), 'sendrecv');
    expect(remote).toMatchObject({ port: 4000, srtp: { suite: 'AES_CM_128_HMAC_SHA1_32' } });
    expect(answerSdp).toMatch(/a=crypto:5 AES_CM_128_HMAC_SHA1_32 inline:/);
    expect(parseSdp(answerSdp).media.map(({ port }) => port)).toEqual([20_000, 0]);
  });
});

describe('DTLS', () => {
  const ICE = ['a=ice-ufrag:abcd', 'a=ice-pwd:0123456789012345678901'];
  const dtlsOffer = (proto: string, more: string[] = [], fingerprint = FINGERPRINT): string =>
    offer([`m=audio 4000 ${proto} 0`, `a=fingerprint:${fingerprint}`, 'a=setup:actpass', 'a=rtcp-mux', ...more]);

  it.each([
    ['ice', dtlsOffer('UDP/TLS/RTP/SAVPF', ICE)],
    ['ice', dtlsOffer('RTP/SAVPF', ICE)],
    ['dtls', dtlsOffer('UDP/TLS/RTP/SAVPF', ['a=ice-ufrag:abc', 'a=ice-pwd:short'])],
    ['dtls', dtlsOffer('UDP/TLS/RTP/SAVP')],
    ['none', dtlsOffer('UDP/TLS/RTP/SAVPF', ICE, 'sha-1 AA:BB')],
    ['none', dtlsOffer('UDP/TLS/RTP/SAVPF', ICE, FINGERPRINT.slice(0, -3))],
    ['none', dtlsOffer('RTP/AVP', ICE)],
    ['none', 'nonsense'],
  ])('tells %s for case %#', (expected, text) => {
    expect(securityOfOffer(text)).toBe(expected);
  });

  const OURS = 'AA:BB';
  const withDtls = (rest: Partial<LocalRtp> = {}): LocalRtp => local({ sdesSecret: secret(), fingerprint: OURS, ...rest });

  it.each([
    ['actpass', 'passive', 'server'],
    ['active', 'passive', 'server'],
    ['passive', 'active', 'client'],
  ])('without ICE, setup:%s is answered with %s', (theirs, ours, role) => {
    for (const proto of ['UDP/TLS/RTP/SAVP', 'UDP/TLS/RTP/SAVPF', 'RTP/SAVP']) {
      const text = dtlsOffer(proto).replace('setup:actpass', `setup:${theirs}`);
      expect(securityOfOffer(text)).toBe('dtls');
      const { answerSdp, remote } = answerFor(text, withDtls(), 'sendrecv');
      expect(remote).toMatchObject({ rtcpMux: true, dtls: { role, fingerprints: [{ algorithm: 'sha-256', value: FINGERPRINT.slice(8) }] } });
      expect(remote.srtp).toBeUndefined();
      for (const line of [`a=setup:${ours}`, `a=fingerprint:sha-256 ${OURS}`, 'a=rtcp-mux', `m=audio 20000 ${proto} 0`]) expect(answerSdp).toContain(`${line}\r\n`);
      expect(answerSdp).not.toContain('crypto');
    }
  });

  it('is refused without a certificate of ours or theirs, and where the line is plain', () => {
    const text = dtlsOffer('UDP/TLS/RTP/SAVP');
    const refused = [
      [text, local({ sdesSecret: secret() })],
      [text, withDtls({ srtp: 'none' })],
      [text.replace('setup:actpass', 'setup:holdconn'), withDtls()],
      [dtlsOffer('UDP/TLS/RTP/SAVP', [], 'sha-1 AA:BB'), withDtls()],
    ] as const;
    expect(refused.map(([offered, ours]) => refusal(() => answerFor(offered, ours, 'sendrecv')))).toEqual([488, 488, 488, 488]);
  });

  it('alone is offered and taken where the line says so', () => {
    const strict = withDtls({ srtp: 'dtls' });
    const offered = offerFor(strict, 'sendrecv');
    for (const line of ['m=audio 20000 UDP/TLS/RTP/SAVP 0 8 101', 'a=setup:actpass', `a=fingerprint:sha-256 ${OURS}`, 'a=rtcp-mux']) expect(offered).toContain(`${line}\r\n`);
    expect(offered).not.toContain('crypto');
    const { answerSdp } = answerFor(offered.replace(`sha-256 ${OURS}`, FINGERPRINT), withDtls({ fingerprint: FINGERPRINT.slice(8) }), 'sendrecv');
    expect(remoteFromAnswer(answerSdp, 'sendrecv', strict).dtls?.role).toBe('client');
    expect(refusal(() => remoteFromAnswer(answerSdp.replace(/a=fingerprint.*\r\n/, ''), 'sendrecv', strict))).toBe(488);
    expect(refusal(() => answerFor(offerFor(local({ sdesSecret: secret(), srtp: 'required' }), 'sendrecv'), strict, 'sendrecv'))).toBe(488);
    expect(refusal(() => answerFor(offer(['m=audio 4000 RTP/AVP 0']), strict, 'sendrecv'))).toBe(488);
  });

  it('keeps the part that was agreed on when the peer offers again', () => {
    const { remote } = answerFor(dtlsOffer('UDP/TLS/RTP/SAVP'), withDtls({ srtp: 'dtls', dtlsRole: 'client' }), 'sendrecv', 2);
    expect(remote.dtls?.role).toBe('client');
  });
});

describe('codecs', () => {
  it('takes G.711 where there is any, else the first wide-band codec with a telephone-event of its clock', () => {
    const opus = ['a=rtpmap:96 opus/48000/2', 'a=rtpmap:97 telephone-event/8000', 'a=rtpmap:98 telephone-event/48000'];
    expect(answerFor(offer(['m=audio 1 RTP/AVP 96 9 97 98', ...opus]), local(), 'sendrecv').remote).toMatchObject({ codec: 'OPUS', payloadType: 96, dtmfPayloadType: 98 });
    expect(answerFor(offer(['m=audio 1 RTP/AVP 9 96 97 98', ...opus]), local(), 'sendrecv').remote).toMatchObject({ codec: 'G722', payloadType: 9, dtmfPayloadType: 97 });
    expect(answerFor(offer(['m=audio 1 RTP/AVP 96 9 8 97', ...opus]), local(), 'sendrecv').remote).toMatchObject({ codec: 'PCMA' });
    expect(refusal(() => answerFor(offer(['m=audio 1 RTP/AVP 96 9', ...opus]), local({ codecs: ['PCMU'] }), 'sendrecv'))).toBe(488);
  });

  it('takes what the peer prefers where wide-band codecs are wanted', () => {
    const wide = local({ codecs: ['OPUS', 'G722', 'PCMU', 'PCMA'] });
    const opus = ['a=rtpmap:96 opus/48000/2'];
    expect(answerFor(offer(['m=audio 1 RTP/AVP 8 96', ...opus]), wide, 'sendrecv').remote).toMatchObject({ codec: 'PCMA' });
    expect(answerFor(offer(['m=audio 1 RTP/AVP 96 9 8', ...opus]), wide, 'sendrecv').remote).toMatchObject({ codec: 'OPUS', payloadType: 96 });
    expect(remoteFromAnswer(offer(['m=audio 1 RTP/AVP 9 0']), 'sendrecv', wide)).toMatchObject({ codec: 'G722' });
  });

  it('offers all of them when asked to', () => {
    const text = offerFor(local({ codecs: ['PCMU', 'G722', 'OPUS'] }), 'sendrecv');
    expect(text).toContain('RTP/AVP 0 9 111 101 110\r\n');
    for (const line of ['rtpmap:111 opus/48000/2', 'rtpmap:110 telephone-event/48000', 'rtpmap:9 G722/8000']) expect(text).toContain(`a=${line}\r\n`);
  });

  it('reads ptime, rtcp and rtcp-mux', () => {
    const { remote } = answerFor(offer(['m=audio 4000 RTP/AVP 0', 'a=ptime:40', 'a=rtcp:5001 IN IP4 192.0.2.9', 'a=rtcp-mux']), local(), 'sendrecv');
    expect(remote).toMatchObject({ ptimeMs: 40, rtcpPort: 5001, rtcpMux: true });
    const { remote: plain } = answerFor(offer(['m=audio 4000 RTP/AVP 0', 'a=ptime:x', 'a=rtcp:99999']), local(), 'sendrecv');
    expect(Object.keys(plain)).toEqual(['host', 'port', 'codec', 'payloadType', 'dtmfPayloadType', 'direction']);
  });
});
