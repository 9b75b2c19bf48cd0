import { describe, expect, it } from 'vitest';
import { MUTANTS, MUTANTS_TIMEOUT_MS, SLOW_MS, storm } from '../../../test/support/mutants.ts';
import { RtpParseError } from './errors.ts';
import {
  ALAW_TO_LINEAR,
  ALAW_TO_MULAW,
  linearToAlaw,
  linearToMulaw,
  MULAW_SILENCE,
  MULAW_TO_ALAW,
  MULAW_TO_LINEAR,
} from './g711.ts';
import { looksLikeRtcp, parseRtp, type RtpPacket, serializeRtp } from './packet.ts';
import { parseRtcp, serializeReport } from './rtcp.ts';
import { digitOfEvent, eventOfDigit, parseTelephoneEvent, writeTelephoneEvent } from './telephone-event.ts';

const PLAIN: RtpPacket = {
  marker: true,
  payloadType: 101,
  sequence: 65_535,
  timestamp: 0xffff_ffff,
  ssrc: 0xdead_beef,
  csrcs: [],
  extension: null,
  payload: Buffer.from([1, 2, 3]),
  padding: 0,
};
const FULL: RtpPacket = {
  ...PLAIN,
  csrcs: [1, 2, 0xffff_ffff],
  extension: { profile: 0xbede, data: Buffer.from('abcdefgh') },
  padding: 4,
};

const BLOCK = {
  ssrc: 7,
  fractionLost: 12,
  packetsLost: -3,
  highestSequence: 70_000,
  jitter: 9,
  lastSenderReport: 1,
  delaySinceLastSenderReport: 2,
};
const REPORT = serializeReport({
  ssrc: 5,
  cname: 'someone@host',
  wallMs: Date.UTC(2026, 0, 1),
  rtpTimestamp: 1000,
  packetsSent: 50,
  bytesSent: 8000,
  block: BLOCK,
});

/** Why parsing failed. */
function reasonOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof RtpParseError) return error.reason;
    throw error;
  }
  return 'none';
}

describe('RTP packet', () => {
  it.each([
    ['plain', PLAIN],
    ['with CSRCs, extension and padding', FULL],
    ['without payload', { ...PLAIN, payload: Buffer.alloc(0) }],
  ])('survives a round trip %s', (_name, packet) => {
    expect(parseRtp(serializeRtp(packet))).toEqual(packet);
  });

  it('is refused at every length at which something is missing', () => {
    const bytes = serializeRtp({ ...FULL, payload: Buffer.alloc(0), padding: 0 });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => parseRtp(bytes.subarray(0, length))).toThrow(RtpParseError);
    }
  });

  it.each([
    ['version 1', Buffer.concat([Buffer.from([0x40]), Buffer.alloc(11)]), 'wrong_version'],
    ['padding longer than the payload', Buffer.concat([Buffer.from([0xa0]), Buffer.alloc(11), Buffer.from([9])]), 'wrong_padding'],
    ['padding of no bytes', Buffer.concat([Buffer.from([0xa0]), Buffer.alloc(12)]), 'wrong_padding'],
  ])('is refused with %s', (_name, bytes, reason) => {
    expect(reasonOf(() => parseRtp(bytes))).toBe(reason);
  });

  it('is told from RTCP', () => {
    expect(looksLikeRtcp(REPORT)).toBe(true);
    expect(looksLikeRtcp(serializeRtp({ ...PLAIN, payloadType: 0 }))).toBe(false);
    expect(looksLikeRtcp(serializeRtp({ ...PLAIN, payloadType: 101 }))).toBe(false);
  });
});

describe('RTCP', () => {
  it('reads back the report that it wrote', () => {
    const [sender, description] = parseRtcp(REPORT);
    expect(sender).toMatchObject({ type: 'senderReport', ssrc: 5, packetsSent: 50, bytesSent: 8000, blocks: [BLOCK] });
    expect(description).toMatchObject({ type: 'other', packetType: 202 });
    expect(REPORT.length % 4).toBe(0);
  });

  it('counts NTP seconds from 1900', () => {
    const [sender] = parseRtcp(REPORT);
    expect(sender?.type === 'senderReport' && sender.ntpSeconds).toBe(Date.UTC(2026, 0, 1) / 1000 + 2_208_988_800);
  });

  it('is a receiver report while nothing was sent', () => {
    const bytes = serializeReport({ ssrc: 5, cname: 'x', wallMs: 0, rtpTimestamp: 0, packetsSent: 0, bytesSent: 0, block: null });
    expect(parseRtcp(bytes)[0]).toEqual({ type: 'receiverReport', ssrc: 5, blocks: [] });
  });
});

