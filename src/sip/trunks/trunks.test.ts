import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { digestHa1 } from '../../protocol/sip/digest.ts';
import { SipUserAgent } from '../sip-agent.ts';
import type { SipDirectory, SipLegEvent } from '../types.ts';
import { Channels } from './channels.ts';
import { afterFailure, CLOSED, tryCircuit } from './circuit.ts';
import { afterRegister, NEW_REGISTRATION } from './registration.ts';
import { TrunkBoard, type TrunkSnapshot } from './trunk-board.ts';

const result = (status: number, expires: number | null = null, minExpires: number | null = null) => ({ status, expires, minExpires });

describe('the registration machine', () => {
  it('refreshes before the granted time is over', () => {
    for (const granted of [1, 60, 3600, 86_400]) {
      for (const random of [0, 0.5, 0.999]) {
        const { next, afterMs } = afterRegister(NEW_REGISTRATION, result(200, granted), random);
        expect(next.state).toBe('registered');
        expect(afterMs).toBeGreaterThan(0);
        expect(afterMs).toBeLessThan(granted * 1000);
      }
    }
  });

  it('asks for the least that is granted after 423, at once, and once', () => {
    const { next, afterMs } = afterRegister(NEW_REGISTRATION, result(423, null, 7200), 0);
    expect([next.expires, afterMs]).toEqual([7200, 0]);
    expect(afterRegister(next, result(423, null, 7200), 0).afterMs).toBeGreaterThan(0);
  });

  it('waits longer after each failure, up to five minutes', () => {
    let state = NEW_REGISTRATION;
    const waits = Array.from({ length: 10 }, () => {
      const { next, afterMs } = afterRegister(state, result(403), 0.999);
      state = next;
      return afterMs;
    });
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(waits[0]).toBeGreaterThanOrEqual(2500);
    expect(waits.at(-1)).toBeLessThanOrEqual(300_000);
    expect(state.state).toBe('unregistered');
  });
});

describe('circuit and channels', () => {
  it('opens after three failures and lets one try through', () => {
    const open = [1, 2, 3].reduce((circuit) => afterFailure(circuit, 0), CLOSED);
    expect(open.state).toBe('open');
    expect(tryCircuit(open, open.retryAt - 1).allowed).toBe(false);
    const probe = tryCircuit(open, open.retryAt);
    expect(probe.allowed).toBe(true);
    expect(tryCircuit(probe.circuit, open.retryAt).allowed).toBe(false);
    expect(afterFailure(probe.circuit, 100_000).retryAt - 100_000).toBeGreaterThan(open.retryAt);
  });

  it('counts channels and calls per second', () => {
    const limits = { channels: 2, callsPerSecond: 1 };
    const channels = new Channels();
    expect(channels.take(limits, 'a', 0)).toBeNull();
    expect(channels.take(limits, 'a', 1)).toBeNull();
    expect(channels.take(limits, 'b', 999)).toBe('rate');
    expect(channels.take(limits, 'b', 1000)).toBeNull();
    expect(channels.take(limits, 'c', 5000)).toBe('channels');
    channels.free('a');
    expect(channels.take(limits, 'c', 5000)).toBeNull();
    expect(channels.used).toBe(2);
    channels.adopt('d');
    expect(channels.used).toBe(3);
  });
});

function agent(directory: Partial<SipDirectory>, onEvent: (event: SipLegEvent) => void = () => undefined): SipUserAgent {
  const whole: SipDirectory = { trunkFor: () => null, deviceSecret: () => Promise.resolve(null), bindingsChanged: () => undefined, ...directory };
  return new SipUserAgent({ host: '127.0.0.1', port: 0, clock: systemClock, logger: silentLogger, directory: whole, random: (size) => randomBytes(size), realmFor: () => 'carrier', onEvent });
}

async function until(what: () => boolean, ms = 5000): Promise<void> {
  const end = performance.now() + ms;
  while (!what()) {
    if (performance.now() > end) throw new Error('did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('a trunk over real sockets', () => {
  it('registers with digest at a carrier, sees it by OPTIONS, and takes its contact away at the end', async () => {
    const carrier = agent({ deviceSecret: (_realm, user, algorithm) => Promise.resolve(user === 'did1' ? { deviceId: 'd', tenantId: 't', ha1: digestHa1(algorithm, user, 'carrier', 'secret') } : null) });
    const own = agent({});
    const { udpPort } = await carrier.start();
    await own.start();
    const states: TrunkSnapshot[] = [];
    const board = new TrunkBoard({ clock: systemClock, random: () => 0, registrar: (target) => own.registration(target), ping: (uri) => own.ping(uri), onChange: (_line, state) => states.push(state) });
    const server = `sip:127.0.0.1:${udpPort}`;
    const line = (password: string) => ({
      id: 'trunk', tenantId: 't', server, channels: 1, callsPerSecond: 1, monitorMs: 60_000,
      registration: { registrar: server, aor: `sip:did1@127.0.0.1`, user: 'did1', credentials: { realm: 'carrier', username: 'did1', password } },
    });
    try {
      board.configure('t', [line('wrong')]);
      await until(() => board.state('trunk')?.registration === 'unregistered');
      expect(board.takeOut('trunk', 'leg')).toBe('unregistered');
      board.configure('t', [line('secret')]);
      await until(() => board.state('trunk')?.registration === 'registered' && board.state('trunk')?.reachable === 'up');
      expect(carrier.contactsOf('d')).toHaveLength(1);
      expect(board.takeOut('trunk', 'leg')).toBeNull();
      board.configure('t', []);
      await until(() => carrier.contactsOf('d').length === 0);
    } finally {
      board.stop();
      await own.stop();
      await carrier.stop();
    }
  });

  it('gives a carrier that says nothing up after the set-up time, so that the next one is tried within 4 s', async () => {
    const silent = createSocket('udp4');
    await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve));
    const events: SipLegEvent[] = [];
    const own = agent({}, (event) => void events.push(event));
    await own.start();
    const began = performance.now();
    try {
      own.invite('leg', { uri: `sip:0312345678@127.0.0.1:${silent.address().port}`, fromUser: 'a', fromDisplayName: '', credentials: null, sdp: '', ringTimeoutMs: 60_000, setupTimeoutMs: 3000 });
      await until(() => events.some(({ type }) => type === 'rejected'));
      expect(events).toMatchObject([{ type: 'rejected', status: 408 }]);
      expect(performance.now() - began).toBeLessThan(4000);
    } finally {
      await own.stop();
      silent.close();
    }
  });
});
