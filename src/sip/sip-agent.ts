/** The SIP user agent of the product: legs in and out, the registrar, and who may call. */
import type { Clock } from '../lib/clock.ts';
import { uuidv7, type RandomBytes } from '../lib/ids.ts';
import type { Logger } from '../lib/logger.ts';
import { messageOf } from '../lib/errors.ts';
import type { Address } from '../protocol/sip/address.ts';
import type { Essentials } from '../protocol/sip/essentials.ts';
import { bodyText, type SipRequest } from '../protocol/sip/message.ts';
import { parseUri, userOf, type SipUri } from '../protocol/sip/uri.ts';
import { Authenticator, DEFAULT_AUTH_LIMITS, type AuthenticatorLimits } from './authenticator.ts';
import { CAPABILITIES, header } from './build.ts';
import { callerIdOf, callPathOf } from './caller-id.ts';
import { Edges } from './edges.ts';
import { Endpoint, type IncomingRequest, type SipMetrics, type StartedPorts } from './endpoint.ts';
import { InboundLeg } from './inbound-leg.ts';
import { FloodGuard, type FloodLimits } from './flood/flood-guard.ts';
import type { DnsClient } from './locate/dns.ts';
import type { Leg, LegOwner } from './leg.ts';
import type { CallLineLimits } from './overload/call-line.ts';
import type { MessageTrace } from './message-trace.ts';
import { OutboundLeg, type RegisteredFlow } from './outbound-leg.ts';
import { DEFAULT_REGISTRAR_LIMITS, Registrar, type RegistrarLimits } from './registrar.ts';
import { RegistrationClient, type RegistrationTarget } from './registration-client.ts';
import { judgeReplaces, legOfReplaces, replacesOf } from './replaces.ts';
import { RestoredLeg } from './restored-leg.ts';
import { DEFAULT_SESSION_TIMER, timerOfRequest, type SessionTimerSettings } from './session-timer.ts';
import { pingServer } from './trunks/ping.ts';
import type { KeptBinding } from './binding.ts';
import { ALLOW_EVENTS, Notifier, type KeptSubscription } from './subscriptions/notifier.ts';
import { DEFAULT_SUBSCRIPTION_LIMITS, type EventPackage, type ResourceStates, type SubscriptionLimits } from './subscriptions/types.ts';
import type { ServerTransaction } from './transaction-layer.ts';
import type { TransactionTimers } from './transactions/types.ts';
import type { ListenOptions } from './transports/transports.ts';
import type {
  ContactBinding,
  OutboundTarget,
  SipAgent,
  SipDirectory,
  SipIdentity,
  SipLegEvent,
  SipLegSnapshot,
  SipSource,
} from './types.ts';

export interface SipAgentOptions extends ListenOptions {
  clock: Clock;
  logger: Logger;
  directory: SipDirectory;
  random: RandomBytes;
  /**
   * Hears every event of every leg. May return a promise for `ended` by the remote: the 200 to the BYE is sent when it
   * settles, so that nothing is acknowledged before it is recorded.
   */
  onEvent(event: SipLegEvent): void | Promise<void>;
  /** Digest realm for a REGISTER or INVITE to this host; always `scc` when not given. */
  realmFor?(host: string): string;
  /** Makes the ids of inbound legs; UUIDs when not given. */
  newLegId?(): string;
  metrics?: SipMetrics;
  /** Keeps messages for the ladder diagram, under the ids of their legs. */
  trace?: MessageTrace;
  timers?: Partial<TransactionTimers>;
  /** Bounds what strangers may send; without it nothing is held back. */
  flood?: FloodLimits;
  authLimits?: Partial<AuthenticatorLimits>;
  registrarLimits?: Partial<RegistrarLimits>;
  sessionTimer?: Partial<SessionTimerSettings>;
  /** Addresses and ranges of proxies of ours, whose word about the sender of a request counts. */
  trustedEdges?: readonly string[];
  /** What telephones may subscribe to; without it every SUBSCRIBE is refused (489). */
  states?: ResourceStates;
  subscriptionLimits?: Partial<SubscriptionLimits>;
  /** How new calls stand in line; without it all are taken as they come, and none is refused for overload. */
  overload?: Partial<CallLineLimits>;
  /** Asked for the names of servers; the machine's resolver when not given. */
  dns?: DnsClient;
}