describe('telephone-event', () => {
  it('survives a round trip', () => {
    const bytes = Buffer.alloc(4);
    writeTelephoneEvent(bytes, 0, { event: 11, end: true, volume: 10, duration: 800 });
    expect(parseTelephoneEvent(bytes, 0, 4)).toEqual({ event: 11, end: true, volume: 10, duration: 800 });
    expect(digitOfEvent(11)).toBe('#');
    expect(eventOfDigit('d')).toBe(15);
    expect(eventOfDigit('12')).toBeUndefined();
    expect(digitOfEvent(16)).toBeUndefined();
  });

  it('is refused when short', () => {
    expect(reasonOf(() => parseTelephoneEvent(Buffer.alloc(4), 0, 3))).toBe('short_event');
    expect(reasonOf(() => parseTelephoneEvent(Buffer.alloc(4), 2, 4))).toBe('short_event');
  });
});

describe('G.711', () => {
  it('has the values of the standard at the ends of its ranges', () => {
    expect([0x00, 0x80, 0x7f, 0xff].map((code) => MULAW_TO_LINEAR[code])).toEqual([-32_124, 32_124, 0, 0]);
    expect([0x2a, 0xaa, 0x55, 0xd5].map((code) => ALAW_TO_LINEAR[code])).toEqual([-32_256, 32_256, -8, 8]);
    expect(linearToMulaw(Int16Array.of(0))[0]).toBe(MULAW_SILENCE);
  });

  it('encodes each decoded value to itself, both zeros of mu-law to one', () => {
    const mulaw = linearToMulaw(MULAW_TO_LINEAR);
    for (let code = 0; code < 256; code++) expect(mulaw[code]).toBe(code === 0x7f ? 0xff : code);
    const alaw = linearToAlaw(ALAW_TO_LINEAR);
    for (let code = 0; code < 256; code++) expect(alaw[code]).toBe(code);
  });

  it('loses little when it changes between the laws', () => {
    for (let code = 0; code < 256; code++) {
      const before = MULAW_TO_LINEAR[code] ?? 0;
      const after = MULAW_TO_LINEAR[ALAW_TO_MULAW[MULAW_TO_ALAW[code] ?? 0] ?? 0] ?? 0;
      expect(Math.abs(after - before)).toBeLessThanOrEqual(Math.max(16, Math.abs(before) * 0.07));
    }
  });

  it('is close to every 16-bit sample', () => {
    const samples = Int16Array.from({ length: 65_536 }, (_, index) => index - 32_768);
    const mulaw = linearToMulaw(samples);
    const alaw = linearToAlaw(samples);
    let worst = 0;
    samples.forEach((sample, index) => {
      // Beyond 32,635 both clip.
      if (Math.abs(sample) > 32_000) return;
      const errors = [MULAW_TO_LINEAR[mulaw[index] ?? 0], ALAW_TO_LINEAR[alaw[index] ?? 0]];
      for (const value of errors) worst = Math.max(worst, Math.abs((value ?? 0) - sample) / (Math.abs(sample) + 250));
    });
    expect(worst).toBeLessThan(0.04);
  });
});

describe('hostile input', () => {
  const isOwnError = (error: unknown): boolean => error instanceof RtpParseError && error.reason.length > 0;
  const packets = [serializeRtp(PLAIN), serializeRtp(FULL), Buffer.concat([serializeRtp(FULL), Buffer.alloc(160, 0xff)])];

  it.each([
    ['RTP packets', packets, parseRtp],
    ['RTCP packets', [REPORT, Buffer.concat([REPORT, REPORT])], parseRtcp],
    ['telephone events', [Buffer.from([1, 0x8a, 3, 0x20]), serializeRtp(PLAIN)], (bytes: Buffer) => parseTelephoneEvent(bytes, bytes.length % 8, bytes.length)],
  ] as const)(`${MUTANTS} mutants of %s give the parse error or a value, in time`, { timeout: MUTANTS_TIMEOUT_MS }, (_name, seeds, parse) => {
    const tally = storm(seeds, MUTANTS, isOwnError, (bytes) => {
      looksLikeRtcp(bytes);
      parse(bytes);
    });
    expect(tally.accepted).toBeGreaterThan(0);
    expect(tally.refused).toBeGreaterThan(0);
    expect(tally.slowestMs).toBeLessThan(SLOW_MS);
  });
});
