/**
 * Answers SUBSCRIBE and sends NOTIFY (RFC 6665). Subscriptions live in memory: after a restart the next refresh gets 481 and
 * the telephone subscribes anew.
 */
import type { Clock } from '../../lib/clock.ts';
import { headerOf, type SipRequest } from '../../protocol/sip/message.ts';
import { digits } from '../../protocol/sip/scan.ts';
import { parseUri, userOf } from '../../protocol/sip/uri.ts';
import type { Authenticator } from '../authenticator.ts';
import { header } from '../build.ts';
import { DialogClient } from '../dialog-client.ts';
import { belongsTo, receiveRequest, uasDialog } from '../dialog.ts';
import type { IncomingRequest } from '../endpoint.ts';
import type { LegOwner } from '../leg.ts';
import { subscription, SUBSCRIPTION_START, type SubscriptionEvent, type SubscriptionState } from './machine.ts';
import { CONTENT_TYPES, stateText } from './state-text.ts';
import { EVENT_PACKAGES, type EventPackage, type ResourceState, type ResourceStates, type SubscriptionLimits } from './types.ts';

interface Subscription {
  client: DialogClient;
  deviceId: string;
  realm: string;
  user: string;
  event: EventPackage;
  /** `id` of Event, repeated in each NOTIFY. */
  eventHeader: string;
  entity: string;
  version: number;
  /** Monotonic ms. */
  endsAtMs: number;
  state: SubscriptionState;
  stopTimer: () => void;
}

const ALLOW_EVENTS = header('Allow-Events', [...EVENT_PACKAGES, 'refer'].join(', '));

export class Notifier {
  readonly #owner: LegOwner;
  readonly #clock: Clock;
  readonly #authenticator: Authenticator;
  readonly #states: ResourceStates;
  readonly #limits: SubscriptionLimits;
  readonly #byTag = new Map<string, Subscription>();
  /** By realm, user and package. */
  readonly #byResource = new Map<string, Set<Subscription>>();
  readonly #perDevice = new Map<string, number>();

  constructor(owner: LegOwner, clock: Clock, authenticator: Authenticator, states: ResourceStates, limits: SubscriptionLimits) {
    this.#owner = owner;
    this.#clock = clock;
    this.#authenticator = authenticator;
    this.#states = states;
    this.#limits = limits;
  }

