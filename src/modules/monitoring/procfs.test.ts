import { describe, expect, it } from 'vitest';
import { readFileLimit, readMemoryUse, readNetworkCounters, readUdpOverflows } from './procfs.ts';

const DEV = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 999 10 9 9 0 0 0 0 999 10 9 9 0 0 0 0
  eth0: 1000 10 1 2 0 0 0 0 500 5 3 4 0 0 0 0
  eth1:1 1 0 0 0 0 0 0 2 1 0 0 0 0 0 0
`;
const SNMP = `Ip: Forwarding DefaultTTL
Ip: 1 64
Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors
Udp: 482 8 7 491 5 0
`;

describe('/proc', () => {
  it('gives traffic and errors of every interface but the loopback', () => {
    expect(readNetworkCounters(DEV)).toEqual({ bytes: 1503, errors: 10 });
    expect(readNetworkCounters('')).toEqual({ bytes: 0, errors: 0 });
  });

  it('gives datagrams that nobody took in time', () => {
    expect(readUdpOverflows(SNMP)).toBe(5);
    expect(readUdpOverflows('Udp: InDatagrams\nUdp: 3\n')).toBeNull();
    expect(readUdpOverflows('')).toBeNull();
  });

  it('gives memory in use and the limit of open files', () => {
    expect(readMemoryUse('MemTotal:       1000 kB\nMemFree: 100 kB\nMemAvailable:    250 kB\n')).toBe(75);
    expect(readMemoryUse('MemTotal: x')).toBeNull();
    expect(readFileLimit('Limit                     Soft Limit           Hard Limit           Units\nMax open files            1024                 524288               files\n')).toBe(1024);
    expect(readFileLimit('Max open files            unlimited            unlimited            files')).toBeNull();
  });
});
