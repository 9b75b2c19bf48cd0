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
  /** Sends a response, unless a final one was sent before. @returns its bytes, for who repeats them */
  respond(response: SipResponse): Buffer;
  /** Of the last response; 0 = none yet. */
  readonly status: number;
  /** Called when a response could not be sent and no final one was given yet. */
  onFailure: ((reason: string) => void) | null;
  /** Called once, when a final response is sent or none can be sent any more. */
  onFinal: (() => void) | null;
  /** Called once, when nothing of the transaction can be matched any more. */
  onTerminated: (() => void) | null;
}

/** @param callId whose message it is, for the trace */
type SendBytes = (hop: Hop, bytes: Buffer, callId: string, onError: (error: Error) => void) => void;
type MachineFunction<Event> = (settings: TransactionSettings, state: Machine<string>, event: Event) => Step<string>;

/** A transaction has two timers at most: one repeats a message or sends the first, the other ends a state. */
const TIMER_PLACES: Readonly<Record<TimerName, 'repeat' | 'end'>> = {
  trying: 'repeat', A: 'repeat', E: 'repeat', G: 'repeat',
  B: 'end', D: 'end', F: 'end', H: 'end', I: 'end', J: 'end', K: 'end', L: 'end', M: 'end',
};

/** Cancels what runs, by place. */
interface Timers {
  repeat: (() => void) | null;
  end: (() => void) | null;
}

/** Entries live up to 32 s after their calls, in thousands: they are of one shape, and let go of what they need no more. */
interface ClientEntry extends Timers {
  readonly key: string;
  readonly callId: string;
  readonly machine: MachineFunction<ClientEvent>;
  state: Machine<string>;
  /** For the ACK to a failure; null = there can be none. */
  request: SipRequest | null;
  /** Null = it is not sent again. */
  bytes: Buffer | null;
  readonly hop: Hop;
  readonly settings: TransactionSettings;
  /** Null = nothing more is told. */
  handlers: ClientHandlers | null;
}

class ServerEntry implements Timers, ServerTransaction {
  readonly key: string;
  readonly callId: string;
  readonly hop: Hop;
  readonly settings: TransactionSettings;
  readonly machine: MachineFunction<ServerEvent>;
  state: Machine<string>;
  /** Needed only until the first response: 100 Trying is made from it. */
  request: SipRequest | null;
  response: Buffer | null = null;
  status = 0;
  open = true;
  repeat: (() => void) | null = null;
  end: (() => void) | null = null;
  onFailure: ((reason: string) => void) | null = null;
  onFinal: (() => void) | null = null;
  onTerminated: (() => void) | null = null;
  readonly #step: (entry: ServerEntry, event: ServerEvent) => void;

  constructor(key: string, request: SipRequest, callId: string, hop: Hop, settings: TransactionSettings, step: (entry: ServerEntry, event: ServerEvent) => void) {
    const isInvite = request.method === 'INVITE';
    this.key = key;
    this.callId = callId;
    this.hop = hop;
    this.settings = settings;
    this.machine = (isInvite ? inviteServer : nonInviteServer) as MachineFunction<ServerEvent>;
    this.state = isInvite ? INVITE_SERVER_START : NON_INVITE_SERVER_START;
    this.request = request;
    this.#step = step;
  }

  respond(response: SipResponse): Buffer {
    const bytes = serialize(response);
    if (!this.open) return bytes;
    const { status } = response;
    this.response = bytes;
    this.status = status;
    if (status >= 200) this.close();
    this.#step(this, status < 200 ? 'sendProvisional' : status < 300 ? 'sendSuccess' : 'sendFailure');
    return bytes;
  }

  /** No response of the user is taken any more. */
  close(): void {
    if (!this.open) return;
    this.open = false;
    this.request = null;
    this.onFinal?.();
    this.onFinal = null;
    this.onFailure = null;
  }
}

export class TransactionLayer {
  readonly #clock: Clock;
  readonly #send: SendBytes;
  readonly #settings: { udp: TransactionSettings; tcp: TransactionSettings };
  readonly #clients = new Map<string, ClientEntry>();
  readonly #servers = new Map<string, ServerEntry>();
  readonly #serverStep = (entry: ServerEntry, event: ServerEvent): void => this.#stepServer(entry, event);

  constructor(clock: Clock, send: SendBytes, timers: TransactionTimers) {
    this.#clock = clock;
    this.#send = send;
    this.#settings = { udp: { ...timers, reliable: false }, tcp: { ...timers, reliable: true } };
  }

  /** Starts a client transaction; the request has its top Via with this branch. */
  request(request: SipRequest, branch: string, hop: Hop, handlers: ClientHandlers): void {
    const isInvite = request.method === 'INVITE';
    const entry: ClientEntry = {
      key: clientKey(branch, request.method),
      callId: headerOf(request, 'call-id') ?? '',
      machine: (isInvite ? inviteClient : nonInviteClient) as MachineFunction<ClientEvent>,
      state: isInvite ? INVITE_CLIENT_START : NON_INVITE_CLIENT_START,
      request,
      bytes: serialize(request),
      hop,
      settings: this.#settingsFor(hop),
      handlers,
      repeat: null,
      end: null,
    };
    this.#clients.set(entry.key, entry);
    this.#stepClient(entry, 'start', null);
  }

