import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { askOutside, MAX_ANSWER_BYTES, type OutsideWorld } from './outside-request.ts';
import { isPublicAddress } from './public-address.ts';

/** Ways to write an inner address, and schemes that are none of ours. */
const HOSTS = `
127.0.0.1 127.1 127.0.1 127.255.255.254 0x7f000001 0x7f.0.0.1 0177.0.0.1 017700000001 2130706433 0 0.0.0.0 0.1.2.3
10.0.0.1 10.255.255.255 0xa000001 012.0.0.1 167772161 172.16.0.1 172.31.255.255 2886729729 192.168.0.1 192.168.1.254 0xc0a80001 3232235521
169.254.169.254 169.254.0.1 0xa9fea9fe 2852039166 0251.0376.0251.0376 100.64.0.1 100.127.255.255 192.0.0.1 192.0.0.170 192.0.2.1
192.31.196.1 192.52.193.1 192.88.99.1 192.175.48.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1
224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 0xffffffff 127.0.0.1. 127。0。0。1 １２７.0.0.1 ①②⑦.0.0.1
[::1] [::] [0:0:0:0:0:0:0:1] [0000::0001] [::127.0.0.1] [::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:ffff:7f00:1] [::ffff:10.0.0.1]
[::ffff:169.254.169.254] [::ffff:a9fe:a9fe] [::ffff:192.168.0.1] [::ffff:0:127.0.0.1] [::ffff:8.8.8.8] [64:ff9b::7f00:1] [64:ff9b::10.0.0.1]
[64:ff9b:1::1] [64:ff9b::8.8.8.8] [100::1] [2001::1] [2001:0:7f00:1::] [2001:db8::1] [2001:10::1] [2001:20::1] [2001:2::1] [2001:1::1]
[2002:7f00:1::] [2002:a00:1::1] [2002:c0a8:1::1] [2002:a9fe:a9fe::] [2620:4f:8000::1] [3fff::1] [3fff:fff::1] [5f00::1]
10.1 192.168.1 172.20.10.1 0xac100001 0x0a.0.0.1 169.254.170.2 100.100.100.200 192.0.0.192 224.1 [::2] [::a00:1] [::ffff:c0a8:1]
[fc00::1] [fd00::1] [fd12:3456::1] [fe80::1] [fec0::1] [ff00::1] [ff02::1] [ff05::2] [4000::1] [e000::1]
`.trim().split(/\s+/);

const URLS = [
  ...HOSTS.map((host) => `http://${host}/`),
  'https://127.0.0.1:8443/', 'http://127.0.0.1:22/', 'http://user:pass@8.8.8.8/', 'https://user@example.com/', 'file:///etc/passwd', 'ftp://8.8.8.8/', 'gopher://8.8.8.8/', 'data:text/plain,x',
  'javascript:1', 'ws://8.8.8.8/', 'http://', 'http:///', 'no address', '//8.8.8.8/', 'http://[::1%25eth0]/', 'http://[fe80::1%eth0]/', 'http://8.8.8.8%00.example/', 'http://999.1.1.1/',
];

const codeOf = (work: Promise<unknown>): Promise<string> => work.then(() => 'answered', (error: { code?: string }) => error.code ?? 'unknown');

