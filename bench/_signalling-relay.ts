/**
 * The least a SIP server in Node can do, as a floor for `bench/signalling.ts`: one UDP socket; what a caller sends goes to the
 * carrier and what that sends to the caller, unread. As many datagrams come and go as in a call through the product.
 */
import { createSocket } from 'node:dgram';

const HOST = '127.0.0.1';
const [port = 0, carrierPort = 0] = process.argv.slice(2).map(Number);
let callerPort = 0;

// Node looks up even an address for each packet unless it is told not to.
const lookup = (host: string, _: unknown, done: (error: null, address: string, family: number) => void): void => done(null, host, 4);
const socket = createSocket({ type: 'udp4', lookup: lookup as never });
socket.on('message', (packet, source) => {
  if (source.port === carrierPort) socket.send(packet, callerPort, HOST);
  else {
    callerPort = source.port;
    socket.send(packet, carrierPort, HOST);
  }
});
socket.bind(port, HOST, () => process.send?.('bound'));
