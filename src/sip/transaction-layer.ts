/** The shell around the transaction machines: matches messages to machines, runs their effects, owns their timers. */
import type { Clock } from '../lib/clock.ts';
import type { Essentials } from '../protocol/sip/essentials.ts';
import { headerOf, type SipRequest, type SipResponse } from '../protocol/sip/message.ts';
import { serialize } from '../protocol/sip/serialize.ts';
import { BRANCH_COOKIE } from '../protocol/sip/via.ts';
import { buildFailureAck, buildResponse } from './build.ts';
import { INVITE_CLIENT_START, inviteClient } from './transactions/invite-client.ts';
import { INVITE_SERVER_START, inviteServer } from './transactions/invite-server.ts';
import { NON_INVITE_CLIENT_START, nonInviteClient } from './transactions/non-invite-client.ts';
import { NON_INVITE_SERVER_START, nonInviteServer } from './transactions/non-invite-server.ts';
import type {
  ClientEvent,
  Machine,
  ServerEvent,
  Step,
  TimerName,
  TransactionEffect,
  TransactionSettings,
  TransactionTimers,
} from './transactions/types.ts';
import type { Hop } from './transport.ts';

/** The user of a client transaction. Exactly one final response or one failure is told (and further 2xx of an INVITE). */
export interface ClientHandlers {
  onResponse(response: SipResponse, essentials: Essentials): void;
  /** 408 = no answer in time (RFC 3261 section 8.1.3.1), 503 = the transport failed. */
  onFailure(status: 408 | 503, reason: string): void;
  /** False = the request is not to be tried at another server any more. */
  mayMove?(): boolean;
  /** The request went on to another server; CANCEL must follow it. */
  onMoved?(request: SipRequest, branch: string, hop: Hop): void;
}

/** The user's side of a server transaction. */
export interface ServerTransaction {
  readonly hop: Hop;
  /** True until a final response was sent. */
  readonly open: boolean;
  respond(response: SipResponse): void;
  /** Of the last response; 0 = none yet. */
  status: number;
  /** Called when a response could not be sent and no final one was given yet. */
  onFailure: ((reason: string) => void) | null;
  /** Called once, when a final response is sent or none can be sent any more. */
  onFinal: (() => void) | null;
  /** Called once, when nothing of the transaction can be matched any more. */
  onTerminated: (() => void) | null;
}

type SendBytes = (hop: Hop, bytes: Buffer, onError: (error: Error) => void) => void;
type MachineFunction<Event> = (settings: TransactionSettings, state: Machine<string>, event: Event) => Step<string>;

interface Timers {
  cancel: Map<TimerName, () => void>;
}

interface ClientEntry extends Timers {
  key: string;
  machine: MachineFunction<ClientEvent>;
  state: Machine<string>;
  request: SipRequest;
  bytes: Buffer;
  hop: Hop;
  settings: TransactionSettings;
  handlers: ClientHandlers;
}

interface ServerEntry extends Timers, ServerTransaction {
  key: string;
  machine: MachineFunction<ServerEvent>;
  state: Machine<string>;
  /** Needed only until the first response: 100 Trying is made from it. */
  request: SipRequest | null;
  response: Buffer | null;
  hop: Hop;
  settings: TransactionSettings;
  open: boolean;
}

export class TransactionLayer {
  readonly #clock: Clock;
  readonly #send: SendBytes;
  readonly #settings: { udp: TransactionSettings; tcp: TransactionSettings };
  readonly #clients = new Map<string, ClientEntry>();
  readonly #servers = new Map<string, ServerEntry>();

  constructor(clock: Clock, send: SendBytes, timers: TransactionTimers) {
    this.#clock = clock;
    this.#send = send;
    this.#settings = { udp: { ...timers, reliable: false }, tcp: { ...timers, reliable: true } };
  }

  /** Starts a client transaction; the request has its top Via with this branch. */
  request(request: SipRequest, branch: string, hop: Hop, handlers: ClientHandlers): void {
    const isInvite = request.method === 'INVITE';
    const entry: ClientEntry = {
      key: `${branch}|${request.method}`,
      machine: (isInvite ? inviteClient : nonInviteClient) as MachineFunction<ClientEvent>,
      state: isInvite ? INVITE_CLIENT_START : NON_INVITE_CLIENT_START,
      request,
      bytes: serialize(request),
      hop,
      settings: this.#settings[hop.transport === 'udp' ? 'udp' : 'tcp'],
      handlers,
      cancel: new Map(),
    };
    this.#clients.set(entry.key, entry);
    this.#stepClient(entry, 'start', null);
  }

