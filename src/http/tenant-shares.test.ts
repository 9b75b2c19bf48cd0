import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../lib/clock.ts';
import { TenantShares, type ShareLimits } from './tenant-shares.ts';

const LIMITS: ShareLimits = { places: 4, alone: 3, beside: 2, against: 1, waiting: 50 };

/** Shares whose work ends when the test says so. */
function bench(limits: ShareLimits = LIMITS) {
  const clock = new FakeClock(0);
  const shares = new TenantShares(limits, clock);
  const begun: string[] = [];
  const running: { of: string; end: () => void; fail: (error: Error) => void }[] = [];
  const ask = (of: string): Promise<void> =>
    shares.run(of, () => {
      const { promise, resolve, reject } = Promise.withResolvers<undefined>();
      begun.push(of);
      running.push({ of, end: () => resolve(undefined), fail: reject });
      return promise;
    });
  /** Ends the oldest running work of a tenant after so many ms. */
  const end = async (of: string, ms = 1): Promise<void> => {
    clock.advance(ms);
    const at = running.findIndex((work) => work.of === of);
    running.splice(at, 1)[0]?.end();
    await turn();
  };
  return { clock, shares, begun, running, ask, end, askMany: (of: string, count: number): void => void Array.from({ length: count }, () => ask(of)) };
}

describe('TenantShares', () => {
  it('lets a tenant that asks alone do several things at a time, and no more', async () => {
    const { begun, askMany, shares, end } = bench();
    askMany('loud', 10);
    await turn();
    expect(begun).toHaveLength(3);
    expect(shares.waiting).toBe(7);
    await end('loud');
    expect(begun).toHaveLength(4);
  });

  it('lets who comes second in at once, however many of the first wait', async () => {
    const { begun, askMany, ask } = bench();
    askMany('loud', 40);
    await turn();
    void ask('quiet');
    await turn();
    expect(begun).toEqual(['loud', 'loud', 'loud', 'quiet']);
  });

  it('lets the loud one begin nothing more than one piece while the other is served', async () => {
    const { askMany, ask, end, running } = bench();
    const loud = (): number => running.filter((work) => work.of === 'loud').length;
    askMany('loud', 40);
    await turn();
    void ask('quiet');
    await turn();
    for (let n = 0; n < 5; n += 1) await end('loud');
    expect([loud(), running.length]).toEqual([1, 2]);
    await end('quiet');
    expect([loud(), running.length]).toEqual([2, 2]);
  });

  it('gives the loud one fewer places from then on, and its own back when nobody else asks any more', async () => {
    const { begun, askMany, ask, end, running, clock } = bench();
    askMany('loud', 40);
    void ask('quiet');
    await turn();
    await end('quiet');
    for (let n = 0; n < 5; n += 1) await end('loud');
    expect(running.filter((work) => work.of === 'loud')).toHaveLength(2);
    clock.advance(3000);
    void ask('loud');
    await end('loud');
    expect(running.filter((work) => work.of === 'loud')).toHaveLength(3);
    expect(begun.filter((of) => of === 'quiet')).toHaveLength(1);
  });

  it('serves those who wait by the time their work takes, not by how many they are or who came first', async () => {
    const { begun, askMany, end, running } = bench({ places: 1, alone: 1, beside: 1, against: 1, waiting: 1000 });
    askMany('slow', 200);
    askMany('fast', 200);
    await turn();
    // Work of one takes four times what that of the other takes.
    for (let n = 0; n < 100; n += 1) {
      const of = running[0]?.of ?? '';
      await end(of, of === 'slow' ? 40 : 10);
    }
    const counts = { slow: begun.filter((of) => of === 'slow').length, fast: begun.filter((of) => of === 'fast').length };
    expect(counts.fast / counts.slow).toBeGreaterThan(3.5);
    expect(counts.fast / counts.slow).toBeLessThan(4.5);
  });

  it('lets nobody save up by staying away', async () => {
    const { begun, askMany, end, running, clock } = bench({ places: 1, alone: 1, beside: 1, against: 1, waiting: 1000 });
    askMany('first', 300);
    await turn();
    for (let n = 0; n < 100; n += 1) await end('first', 20);
    clock.advance(0);
    askMany('late', 300);
    for (let n = 0; n < 40; n += 1) await end(running[0]?.of ?? '', 20);
    const late = begun.filter((of) => of === 'late').length;
    expect(late).toBeGreaterThanOrEqual(18);
    expect(late).toBeLessThanOrEqual(22);
  });

  it('refuses what comes when too much of the tenant waits, and only of that tenant', async () => {
    const { askMany, ask, begun } = bench();
    askMany('loud', 53);
    await expect(ask('loud')).rejects.toMatchObject({ code: 'rate_limited', status: 429, extra: { retryAfter: 1 } });
    void ask('quiet');
    await turn();
    expect(begun).toContain('quiet');
    expect(begun).toHaveLength(4);
  });

  it('hands the place on when the work fails', async () => {
    const { ask, running, begun, clock } = bench({ places: 1, alone: 1, beside: 1, against: 1, waiting: 10 });
    const failing = ask('a');
    void ask('b');
    await turn();
    clock.advance(5);
    running[0]?.fail(new Error('lost'));
    await expect(failing).rejects.toThrow('lost');
    await turn();
    expect(begun).toEqual(['a', 'b']);
  });

  it('starves nobody: of many tenants that ask without end each has its turn', async () => {
    const { begun, ask, end, running } = bench();
    const tenants = Array.from({ length: 20 }, (_, n) => `t${n}`);
    for (const of of tenants) for (let n = 0; n < 10; n += 1) void ask(of);
    await turn();
    for (let n = 0; n < 60; n += 1) await end(running[0]?.of ?? '', 5);
    for (const of of tenants) expect(begun.filter((one) => one === of).length).toBeGreaterThanOrEqual(2);
  });

  it('drops what nobody waits for any more, unless it has begun', async () => {
    const { shares, begun, askMany, end } = bench({ ...LIMITS, alone: 1 });
    askMany('loud', 2);
    await turn();
    const [waiting, late] = [new AbortController(), new AbortController()];
    const dropped = shares.run('loud', () => Promise.resolve(begun.push('dropped')), waiting.signal);
    const kept = shares.run('loud', () => Promise.resolve('kept'), late.signal);
    await turn();
    expect(shares.waiting).toBe(3);
    waiting.abort();
    await expect(dropped).rejects.toMatchObject({ code: 'client_gone' });
    expect(shares.waiting).toBe(2);
    await end('loud');
    await end('loud');
    expect(await kept).toBe('kept');
    late.abort();
    expect(begun).toEqual(['loud', 'loud']);
    await expect(shares.run('loud', () => Promise.resolve('never'), late.signal)).rejects.toMatchObject({ code: 'client_gone' });
    expect(await shares.run('loud', () => Promise.resolve('free again'))).toBe('free again');
  });
});
