/** What finding servers asks of the DNS, remembered for a short while. */
import { lookup } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import type { Clock } from '../../lib/clock.ts';

export interface SrvTarget {
  name: string;
  port: number;
  priority: number;
  weight: number;
}

export interface NaptrTarget {
  order: number;
  preference: number;
  /** For example `SIPS+D2T`. */
  service: string;
  flags: string;
  replacement: string;
}

/** Answers are empty when there is no such record and when nobody answers: either way another step is tried. */
export interface DnsClient {
  naptr(name: string): Promise<readonly NaptrTarget[]>;
  srv(name: string): Promise<readonly SrvTarget[]>;
  /** Addresses of the wanted families, in the order in which they should be tried. */
  addresses(name: string, families: readonly (4 | 6)[]): Promise<readonly string[]>;
}

/** One question may take this long, and is asked so often. */
const QUERY = { timeout: 1500, tries: 2 };

/** Node tells no TTL of SRV and NAPTR; a carrier that moves is noticed after this long, ms. */
const KEPT_MS = 30_000;
/** How long nothing is taken for nothing, ms. */
const KEPT_EMPTY_MS = 5000;
const KEPT_NAMES = 1000;

/** @param servers addresses (with ports) to ask instead of the machine's own */
export function createDns(clock: Clock, servers: readonly string[] = []): DnsClient {
  const resolver = new Resolver(QUERY);
  if (servers.length > 0) resolver.setServers(servers);
  const remembered = rememberer(clock);
  const addressesOf = async (name: string, families: readonly (4 | 6)[]): Promise<string[]> => {
    // Names without a dot are the machine's own matter, and so are all that the DNS does not know (/etc/hosts).
    const isLocal = !name.replace(/\.$/, '').includes('.') || name.endsWith('localhost');
    const found = isLocal ? [] : await Promise.all(families.map((family) => orEmpty(family === 4 ? resolver.resolve4(name) : resolver.resolve6(name))));
    const flat = found.flat();
    return flat.length > 0 || servers.length > 0 ? flat : systemLookup(name, families);
  };
  return {
    naptr: (name) => remembered(`naptr ${name}`, () => orEmpty(resolver.resolveNaptr(name))),
    srv: (name) => remembered(`srv ${name}`, () => orEmpty(resolver.resolveSrv(name))),
    addresses: (name, families) => remembered(`${families.join('')} ${name}`, () => addressesOf(name, families)),
  };
}

const orEmpty = <T>(answer: Promise<T[]>): Promise<T[]> => answer.catch(() => []);

function systemLookup(name: string, families: readonly (4 | 6)[]): Promise<string[]> {
  return new Promise((resolve) => {
    lookup(name, { all: true, family: families.length === 1 ? (families[0] ?? 0) : 0 }, (error, found) => resolve(error ? [] : found.map(({ address }) => address)));
  });
}

/** Asks the same question once at a time. */
function rememberer(clock: Clock) {
  const kept = new Map<string, { answer: Promise<unknown[]>; untilMs: number }>();
  return <T>(key: string, ask: () => Promise<T[]>): Promise<T[]> => {
    const known = kept.get(key);
    if (known && clock.monotonic() < known.untilMs) return known.answer as Promise<T[]>;
    const answer = ask();
    const entry = { answer, untilMs: Number.POSITIVE_INFINITY };
    kept.delete(key);
    kept.set(key, entry);
    void answer.then((list) => (entry.untilMs = clock.monotonic() + (list.length > 0 ? KEPT_MS : KEPT_EMPTY_MS)));
    if (kept.size > KEPT_NAMES) for (const oldest of kept.keys()) {
      kept.delete(oldest);
      break;
    }
    return answer;
  };
}