/** What a device has here, as plain data. */
export interface KeptDevice {
  bindings: KeptBinding[];
  subscriptions: KeptSubscription[];
}

/** How long `stop({ hangup: true })` waits for the peers, ms. */
const STOP_PATIENCE = 2000;

/** SIP for the rest of core. Never throws for what peers or sockets do: it becomes events. */
export class SipUserAgent implements SipAgent {
  readonly #options: SipAgentOptions;
  readonly #endpoint: Endpoint;
  readonly #registrar: Registrar;
  readonly #authenticator: Authenticator;
  readonly #owner: LegOwner;
  readonly #notifier: Notifier | null;
  readonly #gate: FloodGuard | null;
  readonly #legs = new Map<string, Leg>();
  /** By our tag, which is in every request of a dialog. */
  readonly #byTag = new Map<string, Leg>();
  /** INVITEs that have no answer yet, by transaction. */
  readonly #byInvite = new Map<ServerTransaction, Leg | null>();
  /**
   * INVITEs whose transactions live, by Call-ID, From tag and CSeq: the same again by another path is a merged request (RFC 3261
   * section 8.2.2.2). After a refusal it may come again by another transport: so do callers that go on to their next server.
   */
  readonly #merged = new Map<string, { transaction: ServerTransaction; transport: SipSource['transport'] }>();
  #onEmpty: (() => void) | null = null;

  constructor(options: SipAgentOptions) {
    this.#options = options;
    const { clock, directory, random, logger } = options;
    const edges = options.trustedEdges ? new Edges(options.trustedEdges) : undefined;
    const known = { isTrunk: (source: SipSource) => edges?.has(source.host) === true || directory.trunkFor(source) !== null, registeredHosts: () => this.#registrar.hosts() };
    const gate = (this.#gate = options.flood ? new FloodGuard(options.flood, clock, known, options.metrics) : null);
    this.#endpoint = new Endpoint({ ...options, ...(edges ? { edges } : {}), ...(gate ? { gate } : {}) }, {
      onRequest: (incoming) => this.#onRequest(incoming),
      onAck: (request, essentials) => this.#onAck(request, essentials),
      onCancel: (invite, cancel) => this.#onCancel(invite, cancel),
      onClosed: (source) => this.#registrar.connectionClosed(source),
    });
    const limits = { ...DEFAULT_AUTH_LIMITS, ...options.authLimits };
    this.#authenticator = new Authenticator(directory, clock, random(32), this.#endpoint.token, limits);
    this.#registrar = new Registrar(directory, clock, this.#authenticator, { ...DEFAULT_REGISTRAR_LIMITS, ...options.registrarLimits });
    this.#owner = {
      endpoint: this.#endpoint,
      clock,
      logger,
      sessionTimer: { ...DEFAULT_SESSION_TIMER, ...options.sessionTimer },
      emit: (event) => this.#emit(event),
      emitThen: (event, then) => this.#emit(event, then),
      bindTag: (tag, leg) => void this.#byTag.set(tag, leg),
      unbindTag: (tag) => void this.#byTag.delete(tag),
      forget: (legId) => this.#forget(legId),
      legOfReplaces: (value) => legOfReplaces(value, (tag) => this.#byTag.get(tag)),
    };
    const subscriptionLimits = { ...DEFAULT_SUBSCRIPTION_LIMITS, ...options.subscriptionLimits };
    const onChanged = (deviceId: string): void => directory.subscriptionsChanged?.(deviceId);
    this.#notifier = options.states ? new Notifier({ owner: this.#owner, clock, authenticator: this.#authenticator, states: options.states, limits: subscriptionLimits, onChanged }) : null;
  }

  /** Binds all sockets. @throws the socket's error, for example EADDRINUSE */
  start(): Promise<StartedPorts> {
    return this.#endpoint.start();
  }

