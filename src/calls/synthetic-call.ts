/**
 * The product calls itself: an INVITE over the network to our own SIP port, a flow that answers and speaks, sound through a media process,
 * BYE. Everything a caller needs is in it but a tenant: it is in no record, queue, board or figure of calls.
 */
import type { Clock } from '../lib/clock.ts';
import type { IdSource } from '../lib/ids.ts';
import type { Logger } from '../lib/logger.ts';
import type { MediaEvent } from '../media/protocol.ts';
import { OURSELVES, type TelephonyDirectory } from '../modules/telephony/sip-directory.ts';
import { bracketHost } from '../protocol/sip/host.ts';
import { offerFor } from '../protocol/sdp/negotiate.ts';
import type { IncomingInvite, SipAgent, SipLegEvent } from '../sip/types.ts';
import type { Flow } from '../ivr/types.ts';
import { readAnswer } from './legs.ts';
import type { LocalEndpoint } from './leg-state.ts';
import { localOn } from './line.ts';
import { offTheRecord } from './off-the-record.ts';
import { callIdOf } from './peer-legs.ts';
import type { CallMetrics, MediaPort } from './ports.ts';
import { TenantRuntime } from './tenant-runtime.ts';

/** Later than this an answer is none, ms: the bound of the service level (security.md 1.5 of the design). */
const ANSWER_MS = 3_000;
/** How long it listens once answered, and how many packets of 20 ms must come in that time. */
const LISTEN_MS = 200;
const PACKETS_HEARD = 3;

const FLOW: Flow = {
  start: 'say',
  nodes: { say: { verb: 'play', prompts: ['ja/announcement'], next: 'end' }, end: { verb: 'hangup' } },
};

const nothing = (): void => undefined;
export interface SyntheticCallOptions {
  clock: Clock;
  logger: Logger;
  newId: IdSource;
  sip: SipAgent;
  media: MediaPort;
  /** Of the cell. */
  metrics: CallMetrics;
  directory: Pick<TelephonyDirectory, 'expectOwnCall'>;
  /** Lets the SIP messages kept of a call go: nobody asks for these, and they would push those of long calls out. */
  dropTrace: (callId: string) => void;
  /** Our own address. */
  own: { sipHost: string; sipPort: number };
}

interface Running {
  /** User part of the called URI: nobody else knows it. */
  user: string;
  legId: string;
  endpoint: string;
  local: LocalEndpoint;
  beganAt: number;
  answeredMs: number | null;
  over: () => void;
}

/** Nothing of a tenant is asked for in such a call. */
const notHere = (): Promise<never> => Promise.reject(new Error('not in a synthetic call'));

export class SyntheticCalls {
  readonly #options: SyntheticCallOptions;
  readonly #runtime: TenantRuntime;
  #isCalling = false;
  /** Its last messages, such as the 200 to BYE, come after it is over. */
  #traced: string | null = null;
  #running: Running | null = null;

  constructor(options: SyntheticCallOptions) {
    this.#options = options;
    this.#runtime = new TenantRuntime({
      ...options,
      tenantId: 'synthetic',
      ...offTheRecord(options.metrics),
      recordings: { open: notHere },
      locate: notHere,
      lookUp: ({ kind }) => Promise.reject(new Error(`no ${kind} in a synthetic call`)),
    });
  }

  /** One call, one at a time. @returns ms from the INVITE to its answer; null when there was none within 3 s, or no sound was heard */
  async call(): Promise<number | null> {
    if (this.#isCalling) return null;
    this.#isCalling = true;
    try {
      return await this.#call();
    } finally {
      this.#isCalling = false;
      this.#running = null;
    }
  }

  async #call(): Promise<number | null> {
    const { clock, newId, media, directory, sip, own } = this.#options;
    const id = newId();
    const endpoint = `${id}:caller`;
    if (this.#traced !== null) this.#options.dropTrace(this.#traced);
    this.#traced = id;
    const user = `synthetic-${newId()}`;
    const made = await media.call('createRtpEndpoint', { endpoint, remote: null });
    const forget = directory.expectOwnCall(user);
    const { promise: over, resolve } = Promise.withResolvers<undefined>();
    let cancel = nothing;
    try {
      const local = localOn(made, {});
      const running: Running = { user, legId: `${endpoint}:leg`, endpoint, local, beganAt: clock.monotonic(), answeredMs: null, over: () => resolve(undefined) };
      this.#running = running;
      cancel = clock.after(ANSWER_MS + LISTEN_MS, () => sip.hangup(running.legId, 'no answer in time'));
      const uri = `sip:${user}@${bracketHost(own.sipHost)}:${own.sipPort}`;
      sip.invite(running.legId, { uri, fromUser: 'synthetic', fromDisplayName: '', credentials: null, ringTimeoutMs: ANSWER_MS, sdp: offerFor(local, 'sendrecv') });
      await over;
      const { packetsReceived } = await media.call('closeEndpoint', { endpoint });
      return packetsReceived >= PACKETS_HEARD && (running.answeredMs ?? Infinity) <= ANSWER_MS ? running.answeredMs : null;
    } catch (error) {
      // Such calls are made all the time: each would leave its ports behind.
      await media.call('closeEndpoint', { endpoint }).catch(nothing);
      throw error;
    } finally {
      cancel();
      forget();
    }
  }

  /** @returns true when the event was of such a call, at either end */
  onSip(event: SipLegEvent): boolean {
    if (event.type === 'incoming') return this.#takes(event.invite);
    if ('legId' in event && event.legId === this.#running?.legId) {
      this.#onCaller(this.#running, event);
      return true;
    }
    const callId = callIdOf(event.legId);
    if (!this.#runtime.call(callId)) return false;
    this.#runtime.toCall(callId, { type: 'sip', event });
    return true;
  }

  /** @returns true when the event was of such a call */
  onMedia(event: MediaEvent): boolean {
    if (!('endpoint' in event)) return false;
    if (event.endpoint === this.#running?.endpoint) return true;
    const callId = callIdOf(event.endpoint);
    if (!this.#runtime.call(callId)) return false;
    this.#runtime.toCall(callId, { type: 'media', event });
    return true;
  }

  /** A call in progress is over, because nobody hears how it ends. */
  stop(): void {
    this.#running?.over();
    this.#runtime.stop();
  }

  #takes({ dialled, identity, legId, sdp, source }: IncomingInvite): boolean {
    if (identity.kind !== 'trunk' || identity.trunkId !== OURSELVES || dialled !== this.#running?.user) return false;
    const party = { number: null, name: '', withheldReason: null, ip: source.host };
    this.#runtime.start({ kind: 'inbound', channel: 'sip', callId: callIdOf(legId), tenantId: 'synthetic', numberId: null, flow: FLOW, party, dialled, inside: true, offerSdp: sdp, legId, line: {} });
    return true;
  }

  #onCaller(running: Running, event: Exclude<SipLegEvent, { type: 'incoming' }>): void {
    const { clock, media, sip, logger } = this.#options;
    if (event.type === 'answered') {
      running.answeredMs = clock.monotonic() - running.beganAt;
      const remote = readAnswer(event.sdp, running.local);
      if (!remote) return sip.hangup(running.legId, 'no audio in common');
      void media.call('setRtpRemote', { endpoint: running.endpoint, remote }).catch(nothing);
      clock.after(LISTEN_MS, () => sip.hangup(running.legId, 'heard'));
    } else if (event.type === 'rejected') {
      logger.warn({ status: event.status }, 'the synthetic call was refused');
      running.over();
    } else if (event.type === 'ended' || event.type === 'cancelled') running.over();
  }
}
