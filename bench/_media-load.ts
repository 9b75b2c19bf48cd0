/**
 * The other end of `bench/media.ts`, in a process of its own so that its CPU is not counted: many RTP peers at 50 packets a
 * second each, spread evenly over the 20 ms; or, as a probe, few peers that put the time into each packet.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** Parent to load. */
export type LoadCommand =
  | { type: 'open'; peers: number; probe: boolean }
  /** Targets by peer; in a call, peer 2n talks to 2n+1. */
  | { type: 'start'; targets: { host: string; port: number }[] }
  /** Sends nothing until `resume`. */
  | { type: 'pause' }
  | { type: 'resume' }
  | { type: 'collect' }
  | { type: 'stop' };

/** Load to parent; delays by receiving peer. */
export type LoadReply =
  | { type: 'opened'; ports: number[] }
  | { type: 'collected'; sent: number; received: number; delaysMs: number[][] };

const HOST = '127.0.0.1';
const FRAME_MS = 20;
const HEADER_BYTES = 12;
/** A frame sent this much late by a busy machine would measure the machine, not the media process. */
const MAX_LATE_SEND_MS = 5;

interface Peer {
  socket: Socket;
  packet: Buffer;
  sequence: number;
  dueMs: number;
}

const MAX_DELAY_MS = 10_000;

let peers: Peer[] = [];
let probe = false;
let sent = 0;
let received = 0;
let delays: number[][] = [];

async function open(count: number): Promise<number[]> {
  for (let index = 0; index < count; index++) {
    const socket = createSocket({ type: 'udp4', lookup: ((host: string, _: unknown, done: (e: null, a: string, f: number) => void) => done(null, host, 4)) as never });
    // Looked up synchronously, a socket may listen before bind returns.
    const listening = once(socket, 'listening');
    socket.bind(0, HOST);
    await listening;
    socket.setRecvBufferSize(512 * 1024);
    socket.on('message', (packet) => onMessage(packet, index));
    delays.push([]);
    const packet = Buffer.alloc(HEADER_BYTES + 160, 0x55);
    packet[0] = 0x80;
    packet[1] = 0;
    packet.writeUInt32BE(index + 1, 8);
    peers.push({ socket, packet, sequence: 0, dueMs: 0 });
  }
  return peers.map(({ socket }) => socket.address().port);
}

function onMessage(packet: Buffer, peer: number): void {
  received++;
  if (!probe || packet.length < HEADER_BYTES + 8) return;
  const delay = performance.now() - packet.readDoubleBE(HEADER_BYTES);
  // A packet that is not ours has no time in it.
  if (delay >= 0 && delay < MAX_DELAY_MS) delays[peer]?.push(delay);
}

let targets: { host: string; port: number }[] = [];
let pacing: NodeJS.Timeout | undefined;

function resume(): void {
  const begin = performance.now() + 50;
  peers.forEach((peer, index) => {
    peer.dueMs = begin + (FRAME_MS * index) / peers.length;
  });
  const pace = (): void => {
    const now = performance.now();
    peers.forEach((peer, index) => {
      const target = targets[index];
      while (target && peer.dueMs <= now) send(peer, target, now);
    });
  };
  clearInterval(pacing);
  pacing = setInterval(pace, 1);
}

function send(peer: Peer, target: { host: string; port: number }, now: number): void {
  peer.packet.writeUInt16BE(peer.sequence & 0xffff, 2);
  peer.packet.writeUInt32BE((peer.sequence * 160) >>> 0, 4);
  const late = now - peer.dueMs;
  peer.sequence++;
  peer.dueMs += FRAME_MS;
  if (probe && late > MAX_LATE_SEND_MS) return;
  if (probe) peer.packet.writeDoubleBE(performance.now(), HEADER_BYTES);
  peer.socket.send(Buffer.from(peer.packet), target.port, target.host);
  sent++;
}

process.on('message', (command: LoadCommand) => {
  if (command.type === 'open') {
    probe = command.probe;
    void open(command.peers).then((ports) => reply({ type: 'opened', ports }));
  } else if (command.type === 'start') {
    targets = command.targets;
    resume();
  } else if (command.type === 'pause') clearInterval(pacing);
  else if (command.type === 'resume') resume();
  else if (command.type === 'collect') {
    reply({ type: 'collected', sent, received, delaysMs: delays });
    [sent, received, delays] = [0, 0, peers.map(() => [])];
  } else {
    peers.forEach(({ socket }) => socket.close());
    peers = [];
    process.exit(0);
  }
});

function reply(message: LoadReply): void {
  process.send?.(message);
}
