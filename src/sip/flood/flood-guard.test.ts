import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../lib/clock.ts';
import type { SipSource } from '../types.ts';
import { FloodGuard } from './flood-guard.ts';

const LIMITS = { perSecond: 10, burst: 20, totalPerSecond: 100, totalBurst: 200, connections: 3, banMs: 300_000 };
const from = (host: string): SipSource => ({ transport: 'udp', host, port: 5060 });
const INVITE = Buffer.from('INVITE sip:x@y SIP/2.0\r\nUser-Agent: phone\r\n\r\n');

function guarded() {
  const clock = new FakeClock();
  const registered = new Set(['192.0.2.9']);
  const guard = new FloodGuard(LIMITS, clock, { isTrunk: ({ host }) => host === '192.0.2.1', registeredHosts: () => registered });
  const admitted = (host: string, count: number): number => Array.from({ length: count }).filter(() => guard.admit(from(host), INVITE)).length;
  return { clock, guard, admitted, registered };
}

describe('FloodGuard', () => {
  it('lets a stranger have its burst and its rate, and nothing more', () => {
    const { clock, admitted } = guarded();
    expect(admitted('203.0.113.5', 1000)).toBe(20);
    clock.advance(1000);
    expect(admitted('203.0.113.5', 1000)).toBe(10);
    clock.advance(60_000);
    expect(admitted('203.0.113.5', 1000)).toBe(20);
  });

  it('never counts trunks and registered telephones, whoever floods in their name', () => {
    const { admitted } = guarded();
    admitted('203.0.113.5', 5000);
    expect(admitted('192.0.2.1', 5000)).toBe(5000);
    expect(admitted('192.0.2.9', 5000)).toBe(5000);
  });

  it('knows a telephone within a second of its registration, and forgets it as soon', () => {
    const { clock, admitted, registered } = guarded();
    expect(admitted('198.51.100.7', 100)).toBe(20);
    registered.add('198.51.100.7');
    clock.advance(1000);
    expect(admitted('198.51.100.7', 100)).toBe(100);
    registered.delete('198.51.100.7');
    clock.advance(1000);
    expect(admitted('198.51.100.7', 100)).toBeLessThan(100);
  });

  it('bounds all strangers together, and takes an IPv6 /64 as one', () => {
    const { admitted } = guarded();
    expect(Array.from({ length: 64 }, (_, index) => admitted(`2001:db8:1:2::${index.toString(16)}`, 1)).filter((count) => count === 1)).toHaveLength(20);
    const total = Array.from({ length: 200 }, (_, index) => admitted(`203.0.113.${index}`, 10)).reduce((sum, count) => sum + count, 0);
    expect(total).toBe(180);
  });

  it('drops scanners by their name', () => {
    const { guard } = guarded();
    const scan = Buffer.from('OPTIONS sip:100@x SIP/2.0\r\nUser-Agent: friendly-scanner\r\n\r\n');
    expect(guard.admit(from('203.0.113.5'), scan)).toBe(false);
    expect(guard.dump()).toMatchObject({ scanner: 1, rate: 0 });
  });

  it('bans who floods on a connection, by every transport, for five minutes', () => {
    const { clock, guard, admitted } = guarded();
    const connection: SipSource = { transport: 'tcp', host: '203.0.113.5', port: 40_000 };
    const taken = Array.from({ length: 100 }).filter(() => guard.admit(connection, null)).length;
    expect(taken).toBe(20);
    expect(admitted('203.0.113.5', 1)).toBe(0);
    expect(guard.admitConnection('203.0.113.5', 0)).toBe(false);
    expect(admitted('203.0.113.6', 1)).toBe(1);
    clock.advance(299_999);
    expect(guard.admitConnection('203.0.113.5', 0)).toBe(false);
    clock.advance(1);
    expect(guard.admitConnection('203.0.113.5', 0)).toBe(true);
    expect(admitted('203.0.113.5', 1)).toBe(1);
    expect(guard.dump()).toMatchObject({ bans: 1 });
  });

  it('bans nobody for datagrams, nor for one message of its own after them, and neither trunks nor telephones ever', () => {
    const { guard, admitted } = guarded();
    admitted('203.0.113.5', 10_000);
    expect(guard.admitConnection('203.0.113.5', 0)).toBe(true);
    expect(guard.admit({ transport: 'tcp', host: '203.0.113.5', port: 40_000 }, null)).toBe(true);
    for (const host of ['192.0.2.1', '192.0.2.9']) {
      for (let count = 0; count < 1000; count++) expect(guard.admit({ transport: 'tls', host, port: 40_000 }, null)).toBe(true);
      expect(guard.admitConnection(host, 10_000)).toBe(true);
    }
    expect(guard.dump()).toMatchObject({ bans: 0 });
  });

  it('bounds the connections of a stranger, not those of a trunk', () => {
    const { guard } = guarded();
    expect(guard.admitConnection('203.0.113.5', 2)).toBe(true);
    expect(guard.admitConnection('203.0.113.5', 3)).toBe(false);
    expect(guard.admitConnection('192.0.2.1', 3)).toBe(true);
  });
});
