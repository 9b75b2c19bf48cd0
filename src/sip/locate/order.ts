/** Choosing among records. Pure. */
import type { NaptrTarget, SrvTarget } from './dns.ts';

/** Carried by datagrams, TCP or TLS: all that a NAPTR or SRV record can name here. */
export type Carrier = 'udp' | 'tcp' | 'tls';

const SERVICES: Readonly<Record<string, Carrier>> = { 'SIP+D2U': 'udp', 'SIP+D2T': 'tcp', 'SIPS+D2T': 'tls' };

/**
 * The order in which servers are tried (RFC 2782): lower priorities first, within one priority drawn by weight.
 * @param random a number of [0, 1)
 */
export function orderSrv(records: readonly SrvTarget[], random: () => number): SrvTarget[] {
  const ordered: SrvTarget[] = [];
  for (const priority of [...new Set(records.map((record) => record.priority))].toSorted((a, b) => a - b)) {
    // Weightless ones stand in front, so that they are drawn now and then.
    const left = records.filter((record) => record.priority === priority).toSorted((a, b) => a.weight - b.weight);
    while (left.length > 0) ordered.push(...left.splice(drawn(left, random), 1));
  }
  return ordered;
}

function drawn(records: readonly SrvTarget[], random: () => number): number {
  const total = records.reduce((sum, { weight }) => sum + weight, 0);
  const mark = Math.floor(random() * (total + 1));
  let sum = 0;
  return Math.max(0, records.findIndex(({ weight }) => (sum += weight) >= mark));
}

/** SRV names that NAPTR records lead to, best first (RFC 3263 section 4.1); what we cannot use is left out. */
export function orderNaptr(records: readonly NaptrTarget[], usable: readonly Carrier[]): { carrier: Carrier; name: string }[] {
  return records
    .toSorted((a, b) => a.order - b.order || a.preference - b.preference)
    .flatMap(({ service, flags, replacement }) => {
      const carrier = SERVICES[service.toUpperCase()];
      return carrier && usable.includes(carrier) && flags.toLowerCase() === 's' && replacement !== '' ? [{ carrier, name: replacement }] : [];
    });
}

/** Name of the SRV records of a domain. */
export const srvName = (carrier: Carrier, domain: string): string => ({ udp: '_sip._udp.', tcp: '_sip._tcp.', tls: '_sips._tcp.' })[carrier] + domain;
