import { describe, expect, it } from 'vitest';
import { orderNaptr, orderSrv } from './order.ts';

const srv = (name: string, priority: number, weight: number) => ({ name, priority, weight, port: 5060 });

/** Numbers of [0, 1), evenly spread. */
function evenly(count: number): () => number {
  let turn = 0;
  return () => ((turn++ * 7919) % count) / count;
}

describe('orderSrv', () => {
  it('takes lower priorities first, whatever the weights', () => {
    const ordered = orderSrv([srv('c', 20, 1000), srv('a', 10, 0), srv('b', 10, 0)], () => 0.99);
    expect(ordered.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('draws by weight within a priority, and loses nobody', () => {
    const random = evenly(10_007);
    const first: Record<string, number> = {};
    for (let run = 0; run < 2000; run++) {
      const ordered = orderSrv([srv('heavy', 1, 70), srv('light', 1, 30)], random);
      expect(ordered).toHaveLength(2);
      first[ordered[0]?.name ?? ''] = (first[ordered[0]?.name ?? ''] ?? 0) + 1;
    }
    expect(first.heavy).toBeGreaterThan(1300);
    expect(first.heavy).toBeLessThan(1500);
  });

  it('draws a weightless server now and then only', () => {
    expect(orderSrv([srv('some', 1, 9), srv('none', 1, 0)], () => 0).map(({ name }) => name)).toEqual(['none', 'some']);
    expect(orderSrv([srv('some', 1, 9), srv('none', 1, 0)], () => 0.5).map(({ name }) => name)).toEqual(['some', 'none']);
  });
});

describe('orderNaptr', () => {
  const naptr = (order: number, preference: number, service: string, flags = 's') => ({ order, preference, service, flags, replacement: `${service}.test` });

  it('sorts by order and preference, and leaves out what we cannot use', () => {
    const records = [naptr(50, 50, 'SIP+D2T'), naptr(50, 10, 'SIP+D2S'), naptr(90, 1, 'SIP+D2U'), naptr(50, 20, 'SIPS+D2T'), naptr(1, 1, 'E2U+sip', 'u')];
    expect(orderNaptr(records, ['udp', 'tcp', 'tls']).map(({ carrier }) => carrier)).toEqual(['tls', 'tcp', 'udp']);
    expect(orderNaptr(records, ['udp', 'tcp']).map(({ carrier }) => carrier)).toEqual(['tcp', 'udp']);
  });
});
