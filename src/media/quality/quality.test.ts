import { describe, expect, it } from 'vitest';
import { RtpReception } from '../rtp-reception.ts';
import { RtpSender } from '../rtp-sender.ts';
import { meanOpinion } from './mos.ts';
import { QualityMeter, type StreamCounters } from './quality-meter.ts';
import { RtcpSession } from './rtcp-session.ts';

const counters = (rest: Partial<StreamCounters>): StreamCounters => ({
  codec: 'PCMU',
  packetsReceived: 0,
  packetsLost: 0,
  jitterMs: 1,
  roundTripMs: null,
  remoteLossPercent: null,
  ...rest,
});

describe('meanOpinion', () => {
  it('gives what the E-model gives for G.711', () => {
    expect(meanOpinion('PCMU', 0, 0, 0)).toBeCloseTo(4.39, 2);
    expect(meanOpinion('PCMU', 5, 0, 0)).toBeCloseTo(3.88, 2);
    expect(meanOpinion('PCMU', 0, 0, 400)).toBeLessThan(3.3);
  });

  it('falls with loss, jitter and delay, between 1 and 4.5', () => {
    const byLoss = [0, 1, 3, 10, 30, 100].map((loss) => meanOpinion('PCMA', loss, 5, 20));
    expect(byLoss).toEqual(byLoss.toSorted((a, b) => b - a));
    expect(new Set(byLoss).size).toBe(6);
    expect(meanOpinion('OPUS', 100, 1000, 5000)).toBe(1);
    expect(meanOpinion('G722', 1, 40, 0)).toBeLessThan(meanOpinion('G722', 1, 1, 0));
  });
});

/** Two ends that send each other packets and reports, `delayMs` each way. */
function pair() {
  const make = () => ({ sender: new RtpSender(), received: new RtpReception(), rtcp: new RtcpSession() });
  const [a, b] = [make(), make()];
  const talk = (from: typeof a, to: typeof b, sequence: number, nowMs: number): void => {
    const packet = Buffer.alloc(172);
    from.sender.stamp(packet, 0, 1, 1, false, 0, sequence, sequence * 160, nowMs);
    from.sender.packets++;
    to.received.count(from.sender.ssrc, sequence, sequence * 160, 160, nowMs);
  };
  return { a, b, talk };
}

describe('RtcpSession', () => {
  it('measures the round trip without the time the peer took, and reads its loss', () => {
    const { a, b, talk } = pair();
    for (let sequence = 0; sequence < 100; sequence += 1) {
      talk(b, a, sequence, sequence * 20);
      // The first must arrive, then one of four is lost on the way to b.
      const packet = Buffer.alloc(172);
      a.sender.stamp(packet, 0, 1, 1, false, 0, sequence, sequence * 160, sequence * 20);
      a.sender.packets++;
      if (sequence % 4 !== 1) b.received.count(a.sender.ssrc, sequence, sequence * 160, 160, sequence * 20);
    }
    const fromA = a.rtcp.report(a.sender, a.received, 8000, 2000, 1_700_000_000_000);
    b.rtcp.receive(fromA, b.sender.ssrc, 2030);
    const fromB = b.rtcp.report(b.sender, b.received, 8000, 3500, 1_700_000_900_000);
    a.rtcp.receive(fromB, a.sender.ssrc, 3530);
    expect(a.rtcp.roundTripMs).toBeCloseTo(60, 0);
    expect(a.rtcp.remoteLossPercent).toBeCloseTo(25, 0);
    expect(b.rtcp.roundTripMs).toBeNull();
  });

  it('knows no round trip from an answer to a report that it never sent', () => {
    const { a, b, talk } = pair();
    talk(a, b, 1, 0);
    talk(b, a, 1, 0);
    a.rtcp.report(a.sender, a.received, 8000, 1000, 1_700_000_000_000);
    const other = new RtcpSession().report(a.sender, a.received, 8000, 1000, 1_700_000_005_000);
    b.rtcp.receive(other, b.sender.ssrc, 1010);
    a.rtcp.receive(b.rtcp.report(b.sender, b.received, 8000, 1500, 1_700_000_000_000), a.sender.ssrc, 1510);
    expect(a.rtcp.roundTripMs).toBeNull();
  });

  it('ignores BYE, SDES, XR and feedback, and reports about others', () => {
    const session = new RtcpSession();
    session.receive(Buffer.from('81cb000112345678' + '80cf000112345678' + '81cd000200000001deadbeef' + '81ca0001aabbccdd', 'hex'), 5, 0);
    expect([session.goodbyes, session.roundTripMs, session.remoteLossPercent]).toEqual([1, null, null]);
    for (let length = 0; length < 8; length += 1) expect(() => session.receive(Buffer.alloc(length, 0xff), 5, 0)).toThrow();
  });
});

describe('QualityMeter', () => {
  it('tells each interval, and the whole weighed by packets', () => {
    const meter = new QualityMeter();
    expect(meter.add(counters({}), 0)).toBeNull();
    expect(meter.add(counters({ packetsReceived: 100, roundTripMs: 40 }), 5000)).toMatchObject({ lossPercent: 0, roundTripMs: 40 });
    expect(meter.add(counters({ packetsReceived: 150, packetsLost: 50, roundTripMs: 60, remoteLossPercent: 3 }), 10_000)).toMatchObject({ lossPercent: 50 });
    const report = meter.report(60_000, 11_000);
    expect(report?.samples.map(({ agoMs, lossPercent }) => [agoMs, lossPercent])).toEqual([[6000, 0], [1000, 50]]);
    expect(report?.summary).toMatchObject({ lossPercent: 25, roundTripMs: 50, remoteLossPercent: 3 });
    expect(meter.report(2000, 11_000)?.samples).toHaveLength(1);
    expect(meter.report(500, 11_000)).toBeNull();
  });

  it('keeps long calls in bounds without losing a packet from the sum', () => {
    const meter = new QualityMeter();
    for (let index = 1; index <= 3000; index += 1) meter.add(counters({ packetsReceived: index * 90, packetsLost: index * 10 }), index * 5000);
    const report = meter.report(1e9, 3000 * 5000);
    expect(report?.samples.length).toBeLessThanOrEqual(720);
    expect(report?.samples.length).toBeGreaterThan(300);
    expect(report?.summary.lossPercent).toBe(10);
  });
});
