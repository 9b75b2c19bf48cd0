import type { WebCallClientMessage, WebCallServerMessage } from '../../shared/events.ts';
import type { TenantRuntime } from '../calls/tenant-runtime.ts';
import type { CallState } from '../calls/types.ts';
import { viewOf } from '../calls/view.ts';
import { AppError } from '../lib/errors.ts';

type CallMessage = Extract<WebCallClientMessage, { type: 'call' }>;

/** Where a browser's call goes. */
export interface BrowserEntrance {
  /** Null = there is nothing to call; `enter` says so. */
  runtime: TenantRuntime | null;
  /** @returns what gives the place back when the call is over. @throws AppError why this call may not begin */
  enter(): () => void;
  /** @throws AppError as `enter` */
  start(callId: string, message: CallMessage): void;
}

export interface VisitorConnectionOptions {
  entrance: BrowserEntrance;
  newId: () => string;
  send: (message: WebCallServerMessage) => void;
}

/** One browser that calls without being an agent's desk: at most one call for each connection. */
export class VisitorConnection {
  readonly #options: VisitorConnectionOptions;
  #callId: string | null = null;
  #leave: () => void = () => undefined;
  readonly #off: (() => void)[] = [];
  #lastState = '';

  constructor(options: VisitorConnectionOptions) {
    this.#options = options;
  }

  handle(message: WebCallClientMessage): void {
    if (message.type === 'call') return this.#call(message);
    if (this.#callId === null) return;
    const action = message.type === 'dtmf' ? { digit: message.digit } : message.type === 'line.offer' ? { offerSdp: message.sdp } : 'hangup';
    this.#options.entrance.runtime?.toCall(this.#callId, { type: 'visitor', action });
  }

  /** The page is gone. */
  closed(): void {
    if (this.#callId !== null) this.#options.entrance.runtime?.toCall(this.#callId, { type: 'visitor', action: 'gone' });
    this.#end();
  }

  /** The call of this page; null while there is none. */
  get callId(): string | null {
    return this.#callId;
  }

  #call(message: CallMessage): void {
    const { entrance, newId } = this.#options;
    if (this.#callId !== null) throw new AppError('already_calling', 409, 'This page is in a call already.');
    this.#leave = entrance.enter();
    const callId = newId();
    this.#callId = callId;
    if (entrance.runtime) this.#listen(entrance.runtime, callId);
    try {
      this.#tell({ type: 'state', phase: 'connecting', position: null });
      entrance.start(callId, message);
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  #listen({ events }: TenantRuntime, callId: string): void {
    this.#off.push(
      events.on('visitorAnswer', (answer) => {
        if (answer.callId === callId) this.#options.send({ type: 'line.answer', sdp: answer.sdp });
      }),
      events.on('visitorMove', (move) => {
        if (move.callId === callId) this.#options.send({ type: 'line.renew' });
      }),
      events.on('call', (call) => {
        if (call.id === callId) this.#onCall(call);
      }),
      events.on('callGone', (gone) => {
        if (gone.callId === callId) this.#end();
      }),
    );
  }

  #onCall(call: CallState): void {
    const phase = call.phase === 'setup' ? 'connecting' : viewOf(call).phase;
    const isWaiting = phase === 'queued' || phase === 'ringing';
    this.#tell({ type: 'state', phase, position: isWaiting && call.position > 0 ? call.position : null });
  }

  /** Says each state once. */
  #tell(message: Extract<WebCallServerMessage, { type: 'state' }>): void {
    const text = `${message.phase} ${message.position}`;
    if (text === this.#lastState) return;
    this.#lastState = text;
    this.#options.send(message);
  }

  #end(): void {
    for (const off of this.#off.splice(0)) off();
    this.#leave();
    this.#callId = null;
  }
}
