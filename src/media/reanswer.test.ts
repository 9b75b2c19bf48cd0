import { describe, expect, it } from 'vitest';
import { reanswer } from './reanswer.ts';

const sdp = (ufrag: string, setup: string, direction = 'sendrecv'): string =>
  [
    'v=0', 'o=- 77 0 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0', 'm=audio 9 UDP/TLS/RTP/SAVPF 0 101', 'c=IN IP4 0.0.0.0', 'a=mid:0',
    `a=ice-ufrag:${ufrag}`, 'a=ice-pwd:x', 'a=fingerprint:sha-256 AA:BB', `a=setup:${setup}`, `a=${direction}`, 'a=rtcp-mux',
    'a=rtpmap:0 PCMU/8000', 'a=rtpmap:101 telephone-event/8000', '',
  ].join('\r\n');

describe('reanswer', () => {
  it.each([
    ['sendonly', 'recvonly'],
    ['recvonly', 'sendonly'],
    ['inactive', 'inactive'],
    ['sendrecv', 'sendrecv'],
  ])('%s is answered with %s, in a new version of the same session', (offered, answered) => {
    const { answerSdp, direction } = reanswer({ localSdp: sdp('us', 'active'), remoteSdp: sdp('them', 'actpass') }, sdp('them', 'actpass', offered), 3);
    expect(direction).toBe(answered);
    expect(answerSdp).toContain(`a=${answered}\r\n`);
    expect(answerSdp).toContain('o=- 77 3 IN IP4');
    expect(answerSdp).toContain('a=ice-ufrag:us');
  });

  it('keeps the part in DTLS that it has, also where we offered', () => {
    const agreed = { localSdp: sdp('us', 'actpass'), remoteSdp: sdp('them', 'active') };
    expect(reanswer(agreed, sdp('them', 'actpass'), 1).answerSdp).toContain('a=setup:passive');
  });

  it('does not take a restart of ICE, another certificate or another stream', () => {
    const agreed = { localSdp: sdp('us', 'active'), remoteSdp: sdp('them', 'actpass') };
    expect(() => reanswer(agreed, sdp('other', 'actpass'), 1)).toThrow(/within the call/);
    expect(() => reanswer(agreed, sdp('them', 'actpass').replace('AA:BB', 'AA:CC'), 1)).toThrow(/within the call/);
    expect(() => reanswer(agreed, sdp('them', 'actpass').replace('a=mid:0', 'a=mid:1'), 1)).toThrow(/another stream/);
  });
});
