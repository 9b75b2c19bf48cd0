import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../lib/clock.ts';
import { SipPhone } from '../../../test/support/sip-phone.ts';
import { CallLine, type CallLineLimits } from './call-line.ts';

/** A line whose calls take `workMs` each, in turns of an event loop that has `otherMs` of other work in each. */
function bench({ workMs = 1, otherMs = 0, limits = {} }: { workMs?: number; otherMs?: number; limits?: Partial<CallLineLimits> } = {}) {
  const clock = new FakeClock(0);
  const taken: string[] = [];
  const refused: string[] = [];
  const changes: boolean[] = [];
  let networkMs = 0;
  let behind = false;
  let deferred: (() => void)[] = [];
  const line = new CallLine<string>({
    clock,
    limits,
    take: (call) => {
      taken.push(call);
      clock.advance(workMs);
    },
    refuse: (call) => void refused.push(call),
    receiveWait: () => networkMs,
    isBehind: () => behind,
    onChange: (active) => void changes.push(active),
    defer: (run) => void deferred.push(run),
  });
  line.start();
  const turn = (): void => {
    clock.advance(otherMs);
    const due = deferred;
    deferred = [];
    for (const run of due) run();
  };
  let number = 0;
  /** Calls come evenly for so long; what is there is worked at, and time passes when there is nothing. */
  const offer = (perSecond: number, seconds: number): void => {
    const [start, before] = [clock.monotonic(), number];
    while (clock.monotonic() - start < seconds * 1000) {
      const due = before + Math.floor(((clock.monotonic() - start) * perSecond) / 1000);
      for (; number < due; number++) line.add(`${number}`, `${number}`, clock.monotonic());
      if (deferred.length > 0) turn();
      else clock.advance(1);
    }
  };
  return { clock, line, taken, refused, changes, turn, offer, waits: (ms: number) => void (networkMs = ms), fallBehind: () => void (behind = true), isIdle: () => deferred.length === 0 };
}

describe('CallLine', () => {
  it('takes a call at once, and of many as many as fit into a turn, oldest first', () => {
    const { line, taken, turn, isIdle } = bench({ workMs: 2 });
    for (const call of ['a', 'b', 'c', 'd', 'e']) line.add(call, call, 0);
    expect(taken).toEqual(['a', 'b']);
    turn();
    expect(taken).toEqual(['a', 'b', 'c', 'd']);
    turn();
    expect(taken).toEqual(['a', 'b', 'c', 'd', 'e']);
    turn();
    expect(isIdle()).toBe(true);
  });

  it('takes one in a turn while messages of other calls lie in the network', () => {
    const { line, taken, turn, fallBehind } = bench({ workMs: 1 });
    fallBehind();
    for (const call of ['a', 'b', 'c', 'd', 'e']) line.add(call, call, 0);
    turn();
    turn();
    expect(taken).toEqual(['a', 'b', 'c']);
  });

  it('knows a call that comes again while it waits, and takes one out of turn', () => {
    const { line, taken, turn } = bench({ workMs: 5 });
    for (const call of ['a', 'b', 'c', 'b', 'c']) line.add(call, call, 0);
    line.takeNow('c');
    line.takeNow('c');
    line.takeNow('nobody');
    expect(taken).toEqual(['a', 'c']);
    turn();
    turn();
    expect(taken).toEqual(['a', 'c', 'b']);
  });

  it('works a burst off without refusing anybody', () => {
    const { line, taken, refused, turn, clock } = bench({ workMs: 2 });
    for (let call = 0; call < 400; call++) line.add(`${call}`, `${call}`, clock.monotonic());
    while (taken.length + refused.length < 400) turn();
    expect([taken.length, refused.length]).toEqual([400, 0]);
  });

  it('serves as many as can be done when twice as many come, each within the limit, and refuses nobody soon after', () => {
    // Of each turn 8 ms are other work and 4 ms are left for four calls.
    const { offer, taken, refused, changes } = bench({ otherMs: 8 });
    offer(666, 5);
    const [before, sent] = [taken.length, refused.length];
    offer(666, 10);
    expect((taken.length - before) / 10).toBeGreaterThan(0.95 * 333);
    expect(refused.length - sent).toBeGreaterThan(0.9 * 3330);
    expect(changes).toEqual([true]);
    const all = refused.length;
    offer(166, 1);
    expect(refused.length - all).toBeLessThan(70);
    offer(166, 5);
    expect(refused.length - all).toBeLessThan(70);
    expect(changes).toEqual([true, false]);
  });

  it('counts what a call waited before it came here', () => {
    const { line, refused, waits, clock, offer } = bench();
    waits(300);
    offer(100, 1);
    expect(refused).toEqual([]);
    offer(100, 1);
    expect(refused.length).toBeGreaterThan(50);
    waits(0);
    clock.advance(250);
    const before = refused.length;
    offer(100, 3);
    expect(refused.length).toBe(before);
    expect(line.dump()).toEqual({ active: false, waiting: 0, networkMs: 0, refused: before });
  });

  it('is bounded, and forgets who waits when it ends', () => {
    const { line, taken, refused, clock, turn } = bench({ workMs: 5, limits: { calls: 2 } });
    for (const call of ['a', 'b', 'c', 'd']) line.add(call, call, 0);
    expect([taken, refused]).toEqual([['a'], ['d']]);
    line.stop();
    turn();
    expect(taken).toEqual(['a']);
    expect(clock.pending).toBe(0);
  });
});

