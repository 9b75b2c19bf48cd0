/** Starts a real media process for a test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { SocketMediaClient } from '../../src/media/client.ts';
import type { CodecName, MediaEvent, RtpRemote } from '../../src/media/protocol.ts';
import type { RtpTonePhone } from './tones.ts';

export interface MediaProcess {
  client: SocketMediaClient;
  child: ChildProcess;
  folder: string;
  socket: string;
  events: MediaEvent[];
  /** Resolves with the first event, past or future, that fits. */
  event<Name extends MediaEvent['event']>(
    name: Name,
    fits?: (event: Extract<MediaEvent, { event: Name }>) => boolean,
  ): Promise<Extract<MediaEvent, { event: Name }>>;
  stop(): Promise<void>;
}

/**
 * @param ports UDP ports of the process, `42000-42999`
 * @param args further arguments of the process
 * @param maxFileBytes the system refuses to let its files grow beyond this, as a full disk does
 */
export async function startMediaProcess(ports: string, args: string[] = [], maxFileBytes?: number): Promise<MediaProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'scc-media-'));
  const socket = join(folder, 'm.sock');
  const main = resolve(import.meta.dirname, '../../src/media/main.ts');
  const command = [process.execPath, main, '--socket', socket, '--ports', ports, '--log-level', 'warn', ...args];
  // The limit counts blocks of 512 bytes (POSIX), and is inherited.
  const limit = maxFileBytes === undefined ? '' : `ulimit -f ${Math.floor(maxFileBytes / 512)} && `;
  const child = spawn('sh', ['-c', `${limit}exec "$@"`, 'sh', ...command], { stdio: ['ignore', 'inherit', 'inherit'] });
  const client = new SocketMediaClient(0, socket, systemClock, silentLogger);
  const events: MediaEvent[] = [];
  client.events.on('media', (event) => events.push(event));
  await client.ready(15_000);
  return {
    client,
    child,
    folder,
    socket,
    events,
    async event(name, fits = () => true) {
      for (let attempt = 0; attempt < 500; attempt++) {
        for (const event of events) {
          if (event.event === name && fits(event as never)) return event as never;
        }
        await new Promise((done) => setTimeout(done, 20));
      }
      throw new Error(`no event ${name}`);
    },
    async stop() {
      client.close();
      const ended = new Promise((done) => child.once('exit', done));
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await ended;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What SDP would have said about a tone phone. */
export function remoteOf(phone: RtpTonePhone, codec: CodecName = phone.codec): RtpRemote {
  const { host, port, payloadType, dtmfPayloadType } = phone;
  return { host, port, codec, payloadType, dtmfPayloadType, direction: 'sendrecv' };
}
