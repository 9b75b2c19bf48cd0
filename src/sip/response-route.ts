/** Where responses go (RFC 3261 section 18.2, RFC 3581). Pure. */
import { bareHost } from '../protocol/sip/host.ts';
import type { SipRequest } from '../protocol/sip/message.ts';
import { paramOf, splitList } from '../protocol/sip/scan.ts';
import { formatVia, type Via } from '../protocol/sip/via.ts';
import type { Hop } from './transport.ts';
import type { SipSource } from './types.ts';

/**
 * The hop for responses.
 *
 * Deviation, on purpose: when the sent-by is not literally the sender's address (a name, or a private address behind NAT), its
 * port cannot be trusted either, and the response goes back to the source port as if `rport` had been asked for.
 */
export function responseHop(via: Via, source: SipSource): Hop {
  if (source.transport !== 'udp') return source;
  const wantsSourcePort = paramOf(via.params, 'rport') !== undefined;
  if (wantsSourcePort || bareHost(via.host) !== source.host) return source;
  return { ...source, port: via.port ?? 5060 };
}

/** Notes in the top Via where the request really came from: `received`, and `rport` when asked for. Changes the request. */
export function markReceived(request: SipRequest, via: Via, source: SipSource): void {
  const isElsewhere = bareHost(via.host) !== source.host;
  const wantsPort = paramOf(via.params, 'rport') === null;
  if (!isElsewhere && !wantsPort) return;
  const params = via.params.filter(({ name }) => {
    const lower = name.toLowerCase();
    return lower !== 'received' && !(wantsPort && lower === 'rport');
  });
  params.push({ name: 'received', value: source.host });
  if (wantsPort) params.push({ name: 'rport', value: `${source.port}` });
  const index = request.headers.findIndex((line) => line.id === 'via');
  const line = request.headers[index];
  if (!line) return;
  const top = formatVia({ ...via, params });
  const rest = line.value.includes(',') ? splitList(line.value).slice(1) : [];
  request.headers[index] = { ...line, value: [top, ...rest].join(', ') };
}
