/**
 * The least a relay in Node can do, as a floor for `bench/media.ts`: two UDP sockets for each call, and what comes to one
 * leaves by the other. No RTP, no statistics, no check of who sends.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { raisePriority } from '../src/media/priority.ts';

const HOST = '127.0.0.1';
interface Side {
  socket: Socket;
  /** Where the peer of this side was last heard; 0 = not yet. */
  peerPort: number;
}

async function open(): Promise<Side> {
  // Node looks up even an address for each packet unless it is told not to.
  const lookup = (host: string, _: unknown, done: (error: null, address: string, family: number) => void): void => done(null, host, 4);
  const socket = createSocket({ type: 'udp4', lookup: lookup as never });
  const listening = once(socket, 'listening');
  socket.bind(0, HOST);
  await listening;
  return { socket, peerPort: 0 };
}

function relay(from: Side, to: Side): void {
  from.socket.on('message', (packet, source) => {
    from.peerPort = source.port;
    if (to.peerPort > 0) to.socket.send(packet, 0, packet.length, to.peerPort, HOST);
  });
}

// As media processes: who goes first on a busy machine is woken more often.
raisePriority();
const ports: number[] = [];
for (let call = 0; call < Number(process.argv[2]); call++) {
  const [left, right] = [await open(), await open()];
  relay(left, right);
  relay(right, left);
  ports.push(left.socket.address().port, right.socket.address().port);
}
process.send?.(ports);
