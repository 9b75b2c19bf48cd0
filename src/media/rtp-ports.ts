import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { isIP, isIPv6 } from 'node:net';
import { MediaError } from './errors.ts';

/** Both ends included. */
export interface PortRange {
  low: number;
  high: number;
}

/** An RTP port (even) and its RTCP port (one above), bound. */
export interface PortPair {
  port: number;
  rtp: Socket;
  rtcp: Socket;
}

/** One port for everything, bound: RTCP and DTLS come on it too. */
export type SinglePort = Pick<PortPair, 'port' | 'rtp'>;

const ATTEMPTS = 200;

/** Ports of this process's pairs by address: trying one that is taken costs as much as opening a free one. */
const taken = new Map<string, Set<number>>();

function takenAt(host: string): Set<number> {
  const known = taken.get(host);
  if (known) return known;
  const ports = new Set<number>();
  taken.set(host, ports);
  return ports;
}

type LookupDone = (error: NodeJS.ErrnoException | null, address: string, family: number) => void;

/**
 * Addresses only: a name in signalling must not make us ask the DNS, and Node would look up even addresses per packet. A
 * socket sends nearly everything to one address, which is checked once.
 */
function addressLookup(): (host: string, options: unknown, done: LookupDone) => void {
  let known = '';
  let family = 0;
  return (host, _options, done) => {
    if (host !== known) {
      family = isIP(host);
      known = host;
    }
    if (family === 0) done(new Error('not an address'), '', 0);
    else done(null, host, family);
  };
}

function open(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', lookup: addressLookup() as never });
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ port, address: host, exclusive: true }, () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}

/**
 * Binds a random free pair; random so that an outsider cannot guess the ports of a call.
 * @throws MediaError `no_port_free`
 */
export function bindPortPair(host: string, range: PortRange): Promise<PortPair> {
  return bindEven(host, range, async ({ port, rtp }) => {
    const rtcp = await open(host, port + 1).catch(() => null);
    return rtcp && { port, rtp, rtcp };
  });
}

/** Binds a random free port; even, so that the pairs stay whole. @throws MediaError `no_port_free` */
export const bindPort = (host: string, range: PortRange): Promise<SinglePort> => bindEven(host, range, (single) => Promise.resolve(single));

async function bindEven<Bound>(host: string, range: PortRange, complete: (single: SinglePort) => Promise<Bound | null>): Promise<Bound> {
  const first = range.low + (range.low % 2);
  const pairs = Math.floor((range.high - first + 1) / 2);
  const ours = takenAt(host);
  for (let attempt = 0; attempt < ATTEMPTS && pairs > 0; attempt++) {
    const port = first + 2 * randomInt(pairs);
    if (ours.has(port)) continue;
    ours.add(port);
    const rtp = await open(host, port).catch(() => null);
    const bound = rtp && (await complete({ port, rtp }));
    if (bound) {
      rtp.once('close', () => ours.delete(port));
      return bound;
    }
    rtp?.close();
    ours.delete(port);
  }
  throw new MediaError('no_port_free', `No RTP port is free between ${range.low} and ${range.high} on ${host}.`);
}
