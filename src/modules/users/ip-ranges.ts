import { BlockList, isIP } from 'node:net';

/*
 * Source IP ranges of a profile (CIDR, RFC 4632 and RFC 4291). An IPv4 address that arrives on an IPv6 socket
 * (`::ffff:192.0.2.1`, RFC 4291 section 2.5.5.2) is treated as the IPv4 address it is.
 */

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** An address without mapping and without zone (`fe80::1%eth0`); the text itself when it is no address. */
export function plainAddress(address: string): string {
  const withoutZone = address.split('%', 1)[0] ?? '';
  return MAPPED.exec(withoutZone)?.[1] ?? withoutZone;
}

/**
 * `192.0.2.7` or `192.0.2.0/24` or `2001:db8::/32` in one form: always with a prefix length. Null when it is not a range,
 * or when address bits are set behind the prefix (`192.0.2.7/24` is more likely a mistake than a network).
 */
export function normalizeRange(text: string): string | null {
  const [given = '', prefixText, more] = text.trim().split('/');
  if (more !== undefined) return null;
  const address = plainAddress(given);
  const family = isIP(address);
  if (family === 0 || given.includes('%')) return null;
  const bits = family === 4 ? 32 : 128;
  const prefix = prefixText === undefined ? bits : /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : -1;
  if (prefix < 0 || prefix > bits || (address !== given && prefixText !== undefined)) return null;
  return hostBitsClear(address, family, prefix) ? `${address.toLowerCase()}/${prefix}` : null;
}

function hostBitsClear(address: string, family: number, prefix: number): boolean {
  const bytes = family === 4 ? address.split('.').map(Number) : bytesOfV6(address);
  return bytes.every((byte, index) => {
    const kept = Math.max(0, Math.min(8, prefix - index * 8));
    return (byte & (0xff >> kept)) === 0;
  });
}

function bytesOfV6(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const hex = (high: string | undefined, low: string | undefined): string => (Number(high) * 256 + Number(low)).toString(16);
  const text = dotted ? `${dotted[1]}${hex(dotted[2], dotted[3])}:${hex(dotted[4], dotted[5])}` : address;
  const [head = '', tail] = text.split('::');
  const words = (part: string): number[] => (part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16)));
  const left = words(head);
  const right = words(tail ?? '');
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => 0);
  return [...left, ...zeros, ...right].flatMap((word) => [word >> 8, word & 0xff]);
}

/** What is behind one line to the internet: an IPv4 address; of IPv6 the /64 that a household or an office has. The text itself when it is no address. */
export function networkOf(address: string): string {
  const plain = plainAddress(address);
  return isIP(plain) === 6 ? `${Buffer.from(bytesOfV6(plain).slice(0, 8)).toString('hex')}/64` : plain;
}

/**
 * Whether an address may work. An empty list allows every address; a list that cannot be read allows none.
 * @param ranges normalized ranges
 */
export function addressAllowed(ranges: readonly string[], address: string): boolean {
  if (ranges.length === 0) return true;
  const plain = plainAddress(address);
  const family = isIP(plain);
  if (family === 0) return false;
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix] = range.split('/');
    const kind = isIP(network);
    if (kind !== 0) list.addSubnet(network, Number(prefix), kind === 4 ? 'ipv4' : 'ipv6');
  }
  return list.check(plain, family === 4 ? 'ipv4' : 'ipv6');
}
