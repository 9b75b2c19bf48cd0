import { type ClientMessage, type ServerMessage, serverMessageSchema } from '../../../shared/events.ts';
import { backOffMs, randomShare } from './back-off.ts';
import { Listeners } from './listeners.ts';

type WithoutRef<Message> = Message extends unknown ? Omit<Message, 'ref'> : never;

/** A command as callers write it; the socket numbers it. */
export type Command = WithoutRef<ClientMessage>;

/** closed: not wanted. connecting: first attempt. open: said hello. waiting: lost, tries again by itself. */
export type SocketState = 'closed' | 'connecting' | 'open' | 'waiting';

/** The part of WebSocket that is used; tests give their own. */
export interface Wire {
  send: (text: string) => void;
  close: () => void;
  onMessage: (listener: (data: unknown) => void) => void;
  onClose: (listener: () => void) => void;
}

/** A command that the server refused, or that was lost with the connection (`disconnected`) or not answered (`timeout`). */
export class CommandRefused extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'CommandRefused';
    this.code = code;
  }
}

interface Waiting {
  resolve: (data: unknown) => void;
  reject: (error: CommandRefused) => void;
  timer: ReturnType<typeof setTimeout>;
}

const ANSWER_TIMEOUT_MS = 8_000;
const PING_MS = 15_000;

/**
 * The WebSocket of this tab. It connects again by itself while it is wanted, matches answers to commands by `ref`, drops
 * messages of an unknown shape, and finds out by pings that a network is gone without a close.
 */
export class EventsSocket {
  readonly #open: () => Wire;
  readonly #messages = new Listeners<ServerMessage>();
  readonly #states = new Listeners<SocketState>();
  readonly #losses = new Listeners<undefined>();
  readonly #waiting = new Map<number, Waiting>();
  #wire: Wire | null = null;
  #state: SocketState = 'closed';
  #ref = 0;
  #attempt = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #pingTimer: ReturnType<typeof setInterval> | undefined;

  constructor(open: () => Wire) {
    this.#open = open;
  }

  readonly subscribe = (listener: (message: ServerMessage) => void): (() => void) => this.#messages.add(listener);

  readonly subscribeState = (listener: (state: SocketState) => void): (() => void) => this.#states.add(listener);

  /** Called at each connection that is lost or refused: a browser does not say which, so whoever listens asks the server. */
  readonly subscribeLost = (listener: () => void): (() => void) => this.#losses.add(listener);

  readonly getState = (): SocketState => this.#state;

  /** Calls the listener now if the server has said hello, and after every hello to come: the place to (re)subscribe. */
  readonly onOpen = (listener: () => void): (() => void) => {
    if (this.#state === 'open') listener();
    return this.#states.add((state) => {
      if (state === 'open') listener();
    });
  };

  /** Connects, and stays connected until `stop`. */
  start(): void {
    if (this.#state === 'closed') this.#connect('connecting');
  }

  /** Idempotent. */
  stop(): void {
    clearTimeout(this.#retryTimer);
    this.#set('closed');
    this.#drop();
  }

  /** Does not wait for the back-off, for example when the computer is online again. */
  retryNow(): void {
    if (this.#state !== 'waiting') return;
    clearTimeout(this.#retryTimer);
    this.#connect('waiting');
  }

  /**
   * Sends a command.
   *
   * @returns what the server's `ack` carried
   * @throws CommandRefused
   */
  send(command: Command): Promise<unknown> {
    const wire = this.#wire;
    if (!wire || this.#state !== 'open') return Promise.reject(new CommandRefused('disconnected', 'not connected'));
    this.#ref += 1;
    const ref = this.#ref;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#fail(ref, new CommandRefused('timeout', 'no answer')), ANSWER_TIMEOUT_MS);
      this.#waiting.set(ref, { resolve, reject, timer });
      wire.send(JSON.stringify({ ...command, ref }));
    });
  }

  #connect(state: SocketState): void {
    this.#drop();
    this.#set(state);
    let wire: Wire;
    try {
      wire = this.#open();
    } catch {
      this.#retryLater();
      return;
    }
    this.#wire = wire;
    wire.onMessage((data) => {
      if (this.#wire === wire) this.#receive(data);
    });
    wire.onClose(() => {
      if (this.#wire === wire) this.#lost();
    });
  }

  #receive(data: unknown): void {
    const message = parse(data);
    if (!message) return;
    if (message.type === 'ack') this.#settle(message.ref)?.resolve(message.data);
    else if (message.type === 'refused') this.#fail(message.ref, new CommandRefused(message.code, message.message));
    else {
      // Listeners of the state ask for things that hello announces, so they hear of it first.
      this.#messages.emit(message);
      if (message.type === 'hello') this.#greeted();
      if (message.type === 'bye' && message.reason === 'session_ended') this.stop();
    }
  }

  #greeted(): void {
    this.#attempt = 0;
    clearInterval(this.#pingTimer);
    this.#pingTimer = setInterval(() => this.#ping(), PING_MS);
    this.#set('open');
  }

  #ping(): void {
    const wire = this.#wire;
    this.send({ type: 'ping' }).catch((error: unknown) => {
      if (error instanceof CommandRefused && error.code === 'timeout' && this.#wire === wire) this.#lost();
    });
  }

  #lost(): void {
    this.#drop();
    if (this.#state !== 'closed') this.#retryLater();
  }

  #retryLater(): void {
    this.#set('waiting');
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#connect('waiting'), backOffMs(this.#attempt, randomShare()));
    this.#attempt += 1;
    this.#losses.emit(undefined);
  }

  #drop(): void {
    const wire = this.#wire;
    this.#wire = null;
    clearInterval(this.#pingTimer);
    for (const ref of Array.from(this.#waiting.keys())) this.#fail(ref, new CommandRefused('disconnected', 'connection lost'));
    wire?.close();
  }

  #settle(ref: number): Waiting | undefined {
    const waiting = this.#waiting.get(ref);
    this.#waiting.delete(ref);
    clearTimeout(waiting?.timer);
    return waiting;
  }

  #fail(ref: number, error: CommandRefused): void {
    this.#settle(ref)?.reject(error);
  }

  #set(state: SocketState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#states.emit(state);
  }
}

/** A message of the server, or null when its shape is unknown: a newer server may say more than this page understands. */
function parse(data: unknown): ServerMessage | null {
  if (typeof data !== 'string') return null;
  try {
    return serverMessageSchema.safeParse(JSON.parse(data)).data ?? null;
  } catch {
    return null;
  }
}
