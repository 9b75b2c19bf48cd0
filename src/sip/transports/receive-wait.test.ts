import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { FakeClock, systemClock } from '../../lib/clock.ts';
import { ReceiveWait } from './receive-wait.ts';
import { UdpTransport } from './udp.ts';

describe('ReceiveWait', () => {
  function bench() {
    const clock = new FakeClock(0);
    const sent: Buffer[] = [];
    return { clock, sent, wait: new ReceiveWait(clock, (token) => sent.push(token)) };
  }

  it('tells what a probe took, and how long one is away already', () => {
    const { clock, sent, wait } = bench();
    expect(wait.measure()).toBe(0);
    clock.advance(3);
    expect(wait.takes(sent[0] ?? Buffer.alloc(0))).toBe(true);
    expect(wait.measure()).toBe(3);
    clock.advance(700);
    expect(wait.measure()).toBe(700);
    expect(sent[2]).toEqual(sent[1]);
    clock.advance(100);
    expect(wait.takes(sent[1] ?? Buffer.alloc(0))).toBe(true);
    expect(wait.measure()).toBe(800);
  });

  it('takes nothing but its own probe, and each one once', () => {
    const { sent, wait } = bench();
    wait.measure();
    const [probe = Buffer.alloc(0)] = sent;
    for (const other of [randomBytes(16), probe.subarray(1), Buffer.concat([probe, Buffer.alloc(1)]), Buffer.alloc(0)]) expect(wait.takes(other)).toBe(false);
    expect(wait.takes(Buffer.from(probe))).toBe(true);
    expect(wait.takes(Buffer.from(probe))).toBe(false);
  });

  it('says nothing where it cannot hear itself, and no more when it cannot any longer', () => {
    const { clock, sent, wait } = bench();
    wait.measure();
    clock.advance(5000);
    expect(wait.measure()).toBe(0);
    wait.takes(sent[0] ?? Buffer.alloc(0));
    wait.measure();
    clock.advance(9000);
    expect(wait.measure()).toBe(9000);
    clock.advance(2000);
    expect(wait.measure()).toBe(0);
  });
});

describe('a socket that is not read', () => {
  it.each(['127.0.0.1', '0.0.0.0', '::1', '::'])('is seen by how long its datagrams lie, at %s', async (host) => {
    const heard: string[] = [];
    const events = { onMessage: () => heard.push('message'), onBroken: () => heard.push('broken'), onTransportError: (_: string, error: Error) => heard.push(error.message), onClosed: () => undefined };
    const transport = new UdpTransport(events as never, systemClock, null, null);
    await transport.listen(host, 0);
    transport.measureWait();
    await sleep(50);
    expect(transport.measureWait()).toBeLessThan(50);
    // The probe that was just sent lies there while nobody reads.
    const until = systemClock.monotonic() + 300;
    while (systemClock.monotonic() < until) randomBytes(64);
    await sleep(50);
    expect(transport.measureWait()).toBeGreaterThan(250);
    expect(heard).toEqual([]);
    expect(transport.dump()).toMatchObject({ received: 0, dropped: 0 });
    await transport.close();
  });
});