describe('addresses that a tenant may not reach', () => {
  it('are many', () => {
    expect(URLS.length).toBeGreaterThanOrEqual(120);
  });

  it.each(URLS)('%s', async (url) => {
    // A name that the table means as an address would be one; no name of it is resolved.
    const world: OutsideWorld = { resolve: () => Promise.resolve([]), isAllowed: isPublicAddress };
    expect(await codeOf(askOutside({ method: 'GET', url, body: null, timeoutMs: 1000 }, world))).toBe('address_not_allowed');
  });

  it.each(['8.8.8.8', '1.1.1.1', '203.104.1.1', '2606:4700::1111', '2400:2000::1', '172.32.0.1', '100.128.0.1', '192.169.0.1'])('but not %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    ['an inner one', ['10.0.0.1']],
    ['an inner one behind a public one', ['8.8.8.8', '127.0.0.1']],
    ['an inner IPv6 beside a public IPv4', ['8.8.8.8', 'fd00::1']],
    ['none', []],
  ])('a name of %s', async (_, addresses) => {
    const world: OutsideWorld = { resolve: () => Promise.resolve(addresses), isAllowed: isPublicAddress };
    expect(await codeOf(askOutside({ method: 'GET', url: 'http://example.com/', body: null, timeoutMs: 1000 }, world))).toBe('address_not_allowed');
  });
});

describe('askOutside', () => {
  let server: Server | undefined;
  let connections = 0;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  /** A server that stands for one in the internet under the name `api.test`. */
  async function outside(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<{ url: string; world: OutsideWorld }> {
    connections = 0;
    server = createServer(handle).on('connection', () => (connections += 1));
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return { url: `http://api.test:${port}/x`, world: { resolve: () => Promise.resolve(['127.0.0.1']), isAllowed: (address) => address === '127.0.0.1' } };
  }
  const ask = (at: { url: string; world: OutsideWorld }, more: { method?: 'GET' | 'POST'; body?: string; timeoutMs?: number } = {}) =>
    askOutside({ method: 'GET', body: null, timeoutMs: 2000, url: at.url, ...more }, at.world);

  it('sends JSON to the name that was asked for and gives status and text', async () => {
    const at = await outside((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => response.end(JSON.stringify({ method: request.method, host: request.headers.host, type: request.headers['content-type'], body })));
    });
    const { status, text } = await ask(at, { method: 'POST', body: '{"a":"あ"}' });
    expect([status, JSON.parse(text)]).toEqual([200, { method: 'POST', host: at.url.split('/')[2], type: 'application/json', body: '{"a":"あ"}' }]);
  });

  it('resolves once and connects to what was checked', async () => {
    const at = await outside((_request, response) => response.end('{}'));
    let asked = 0;
    // The second answer would lead elsewhere (DNS rebinding).
    const rebinding: OutsideWorld = { ...at.world, resolve: () => Promise.resolve([asked++ === 0 ? '127.0.0.1' : '127.0.0.2']) };
    expect((await ask({ ...at, world: rebinding })).status).toBe(200);
    expect([asked, connections]).toEqual([1, 1]);
  });

  it('follows no redirect', async () => {
    const at = await outside((_request, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end());
    expect((await ask(at)).status).toBe(302);
    expect(connections).toBe(1);
  });

  it('reads no more than 64 KiB', async () => {
    const at = await outside((request, response) => response.end('x'.repeat(request.url === '/x' ? MAX_ANSWER_BYTES + 1 : MAX_ANSWER_BYTES)));
    expect(await codeOf(ask(at))).toBe('answer_too_long');
    expect((await ask({ ...at, url: at.url.replace('/x', '/y') })).text).toHaveLength(MAX_ANSWER_BYTES);
  });

  it('gives up in time: no answer, an endless one, and a name that is not resolved', async () => {
    const silent = await outside(() => undefined);
    expect(await codeOf(ask(silent, { timeoutMs: 100 }))).toBe('timeout');
    const slow = await outside((_request, response) => {
      response.write('{');
      setInterval(() => response.write(' '), 20).unref();
    });
    expect(await codeOf(ask(slow, { timeoutMs: 150 }))).toBe('timeout');
    const nameless = { ...silent, world: { ...silent.world, resolve: () => new Promise<string[]>(() => undefined) } };
    expect(await codeOf(ask(nameless, { timeoutMs: 100 }))).toBe('timeout');
  });

  it('says when nobody is there', async () => {
    const at = await outside(() => undefined);
    server?.close();
    expect(await codeOf(ask(at))).toBe('unreachable');
  });
});