  /** SUBSCRIBE without a dialog: authenticated, then only within the realm of the device. */
  async subscribe(incoming: IncomingRequest, realm: string): Promise<void> {
    const { request, essentials, origin } = incoming;
    const auth = await this.#authenticator.check(request, origin, realm);
    if (!auth.ok) {
      incoming.reply(auth.status, { headers: auth.headers });
      return;
    }
    const event = packageOf(request);
    const user = userOf(parseUri(request.uri)) || userOf(parseUri(essentials.to.uri));
    const state = event && this.#states.state(realm, user, event);
    const expires = this.#expiresOf(incoming);
    if (!event) incoming.reply(489, { headers: [ALLOW_EVENTS] });
    // Waiting mail is nobody else's business.
    else if (event === 'message-summary' && user !== auth.user) incoming.reply(403);
    else if (!state) incoming.reply(404);
    else if (expires !== null && this.#hasRoom(incoming, auth.device.deviceId)) this.#open(incoming, { deviceId: auth.device.deviceId, realm, user, event }, expires);
  }

  /** A refresh or an end by the telephone. @returns false when no subscription has this tag of ours */
  onDialogRequest(incoming: IncomingRequest): boolean {
    const found = this.#byTag.get(incoming.essentials.toTag);
    if (!found) return false;
    const { request, essentials } = incoming;
    if (request.method !== 'SUBSCRIBE' || !belongsTo(found.client.dialog, essentials)) {
      incoming.reply(481);
      return true;
    }
    const { state, inOrder } = receiveRequest(found.client.dialog, request, essentials.cseq);
    const expires = inOrder ? this.#expiresOf(incoming) : null;
    if (!inOrder) incoming.reply(500, { reason: 'CSeq out of order' });
    if (expires === null) return true;
    found.client.dialog = state;
    this.#accept(incoming, found, expires);
    return true;
  }

  /** Tells all who watch this user. */
  changed(realm: string, user: string, event: EventPackage): void {
    for (const found of this.#byResource.get(resourceKey(realm, user, event)) ?? []) this.#step(found, { type: 'changed' });
  }

  /** Whether anybody watches this user. */
  isWatched(realm: string, user: string, event: EventPackage): boolean {
    return this.#byResource.has(resourceKey(realm, user, event));
  }

  /** Ends the subscriptions of a device without a word to it. */
  drop(deviceId: string): void {
    for (const found of this.#byTag.values()) {
      if (found.deviceId !== deviceId) continue;
      found.state = { ...found.state, name: 'over' };
      this.#forget(found);
    }
  }

  stop(): void {
    for (const { stopTimer } of this.#byTag.values()) stopTimer();
    this.#byTag.clear();
    this.#byResource.clear();
    this.#perDevice.clear();
  }

  /** How many there are. */
  get size(): number {
    return this.#byTag.size;
  }

  #open(incoming: IncomingRequest, who: Pick<Subscription, 'deviceId' | 'realm' | 'user' | 'event'>, expires: number): void {
    const { request, essentials, source } = incoming;
    const tag = this.#owner.endpoint.token();
    const dialog = uasDialog(request, essentials, tag, this.#owner.endpoint.contact(source), source);
    const found: Subscription = {
      ...who,
      client: new DialogClient(this.#owner, dialog, null),
      eventHeader: headerOf(request, 'event') ?? who.event,
      entity: essentials.to.uri,
      version: 0,
      endsAtMs: 0,
      state: SUBSCRIPTION_START,
      stopTimer: () => undefined,
    };
    this.#byTag.set(tag, found);
    const key = resourceKey(who.realm, who.user, who.event);
    this.#byResource.set(key, (this.#byResource.get(key) ?? new Set()).add(found));
    this.#perDevice.set(who.deviceId, (this.#perDevice.get(who.deviceId) ?? 0) + 1);
    this.#accept(incoming, found, expires, tag);
  }

  #accept(incoming: IncomingRequest, found: Subscription, expires: number, toTag?: string): void {
    const headers = [header('Expires', `${expires}`), header('Contact', `<${found.client.dialog.contact}>`)];
    incoming.reply(200, toTag === undefined ? { headers } : { headers, toTag });
    found.stopTimer();
    found.endsAtMs = this.#clock.monotonic() + expires * 1000;
    if (expires > 0) found.stopTimer = this.#clock.after(expires * 1000, () => this.#step(found, { type: 'end', why: 'timeout' }));
    this.#step(found, expires === 0 ? { type: 'end', why: 'timeout' } : { type: 'changed' });
  }

  #step(found: Subscription, event: SubscriptionEvent): void {
    const { state, effects } = subscription(found.state, event);
    found.state = state;
    for (const effect of effects) {
      if (effect.type === 'forget') this.#forget(found);
      else this.#notify(found, effect.ends);
    }
  }

  #notify(found: Subscription, ends: SubscriptionState['ends']): void {
    const current: ResourceState | null = this.#states.state(found.realm, found.user, found.event);
    if (!current && ends === null) {
      found.state = { ...found.state, name: 'active' };
      this.#step(found, { type: 'end', why: 'noresource' });
      return;
    }
    const left = Math.max(0, Math.ceil((found.endsAtMs - this.#clock.monotonic()) / 1000));
    const headers = [header('Event', found.eventHeader), header('Subscription-State', ends === null ? `active;expires=${left}` : `terminated;reason=${ends}`)];
    const body = current ? { body: { type: CONTENT_TYPES[found.event], text: stateText(current, found.entity, found.version++) } } : {};
    const failed = (): void => this.#step(found, { type: 'failed' });
    found.client.send('NOTIFY', { headers, ...body }, ({ status }) => {
      if (status >= 300) failed();
      else if (status >= 200) this.#step(found, { type: 'notified' });
    }, failed);
  }

  #forget(found: Subscription): void {
    found.stopTimer();
    this.#byTag.delete(found.client.dialog.localTag);
    const key = resourceKey(found.realm, found.user, found.event);
    const watchers = this.#byResource.get(key);
    watchers?.delete(found);
    if (watchers?.size === 0) this.#byResource.delete(key);
    const left = (this.#perDevice.get(found.deviceId) ?? 1) - 1;
    if (left <= 0) this.#perDevice.delete(found.deviceId);
    else this.#perDevice.set(found.deviceId, left);
  }

  /** s; null = it was refused with 423. */
  #expiresOf(incoming: IncomingRequest): number | null {
    const wished = digits(headerOf(incoming.request, 'expires') ?? '', 2 ** 32 - 1);
    if (Number.isNaN(wished)) return this.#limits.defaultExpires;
    if (wished > 0 && wished < this.#limits.minExpires) {
      incoming.reply(423, { headers: [header('Min-Expires', `${this.#limits.minExpires}`)] });
      return null;
    }
    return Math.min(wished, this.#limits.maxExpires);
  }

  #hasRoom(incoming: IncomingRequest, deviceId: string): boolean {
    const isFull = this.#byTag.size >= this.#limits.total || (this.#perDevice.get(deviceId) ?? 0) >= this.#limits.perDevice;
    if (isFull) incoming.reply(503, { headers: [header('Retry-After', '60')] });
    return !isFull;
  }
}

function packageOf(request: SipRequest): EventPackage | null {
  const name = (headerOf(request, 'event') ?? '').split(';')[0]?.trim().toLowerCase();
  return EVENT_PACKAGES.find((event) => event === name) ?? null;
}

const resourceKey = (realm: string, user: string, event: EventPackage): string => JSON.stringify([realm, user, event]);
