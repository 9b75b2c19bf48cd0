/**
 * A SIP phone for tests, in this process, on real sockets. It knows signalling only: session descriptions go in and come out
 * as text, so that any sender of sound can be put beside it.
 *
 *     const phone = await SipPhone.start({ user: 'caller' });
 *     const call = phone.call('sip:0312340001@127.0.0.1:5060', { sdp });
 *     await call.until('answered');
 *     call.remoteSdp; await call.hangup(); await phone.stop();
 */
import { randomBytes } from 'node:crypto';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { SipUserAgent, type SipAgentOptions } from '../../src/sip/sip-agent.ts';
import type { IncomingInvite, OutboundTarget, SipLegEvent } from '../../src/sip/types.ts';

export interface SipPhoneOptions {
  host?: string;
  /** UDP and TCP; 0 = any. */
  port?: number;
  user?: string;
  displayName?: string;
  /** For `register` and for calls that are challenged. */
  account?: { realm: string; username: string; password: string };
  /** Anything else of the agent, for tests that shorten timers. */
  agent?: Partial<SipAgentOptions>;
}

type EventType = SipLegEvent['type'];

/** One call of the phone. Events are kept, so that `until` may be asked for late. */
export class PhoneCall {
  readonly legId: string;
  /** Set for calls that came in. */
  readonly invite: IncomingInvite | null;
  readonly events: SipLegEvent[] = [];
  /** The last session description of the peer. */
  remoteSdp = '';
  /** Called for a re-INVITE of the peer; by default it is refused with 488. */
  onReinvite: (sdp: string) => void = () => this.#agent.rejectReinvite(this.legId);
  readonly #agent: SipUserAgent;
  #waiting: { types: readonly EventType[]; resolve: (event: SipLegEvent) => void }[] = [];

  constructor(agent: SipUserAgent, legId: string, invite: IncomingInvite | null) {
    this.#agent = agent;
    this.legId = legId;
    this.invite = invite;
    if (invite) this.remoteSdp = invite.sdp;
  }

  /** True when the last event of the leg has come. */
  get over(): boolean {
    return this.events.some(({ type }) => type === 'ended' || type === 'rejected' || type === 'cancelled');
  }

  ring(sdp?: string): void {
    this.#agent.ring(this.legId, sdp);
  }

  answer(sdp: string): void {
    this.#agent.answer(this.legId, sdp);
  }

  reject(status: number): void {
    this.#agent.reject(this.legId, status);
  }

  reinvite(sdp: string): void {
    this.#agent.reinvite(this.legId, sdp);
  }

  answerReinvite(sdp: string): void {
    this.#agent.answerReinvite(this.legId, sdp);
  }

  /** Ends the call; resolves when it is over. */
  async hangup(): Promise<void> {
    this.#agent.hangup(this.legId);
    if (!this.over) await this.until('ended', 'rejected', 'cancelled');
  }

  /** The first event of one of these types, past or to come. Rejects after `timeoutMs`, or when the call is over without it. */
  until(...types: EventType[]): Promise<SipLegEvent> {
    const past = this.events.find(({ type }) => types.includes(type));
    if (past) return Promise.resolve(past);
    return new Promise((resolve, reject) => {
      const seen = (): string => this.events.map(({ type }) => type).join(', ') || 'nothing';
      const timer = setTimeout(() => reject(new Error(`no ${types.join(' or ')}; seen: ${seen()}`)), 20_000);
      this.#waiting.push({
        types,
        resolve: (event) => {
          clearTimeout(timer);
          if (types.includes(event.type)) resolve(event);
          else reject(new Error(`no ${types.join(' or ')}, but ${JSON.stringify(event)}; seen: ${seen()}`));
        },
      });
    });
  }

  /** For the phone: takes an event. */
  take(event: SipLegEvent): void {
    this.events.push(event);
    if ('sdp' in event && event.sdp !== '') this.remoteSdp = event.sdp;
    const ready = this.#waiting.filter(({ types }) => types.includes(event.type) || this.over);
    this.#waiting = this.#waiting.filter((entry) => !ready.includes(entry));
    for (const entry of ready) entry.resolve(event);
    if (event.type === 'reinvite') this.onReinvite(event.sdp);
  }
}

export class SipPhone {
  readonly agent: SipUserAgent;
  /** `sip:user@host:port` of this phone. */
  uri = '';
  port = 0;
  /** Called for each call that comes in; without it the calls wait in `nextCall`. */
  onIncoming: ((call: PhoneCall) => void) | null = null;
  readonly #options: SipPhoneOptions;
  readonly #calls = new Map<string, PhoneCall>();
  readonly #incoming: PhoneCall[] = [];
  readonly #waiting: ((call: PhoneCall) => void)[] = [];
  #count = 0;

  private constructor(options: SipPhoneOptions) {
    this.#options = options;
    this.agent = new SipUserAgent({
      host: options.host ?? '127.0.0.1',
      port: options.port ?? 0,
      clock: systemClock,
      logger: silentLogger,
      random: randomBytes,
      // A phone lets everybody call it, and registers nobody.
      directory: { trunkFor: () => ({ trunkId: 'anyone', tenantId: null }), deviceSecret: () => Promise.resolve(null), bindingsChanged: () => undefined },
      onEvent: (event) => this.#onEvent(event),
      ...options.agent,
    });
  }

  static async start(options: SipPhoneOptions = {}): Promise<SipPhone> {
    const phone = new SipPhone(options);
    const { udpPort } = await phone.agent.start();
    phone.port = udpPort;
    phone.uri = `sip:${options.user ?? 'phone'}@${options.host ?? '127.0.0.1'}:${udpPort}`;
    return phone;
  }

  /** Registers, or with `expires` 0 takes the registration away. @returns the final status */
  register(registrar: string, expires = 300): Promise<number> {
    const user = this.#options.user ?? 'phone';
    const host = registrar.replace(/^sip:/, '').replace(/;.*$/, '');
    const credentials = this.#options.account ?? null;
    return this.agent.registration({ registrar, aor: `sip:${user}@${host}`, user, expires, credentials }).register();
  }

  /** Places a call; wait for `answered` or `rejected`. */
  call(uri: string, options: { sdp: string } & Partial<OutboundTarget>): PhoneCall {
    const legId = `${this.#options.user ?? 'phone'}-${++this.#count}`;
    const call = new PhoneCall(this.agent, legId, null);
    this.#calls.set(legId, call);
    this.agent.invite(legId, {
      uri,
      fromUser: this.#options.user ?? 'phone',
      fromDisplayName: this.#options.displayName ?? '',
      credentials: this.#options.account ?? null,
      ringTimeoutMs: 60_000,
      ...options,
    });
    return call;
  }

  /** The next call that comes in, or came in and was not asked for yet. */
  nextCall(): Promise<PhoneCall> {
    const waiting = this.#incoming.shift();
    return waiting ? Promise.resolve(waiting) : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Hangs everything up and closes the sockets. */
  stop(): Promise<void> {
    return this.agent.stop({ hangup: true });
  }

  #onEvent(event: SipLegEvent): void {
    if (event.type !== 'incoming') {
      this.#calls.get(event.legId)?.take(event);
      return;
    }
    const call = new PhoneCall(this.agent, event.invite.legId, event.invite);
    this.#calls.set(call.legId, call);
    if (this.onIncoming) this.onIncoming(call);
    else {
      const next = this.#waiting.shift();
      if (next) next(call);
      else this.#incoming.push(call);
    }
  }
}
