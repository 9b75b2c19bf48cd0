import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { PeerSocket } from './peer-socket.ts';
import { bindPortPair } from './rtp-ports.ts';

const HOST = '127.0.0.1';
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const open: { close: () => void }[] = [];

afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

async function peerAt(host = HOST): Promise<{ socket: Socket; port: number; heard: string[] }> {
  const socket = createSocket('udp4');
  const heard: string[] = [];
  socket.on('message', (packet) => heard.push(packet.toString()));
  socket.bind(0, host);
  await once(socket, 'listening');
  open.push(socket);
  return { socket, port: socket.address().port, heard };
}

async function ours(): Promise<{ peer: PeerSocket; port: number; heard: string[] }> {
  const { rtp, rtcp, port } = await bindPortPair(HOST, { low: 47_000, high: 47_199 });
  const heard: string[] = [];
  rtp.on('message', (packet) => heard.push(packet.toString()));
  rtp.on('error', () => undefined);
  rtcp.close();
  const peer = new PeerSocket(rtp);
  open.push(peer);
  return { peer, port, heard };
}

const send = (peer: PeerSocket, text: string): void => peer.send(Buffer.from(`..${text}`), 2, text.length);

describe('PeerSocket', () => {
  it('sends nothing before it has a peer, then to the peer, and to the next one when it changes', async () => {
    const [first, second] = [await peerAt(), await peerAt()];
    const { peer } = await ours();
    send(peer, 'none');
    peer.aim({ host: HOST, port: first.port });
    send(peer, 'one');
    peer.pin();
    send(peer, 'two');
    peer.aim({ host: HOST, port: second.port });
    send(peer, 'three');
    peer.pin();
    send(peer, 'four');
    await wait(50);
    expect([first.heard, second.heard]).toEqual([['one', 'two'], ['three', 'four']]);
  });

  it('hears only its peer once it is pinned, and everybody again when the peer changes', async () => {
    const [known, stranger] = [await peerAt(), await peerAt('127.0.0.9')];
    const { peer, port, heard } = await ours();
    peer.aim({ host: HOST, port: known.port });
    stranger.socket.send('before', port, HOST);
    await wait(30);
    peer.pin();
    stranger.socket.send('pinned', port, HOST);
    known.socket.send('peer', port, HOST);
    await wait(30);
    peer.aim({ host: HOST, port: 9 });
    stranger.socket.send('after', port, HOST);
    await wait(30);
    expect(heard).toEqual(['before', 'peer', 'after']);
  });

  it('goes on when the peer has no socket for a while', async () => {
    const gone = await peerAt();
    const { peer } = await ours();
    peer.aim({ host: HOST, port: gone.port });
    peer.pin();
    gone.socket.close();
    open.shift();
    for (let round = 0; round < 5; round++) {
      send(peer, 'nobody');
      await wait(5);
    }
    const back = createSocket('udp4');
    open.push(back);
    const heard: string[] = [];
    back.on('message', (packet) => heard.push(packet.toString()));
    back.bind(gone.port, HOST);
    await once(back, 'listening');
    for (let round = 0; round < 4; round++) {
      send(peer, 'again');
      await wait(5);
    }
    // The kernel may tell of the last refusal in place of sending once.
    expect(heard.length).toBeGreaterThanOrEqual(3);
  });

  it('survives an address without a route', async () => {
    const known = await peerAt();
    const { peer } = await ours();
    peer.aim({ host: '203.0.113.9', port: 4000 });
    peer.pin();
    send(peer, 'lost');
    peer.aim({ host: HOST, port: known.port });
    send(peer, 'found');
    await wait(30);
    expect(known.heard).toEqual(['found']);
  });
});
