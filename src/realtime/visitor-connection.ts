import type { WebCallClientMessage, WebCallServerMessage } from '../../shared/events.ts';
import type { TenantCell } from '../calls/tenant-cell.ts';
import type { CallState } from '../calls/types.ts';
import { viewOf } from '../calls/view.ts';
import { AppError } from '../lib/errors.ts';
import type { WebCallGate } from './web-call-limits.ts';

export interface VisitorConnectionOptions {
  /** Null = no such tenant; refused like one that has the page switched off. */
  tenant: TenantCell | null;
  gate: WebCallGate;
  ip: string;
  newId: () => string;
  send: (message: WebCallServerMessage) => void;
}

const unavailable = (): AppError => new AppError('web_call_unavailable', 404, 'Calls from the web are not possible here.');

/** One visitor of the web call page: at most one call for each connection. */
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
    this.#options.tenant?.runtime.toCall(this.#callId, { type: 'visitor', action });
  }

  /** The page is gone. */
  closed(): void {
    if (this.#callId !== null) this.#options.tenant?.runtime.toCall(this.#callId, { type: 'visitor', action: 'gone' });
    this.#end();
  }

  #call(message: Extract<WebCallClientMessage, { type: 'call' }>): void {
    const { tenant, gate, ip, newId } = this.#options;
    if (this.#callId !== null) throw new AppError('already_calling', 409, 'This page is in a call already.');
    if (!tenant?.webCall.enabled) throw unavailable();
    const leave = gate.enter(ip, tenant.tenantId);
    if (!leave) throw new AppError('too_many_calls', 429, 'Too many calls at the moment. Try again later.');
    this.#leave = leave;
    const callId = newId();
    this.#callId = callId;
    this.#listen(tenant, callId);
    const { sdp, name, number } = message;
    try {
      this.#tell({ type: 'state', phase: 'connecting', position: null });
      tenant.startWebCall(callId, { sdp, name, number, ip });
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  #listen(tenant: TenantCell, callId: string): void {
    const { events } = tenant.runtime;
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