  /** Gives a response to its transaction; false = there is none. */
  response(response: SipResponse, essentials: Essentials): boolean {
    const entry = this.#clients.get(clientKey(essentials.branch, essentials.cseqMethod));
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

  /** Whether there is a server transaction. @param key see `inviteKey` */
  knows(key: string): boolean {
    return this.#servers.has(key);
  }

  /** Starts a server transaction for a new request. */
  accept(request: SipRequest, essentials: Essentials, hop: Hop): ServerTransaction {
    const key = serverKey(request, essentials, hop, request.method);
    const entry = new ServerEntry(key, request, essentials.callId, hop, this.#settingsFor(hop), this.#serverStep);
    this.#servers.set(entry.key, entry);
    this.#stepServer(entry, 'start');
    return entry;
  }

  /** The INVITE transaction that a CANCEL is about (RFC 3261 section 9.2). */
  inviteOf(cancel: SipRequest, essentials: Essentials, hop: Hop): ServerTransaction | null {
    return this.#servers.get(inviteKey(cancel, essentials, hop)) ?? null;
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

  #settingsFor({ transport }: Hop): TransactionSettings {
    return transport === 'udp' ? this.#settings.udp : this.#settings.tcp;
  }

  #stepClient(entry: ClientEntry, event: ClientEvent, message: { response: SipResponse; essentials: Essentials } | null): void {
    const { state, effects } = entry.machine(entry.settings, entry.state, event);
    entry.state = state;
    for (const effect of effects) this.#runClient(entry, effect, message);
    if (entry.state.name === 'accepted' || entry.state.name === 'completed') letGo(entry);
  }

  #runClient(
    entry: ClientEntry,
    effect: TransactionEffect,
    message: { response: SipResponse; essentials: Essentials } | null,
  ): void {
    switch (effect.type) {
      case 'sendRequest':
        if (!entry.bytes) return;
        this.#send(entry.hop, entry.bytes, entry.callId, (error) => {
          if (this.#clients.get(entry.key) === entry) this.#failClient(entry, error);
        });
        return;
      case 'sendAck':
        if (message && entry.request) this.#send(entry.hop, serialize(buildFailureAck(entry.request, message.response)), entry.callId, ignore);
        return;
      case 'deliver':
        if (message) entry.handlers?.onResponse(message.response, message.essentials);
        return;
      case 'setTimer':
        this.#setTimer(entry, effect.timer, effect.ms, () => this.#stepClient(entry, `timer${effect.timer}` as ClientEvent, null));
        return;
      case 'clearTimer':
        clearTimer(entry, effect.timer);
        return;
      case 'timeout':
        entry.handlers?.onFailure(408, 'no answer');
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
    if (wasWaiting) entry.handlers?.onFailure(503, error.message);
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
        entry.close();
        clearTimers(entry);
        this.#servers.delete(entry.key);
        entry.onTerminated?.();
        return;
      default:
    }
  }

  #sendResponse(entry: ServerEntry): void {
    if (!entry.response) return;
    this.#send(entry.hop, entry.response, entry.callId, (error) => {
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
    const place = TIMER_PLACES[timer];
    entry[place] = this.#clock.after(ms, () => {
      entry[place] = null;
      run();
    });
  }
}

/** What is the same in an INVITE, its repetitions and its CANCEL. */
export function inviteKey(request: SipRequest, essentials: Essentials, hop: Hop): string {
  return serverKey(request, essentials, hop, 'INVITE');
}

const ignore = (): void => undefined;

/** After a final response only further 2xx of an INVITE are told, and only a failure of one is acknowledged. */
function letGo(entry: ClientEntry): void {
  const isAccepted = entry.state.name === 'accepted';
  entry.bytes = null;
  if (isAccepted || entry.request?.method !== 'INVITE') entry.request = null;
  if (!isAccepted) entry.handlers = null;
}

function clearTimer(entry: Timers, timer: TimerName): void {
  const place = TIMER_PLACES[timer];
  entry[place]?.();
  entry[place] = null;
}

function clearTimers(entry: Timers): void {
  entry.repeat?.();
  entry.end?.();
  entry.repeat = null;
  entry.end = null;
}

function countStates(entries: ReadonlyMap<string, { state: Machine<string> }>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of entries.values()) counts[state.name] = (counts[state.name] ?? 0) + 1;
  return counts;
}

/** Matching of RFC 3261 section 17.1.3. */
const clientKey = (branch: string, method: string): string => [branch, method].join('|');

/**
 * Matching of RFC 3261 section 17.2.3: by branch and sent-by, or, for RFC 2543 peers, by what identifies the request. The
 * transport, Call-ID and CSeq are looked at as well: they are the same in every true retransmission, ACK and CANCEL, and a
 * client that uses its branches twice must not be given the answer to something else.
 */
function serverKey(request: SipRequest, essentials: Essentials, hop: Hop, method: string): string {
  const { via, branch, callId, cseq, fromTag } = essentials;
  // Joined, not added up: the key outlives its message, and a text added up is a tree that keeps its parts alive.
  if (branch.startsWith(BRANCH_COOKIE)) return [hop.transport, callId, cseq, method, branch, via.host, via.port ?? ''].join('|');
  return [hop.transport, callId, cseq, method, request.uri, fromTag, headerOf(request, 'via') ?? ''].join('|');
}
