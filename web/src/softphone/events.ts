import { EventsSocket, type Wire } from './events-socket.ts';

/** Address of a WebSocket of the server this page came from. */
export const socketUrl = (path: string): string => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${path}`;

function openWire(): Wire {
  const socket = new WebSocket(socketUrl('/api/v1/events'));
  return {
    send: (text) => socket.send(text),
    close: () => socket.close(),
    onMessage: (listener) => socket.addEventListener('message', (event) => listener(event.data)),
    onClose: (listener) => socket.addEventListener('close', () => listener()),
  };
}

/** The one event socket of this tab: desk, board and everything else that is live share it. */
export const events = new EventsSocket(openWire);
