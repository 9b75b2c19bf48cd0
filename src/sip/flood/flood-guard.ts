/**
 * Keeps floods of strangers away from the parser. A token bucket an address, and one for all strangers together. What is too
 * much is dropped. Datagrams are never held against an address, because their source can be forged: a flood in the name of a
 * trunk or of a registered telephone must not shut that out, so those are never counted. Who floods on a connection has proven
 * its address by the handshake: it is banned for a while, by every transport.
 */
import type { Clock } from '../../lib/clock.ts';
import type { TransportGate } from '../transport.ts';
import type { SipSource } from '../types.ts';

export interface FloodLimits {
  /** Messages a second of one unknown address, and how many at once. */
  perSecond: number;
  burst: number;
  /** The same for all unknown addresses together. */
  totalPerSecond: number;
  totalBurst: number;
  /** Connections of one unknown address. */
  connections: number;
  /** How long an address is shut out that flooded on a connection, ms. */
  banMs: number;
}

/** Why something was not looked at. */
export type DropReason = 'rate' | 'scanner' | 'connections' | 'banned';

/** Told of what is dropped, for counters. */
export interface GuardListener {
  dropped?(reason: DropReason): void;
  banned?(): void;
}

export const DEFAULT_FLOOD_LIMITS: FloodLimits = { perSecond: 20, burst: 60, totalPerSecond: 400, totalBurst: 800, connections: 500, banMs: 300_000 };

/** Names that port scanners give themselves; they are neither answered nor parsed. */
const SCANNERS = ['friendly-scanner', 'sipvicious', 'sipcli', 'sip-scan', 'sundayddr', 'iWar', 'VaxSIPUserAgent', 'pplsip'].map((name) => Buffer.from(name));

/** Addresses remembered; the oldest is forgotten first. */
const ADDRESSES = 50_000;
/** How long it is believed who is known, ms. */
const TRUST_MS = 1000;

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Who is never counted. */
export interface KnownPeers {
  /** A carrier of ours. */
  isTrunk(source: SipSource): boolean;
  /** Addresses of registered telephones. */
  registeredHosts(): ReadonlySet<string>;
}

export class FloodGuard implements TransportGate {
  readonly #limits: FloodLimits;
  readonly #clock: Clock;
  readonly #known: KnownPeers;
  readonly #buckets = new Map<string, Bucket>();
  readonly #total: Bucket;
  #registered: ReadonlySet<string> = new Set();
  #registeredAtMs = Number.NEGATIVE_INFINITY;
  /** Until when, monotonic ms. */
  readonly #bans = new Map<string, number>();
  readonly #listener: GuardListener;
  readonly #dropped: Record<DropReason, number> = { rate: 0, scanner: 0, connections: 0, banned: 0 };
  #banCount = 0;

  constructor(limits: FloodLimits, clock: Clock, known: KnownPeers, listener: GuardListener = {}) {
    this.#listener = listener;
    this.#limits = limits;
    this.#clock = clock;
    this.#known = known;
    this.#total = { tokens: limits.totalBurst, atMs: clock.monotonic() };
  }

  admit(source: SipSource, bytes: Buffer | null): boolean {
    const now = this.#clock.monotonic();
    if (this.#isKnown(source, now)) return true;
    const address = addressKey(source.host);
    if (this.#isBanned(address, now)) return this.#drop('banned');
    const { perSecond, burst, totalPerSecond, totalBurst } = this.#limits;
    // What comes on connections is counted apart: forged datagrams must not get the owner of their address banned.
    const isProven = bytes === null;
    if (!take(this.#bucketOf(isProven ? `proven ${address}` : address, now), now, perSecond, burst)) {
      if (isProven) this.#ban(address, now);
      return this.#drop('rate');
    }
    if (!take(this.#total, now, totalPerSecond, totalBurst)) return this.#drop('rate');
    return bytes !== null && SCANNERS.some((name) => bytes.includes(name)) ? this.#drop('scanner') : true;
  }

  admitConnection(host: string, open: number): boolean {
    const now = this.#clock.monotonic();
    const isBanned = this.#isBanned(addressKey(host), now);
    if ((!isBanned && open < this.#limits.connections) || this.#isKnown({ transport: 'tcp', host, port: 0 }, now)) return true;
    return this.#drop(isBanned ? 'banned' : 'connections');
  }

  dump(): Record<string, number> {
    return { ...this.#dropped, addresses: this.#buckets.size, bans: this.#banCount };
  }

  #drop(reason: DropReason): false {
    this.#dropped[reason]++;
    this.#listener.dropped?.(reason);
    return false;
  }

  #ban(address: string, now: number): void {
    this.#banCount++;
    this.#bans.set(address, now + this.#limits.banMs);
    dropOldest(this.#bans);
    this.#listener.banned?.();
  }

  #isBanned(address: string, now: number): boolean {
    const until = this.#bans.get(address);
    if (until === undefined) return false;
    if (now < until) return true;
    this.#bans.delete(address);
    return false;
  }

  #isKnown(source: SipSource, now: number): boolean {
    if (now - this.#registeredAtMs >= TRUST_MS) {
      this.#registered = this.#known.registeredHosts();
      this.#registeredAtMs = now;
    }
    return this.#registered.has(source.host) || this.#known.isTrunk(source);
  }

  #bucketOf(key: string, now: number): Bucket {
    const known = this.#buckets.get(key);
    if (known) return known;
    const bucket = { tokens: this.#limits.burst, atMs: now };
    this.#buckets.set(key, bucket);
    dropOldest(this.#buckets);
    return bucket;
  }
}

/** A household has a whole /64 of IPv6. */
const addressKey = (host: string): string => (host.includes(':') ? host.split(':', 4).join(':') : host);

function dropOldest(table: Map<string, unknown>): void {
  if (table.size <= ADDRESSES) return;
  const oldest = table.keys().next();
  if (!oldest.done) table.delete(oldest.value);
}

/** Takes one token after filling up for the time that has passed. */
function take(bucket: Bucket, now: number, perSecond: number, burst: number): boolean {
  bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.atMs) / 1000) * perSecond);
  bucket.atMs = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens--;
  return true;
}
