import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { BAD_HELLOS, converse, type DtlsPeer, dtlsPair, helloOf, namedBy, testIdentity, type Wire } from '../../../test/support/dtls-peers.ts';
import { MUTANTS, MUTANTS_TIMEOUT_MS, SLOW_MS, storm } from '../../../test/support/mutants.ts';
import { dtlsStep } from './machine.ts';
import { CONTENT } from './numbers.ts';
import { readRecords, serializeRecord } from './record.ts';
import type { DtlsState } from './state.ts';

const COOKIE = { cookie: { secret: Buffer.alloc(32, 1), peer: '192.0.2.1:4000' } };

const feed = (peer: DtlsPeer, bytes: Buffer, nowMs = 0): Buffer[] => peer.step({ type: 'datagram', bytes: Buffer.from(bytes), nowMs });

describe('a handshake between two of us', () => {
  it.each([
    ['at once where ICE has proven the address', {}],
    ['with a cookie where nothing has', COOKIE],
  ])('%s', (_name, more) => {
    const { client, server } = dtlsPair(more);
    expect(converse(client, server)).toBeLessThan(10);
    expect(client.connected?.profile).toBe('AES_CM_128_HMAC_SHA1_80');
    expect(server.connected?.localMaster).toEqual(client.connected?.remoteMaster);
    expect(server.connected?.remoteMaster).toEqual(client.connected?.localMaster);
    expect([client.dueMs, server.dueMs]).toEqual([null, null]);
  });

  it('says goodbye, and only the other side can', () => {
    const { client, server } = dtlsPair();
    converse(client, server);
    feed(server, serializeRecord({ type: CONTENT.alert, epoch: 0, sequence: 9, fragment: Buffer.from([2, 0]) }));
    feed(server, serializeRecord({ type: CONTENT.alert, epoch: 1, sequence: 9, fragment: randomBytes(26) }));
    expect(server.state.stage).toBe('connected');
    const [goodbye] = client.step({ type: 'close' });
    const answer = feed(server, goodbye ?? Buffer.alloc(0));
    expect(server.outcomes.at(-1)).toEqual({ type: 'closed' });
    expect(answer).toHaveLength(1);
    expect(feed(client, answer[0] ?? Buffer.alloc(0))).toEqual([]);
  });

  it('does not negotiate again', () => {
    const { client, server } = dtlsPair();
    converse(client, server);
    const before = server.sent.length;
    for (const sequence of [0, 1, 5, 6, 7]) feed(server, helloOf({}, sequence), 60_000);
    expect([server.sent.length, server.state.stage]).toEqual([before, 'connected']);
  });

  it('takes no record twice', () => {
    const { client, server } = dtlsPair();
    converse(client, server);
    const last = client.sent.at(-1) ?? Buffer.alloc(0);
    const before = server.sent.length;
    for (let time = 0; time < 10; time++) feed(server, last, 60_000 + time * 1000);
    expect(server.sent.length).toBe(before);
  });

  it('gives up after 30 s, and an alert that anybody could have sent only says why', () => {
    const { client } = dtlsPair();
    client.step({ type: 'start', nowMs: 0 });
    feed(client, serializeRecord({ type: CONTENT.alert, epoch: 0, sequence: 0, fragment: Buffer.from([2, 40]) }), 10);
    expect(client.failed).toBeUndefined();
    while (client.dueMs !== null) client.step({ type: 'timer', nowMs: client.dueMs });
    expect(client.failed).toMatch(/alert of description 40/);
    // At 1, 3, 7 and 15 s (RFC 6347 section 4.2.4.1).
    expect(client.sent.length).toBe(5);
  });
});

describe('loss and disorder', () => {
  /** Loses, doubles and delays by a seed. */
  const rough = (seed: number): Wire => {
    let state = seed * 2_654_435_761;
    const random = (): number => {
      state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) >>> 0;
      return ((state ^ (state >>> 12)) >>> 0) / 2 ** 32;
    };
    return () => (random() < 0.25 ? [] : random() < 0.2 ? [1 + random() * 300, 1 + random() * 300] : [1 + random() * 200]);
  };

  it('200 handshakes over a wire that loses a quarter: all end well', () => {
    let done = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const { client, server } = dtlsPair(seed % 2 === 0 ? COOKIE : {});
      converse(client, server, rough(seed));
      if (client.connected && server.connected?.localMaster.equals(client.connected.remoteMaster)) done++;
    }
    // 30 s are four or five tries: what a quarter lost can do to them all is rare, and nothing but bad luck.
    expect(done).toBeGreaterThanOrEqual(190);
  });

  it.each(['client', 'server'] as const)('each datagram to the %s lost once', (side) => {
    for (let lost = 0; lost < 6; lost++) {
      const { client, server } = dtlsPair(COOKIE);
      let seen = 0;
      converse(client, server, (_datagram, to) => (to === side && seen++ === lost ? [] : [1]));
      expect(server.connected?.localMaster).toEqual(client.connected?.remoteMaster);
      expect(client.connected).toBeDefined();
    }
  });

  it('control: over a wire that loses everything in one direction nothing is agreed', () => {
    const { client, server } = dtlsPair();
    converse(client, server, (_datagram, to) => (to === 'client' ? [] : [1]));
    expect([client.connected, server.connected]).toEqual([undefined, undefined]);
    expect(client.failed).toBe('no answer');
  });
});

