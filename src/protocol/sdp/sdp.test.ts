import { describe, expect, it } from 'vitest';
import type { RtpRemote } from '../../media/protocol.ts';
import { answerFor, isHold, offerFor, ptimeOf, remoteFromAnswer, type NegotiatedRemote, type SdpDirection } from './negotiate.ts';
import { formatSdp, parseSdp, SdpError } from './sdp.ts';

const LOCAL = { host: '192.0.2.1', port: 20_000 };

const offer = (media: readonly string[], session: readonly string[] = ['c=IN IP4 192.0.2.9']): string =>
  ['v=0', 'o=- 1 1 IN IP4 192.0.2.9', 's=-', ...session, 't=0 0', ...media, ''].join('\r\n');

const refusal = (run: () => unknown): number => {
  try {
    run();
  } catch (error) {
    if (error instanceof SdpError) return error.status;
    throw error;
  }
  return 0;
};

describe('parseSdp', () => {
  it('keeps every line in its place', () => {
    const text = offer(['m=audio 49170/2 RTP/AVP 0 8', 'i=title', 'k=clear:x', 'a=unknown:thing=1', 'a=x', 'm=video 0 RTP/AVP 31', 'y=1'], ['b=AS:64', 'c=IN IP6 2001:db8::1/127', 'q=?']);
    expect(formatSdp(parseSdp(text))).toBe(text);
  });

  it('takes LF for a line end', () => {
    expect(parseSdp('v=0\ns=-\nm=audio 1 RTP/AVP 0\n').media).toMatchObject([{ media: 'audio', port: 1, formats: ['0'] }]);
  });

  it.each(['', 'x', 'v=1\r\n', 's=-\r\nv=0\r\n', 'v=0\r\nbroken\r\n', 'v=0\r\nm =audio 1 RTP/AVP 0\r\n', 'v=0\r\nm=audio\r\n', 'v=0\r\nm=audio x RTP/AVP 0\r\n', 'v=0\r\nm=audio 99999 RTP/AVP 0\r\n', 'v=0\r\nm=audio 1 RTP/AVP\r\n', `v=0\r\n${'a=b\r\n'.repeat(1001)}`, `v=0\r\n${'m=audio 1 RTP/AVP 0\r\n'.repeat(33)}`])(
    'refuses case %#',
    (text) => {
      expect(() => parseSdp(text)).toThrow(SdpError);
    },
  );
});