  /** Gives a response to its transaction; false = there is none. */
  response(response: SipResponse, essentials: Essentials): boolean {
    const entry = this.#clients.get(`${essentials.branch}|${essentials.cseqMethod}`);
    if (!entry) return false;
    const { status } = response;
    const event = status < 200 ? 'provisional' : status < 300 ? 'success' : 'failure';
    this.#stepClient(entry, event, { response, essentials });
    return true;
  }

  /**
   * Gives a retransmitted request, or an ACK, to its transaction.
   * @returns false when there is none; an ACK to a 2xx belongs to the dialog and gives false too
   */
  retransmission(request: SipRequest, essentials: Essentials, hop: Hop): boolean {
    const isAck = request.method === 'ACK';
    const entry = this.#servers.get(serverKey(request, essentials, hop, isAck ? 'INVITE' : request.method));
    if (!entry) return false;
    if (isAck && entry.state.name === 'accepted') return false;
    this.#stepServer(entry, isAck ? 'ack' : 'request');
    return true;
  }

  /** Starts a server transaction for a new request. */
  accept(request: SipRequest, essentials: Essentials, hop: Hop): ServerTransaction {
    const isInvite = request.method === 'INVITE';
    const entry: ServerEntry = {
      key: serverKey(request, essentials, hop, request.method),
      machine: (isInvite ? inviteServer : nonInviteServer) as MachineFunction<ServerEvent>,
      state: isInvite ? INVITE_SERVER_START : NON_INVITE_SERVER_START,
      request,
      response: null,
      hop,
      settings: this.#settings[hop.transport === 'udp' ? 'udp' : 'tcp'],
      cancel: new Map(),
      open: true,
      status: 0,
      onFailure: null,
      onFinal: null,
      onTerminated: null,
      respond: (response) => this.#respond(entry, response),
    };
    this.#servers.set(entry.key, entry);
    this.#stepServer(entry, 'start');
    return entry;
  }

  /** The INVITE transaction that a CANCEL is about (RFC 3261 section 9.2). */
  inviteOf(cancel: SipRequest, essentials: Essentials, hop: Hop): ServerTransaction | null {
    return this.#servers.get(serverKey(cancel, essentials, hop, 'INVITE')) ?? null;
  }

  /** Forgets everything and stops all timers. */
  close(): void {
    for (const entry of [...this.#clients.values(), ...this.#servers.values()]) clearTimers(entry);
    this.#clients.clear();
    this.#servers.clear();
  }

  dump(): { clients: Record<string, number>; servers: Record<string, number> } {
    return { clients: countStates(this.#clients), servers: countStates(this.#servers) };
  }

  #respond(entry: ServerEntry, response: SipResponse): void {
    if (!entry.open) return;
    entry.response = serialize(response);
    const { status } = response;
    entry.status = status;
    if (status >= 200) close(entry);
    this.#stepServer(entry, status < 200 ? 'sendProvisional' : status < 300 ? 'sendSuccess' : 'sendFailure');
  }

  #stepClient(entry: ClientEntry, event: ClientEvent, message: { response: SipResponse; essentials: Essentials } | null): void {
    const { state, effects } = entry.machine(entry.settings, entry.state, event);
    entry.state = state;
    for (const effect of effects) this.#runClient(entry, effect, message);
  }

  #runClient(
    entry: ClientEntry,
    effect: TransactionEffect,
    message: { response: SipResponse; essentials: Essentials } | null,
  ): void {
    switch (effect.type) {
      case 'sendRequest':
        this.#send(entry.hop, entry.bytes, (error) => {
          if (this.#clients.get(entry.key) === entry) this.#failClient(entry, error);
        });
        return;
      case 'sendAck':
        if (message) this.#send(entry.hop, serialize(buildFailureAck(entry.request, message.response)), ignore);
        return;
      case 'deliver':
        if (message) entry.handlers.onResponse(message.response, message.essentials);
        return;
      case 'setTimer':
        this.#setTimer(entry, effect.timer, effect.ms, () => this.#stepClient(entry, `timer${effect.timer}` as ClientEvent, null));
        return;
      case 'clearTimer':
        clearTimer(entry, effect.timer);
        return;
      case 'timeout':
        entry.handlers.onFailure(408, 'no answer');
        return;
      case 'terminated':
        clearTimers(entry);
        this.#clients.delete(entry.key);
        return;
      default:
    }
  }

