/** Proxies of ours in front (TLS, flood control): what they say of a request's sender is believed. */
import { BlockList, isIP } from 'node:net';
import { bareHost } from '../protocol/sip/host.ts';
import { listOf } from '../protocol/sip/list-header.ts';
import type { SipRequest } from '../protocol/sip/message.ts';
import { SipParseError } from '../protocol/sip/parse-error.ts';
import { digits, paramOf } from '../protocol/sip/scan.ts';
import { parseVia, type Via } from '../protocol/sip/via.ts';
import type { SipSource } from './types.ts';

const TRANSPORTS: readonly SipSource['transport'][] = ['udp', 'tcp', 'tls', 'ws', 'wss'];

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

function readVia(text: string): Via | null {
  try {
    return parseVia(text);
  } catch (error) {
    if (error instanceof SipParseError) return null;
    throw error;
  }
}

export class Edges {
  readonly #list = new BlockList();
  readonly #isEmpty: boolean;

  /** @param ranges addresses or CIDR ranges */
  constructor(ranges: readonly string[]) {
    this.#isEmpty = ranges.length === 0;
    for (const range of ranges) {
      const [address = '', prefix] = range.split('/');
      if (prefix === undefined) this.#list.addAddress(address, familyOf(address));
      else this.#list.addSubnet(address, Number(prefix), familyOf(address));
    }
  }

  has(host: string): boolean {
    // Asked for every datagram.
    if (this.#isEmpty) return false;
    const address = host.startsWith('::ffff:') ? host.slice('::ffff:'.length) : host;
    return isIP(address) !== 0 && this.#list.check(address, familyOf(address));
  }

  /**
   * Where the request came from before the edge: the second Via, in which the edge wrote `received` and `rport` (RFC 3261
   * section 18.2.1, RFC 3581). Further Vias are the sender's own and prove nothing.
   * @returns `source` itself when that is no edge, or nothing can be read
   */
  originOf(request: SipRequest, source: SipSource): SipSource {
    if (!this.has(source.host)) return source;
    const [, behind] = listOf(request, 'via');
    const via = behind === undefined ? null : readVia(behind);
    if (!via) return source;
    const host = paramOf(via.params, 'received') ?? bareHost(via.host);
    // Without an address there is nothing to believe.
    if (isIP(host) === 0) return source;
    const rport = digits(paramOf(via.params, 'rport') ?? '', 65_535);
    const transport = TRANSPORTS.find((each) => each === via.transport.toLowerCase()) ?? source.transport;
    return { transport, host, port: Number.isNaN(rport) ? (via.port ?? 5060) : rport };
  }
}
