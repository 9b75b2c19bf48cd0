/** Finding the servers of a URI (RFC 3263 section 4): transport, address and port, with the others to try after. */
import { isIP } from 'node:net';
import { bareHost } from '../../protocol/sip/host.ts';
import { uriParam, type SipUri } from '../../protocol/sip/uri.ts';
import type { Hop } from '../transport.ts';
import type { DnsClient } from './dns.ts';
import { orderNaptr, orderSrv, srvName, type Carrier } from './order.ts';

/** What this stack can do, and how it asks. */
export interface LocateMeans {
  dns: DnsClient;
  /** Carriers that we can open something with. */
  carriers: readonly Carrier[];
  families: readonly (4 | 6)[];
  /** A number of [0, 1). */
  random: () => number;
}

/** A zone can name as many servers as it likes; so many are looked at, so many addresses tried. */
const SERVERS = 8;
const TARGETS = 12;

const DEFAULT_PORTS: Readonly<Record<Carrier, number>> = { udp: 5060, tcp: 5060, tls: 5061 };

interface Wish {
  host: string;
  port: number | null;
  /** Named by the URI. */
  carrier: Carrier | null;
  isSips: boolean;
}

/** @returns null for a scheme or a transport that we do not speak */
function wishOf(uri: SipUri, carriers: readonly Carrier[]): Wish | null {
  const isSips = uri.scheme === 'sips';
  if (uri.scheme !== 'sip' && !isSips) return null;
  const named = uriParam(uri, 'transport')?.toLowerCase() ?? null;
  // `sips:...;transport=tcp` means TLS (RFC 3261 section 26.2.2).
  const carrier = isSips ? 'tls' : named;
  if (carrier !== null && !carriers.includes(carrier as Carrier)) return null;
  return { host: bareHost(uriParam(uri, 'maddr') ?? uri.host), port: uri.port, carrier: carrier as Carrier | null, isSips };
}

/** The hop of a URI that needs no DNS; undefined when it does, null when it cannot be reached. */
export function literalHop(uri: SipUri, carriers: readonly Carrier[]): Hop | null | undefined {
  const wish = wishOf(uri, carriers);
  if (!wish) return null;
  return isIP(wish.host) > 0 ? hopOf(wish, wish.carrier ?? 'udp', wish.host, wish.port) : undefined;
}

/** All hops of a URI whose host is a name, best first; none when it cannot be reached. Never rejects. */
export async function locate(uri: SipUri, means: LocateMeans): Promise<Hop[]> {
  const wish = wishOf(uri, means.carriers);
  if (!wish) return [];
  const servers = wish.port === null ? await serversOf(wish, means) : null;
  const plain = { carrier: wish.carrier ?? (wish.isSips ? 'tls' : 'udp'), name: wish.host, port: wish.port } as const;
  const found = await Promise.all((servers ?? [plain]).slice(0, SERVERS).map(async ({ carrier, name, port }) => {
    const addresses = isIP(name) > 0 ? [name] : await means.dns.addresses(name, means.families);
    return addresses.map((address) => hopOf(wish, carrier, address, port));
  }));
  return found.flat().slice(0, TARGETS);
}

interface Server {
  carrier: Carrier;
  name: string;
  port: number | null;
}

/** Servers by NAPTR and SRV; null when the domain has no such records, so that its address counts. */
async function serversOf(wish: Wish, { dns, carriers, random }: LocateMeans): Promise<Server[] | null> {
  const usable = wish.isSips ? carriers.filter((carrier) => carrier === 'tls') : carriers;
  const naptr = wish.carrier === null || wish.isSips ? orderNaptr(await dns.naptr(wish.host), usable) : [];
  // Without NAPTR each transport is asked for, UDP first as everybody has it.
  const own = (wish.carrier === null ? usable : [wish.carrier]).map((carrier) => ({ carrier, name: srvName(carrier, wish.host) }));
  const groups = await Promise.all((naptr.length > 0 ? naptr : own).map(async ({ carrier, name }) => ({ carrier, records: await dns.srv(name) })));
  const known = groups.filter(({ records }) => records.length > 0);
  if (known.length === 0) return null;
  // A target of "." says that there is no such service (RFC 2782).
  return known.flatMap(({ carrier, records }) =>
    orderSrv(records, random).filter(({ name }) => name !== '' && name !== '.').map(({ name, port }) => ({ carrier, name, port })));
}

/** The certificate must be for the name in the URI, not for the one that the DNS led to (RFC 5922 section 4). */
function hopOf(wish: Wish, carrier: Carrier, host: string, port: number | null): Hop {
  const name = carrier === 'tls' && isIP(wish.host) === 0 ? { serverName: wish.host } : {};
  const mayGrow = carrier === 'udp' && wish.carrier === null ? { mayGrow: true } : {};
  return { transport: carrier, host, port: port ?? DEFAULT_PORTS[carrier], ...name, ...(wish.isSips ? { sips: true } : {}), ...mayGrow };
}
