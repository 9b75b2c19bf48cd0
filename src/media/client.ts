import { connect, type Socket } from 'node:net';
import type { Clock } from '../lib/clock.ts';
import { Emitter } from '../lib/emitter.ts';
import { AppError, messageOf, unavailable } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { LineReader } from './lines.ts';
import { PacedWriter } from './paced-writer.ts';
import type { MediaClient, MediaCommandName, MediaCommands, MediaErrorCode, MediaEvent, MediaFrame, MediaRequest } from './protocol.ts';

/** What a client tells. */
export interface MediaClientEvents {
  /** An event of the media process. */
  media: MediaEvent;
  /** The connection is there (again); `dump` says what is alive over there. */
  up: { index: number };
  /** The connection is lost; commands fail until `up`. */
  down: { index: number };
}

interface Pending {
  resolve: (result: never) => void;
  reject: (error: AppError) => void;
  /** When it was sent; monotonic, ms. */
  sentAt: number;
}

const MAX_LINE_BYTES = 4 * 1024 * 1024;
const CALL_TIMEOUT_MS = 15_000;
/** How often commands are looked for that took too long, ms: a timer for each would cost more than its reply. */
const TIMEOUT_CHECK_MS = 1_000;
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 250;

const STATUS: Record<MediaErrorCode, number> = {
  unknown_endpoint: 404,
  unknown_bridge: 404,
  unknown_mix: 404,
  unknown_recording: 404,
  unknown_sound: 404,
  already_exists: 409,
  no_port_free: 503,
  bad_sdp: 422,
  bad_command: 500,
  io_error: 503,
};

/** Core's end of the control channel to one media process. Connects again by itself until closed. */
export class SocketMediaClient implements MediaClient {
  readonly index: number;
  readonly events: Emitter<MediaClientEvents>;
  readonly #path: string;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #pending = new Map<number, Pending>();
  #socket: Socket | null = null;
  #writer: PacedWriter | null = null;
  #connected = false;
  #nextId = 1;
  #isWatching = false;
  #retryMs = FIRST_RETRY_MS;
  #cancelRetry: () => void = () => undefined;
  #closed = false;

  /** Begins to connect at once. @param path Unix socket of the process */
  constructor(index: number, path: string, clock: Clock, logger: Logger) {
    this.index = index;
    this.#path = path;
    this.#clock = clock;
    this.#logger = logger;
    this.events = new Emitter((error, event) => logger.error({ err: error, event }, 'a listener of media events failed'));
    this.#connect();
  }

  get connected(): boolean {
    return this.#connected;
  }

  /**
   * Sends a command and waits for its reply.
   * @throws AppError with the media error's code, or `media_unavailable` (503)
   */
  call<Name extends MediaCommandName>(
    command: Name,
    args: MediaCommands[Name]['in'],
  ): Promise<MediaCommands[Name]['out']> {
    const writer = this.#writer;
    if (!writer || !this.#connected) return Promise.reject(away());
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      if (this.#pending.size === 0) this.#watchTimeouts();
      this.#pending.set(id, { resolve, reject, sentAt: this.#clock.monotonic() });
      const request: MediaRequest<Name> = { id, command, args };
      writer.write(JSON.stringify(request));
    });
  }

  /** Resolves when connected. @throws AppError `media_unavailable` after `timeoutMs` */
  ready(timeoutMs: number): Promise<void> {
    if (this.#connected) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const off = this.events.on('up', () => {
        off();
        cancel();
        resolve();
      });
      const cancel = this.#clock.after(timeoutMs, () => {
        off();
        reject(away());
      });
    });
  }

  /** Lets go of the process without ending it. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#cancelRetry();
    this.#socket?.destroy();
  }

  #connect(): void {
    const lines = new LineReader(MAX_LINE_BYTES);
    const socket = connect(this.#path);
    this.#socket = socket;
    this.#writer = new PacedWriter(socket);
    socket.on('connect', () => {
      this.#connected = true;
      // Events come to who has spoken. The reply, with an id that no call has, is not waited for.
      socket.write('{"id":0,"command":"ping","args":{}}\n');
      this.#retryMs = FIRST_RETRY_MS;
      this.events.emit('up', { index: this.index });
    });
    socket.on('data', (piece) => {
      try {
        for (const line of lines.push(piece)) this.#frame(JSON.parse(line) as MediaFrame);
      } catch (error) {
        this.#logger.error({ error: messageOf(error) }, 'the media process sent nonsense');
        socket.destroy();
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => this.#lost());
  }

  #frame(frame: MediaFrame): void {
    if ('event' in frame) {
      this.events.emit('media', frame);
      return;
    }
    const pending = this.#pending.get(frame.id);
    if (!pending) return;
    this.#pending.delete(frame.id);
    if (frame.ok) pending.resolve(frame.result as never);
    else pending.reject(new AppError(frame.code, STATUS[frame.code] ?? 500, frame.message));
  }

  /** Looks after the oldest commands, which come first, until none is waited for. */
  #watchTimeouts(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.#clock.after(TIMEOUT_CHECK_MS, () => {
      this.#isWatching = false;
      const late = this.#clock.monotonic() - CALL_TIMEOUT_MS;
      for (const [id, { sentAt, reject }] of this.#pending) {
        if (sentAt > late) break;
        this.#pending.delete(id);
        reject(unavailable('media_timeout', 'The media process did not answer.'));
      }
      if (this.#pending.size > 0) this.#watchTimeouts();
    });
  }

  #lost(): void {
    const was = this.#connected;
    this.#connected = false;
    this.#socket = null;
    this.#writer = null;
    for (const pending of this.#pending.values()) pending.reject(away());
    this.#pending.clear();
    if (was) this.events.emit('down', { index: this.index });
    if (this.#closed) return;
    this.#cancelRetry = this.#clock.after(this.#retryMs, () => this.#connect());
    this.#retryMs = Math.min(LAST_RETRY_MS, this.#retryMs * 2);
  }
}

const away = (): AppError => unavailable('media_unavailable', 'The media process is not there.');
