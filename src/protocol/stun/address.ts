import { isIPv4, isIPv6 } from 'node:net';

/** Where a datagram comes from or goes to. */
export interface TransportAddress {
  /** IPv4 or IPv6 address, no name. */
  host: string;
  port: number;
}

export const isSameAddress = (a: TransportAddress | null, b: TransportAddress): boolean => a !== null && a.port === b.port && a.host === b.host;

/** The 4 or 16 bytes of an address, a zone left out; null = none. */
export function addressBytes(host: string): Buffer | null {
  const bare = host.split('%')[0] ?? '';
  if (isIPv4(bare)) return Buffer.from(bare.split('.').map(Number));
  if (!isIPv6(bare)) return null;
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(bare);
  const text = dotted ? `${dotted[1]}${word(dotted[2], dotted[3])}:${word(dotted[4], dotted[5])}` : bare;
  const [head = '', tail] = text.split('::');
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const bytes = Buffer.alloc(16);
  before.forEach((value, index) => bytes.writeUInt16BE(value, index * 2));
  after.forEach((value, index) => bytes.writeUInt16BE(value, 16 - (after.length - index) * 2));
  return bytes;
}

const word = (high = '0', low = '0'): string => (Number(high) * 256 + Number(low)).toString(16);

const groups = (text: string): number[] => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)));
