import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Clock } from '../lib/clock.ts';
import { Emitter } from '../lib/emitter.ts';
import { unavailable } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { SocketMediaClient } from './client.ts';
import { MEDIA_NODE_FLAGS } from './node-flags.ts';
import { isListening } from './probe.ts';
import type { MediaClient, MediaEvent } from './protocol.ts';

/** What the pool tells. */
export interface MediaPoolEvents {
  /** An event of one of the processes. */
  media: { index: number; event: MediaEvent };
  /** A process is gone with everything in it; another is being started in its place. */
  processDied: { index: number };
  /** A process can be used (again). */
  processUp: { index: number };
}

export interface MediaPoolOptions {
  /** Number of processes. */
  count: number;
  /** Sockets and logs go to `run/` in here. */
  dataDir: string;
  /** Address for RTP and ICE. */
  rtpHost: string;
  /** Both ends included; divided among the processes. */
  rtpPorts: { low: number; high: number };
  soundsDir: string;
  logLevel: string;
  clock: Clock;
  logger: Logger;
  /** How long processes live on without core and calls, minutes. */
  orphanMinutes?: number;
}

interface Slot {
  index: number;
  socket: string;
  client: SocketMediaClient;
  /** Null while unknown. */
  pid: number | null;
  failures: number;
  restarting: boolean;
  /** Endpoints placed since the last load report. */
  load: number;
}

/** sun_path has 108 bytes on Linux and 104 on macOS. */
const MAX_SOCKET_PATH = 100;
const START_TIMEOUT_MS = 10_000;
const BROKEN_CONNECTION_MS = 1000;
const FIRST_BACKOFF_MS = 200;
const LAST_BACKOFF_MS = 10_000;
const LOAD_EVERY_MS = 2000;
const STOP_TIMEOUT_MS = 5000;

/** Without what opens the key service: a media process knows nothing of keys. */
const ownEnvironment = (): NodeJS.ProcessEnv => Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_')));

/**
 * The media processes of this machine. They outlive core on purpose (own process group, no pipe to core): a crashed core
 * that starts again finds them listening and adopts them with their calls.
 */
export class MediaPool {
  readonly events: Emitter<MediaPoolEvents>;
  readonly #options: MediaPoolOptions;
  readonly #slots: Slot[] = [];
  #stopping = false;
  #cancelLoad: () => void = () => undefined;

  constructor(options: MediaPoolOptions) {
    this.#options = options;
    this.events = new Emitter((error, event) =>
      options.logger.error({ err: error, event }, 'a listener of the media pool failed'),
    );
  }

  /** All clients, by index; a client may be disconnected. */
  get clients(): readonly MediaClient[] {
    return this.#slots.map((slot) => slot.client);
  }

  /** True when every process can be used. */
  get ready(): boolean {
    return this.#slots.length > 0 && this.#slots.every((slot) => slot.client.connected);
  }

