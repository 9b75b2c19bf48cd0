import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeClock, systemClock } from '../../lib/clock.ts';
import { parseUri } from '../../protocol/sip/uri.ts';
import { DnsServer, type DnsRecord } from '../../../test/support/dns-server.ts';
import { DeadTargets } from './dead-targets.ts';
import { createDns } from './dns.ts';
import { literalHop, locate } from './locate.ts';
import type { Carrier } from './order.ts';

const a = (address: string): DnsRecord => ({ type: 'A', address });
const srv = (priority: number, target: string, port: number): DnsRecord => ({ type: 'SRV', priority, weight: 0, target, port });
const naptr = (order: number, service: string, replacement: string): DnsRecord => ({ type: 'NAPTR', order, preference: 1, flags: 's', service, replacement });

const ZONE: Record<string, DnsRecord[]> = {
  'naptr.test': [naptr(20, 'SIP+D2U', '_sip._udp.naptr.test'), naptr(10, 'SIPS+D2T', '_sips._tcp.naptr.test'), a('192.0.2.99')],
  '_sips._tcp.naptr.test': [srv(1, 'one.naptr.test', 6061)],
  '_sip._udp.naptr.test': [srv(2, 'two.naptr.test', 6062), srv(1, 'one.naptr.test', 6060)],
  'one.naptr.test': [a('192.0.2.1'), { type: 'AAAA', address: '2001:db8::1' }],
  'two.naptr.test': [a('192.0.2.2')],
  'srv.test': [a('192.0.2.99')],
  '_sip._tcp.srv.test': [srv(1, 'one.naptr.test', 7000)],
  'plain.test': [a('192.0.2.7'), a('192.0.2.8')],
  'closed.test': [a('192.0.2.9')],
  '_sip._udp.closed.test': [srv(0, '.', 0)],
  'many.test': [],
  '_sip._udp.many.test': Array.from({ length: 20 }, (_, index) => srv(index, 'plain.test', 5000 + index)),
};

let server: DnsServer;
beforeAll(async () => {
  server = await DnsServer.start(ZONE);
});
afterAll(() => server.stop());

async function found(uri: string, carriers: readonly Carrier[] = ['udp', 'tcp', 'tls'], families: readonly (4 | 6)[] = [4]): Promise<string[]> {
  const dns = createDns(systemClock, [server.address]);
  const hops = await locate(parseUri(uri), { dns, carriers, families, random: () => 0 });
  return hops.map(({ transport, host, port, serverName }) => `${transport} ${host}:${port}${serverName ? ` ${serverName}` : ''}`);
}

describe('locate, with a DNS server', () => {
  it('goes by NAPTR, SRV and A; the certificate must be for the name in the URI', async () => {
    expect(await found('sip:x@naptr.test')).toEqual(['tls 192.0.2.1:6061 naptr.test', 'udp 192.0.2.1:6060', 'udp 192.0.2.2:6062']);
  });

  it('leaves out what this stack does not speak, and all but TLS for `sips:`', async () => {
    expect(await found('sip:x@naptr.test', ['udp', 'tcp'])).toEqual(['udp 192.0.2.1:6060', 'udp 192.0.2.2:6062']);
    expect(await found('sips:x@naptr.test')).toEqual(['tls 192.0.2.1:6061 naptr.test']);
    expect(await found('sips:x@naptr.test', ['udp', 'tcp'])).toEqual([]);
  });

  it('takes both families where both are listened on', async () => {
    expect(await found('sip:x@naptr.test;transport=udp', ['udp'], [4, 6])).toEqual(['udp 192.0.2.1:6060', 'udp 2001:db8::1:6060', 'udp 192.0.2.2:6062']);
  });

  it('goes by SRV without NAPTR, by the address without both', async () => {
    expect(await found('sip:x@srv.test')).toEqual(['tcp 192.0.2.1:7000']);
    expect(await found('sip:x@srv.test;transport=udp')).toEqual(['udp 192.0.2.99:5060']);
    expect(await found('sip:x@plain.test')).toEqual(['udp 192.0.2.7:5060', 'udp 192.0.2.8:5060']);
    expect(await found('sips:x@plain.test')).toEqual(['tls 192.0.2.7:5061 plain.test', 'tls 192.0.2.8:5061 plain.test']);
  });

  it('asks for addresses only when there is a port', async () => {
    server.asked.length = 0;
    expect(await found('sip:x@naptr.test:5090')).toEqual(['udp 192.0.2.99:5090']);
    expect(server.asked).toEqual(['A naptr.test']);
  });

  it('takes a "." and an unknown name for nobody, and bounds what a zone names', async () => {
    expect(await found('sip:x@closed.test;transport=udp')).toEqual([]);
    expect(await found('sip:x@nowhere.test')).toEqual([]);
    expect(await found('sip:x@many.test')).toHaveLength(12);
  });

  it('asks once for many at a time, and again when the answer is old', async () => {
    const clock = new FakeClock();
    const dns = createDns(clock, [server.address]);
    server.asked.length = 0;
    await Promise.all([dns.srv('_sip._tcp.srv.test'), dns.srv('_sip._tcp.srv.test')]);
    await dns.srv('_sip._tcp.srv.test');
    expect(server.asked).toHaveLength(1);
    clock.advance(30_000);
    await dns.srv('_sip._tcp.srv.test');
    expect(server.asked).toHaveLength(2);
  });

  it('is not needed for addresses', () => {
    const carriers = ['udp', 'tcp'] as const;
    expect(literalHop(parseUri('sip:x@192.0.2.5;transport=tcp'), carriers)).toEqual({ transport: 'tcp', host: '192.0.2.5', port: 5060 });
    expect(literalHop(parseUri('sip:x@[2001:db8::1]:5070'), carriers)).toEqual({ transport: 'udp', host: '2001:db8::1', port: 5070, mayGrow: true });
    expect(literalHop(parseUri('sip:x@192.0.2.5;transport=tls'), carriers)).toBe(null);
    expect(literalHop(parseUri('sip:x@plain.test'), carriers)).toBe(undefined);
  });
});

describe('DeadTargets', () => {
  const hop = (host: string) => ({ transport: 'udp', host, port: 5060 }) as const;

  it('puts those that failed last, for a while', () => {
    const clock = new FakeClock();
    const dead = new DeadTargets(clock);
    const [one, two] = [hop('192.0.2.1'), hop('192.0.2.2')];
    dead.add(one);
    expect(dead.last([one, two])).toEqual([two, one]);
    clock.advance(30_000);
    expect(dead.last([one, two])).toEqual([one, two]);
    expect(dead.size).toBe(0);
  });

  it('believes a server that says how long, up to five minutes', () => {
    const clock = new FakeClock();
    const dead = new DeadTargets(clock);
    dead.add(hop('192.0.2.1'), 86_400_000);
    clock.advance(299_999);
    expect(dead.has(hop('192.0.2.1'))).toBe(true);
    clock.advance(1);
    expect(dead.has(hop('192.0.2.1'))).toBe(false);
  });
});