describe('answerFor', () => {
  it('takes the first G.711 in the order of the offer, with its telephone-event number', () => {
    const { answerSdp, remote } = answerFor(
      offer(['m=audio 49170 RTP/AVP 96 8 0 97', 'a=rtpmap:96 opus/48000/2', 'a=rtpmap:97 telephone-event/8000', 'a=fmtp:97 0-15']),
      LOCAL,
      'sendrecv',
    );
    expect(remote).toEqual({ host: '192.0.2.9', port: 49_170, codec: 'PCMA', payloadType: 8, dtmfPayloadType: 97, direction: 'sendrecv' });
    expect(answerSdp).toBe(
      ['v=0', 'o=- 20000 1 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0', 'm=audio 20000 RTP/AVP 8 97', 'a=rtpmap:8 PCMA/8000', 'a=rtpmap:97 telephone-event/8000', 'a=fmtp:97 0-15', 'a=ptime:20', 'a=sendrecv', ''].join('\r\n'),
    );
  });

  it('takes a dynamic payload type for G.711, and no telephone-event where none is offered', () => {
    const { remote } = answerFor(offer(['m=audio 4000 RTP/AVP 96', 'c=IN IP4 192.0.2.77', 'a=rtpmap:96 pcmu/8000/1']), LOCAL, 'sendrecv');
    expect(remote).toMatchObject({ host: '192.0.2.77', codec: 'PCMU', payloadType: 96, dtmfPayloadType: null });
  });

  it('answers each stream, refusing all but one audio', () => {
    const { answerSdp } = answerFor(offer(['m=video 5000 RTP/AVP 31', 'm=audio 0 RTP/AVP 0', 'm=audio 4000 RTP/AVP 0', 'm=audio 4002 RTP/AVP 0']), LOCAL, 'sendrecv');
    expect(parseSdp(answerSdp).media.map(({ media, port }) => [media, port])).toEqual([['video', 0], ['audio', 0], ['audio', 20_000], ['audio', 0]]);
  });

  it.each([
    ['a=sendrecv', 'sendrecv', 'sendrecv'],
    ['a=sendonly', 'sendrecv', 'recvonly'],
    ['a=recvonly', 'sendrecv', 'sendonly'],
    ['a=inactive', 'sendrecv', 'inactive'],
    ['a=sendrecv', 'sendonly', 'sendonly'],
    ['a=sendonly', 'sendonly', 'inactive'],
    ['a=sendrecv', 'inactive', 'inactive'],
    ['a=x', 'sendrecv', 'sendrecv'],
  ] as const)('%s with our %s gives %s', (theirs, ours, result) => {
    const { answerSdp, remote } = answerFor(offer(['m=audio 4000 RTP/AVP 0', theirs]), LOCAL, ours);
    expect(remote.direction).toBe(result);
    expect(answerSdp).toContain(`a=${result}\r\n`);
  });

  it('knows the old way to hold, c=0.0.0.0', () => {
    const old = offer(['m=audio 4000 RTP/AVP 0'], ['c=IN IP4 0.0.0.0']);
    expect(answerFor(old, LOCAL, 'sendrecv').remote.direction).toBe('recvonly');
    expect([isHold(old), isHold(offer(['m=audio 4000 RTP/AVP 0', 'a=sendonly'])), isHold(offer(['m=audio 4000 RTP/AVP 0']))]).toEqual([true, true, false]);
  });

  it('takes the direction of the session when the stream has none', () => {
    expect(answerFor(offer(['m=audio 4000 RTP/AVP 0'], ['c=IN IP4 192.0.2.9', 'a=sendonly']), LOCAL, 'sendrecv').remote.direction).toBe('recvonly');
  });

  it.each([
    ['no audio', offer(['m=video 1 RTP/AVP 31']), 488],
    ['no G.711', offer(['m=audio 1 RTP/AVP 18']), 488],
    ['0 mapped to something else', offer(['m=audio 1 RTP/AVP 0', 'a=rtpmap:0 GSM/8000']), 488],
    ['only SRTP', offer(['m=audio 1 RTP/SAVP 0']), 488],
    ['no c=', offer(['m=audio 1 RTP/AVP 0'], []), 400],
    ['a bad c=', offer(['m=audio 1 RTP/AVP 0'], ['c=IN IP4 <evil>']), 400],
    ['garbage', 'hello', 400],
  ])('refuses %s', (_what, text, status) => {
    expect(refusal(() => answerFor(text, LOCAL, 'sendrecv'))).toBe(status);
  });

  it('gives what the media process wants', () => {
    const remote: RtpRemote = answerFor(offer(['m=audio 4000 RTP/AVP 0']), LOCAL, 'sendrecv').remote;
    expect(remote.port).toBe(4000);
  });
});

describe('offerFor and remoteFromAnswer', () => {
  it.each(['sendrecv', 'sendonly', 'recvonly', 'inactive'] as const)('fit answerFor on the other side (%s)', (direction: SdpDirection) => {
    const { answerSdp, remote } = answerFor(offerFor(LOCAL, direction, 3), { host: '2001:db8::2', port: 30_000 }, 'sendrecv', 4);
    const back: NegotiatedRemote = remoteFromAnswer(answerSdp, direction);
    expect(back).toEqual({ host: '2001:db8::2', port: 30_000, codec: 'PCMU', payloadType: 0, dtmfPayloadType: 101, direction });
    const mirror = { sendrecv: 'sendrecv', sendonly: 'recvonly', recvonly: 'sendonly', inactive: 'inactive' } as const;
    expect(remote.direction).toBe(mirror[direction]);
    expect(answerSdp).toContain('o=- 30000 4 IN IP6 2001:db8::2');
  });

  it('tell a refused stream', () => {
    expect(refusal(() => remoteFromAnswer(offer(['m=audio 0 RTP/AVP 0'])))).toBe(488);
    expect(refusal(() => remoteFromAnswer(offer([])))).toBe(488);
  });

  it('read ptime', () => {
    expect(ptimeOf(offerFor(LOCAL, 'sendrecv'))).toBe(20);
    expect(ptimeOf(offer(['m=audio 1 RTP/AVP 0']))).toBeNull();
  });
});