  /**
   * Adopts processes that are already listening and starts the missing ones.
   * @throws AppError `media_unavailable` when one does not come up
   */
  async start(): Promise<void> {
    mkdirSync(join(this.#options.dataDir, 'run'), { recursive: true, mode: 0o700 });
    for (let index = 0; index < this.#options.count; index++) this.#slots.push(this.#slot(index));
    await Promise.all(this.#slots.map((slot) => this.#bringUp(slot)));
    this.#askLoad();
  }

  /** The client by index, for objects of which core knows where they are; undefined for an unknown index. */
  client(index: number): MediaClient | undefined {
    return this.#slots[index]?.client;
  }

  /** The connected process with the fewest endpoints. @throws AppError `media_unavailable` */
  pick(): MediaClient {
    let best: Slot | undefined;
    for (const slot of this.#slots) {
      if (slot.client.connected && (!best || slot.load < best.load)) best = slot;
    }
    if (!best) throw unavailable('media_unavailable', 'No media process is there.');
    // Until the next report: a burst of calls must not all go to one process. A call has two endpoints.
    best.load += 2;
    return best.client;
  }

  /** Lets go of the processes without ending them: the calls in them go on. */
  detach(): void {
    this.#stopping = true;
    this.#cancelLoad();
    for (const slot of this.#slots) slot.client.close();
  }

  /** Ends all processes; recordings get their last chunk. Idempotent. */
  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#cancelLoad();
    await Promise.all(this.#slots.map((slot) => this.#end(slot)));
  }

  #slot(index: number): Slot {
    const socket = socketPath(this.#options.dataDir, index);
    const client = new SocketMediaClient(index, socket, this.#options.clock, this.#options.logger);
    const slot: Slot = { index, socket, client, pid: null, failures: 0, restarting: false, load: 0 };
    client.events.on('media', (event) => this.events.emit('media', { index, event }));
    client.events.on('up', () => this.events.emit('processUp', { index }));
    client.events.on('down', () => void this.#onDown(slot));
    return slot;
  }

  async #bringUp(slot: Slot): Promise<void> {
    const adopted = await isListening(slot.socket);
    if (!adopted) this.#spawn(slot);
    await slot.client.ready(START_TIMEOUT_MS);
    const { pid } = await slot.client.call('ping', {});
    slot.pid = pid;
    this.#options.logger.info({ index: slot.index, pid, adopted }, 'media process is ready');
  }

  #spawn(slot: Slot): void {
    const { dataDir, rtpHost, soundsDir, logLevel, logger, count, rtpPorts, orphanMinutes } = this.#options;
    const share = Math.floor((rtpPorts.high - rtpPorts.low + 1) / count / 2) * 2;
    const low = rtpPorts.low + slot.index * share;
    const log = openSync(join(dataDir, 'run', `media-${slot.index}.log`), 'a', 0o600);
    const args = ['--socket', slot.socket, '--host', rtpHost, '--ports', `${low}-${low + share - 1}`];
    args.push('--sounds', soundsDir, '--log-level', logLevel, '--orphan-minutes', String(orphanMinutes ?? 5));
    const child = spawn(process.execPath, [...MEDIA_NODE_FLAGS, resolve(import.meta.dirname, 'main.ts'), ...args], {
      detached: true,
      stdio: ['ignore', log, log],
      // From the second start on the code comes compiled: a third less memory, and ready sooner.
      env: { NODE_COMPILE_CACHE: join(resolve(dataDir), 'run', 'compile-cache'), ...ownEnvironment() },
    });
    closeSync(log);
    child.unref();
    child.on('exit', () => {
      if (slot.pid === child.pid) slot.pid = null;
    });
    child.on('error', (error) => logger.error({ index: slot.index, error: error.message }, 'media process cannot start'));
  }

  /** The connection broke: dead, or only disconnected? Processes do not close connections, so ask by connecting again. */
  async #onDown(slot: Slot): Promise<void> {
    if (this.#stopping || slot.restarting) return;
    slot.restarting = true;
    try {
      if (await this.#isBackAgain(slot)) return;
      this.#options.logger.error({ index: slot.index, pid: slot.pid }, 'media process died');
      slot.pid = null;
      slot.load = 0;
      this.events.emit('processDied', { index: slot.index });
      await this.#restart(slot);
    } finally {
      slot.restarting = false;
    }
  }

  async #isBackAgain(slot: Slot): Promise<boolean> {
    const deadline = this.#options.clock.monotonic() + BROKEN_CONNECTION_MS;
    while (slot.pid !== null && isAlive(slot.pid) && this.#options.clock.monotonic() < deadline) {
      if (slot.client.connected) return true;
      await this.#pause(20);
    }
    return false;
  }

  async #restart(slot: Slot): Promise<void> {
    while (!this.#stopping) {
      // The first time at once: calls are waiting.
      if (slot.failures > 0) await this.#pause(Math.min(LAST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** slot.failures));
      if (this.#stopping) return;
      slot.failures++;
      const begun = this.#options.clock.monotonic();
      try {
        await this.#bringUp(slot);
        this.#options.clock.after(LAST_BACKOFF_MS, () => {
          slot.failures = 0;
        });
        return;
      } catch (error) {
        const tookMs = Math.round(this.#options.clock.monotonic() - begun);
        this.#options.logger.error({ index: slot.index, err: error, tookMs }, 'media process did not come up');
      }
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((done) => {
      this.#options.clock.after(ms, done);
    });
  }

  #askLoad(): void {
    for (const slot of this.#slots) {
      if (!slot.client.connected) continue;
      slot.client.call('ping', {}).then(
        ({ load }) => {
          slot.load = load.endpoints;
        },
        () => undefined,
      );
    }
    this.#cancelLoad = this.#options.clock.after(LOAD_EVERY_MS, () => this.#askLoad());
  }

  async #end(slot: Slot): Promise<void> {
    const { pid } = slot;
    if (slot.client.connected) await slot.client.call('shutdown', { now: true }).catch(() => undefined);
    const deadline = this.#options.clock.monotonic() + STOP_TIMEOUT_MS;
    while (pid !== null && isAlive(pid) && this.#options.clock.monotonic() < deadline) await this.#pause(20);
    slot.client.close();
    if (pid !== null && isAlive(pid)) process.kill(pid, 'SIGKILL');
  }
}

/** `<dataDir>/run/media-N.sock`, or a short path of its own where that is too long for a socket. */
function socketPath(dataDir: string, index: number): string {
  const path = join(dataDir, 'run', `media-${index}.sock`);
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH) return path;
  const folder = join(tmpdir(), `scc-${createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 16)}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return join(folder, `media-${index}.sock`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
