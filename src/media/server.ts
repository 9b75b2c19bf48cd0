import { chmod, unlink } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { objectOf } from './args.ts';
import { runCommand } from './commands.ts';
import { MediaError } from './errors.ts';
import { LineReader } from './lines.ts';
import { PacedWriter } from './paced-writer.ts';
import { isListening } from './probe.ts';
import type { MediaErrorCode, MediaEvent, MediaFrame } from './protocol.ts';
import type { Session } from './session.ts';

/** Longest frame in either direction; an SDP offer is a few kilobytes. */
export const MAX_LINE_BYTES = 256 * 1024;
/** Events kept for a core that is away. */
const MAX_WAITING_EVENTS = 1000;

/** Listens for core on a Unix socket. Audio does not depend on anybody being connected. */
export class ControlServer {
  readonly #logger: Logger;
  readonly #onShutdown: (now: boolean) => void;
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  /** Open connections that have spoken. */
  readonly #clients = new Set<Socket>();
  #session: Session | null = null;
  #waiting: MediaEvent[] = [];

  /** @param onShutdown called after the command was answered */
  constructor(logger: Logger, onShutdown: (now: boolean) => void) {
    this.#logger = logger;
    this.#onShutdown = onShutdown;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** Number of connected cores. */
  get clients(): number {
    return this.#clients.size;
  }

  /**
   * Starts listening; a socket file that a dead process left behind is replaced.
   * @throws Error when another process listens there
   */
  async listen(path: string, session: Session): Promise<void> {
    this.#session = session;
    if (await isListening(path)) throw new Error('another media process listens on this socket');
    await unlink(path).catch(() => undefined);
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(path, resolve);
    });
    await chmod(path, 0o600);
  }

  /** Sends an event to core, or keeps it until core is back. */
  emit(event: MediaEvent): void {
    if (this.#clients.size === 0) {
      this.#waiting.push(event);
      if (this.#waiting.length > MAX_WAITING_EVENTS) this.#waiting.shift();
      return;
    }
    for (const client of this.#clients) send(client, event);
  }

  async close(): Promise<void> {
    for (const socket of this.#open) {
      writerOf(socket).flush();
      socket.end();
    }
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    const lines = new LineReader(MAX_LINE_BYTES);
    this.#open.add(socket);
    socket.on('data', (piece) => {
      try {
        for (const line of lines.push(piece)) {
          this.#welcome(socket);
          void this.#answer(socket, line);
        }
      } catch (error) {
        this.#logger.warn({ error: messageOf(error) }, 'control connection closed');
        socket.destroy();
      }
    });
    socket.on('error', (error) => this.#logger.debug({ error: error.message }, 'control connection broke'));
    socket.on('close', () => {
      this.#open.delete(socket);
      this.#clients.delete(socket);
    });
  }

  /** Who has spoken is a core and gets events; who only looks whether somebody listens here must not take them away. */
  #welcome(socket: Socket): void {
    if (this.#clients.has(socket)) return;
    this.#clients.add(socket);
    for (const event of this.#waiting.splice(0)) send(socket, event);
  }

  async #answer(socket: Socket, line: string): Promise<void> {
    let id = 0;
    try {
      const request = objectOf(JSON.parse(line), 'frame');
      if (typeof request['id'] !== 'number') throw new MediaError('bad_command', 'A command needs an id.');
      id = request['id'];
      const name = String(request['command']);
      const args = objectOf(request['args'], 'args');
      if (name === 'shutdown') {
        send(socket, { id, ok: true, result: {} });
        writerOf(socket).flush();
        this.#onShutdown(args['now'] === true);
        return;
      }
      if (!this.#session) throw new MediaError('bad_command', 'The process is not ready.');
      send(socket, { id, ok: true, result: await runCommand(this.#session, name, args) });
    } catch (error) {
      const known = error instanceof MediaError;
      const code: MediaErrorCode = known ? error.code : 'bad_command';
      if (!known) this.#logger.error({ err: error }, 'a command failed');
      send(socket, { id, ok: false, code, message: messageOf(error) });
    }
  }
}

const writers = new WeakMap<Socket, PacedWriter>();

function writerOf(socket: Socket): PacedWriter {
  const known = writers.get(socket);
  if (known) return known;
  const writer = new PacedWriter(socket);
  writers.set(socket, writer);
  return writer;
}

const send = (socket: Socket, frame: MediaFrame): void => writerOf(socket).write(JSON.stringify(frame));