describe('who the peer is', () => {
  it('100 of 100 certificates other than the one in the description are refused, on both sides', { timeout: 30_000 }, () => {
    let refused = 0;
    for (let round = 0; round < 50; round++) {
      const forClient = dtlsPair();
      forClient.client.config = { ...forClient.client.config, fingerprints: namedBy(testIdentity()) };
      converse(forClient.client, forClient.server);
      const forServer = dtlsPair();
      forServer.server.config = { ...forServer.server.config, fingerprints: namedBy(testIdentity()) };
      converse(forServer.client, forServer.server);
      const isRefused = ({ connected, failed }: DtlsPeer): boolean => !connected && failed === 'the certificate is not the one in the description';
      refused += Number(isRefused(forClient.client) && !forClient.server.connected) + Number(isRefused(forServer.server) && !forServer.client.connected);
    }
    expect(refused).toBe(100);
  });

  it.each(['client', 'server'] as const)('somebody\'s certificate with another key is refused, shown by the %s', (who) => {
    const pair = dtlsPair();
    const liar = pair[who];
    liar.config = { ...liar.config, identity: { ...liar.config.identity, privateKey: testIdentity().privateKey } };
    converse(pair.client, pair.server);
    expect([pair.client.connected, pair.server.connected]).toEqual([undefined, undefined]);
    expect(pair[who === 'client' ? 'server' : 'client'].failed).toBe('the signature is wrong');
  });

  it('control: with the key of the certificate both of these connect', () => {
    const pair = dtlsPair();
    const stranger = testIdentity();
    pair.client.config = { ...pair.client.config, identity: stranger };
    pair.server.config = { ...pair.server.config, fingerprints: namedBy(stranger) };
    converse(pair.client, pair.server);
    expect(pair.server.connected).toBeDefined();
  });

  it('a wrong Finished is refused', () => {
    const pair = dtlsPair();
    // The client believes in a handshake that the server has not seen.
    let changed = false;
    converse(pair.client, pair.server, (_datagram, to) => {
      if (to === 'server' && pair.client.state.stage === 'serverHello' && !changed) {
        changed = true;
        pair.client.state = { ...pair.client.state, transcript: [Buffer.from('another hello')] };
      }
      return [1];
    });
    expect([pair.client.connected, pair.server.connected]).toEqual([undefined, undefined]);
  });
});

describe('the race of ClientHellos', () => {
  it.each(BAD_HELLOS)('%s is dropped without an answer and without a trace', (_name, bytes) => {
    const { client, server } = dtlsPair();
    for (let time = 0; time < 50; time++) expect(feed(server, bytes)).toEqual([]);
    expect(server.state.stage).toBe('clientHello');
    converse(client, server);
    expect(server.connected?.localMaster).toEqual(client.connected?.remoteMaster);
  });

  it('nor do they disturb when they come between all the messages of a handshake', () => {
    for (const more of [{}, COOKIE]) {
      const { client, server } = dtlsPair(more);
      const disturb = (): void => BAD_HELLOS.forEach(([, bytes]) => feed(server, bytes, 5));
      converse(client, server, () => {
        disturb();
        return [1];
      });
      expect(server.connected?.localMaster).toEqual(client.connected?.remoteMaster);
    }
  });

  it('control: the hello that they are made from is answered', () => {
    const { server } = dtlsPair();
    expect(feed(server, helloOf({})).length).toBeGreaterThan(0);
    expect(server.state.stage).toBe('certificate');
  });

  it('without its cookie a hello is answered with less than it brought, however often it comes', () => {
    const { server } = dtlsPair(COOKIE);
    for (let time = 0; time < 100; time++) {
      const sent = feed(server, helloOf({}));
      expect(Buffer.concat(sent).length).toBeLessThan(helloOf({}).length);
    }
    expect([server.state.stage, server.dueMs]).toEqual(['clientHello', null]);
    // The cookie of one address is no good from another.
    const elsewhere = dtlsPair({ cookie: { ...COOKIE.cookie, peer: '198.51.100.9:4000' } }).server;
    const [request] = feed(server, helloOf({}));
    const cookie = readRecords(request ?? Buffer.alloc(0))[0]?.fragment.subarray(15) ?? Buffer.alloc(0);
    feed(elsewhere, helloOf({ cookie }, 1));
    expect(elsewhere.state.stage).toBe('clientHello');
    feed(server, helloOf({ cookie }, 1));
    expect(server.state.stage).toBe('certificate');
  });
});

describe('mutants', () => {
  it(`${MUTANTS} datagrams of a handshake in all its stages`, { timeout: MUTANTS_TIMEOUT_MS * 2 }, () => {
    const { client, server } = dtlsPair(COOKIE);
    const states: { peer: DtlsPeer; state: DtlsState }[] = [];
    converse(client, server, () => {
      states.push({ peer: client, state: client.state }, { peer: server, state: server.state });
      return [1];
    });
    const seeds = [...client.sent, ...server.sent];
    let at = 0;
    const tally = storm(seeds, MUTANTS, () => false, (bytes) => {
      const { peer, state } = states[at++ % states.length] ?? { peer: client, state: client.state };
      dtlsStep(peer.config, state, { type: 'datagram', bytes, nowMs: 50 });
    });
    expect(tally.refused).toBe(0);
    expect(tally.slowestMs).toBeLessThan(SLOW_MS);
    expect(new Set(states.map(({ state }) => state.stage)).size).toBeGreaterThanOrEqual(5);
  });
});