describe('an agent that does not keep up', () => {
  const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';

  it('refuses new calls with 503, keeps those that are up, and takes calls again', async () => {
    const shed = { count: 0, changes: [] as boolean[] };
    const metrics = { shed: () => shed.count++, overloaded: (active: boolean) => void shed.changes.push(active) };
    // One call a turn, and nobody waits for long.
    const callee = await SipPhone.start({ user: 'callee', agent: { metrics, overload: { sliceMs: 0.001, lateMs: 10, patienceMs: 0, calmMs: 2000 } } });
    const caller = await SipPhone.start({ user: 'caller' });
    try {
      const first = caller.call(callee.uri, { sdp: SDP });
      const incoming = await callee.nextCall();
      incoming.answer(SDP);
      await first.until('answered');
      callee.onIncoming = (call) => call.reject(486);
      const many = Array.from({ length: 400 }, () => caller.call(callee.uri, { sdp: SDP }));
      const statuses = (await Promise.all(many.map((call) => call.until('rejected')))).map((event) => (event as { status: number }).status);
      const refused = statuses.filter((status) => status === 503).length;
      expect(new Set(statuses)).toEqual(new Set([486, 503]));
      expect(shed).toEqual({ count: refused, changes: [true] });
      expect(callee.agent.dump()).toMatchObject({ overload: { active: true, waiting: 0, refused } });
      // Nothing is kept of who was refused.
      const { servers } = callee.agent.dump() as { servers: Record<string, number> };
      expect(Object.values(servers).reduce((sum, count) => sum + count, 0)).toBe(1 + 400 - refused);
      await first.hangup();
      expect(await incoming.until('ended')).toMatchObject({ by: 'remote' });
      await expect.poll(() => shed.changes, { timeout: 10_000 }).toEqual([true, false]);
      expect(await caller.call(callee.uri, { sdp: SDP }).until('rejected')).toMatchObject({ status: 486 });
    } finally {
      await caller.stop();
      await callee.stop();
    }
  });

  it('cancels a call that is still in line, and says 100 at once to who has waited', async () => {
    const callee = await SipPhone.start({ user: 'callee', agent: { overload: { sliceMs: 0 } } });
    const socket = createSocket('udp4');
    await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
    try {
      // The 487, which nobody acknowledges here, may come again.
      const answers = new Set<string>();
      socket.on('message', (bytes) => void answers.add(bytes.toString().split('\r\n')[0] ?? ''));
      const { port } = socket.address();
      const request = (method: string): string =>
        [`${method} ${callee.uri} SIP/2.0`, `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bKwaits`, 'Max-Forwards: 70', 'From: <sip:a@127.0.0.1>;tag=1', `To: <${callee.uri}>`, 'Call-ID: waits', `CSeq: 1 ${method}`, `Contact: <sip:a@127.0.0.1:${port}>`, 'Content-Length: 0', '', ''].join('\r\n');
      socket.send(request('INVITE'), callee.port, '127.0.0.1');
      socket.send(request('INVITE'), callee.port, '127.0.0.1');
      await expect.poll(() => callee.agent.dump().overload).toMatchObject({ waiting: 1 });
      await sleep(100);
      expect([...answers]).toEqual([]);
      socket.send(request('CANCEL'), callee.port, '127.0.0.1');
      await expect.poll(() => [...answers]).toEqual(['SIP/2.0 100 Trying', 'SIP/2.0 200 OK', 'SIP/2.0 487 Request Terminated']);
      expect(callee.agent.dump().overload).toMatchObject({ waiting: 0, refused: 0 });
    } finally {
      socket.close();
      await callee.stop();
    }
  });
});
