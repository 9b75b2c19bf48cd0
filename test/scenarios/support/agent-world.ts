/**
 * The SIP user agent of the product on a real socket, with an application that a scenario drives, timers a tenth as long as in
 * the field, and a clock that counts what is still waiting.
 */
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { it } from 'vitest';
import { systemClock, type Clock } from '../../../src/lib/clock.ts';
import { silentLogger } from '../../../src/lib/logger.ts';
import { SipUserAgent, type SipAgentOptions } from '../../../src/sip/sip-agent.ts';
import type { IncomingInvite, SipDirectory, SipLegEvent } from '../../../src/sip/types.ts';
import { RawPeer } from './raw-peer.ts';

/** T1 = 40 ms: 64*T1 is 2.56 s. */
export const SHORT_TIMERS = { t1: 40, t2: 160, t4: 80, trying: 20 };

/** Counts timers that are set and have neither run nor been cancelled. */
export class CountingClock implements Clock {
  waiting = 0;
  /** Makes the long patience of a machine short, for flows that wait until it ends. */
  shrink: (ms: number) => number = (ms) => ms;

  wall(): number {
    return systemClock.wall();
  }

  monotonic(): number {
    return systemClock.monotonic();
  }

  after(ms: number, run: () => void): () => void {
    let counted = true;
    this.waiting += 1;
    const settle = (): void => {
      if (counted) this.waiting -= 1;
      counted = false;
    };
    const cancel = systemClock.after(this.shrink(ms), () => {
      settle();
      run();
    });
    return () => {
      settle();
      cancel();
    };
  }
}

/** A telephone that may register, in the realm `scc`. */
export const ACCOUNT = { user: 'phone', password: 'secret of the phone', realm: 'scc' };

/** Wrong answers of the directory would hide faults, so the passwords are real. */
const hashOf = (algorithm: string, user: string, realm: string, password: string): string =>
  createHash(algorithm === 'MD5' ? 'md5' : algorithm === 'SHA-256' ? 'sha256' : 'sha512-256')
    .update(`${user}:${realm}:${password}`)
    .digest('hex');

/** Knows the one telephone and no trunk. @param slow answers when this is settled */
export function deviceDirectory(slow: Promise<null> | null): SipDirectory {
  return {
    trunkFor: () => null,
    offersMd5: () => true,
    async deviceSecret(realm, user, algorithm) {
      await slow;
      const isKnown = realm === ACCOUNT.realm && user === ACCOUNT.user;
      return isKnown ? { deviceId: 'device', tenantId: 'tenant', ha1: hashOf(algorithm, user, realm, ACCOUNT.password) } : null;
    },
    bindingsChanged: () => undefined,
  };
}

export class AgentWorld {
  readonly agent: SipUserAgent;
  readonly clock = new CountingClock();
  readonly events: SipLegEvent[] = [];
  readonly peers: RawPeer[] = [];
  port = 0;
  /** What the application does with a call; by default nothing, the scenario commands. */
  onIncoming: (invite: IncomingInvite) => void = () => undefined;
  #wake: (() => void)[] = [];

  private constructor(options: Partial<SipAgentOptions>) {
    this.agent = new SipUserAgent({
      host: '127.0.0.1',
      port: 0,
      clock: this.clock,
      logger: silentLogger,
      random: randomBytes,
      timers: SHORT_TIMERS,
      directory: { ...deviceDirectory(null), trunkFor: () => ({ trunkId: 'carrier', tenantId: null }) },
      onEvent: (event) => this.#take(event),
      ...options,
    });
  }

  static async start(options: Partial<SipAgentOptions> = {}): Promise<AgentWorld> {
    const world = new AgentWorld(options);
    world.port = (await world.agent.start()).udpPort;
    return world;
  }

  /** URI of a user at the agent. */
  uri(user: string): string {
    return `sip:${user}@127.0.0.1:${this.port}`;
  }

  async peer(user?: string, port?: number): Promise<RawPeer> {
    const peer = await RawPeer.open({ host: '127.0.0.1', port: this.port }, user, port);
    this.peers.push(peer);
    return peer;
  }

  /** The next event of this type that was not asked for yet. @throws Error naming what was seen */
  async event<T extends SipLegEvent['type']>(type: T, timeoutMs = 3000): Promise<Extract<SipLegEvent, { type: T }>> {
    const until = performance.now() + timeoutMs;
    for (;;) {
      const index = this.events.findIndex((event) => event.type === type);
      const [event] = index < 0 ? [] : this.events.splice(index, 1);
      if (event) return event as Extract<SipLegEvent, { type: T }>;
      const left = until - performance.now();
      if (left <= 0) throw new Error(`no ${type}; unread: ${this.events.map((each) => each.type).join(', ') || 'nothing'}`);
      await Promise.race([sleep(left), new Promise<void>((resolve) => this.#wake.push(resolve))]);
    }
  }

  /** Calls out. @returns the leg's id */
  invite(to: RawPeer, options: { legId?: string; sdp?: string } & Partial<Parameters<SipUserAgent['invite']>[1]> = {}): string {
    const { legId = `leg-${randomBytes(4).toString('hex')}`, sdp = '', ...target } = options;
    this.agent.invite(legId, { uri: to.contact, fromUser: '0312340001', fromDisplayName: '', credentials: null, ringTimeoutMs: 10_000, sdp, ...target });
    return legId;
  }

  /**
   * Nothing may be left of a scenario: no leg, no transaction, no timer, and no message that nobody looked at.
   * @throws Error telling what is left
   */
  async expectClean(timeoutMs = 6000): Promise<void> {
    const until = performance.now() + timeoutMs;
    for (;;) {
      const left = this.#left();
      if (left === '') return;
      if (performance.now() > until) throw new Error(`left behind: ${left}`);
      await sleep(20);
    }
  }

  async stop(): Promise<void> {
    for (const peer of this.peers) peer.close();
    await this.agent.stop();
  }

  #left(): string {
    const { legs, clients, servers, subscriptions } = this.agent.dump() as {
      legs: unknown[];
      clients: Record<string, number>;
      servers: Record<string, number>;
      subscriptions: number;
    };
    const count = (states: Record<string, number>): number => Object.values(states).reduce((sum, each) => sum + each, 0);
    const facts: [string, number][] = [
      ['legs', legs.length],
      ['client transactions', count(clients)],
      ['server transactions', count(servers)],
      ['subscriptions', subscriptions],
      ['timers', this.clock.waiting],
      ['unread messages', this.peers.reduce((sum, peer) => sum + peer.unread.length, 0)],
    ];
    const bad = facts.filter(([, value]) => value > 0).map(([name, value]) => `${value} ${name}`);
    const unread = this.peers.flatMap((peer) => peer.unread);
    return [...bad, ...(unread.length > 0 ? [`(${unread.join(', ')})`] : [])].join(', ');
  }

  #take(event: SipLegEvent): void {
    if (event.type === 'incoming') this.onIncoming(event.invite);
    this.events.push(event);
    for (const wake of this.#wake.splice(0)) wake();
  }
}

/**
 * One flow in a world of its own. Flows run beside each other, as most of their time is the waiting of transactions; each
 * ends with the leak check.
 */
export function scenario(name: string, flow: (world: AgentWorld) => Promise<void>, options: Partial<SipAgentOptions> = {}): void {
  it.concurrent(name, async () => {
    const world = await AgentWorld.start(options);
    try {
      await flow(world);
      await world.expectClean();
    } finally {
      await world.stop();
    }
  });
}