  #failClient(entry: ClientEntry, error: Error): void {
    const wasWaiting = entry.state.name !== 'completed' && entry.state.name !== 'accepted';
    this.#stepClient(entry, 'transportError', null);
    if (wasWaiting) entry.handlers.onFailure(503, error.message);
  }

  #stepServer(entry: ServerEntry, event: ServerEvent): void {
    const { state, effects } = entry.machine(entry.settings, entry.state, event);
    entry.state = state;
    for (const effect of effects) this.#runServer(entry, effect);
  }

  #runServer(entry: ServerEntry, effect: TransactionEffect): void {
    switch (effect.type) {
      case 'sendTrying':
        if (entry.request) entry.response = serialize(buildResponse(entry.request, 100));
        this.#sendResponse(entry);
        return;
      case 'sendResponse':
        this.#sendResponse(entry);
        return;
      case 'setTimer':
        this.#setTimer(entry, effect.timer, effect.ms, () => this.#stepServer(entry, `timer${effect.timer}` as ServerEvent));
        return;
      case 'clearTimer':
        clearTimer(entry, effect.timer);
        return;
      case 'terminated':
        close(entry);
        clearTimers(entry);
        this.#servers.delete(entry.key);
        entry.onTerminated?.();
        return;
      default:
    }
  }

  #sendResponse(entry: ServerEntry): void {
    if (!entry.response) return;
    this.#send(entry.hop, entry.response, (error) => {
      if (this.#servers.get(entry.key) !== entry) return;
      const { onFailure } = entry;
      this.#stepServer(entry, 'transportError');
      onFailure?.(error.message);
    });
    // The 2xx is resent by the dialog, which keeps its own copy.
    if (entry.state.name === 'accepted') entry.response = null;
  }

  #setTimer(entry: Timers, timer: TimerName, ms: number, run: () => void): void {
    clearTimer(entry, timer);
    const cancel = this.#clock.after(ms, () => {
      entry.cancel.delete(timer);
      run();
    });
    entry.cancel.set(timer, cancel);
  }
}

function close(entry: ServerEntry): void {
  if (!entry.open) return;
  entry.open = false;
  entry.request = null;
  entry.onFinal?.();
  entry.onFinal = null;
  // The entry outlives its call by 32 s; it must not keep the call in memory.
  entry.onFailure = null;
}

const ignore = (): void => undefined;

function clearTimer(entry: Timers, timer: TimerName): void {
  const cancel = entry.cancel.get(timer);
  if (!cancel) return;
  cancel();
  entry.cancel.delete(timer);
}

function clearTimers(entry: Timers): void {
  for (const cancel of entry.cancel.values()) cancel();
  entry.cancel.clear();
}

function countStates(entries: ReadonlyMap<string, { state: Machine<string> }>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of entries.values()) counts[state.name] = (counts[state.name] ?? 0) + 1;
  return counts;
}

/**
 * Matching of RFC 3261 section 17.2.3: by branch and sent-by, or, for RFC 2543 peers, by what identifies the request. The
 * transport, Call-ID and CSeq are looked at as well: they are the same in every true retransmission, ACK and CANCEL, and a
 * client that uses its branches twice must not be given the answer to something else.
 */
function serverKey(request: SipRequest, essentials: Essentials, hop: Hop, method: string): string {
  const { via, branch, callId, cseq, fromTag } = essentials;
  const common = `${hop.transport}|${callId}|${cseq}|${method}`;
  if (branch.startsWith(BRANCH_COOKIE)) return `${common}|${branch}|${via.host}:${via.port ?? ''}`;
  return `${common}|${request.uri}|${fromTag}|${headerOf(request, 'via') ?? ''}`;
}
