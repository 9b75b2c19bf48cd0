import { describe, expect, it } from 'vitest';
import { parseMessage } from '../protocol/sip/parse-message.ts';
import type { SipRequest } from '../protocol/sip/message.ts';
import { Edges } from './edges.ts';
import type { SipSource } from './types.ts';

const edges = new Edges(['10.0.0.5', '192.0.2.0/28', '2001:db8::/64']);
const EDGE: SipSource = { transport: 'udp', host: '10.0.0.5', port: 5060 };

const request = (...vias: string[]): SipRequest =>
  parseMessage(Buffer.from(['OPTIONS sip:x@h SIP/2.0', ...vias.map((via) => `Via: ${via}`), 'From: <sip:a@h>;tag=1', 'To: <sip:x@h>', 'Call-ID: c', 'CSeq: 1 OPTIONS', 'Content-Length: 0', '', ''].join('\r\n'))) as SipRequest;

const TOP = 'SIP/2.0/UDP 10.0.0.5;branch=z9hG4bKedge';

describe('edges', () => {
  it('are known by address and range', () => {
    expect(['10.0.0.5', '::ffff:10.0.0.5', '192.0.2.15', '2001:db8::9'].map((host) => edges.has(host))).toEqual([true, true, true, true]);
    expect(['10.0.0.6', '192.0.2.16', '2001:db8:1::9', 'edge.example'].map((host) => edges.has(host))).toEqual([false, false, false, false]);
  });

  it.each([
    ['SIP/2.0/TLS 10.9.9.9:5061;branch=z9hG4bKa;rport=40111;received=203.0.113.7', { transport: 'tls', host: '203.0.113.7', port: 40_111 }],
    ['SIP/2.0/TCP 203.0.113.8:5070;branch=z9hG4bKa', { transport: 'tcp', host: '203.0.113.8', port: 5070 }],
    ['SIP/2.0/UDP [2001:db8:2::1];branch=z9hG4bKa', { transport: 'udp', host: '2001:db8:2::1', port: 5060 }],
    // A name that nobody looked up, and no proxy in between at all.
    ['SIP/2.0/UDP phone.example;branch=z9hG4bKa', EDGE],
    ['no Via', EDGE],
  ])('say that %s sent it', (via, origin) => {
    expect(edges.originOf(request(TOP, via), EDGE)).toEqual(origin);
  });

  it('are believed in their own line only, and nobody else is', () => {
    const seen = 'SIP/2.0/UDP 1.1.1.1;received=203.0.113.7;branch=z9hG4bKa';
    const forged = 'SIP/2.0/UDP 10.0.0.5;received=198.51.100.1;branch=z9hG4bKb';
    expect(edges.originOf(request(TOP, seen, forged), EDGE)).toMatchObject({ host: '203.0.113.7' });
    expect(edges.originOf(request(`${TOP}, ${seen}`), EDGE)).toMatchObject({ host: '203.0.113.7' });
    const stranger: SipSource = { transport: 'udp', host: '203.0.113.9', port: 5060 };
    expect(edges.originOf(request(TOP, forged), stranger)).toBe(stranger);
    expect(edges.originOf(request(TOP), EDGE)).toBe(EDGE);
  });
});
