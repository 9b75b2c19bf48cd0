/** Relays by others, measured by `bench/media.ts` under the same load as the media process. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { MEDIA_NODE_FLAGS } from '../src/media/node-flags.ts';
import { PRIORITY } from '../src/media/priority.ts';

/** A running relay. */
export interface Floor {
  pid: number;
  /** Ports to send to, for peers at `ports`; in a call, peer 2n talks to 2n+1. */
  connect(ports: number[]): Promise<number[]>;
  stop(): Promise<void>;
}

const RTPENGINE = '/usr/bin/rtpengine';
const HOST = '127.0.0.1';
const ANSWER_TIMEOUT_MS = 2000;

/** True when the program is there. */
export const hasRtpengine = (): boolean => existsSync(RTPENGINE);

/** Two UDP sockets for each call in a bare Node process. */
export async function startBareRelay(calls: number): Promise<Floor> {
  const child = fork(join(import.meta.dirname, '_media-relay.ts'), [String(calls)], { execArgv: [...MEDIA_NODE_FLAGS], detached: true });
  const [relayPorts] = (await once(child, 'message')) as [number[]];
  let next = 0;
  return {
    pid: child.pid ?? 0,
    connect: (ports) => Promise.resolve(ports.map(() => relayPorts[next++] ?? 0)),
    stop: () => ended(child),
  };
}

/**
 * rtpengine in user space with two threads.
 * @param ports of its media; the highest one is its control port
 */
export async function startRtpengine(ports: string): Promise<Floor> {
  const [low = 0, high = 0] = ports.split('-').map(Number);
  const media = ['--interface', HOST, '--port-min', String(low), '--port-max', String(high - 1)];
  const control = ['--listen-ng', `${HOST}:${high}`, '--foreground', '--log-stderr', '--log-level', '3'];
  const child = spawn(RTPENGINE, ['--table=-1', '--num-threads=2', ...media, ...control], { stdio: 'ignore', detached: true });
  raise(child.pid ?? 0);
  const socket = createSocket('udp4');
  for (let attempt = 0; attempt < 20; attempt++) {
    if ((await ask(socket, high, { command: 'ping' }).catch(() => ''))?.includes('pong')) break;
  }
  let call = 0;
  return {
    pid: child.pid ?? 0,
    async connect(peers) {
      const targets: number[] = [];
      for (let index = 0; index + 1 < peers.length; index += 2) {
        const ids = { 'call-id': `bench${call++}`, 'from-tag': 'a' };
        const [caller = 0, agent = 0] = [peers[index], peers[index + 1]];
        const towardsAgent = portOf(await ask(socket, high, { command: 'offer', ...ids, sdp: sdpOf(caller) }));
        const answer = { command: 'answer', ...ids, 'to-tag': 'b', sdp: sdpOf(agent) };
        targets.push(portOf(await ask(socket, high, answer)), towardsAgent);
      }
      return targets;
    },
    async stop() {
      socket.close();
      await ended(child);
    },
  };
}

/** What media processes do for themselves. */
function raise(pid: number): void {
  try {
    setPriority(pid, PRIORITY);
    writeFileSync(`/proc/${pid}/autogroup`, String(PRIORITY));
  } catch {
    // Not allowed to everybody, and then not to media processes either.
  }
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = child.exitCode === null ? once(child, 'exit') : Promise.resolve();
  child.kill('SIGTERM');
  await exit;
}

let cookie = 0;

/** One command of the ng protocol: a cookie and a bencoded dictionary in a datagram. Rejects without an answer. */
function ask(socket: Socket, port: number, command: Record<string, string>): Promise<string> {
  const mine = String(++cookie);
  const text = (value: string): string => `${Buffer.byteLength(value)}:${value}`;
  const body = Object.keys(command).toSorted().map((key) => text(key) + text(command[key] ?? '')).join('');
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.off('message', listen);
      reject(new Error('rtpengine does not answer'));
    }, command['command'] === 'ping' ? 200 : ANSWER_TIMEOUT_MS);
    const listen = (answer: Buffer): void => {
      const line = answer.toString('latin1');
      if (!line.startsWith(`${mine} `)) return;
      clearTimeout(timer);
      socket.off('message', listen);
      resolve(line);
    };
    socket.on('message', listen);
    socket.send(`${mine} d${body}e`, port, HOST);
  });
}

const sdpOf = (port: number): string =>
  `v=0\r\no=- 1 1 IN IP4 ${HOST}\r\ns=-\r\nc=IN IP4 ${HOST}\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n`;

/** The port in the SDP that came back. @throws Error when rtpengine refused */
function portOf(answer: string): number {
  const port = /m=audio (\d+) /.exec(answer)?.[1];
  if (port === undefined) throw new Error(`rtpengine refused: ${answer}`);
  return Number(port);
}
