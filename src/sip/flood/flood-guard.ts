/**
 * Keeps floods of strangers away from the parser. A token bucket an address, and one for all strangers together. What is too
 * much is dropped; nothing is remembered against an address, because the source of a datagram can be forged: a flood in the name
 * of a trunk or of a registered telephone must not shut that out, so those are never counted.
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
}

export const DEFAULT_FLOOD_LIMITS: FloodLimits = { perSecond: 20, burst: 60, totalPerSecond: 400, totalBurst: 800, connections: 500 };

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
  #dropped = { rate: 0, scanner: 0, connections: 0 };

  constructor(limits: FloodLimits, clock: Clock, known: KnownPeers) {
    this.#limits = limits;
    this.#clock = clock;
    this.#known = known;
    this.#total = { tokens: limits.totalBurst, atMs: clock.monotonic() };
  }

  admit(source: SipSource, bytes: Buffer | null): boolean {
    const now = this.#clock.monotonic();
    if (this.#isKnown(source, now)) return true;
    const { perSecond, burst, totalPerSecond, totalBurst } = this.#limits;
    if (!take(this.#bucketOf(source.host, now), now, perSecond, burst) || !take(this.#total, now, totalPerSecond, totalBurst)) {
      this.#dropped.rate++;
      return false;
    }
    if (bytes !== null && SCANNERS.some((name) => bytes.includes(name))) {
      this.#dropped.scanner++;
      return false;
    }
    return true;
  }

  admitConnection(host: string, open: number): boolean {
    if (open < this.#limits.connections || this.#isKnown({ transport: 'tcp', host, port: 0 }, this.#clock.monotonic())) return true;
    this.#dropped.connections++;
    return false;
  }

  dump(): Record<string, number> {
    return { ...this.#dropped, addresses: this.#buckets.size };
  }

  #isKnown(source: SipSource, now: number): boolean {
    if (now - this.#registeredAtMs >= TRUST_MS) {
      this.#registered = this.#known.registeredHosts();
      this.#registeredAtMs = now;
    }
    return this.#registered.has(source.host) || this.#known.isTrunk(source);
  }

  #bucketOf(host: string, now: number): Bucket {
    // A household has a whole /64 of IPv6.
    const key = host.includes(':') ? host.split(':', 4).join(':') : host;
    const known = this.#buckets.get(key);
    if (known) return known;
    if (this.#buckets.size >= ADDRESSES) for (const oldest of this.#buckets.keys()) {
      this.#buckets.delete(oldest);
      break;
    }
    const bucket = { tokens: this.#limits.burst, atMs: now };
    this.#buckets.set(key, bucket);
    return bucket;
  }
}

/** Takes one token after filling up for the time that has passed. */
function take(bucket: Bucket, now: number, perSecond: number, burst: number): boolean {
  bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.atMs) / 1000) * perSecond);
  bucket.atMs = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens--;
  return true;
}
