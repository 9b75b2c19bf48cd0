/** Plain TCP connections. */
import { connect, createServer } from 'node:net';
import type { StreamKind } from './stream.ts';

/** For `StreamTransport`. */
export const tcpKind = (): StreamKind => ({
  transport: 'tcp',
  createServer: (onSocket, onRaw) =>
    createServer({ noDelay: true, keepAlive: true }, (socket) => {
      onRaw(socket);
      if (!socket.destroyed) onSocket(socket);
    }),
  connect: ({ host, port }, localAddress, onReady) =>
    connect({ host, port, noDelay: true, keepAlive: true, ...(localAddress === null ? {} : { localAddress }) }, onReady),
  certified: () => undefined,
  close: () => undefined,
});