  /**
   * Closes the sockets. Idempotent.
   * @param options.hangup end all legs with BYE or CANCEL first; without it the peers keep their calls (for a restart)
   */
  async stop(options: { hangup?: boolean } = {}): Promise<void> {
    if (options.hangup && this.#legs.size > 0) {
      for (const leg of this.#legs.values()) leg.hangup('shutting down');
      await new Promise<void>((resolve) => {
        const stopWaiting = this.#options.clock.after(STOP_PATIENCE, resolve);
        this.#onEmpty = () => {
          stopWaiting();
          resolve();
        };
        if (this.#legs.size === 0) this.#onEmpty();
      });
    }
    for (const leg of this.#legs.values()) leg.dispose();
    this.#legs.clear();
    this.#byTag.clear();
    this.#registrar.stop();
    this.#notifier?.stop();
    await this.#endpoint.stop();
  }

  /** Before a planned stop: new calls get 503 with Retry-After, those that are up go on. */
  drain(): void {
    this.#endpoint.drain();
  }

  ring(legId: string, sdp?: string): void {
    this.#legs.get(legId)?.ring(sdp);
  }

  answer(legId: string, sdp: string): void {
    this.#legs.get(legId)?.answer(sdp);
  }

  reject(legId: string, status: number, reason?: string): void {
    this.#legs.get(legId)?.reject(status, reason);
  }

  invite(legId: string, target: OutboundTarget): void {
    if (this.#legs.has(legId)) return;
    const leg = new OutboundLeg(this.#owner, legId, target, this.#flowFor(target.uri, target.deviceId), replacesOf(this.#legs.get(target.replacesLegId ?? '')));
    this.#legs.set(legId, leg);
    this.#options.trace?.claim(leg.sipCallId, legId);
    leg.start();
  }

  hangup(legId: string, reason?: string): void {
    this.#legs.get(legId)?.hangup(reason);
  }

  reinvite(legId: string, sdp: string): void {
    this.#legs.get(legId)?.reinvite(sdp);
  }

  answerReinvite(legId: string, sdp: string): void {
    this.#legs.get(legId)?.answerReinvite(sdp);
  }

  rejectReinvite(legId: string, status = 488): void {
    this.#legs.get(legId)?.rejectReinvite(status);
  }

  redirect(legId: string, contacts: readonly string[], status: 301 | 302 = 302): void {
    this.#legs.get(legId)?.redirect(contacts, status);
  }

  acceptRefer(legId: string, referId: string): void {
    this.#legs.get(legId)?.established?.acceptRefer(referId);
  }

  rejectRefer(legId: string, referId: string, status: number): void {
    this.#legs.get(legId)?.established?.rejectRefer(referId, status);
  }

  referStatus(legId: string, referId: string, status: number, reason: string, final: boolean): void {
    this.#legs.get(legId)?.established?.referStatus(referId, status, reason, final);
  }

  refer(legId: string, target: { uri: string; replacesLegId?: string }): void {
    const replaced = target.replacesLegId === undefined ? undefined : this.#legs.get(target.replacesLegId);
    const replaces = replacesOf(replaced);
    const isGone = target.replacesLegId !== undefined && !replaces;
    const uri = target.uri === '' ? (replaced?.established?.dialog.remoteTarget ?? '') : target.uri;
    const leg = this.#legs.get(legId)?.established;
    if (isGone || uri === '') this.#emit({ type: 'referProgress', legId, status: 481, final: true });
    else leg?.refer(uri, replaces);
  }

  /** A state that telephones subscribe to is another one now. @param realm digest realm of the tenant */
  resourceChanged(realm: string, user: string, event: EventPackage): void {
    this.#notifier?.changed(realm, user, event);
  }

  /** Whether any telephone subscribes to this state. @param realm digest realm of the tenant */
  isWatched(realm: string, user: string, event: EventPackage): boolean {
    return this.#notifier?.isWatched(realm, user, event) ?? false;
  }

  snapshot(legId: string): SipLegSnapshot | null {
    return this.#legs.get(legId)?.snapshot() ?? null;
  }

  /** Contact URI of the peer of an answered leg. */
  remoteOf(legId: string): string | null {
    return this.#legs.get(legId)?.established?.dialog.remoteTarget ?? null;
  }

  restore(snapshot: SipLegSnapshot): void {
    const leg = this.#legs.has(snapshot.legId) ? null : RestoredLeg.from(this.#owner, snapshot);
    if (leg) this.#legs.set(leg.legId, leg);
  }

  /** Current contacts of a device. */
  contactsOf(deviceId: string): ContactBinding[] {
    return this.#registrar.contactsOf(deviceId);
  }

  /** What a device has here, for a restart; told to be another one by `bindingsChanged` and `subscriptionsChanged`. */
  keptDevice(deviceId: string): KeptDevice {
    return { bindings: this.#registrar.kept(deviceId), subscriptions: this.#notifier?.kept(deviceId) ?? [] };
  }

  /**
   * Takes up what a device had before a restart; its subscriptions are told the state as it is now.
   * @returns its contacts; not told by `bindingsChanged`
   */
  restoreDevice(deviceId: string, { bindings, subscriptions }: KeptDevice): ContactBinding[] {
    this.#notifier?.restore(deviceId, subscriptions);
    return this.#registrar.restore(deviceId, bindings);
  }

  /** A registration of ours at a carrier or, in tests, at another agent. */
  registration(target: RegistrationTarget): RegistrationClient {
    return new RegistrationClient(this.#endpoint, target);
  }

  /** A device is not ours any more: its registrations, subscriptions and connections end at once. */
  forgetDevice(deviceId: string): void {
    const contacts = this.contactsOf(deviceId);
    this.#registrar.drop(deviceId);
    this.#notifier?.drop(deviceId);
    for (const { source } of contacts) this.#endpoint.disconnect(source);
  }

  /** Asks a server whether it is there (OPTIONS). @returns the final status; 408 and 503 when nobody answered */
  ping(uri: string): Promise<number> {
    return pingServer(this.#endpoint, uri);
  }

  /** Everything alive, for support and for leak checks. */
  dump(): Record<string, unknown> {
    return {
      ...this.#endpoint.dump(),
      legs: [...this.#legs.values()].map((leg) => leg.dump()),
      bindings: this.#registrar.dump(),
      subscriptions: this.#notifier?.size ?? 0,
      ...(this.#gate ? { guard: this.#gate.dump() } : {}),
    };
  }

  /** The connection or the address that a registered contact is reached by, and its path; null = go by its URI. */
  #flowFor(uri: string, deviceId: string | undefined): RegisteredFlow | null {
    const flow = this.#registrar.flowFor(uri, deviceId);
    if (!flow) return null;
    const { hop, path } = flow;
    return this.#endpoint.isReachable(hop) ? flow : path.length > 0 ? { hop: null, path } : null;
  }

  #onRequest(incoming: IncomingRequest): void {
    const { request, essentials } = incoming;
    if (essentials.toTag !== '') this.#onDialogRequest(incoming);
    else if (request.method === 'INVITE') this.#onInvite(incoming);
    else if (request.method === 'REGISTER') this.#guard(incoming, this.#registrar.register(incoming, this.#realm(essentials.to)));
    else if (request.method === 'SUBSCRIBE') this.#onSubscribe(incoming);
    else if (request.method === 'OPTIONS') incoming.reply(200, { headers: [...CAPABILITIES, ...(this.#notifier ? [ALLOW_EVENTS] : [])] });
    // A stranger's REFER would be a call at our cost; UPDATE, PRACK and the others need a dialog.
    else incoming.reply(request.method === 'REFER' ? 403 : 481);
  }

  #onSubscribe(incoming: IncomingRequest): void {
    if (this.#notifier) this.#guard(incoming, this.#notifier.subscribe(incoming, this.#realm(incoming.essentials.from)));
    else incoming.reply(489);
  }

  #onDialogRequest(incoming: IncomingRequest): void {
    const leg = this.#byTag.get(incoming.essentials.toTag);
    if (leg) {
      if (incoming.request.method === 'INVITE') this.#track(incoming, leg);
      leg.onRequest(incoming);
      return;
    }
    if (this.#notifier?.onDialogRequest(incoming)) return;
    // OPTIONS too: who asks within a call wants to know whether it is still there.
    incoming.reply(481);
  }

  #onAck(request: SipRequest, essentials: Essentials): void {
    this.#byTag.get(essentials.toTag)?.onAck(request, essentials);
  }

  #onCancel(invite: ServerTransaction, cancel: SipRequest): void {
    const leg = this.#byInvite.get(invite);
    if (leg === undefined) return;
    if (leg === null) this.#byInvite.delete(invite);
    else leg.onCancel(invite, cancel);
  }

  #onInvite(incoming: IncomingRequest): void {
    const { callId, fromTag, cseq } = incoming.essentials;
    const mergeKey = [callId, fromTag, cseq].join('|');
    const known = this.#merged.get(mergeKey);
    if (known && (known.transaction.status < 300 || known.transport === incoming.source.transport)) {
      incoming.reply(482);
      return;
    }
    const merged = this.#merged;
    const { transaction, source } = incoming;
    merged.set(mergeKey, { transaction, transport: source.transport });
    transaction.onTerminated = () => {
      if (merged.get(mergeKey)?.transaction === transaction) merged.delete(mergeKey);
    };
    const requestUri = parseUri(incoming.request.uri);
    const trunk = this.#options.directory.trunkFor(incoming.origin, userOf(requestUri));
    if (trunk) this.#openLeg(incoming, { kind: 'trunk', ...trunk }, requestUri);
    else this.#guard(incoming, this.#authenticateInvite(incoming, requestUri));
  }

  async #authenticateInvite(incoming: IncomingRequest, requestUri: SipUri): Promise<void> {
    const { transaction, request, essentials, origin } = incoming;
    this.#byInvite.set(transaction, null);
    const auth = await this.#authenticator.check(request, origin, this.#realm(essentials.from));
    const wasCancelled = !this.#byInvite.delete(transaction);
    if (wasCancelled) incoming.reply(487);
    else if (auth.ok) {
      const { deviceId, tenantId } = auth.device;
      this.#openLeg(incoming, { kind: 'device', deviceId, tenantId, user: auth.user }, requestUri);
    } else incoming.reply(auth.status, { headers: auth.headers });
  }

  #openLeg(incoming: IncomingRequest, identity: SipIdentity, requestUri: SipUri): void {
    const { request, essentials, receivedAtMs } = incoming;
    if (timerOfRequest(request, this.#owner.sessionTimer) === 'too small') {
      incoming.reply(422, { headers: [header('Min-SE', `${this.#owner.sessionTimer.minimum}`)] });
      return;
    }
    const replaces = judgeReplaces(request, (tag) => this.#byTag.get(tag));
    if (replaces && 'status' in replaces) {
      incoming.reply(replaces.status);
      return;
    }
    const legId = this.#options.newLegId?.() ?? uuidv7(this.#options.clock.wall(), this.#options.random);
    const leg = new InboundLeg(this.#owner, legId, incoming);
    this.#legs.set(legId, leg);
    this.#options.trace?.claim(essentials.callId, legId);
    this.#track(incoming, leg);
    this.#emit({
      type: 'incoming',
      invite: {
        legId,
        identity,
        source: incoming.origin,
        requestUri,
        dialled: userOf(requestUri),
        ...callerIdOf(request, essentials, identity.kind === 'trunk'),
        ...callPathOf(request, essentials),
        replaces,
        callId: essentials.callId,
        sdp: bodyText(request),
        receivedAtMs,
      },
    });
  }

  /** Lets a CANCEL find the leg while the INVITE has no final response. */
  #track(incoming: IncomingRequest, leg: Leg): void {
    const { transaction } = incoming;
    this.#byInvite.set(transaction, leg);
    transaction.onFinal = () => void this.#byInvite.delete(transaction);
  }

  #realm({ parsed }: Address): string {
    return this.#options.realmFor?.(parsed.host) ?? 'scc';
  }

  /** A rejected promise here is a failure of the directory (a database that is down): the peer may try again later. */
  #guard(incoming: IncomingRequest, work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#byInvite.delete(incoming.transaction);
      this.#options.logger.error({ error: messageOf(error), method: incoming.request.method }, 'SIP request could not be authorised');
      incoming.reply(503, { headers: [header('Retry-After', '10')] });
    });
  }

  /** The listener is not trusted to behave: a throw or a rejection is logged, and the call goes on. */
  #emit(event: SipLegEvent, then: () => void = () => undefined): void {
    const failed = (error: unknown): void =>
      this.#options.logger.error({ error: messageOf(error), event: event.type }, 'SIP event listener failed');
    try {
      const recorded = this.#options.onEvent(event);
      if (recorded) void recorded.catch(failed).then(then);
      else then();
    } catch (error) {
      failed(error);
      then();
    }
  }

  #forget(legId: string): void {
    this.#legs.delete(legId);
    if (this.#legs.size === 0) this.#onEmpty?.();
  }
}
