/**
 * Answers SUBSCRIBE and sends NOTIFY (RFC 6665). Subscriptions live in memory; who keeps them over a restart takes them from `kept`
 * and gives them back by `restore`, and each telephone is told the state as it is then.
 */
import type { Clock } from '../../lib/clock.ts';
import { headerOf, type SipRequest } from '../../protocol/sip/message.ts';
import { digits } from '../../protocol/sip/scan.ts';
import { parseUri, userOf } from '../../protocol/sip/uri.ts';
import type { Authenticator } from '../authenticator.ts';
import { header } from '../build.ts';
import { DialogClient } from '../dialog-client.ts';
import { belongsTo, receiveRequest, restoreDialog, uasDialog, type DialogState } from '../dialog.ts';
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

/** A subscription as plain data, for a restart. */
export interface KeptSubscription {
  dialog: DialogState;
  realm: string;
  user: string;
  event: EventPackage;
  eventHeader: string;
  entity: string;
  version: number;
  /** Wall clock, ms since the epoch. */
  expiresAt: number;
}

export interface NotifierDeps {
  owner: LegOwner;
  clock: Clock;
  authenticator: Authenticator;
  states: ResourceStates;
  limits: SubscriptionLimits;
  /** A device began, prolonged or ended a subscription. */
  onChanged: (deviceId: string) => void;
}

/**
 * Numbers that a restored subscription leaves out: NOTIFYs sent after it was kept must not have been numbered alike (CSeq may
 * skip, RFC 3261 section 12.2.2; so may the version of dialog-info, RFC 4235 section 4.3, as each of ours is of the full state).
 */
const SKIPPED = 10_000;
/** Between two NOTIFYs of subscriptions that are taken up, ms. */
const SPREAD_MS = 2;

/** The packages that there are (RFC 6665 section 4.4.4). */
export const ALLOW_EVENTS = header('Allow-Events', [...EVENT_PACKAGES, 'refer'].join(', '));

export class Notifier {
  readonly #owner: LegOwner;
  readonly #clock: Clock;
  readonly #authenticator: Authenticator;
  readonly #states: ResourceStates;
  readonly #limits: SubscriptionLimits;
  readonly #onChanged: NotifierDeps['onChanged'];
  #restored = 0;
  readonly #byTag = new Map<string, Subscription>();
  /** By realm, user and package. */
  readonly #byResource = new Map<string, Set<Subscription>>();
  readonly #perDevice = new Map<string, number>();

  constructor({ owner, clock, authenticator, states, limits, onChanged }: NotifierDeps) {
    this.#owner = owner;
    this.#clock = clock;
    this.#authenticator = authenticator;
    this.#states = states;
    this.#limits = limits;
    this.#onChanged = onChanged;
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
    const user = userOf(parseUri(request.uri)) || userOf(essentials.to.parsed);
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

  /** What to give back to `restore` after a restart. */
  kept(deviceId: string): KeptSubscription[] {
    const [at, wall] = [this.#clock.monotonic(), this.#clock.wall()];
    return [...this.#byTag.values()].flatMap((found) => {
      if (found.deviceId !== deviceId) return [];
      const { client, realm, user, event, eventHeader, entity, version, endsAtMs } = found;
      return [{ dialog: client.dialog, realm, user, event, eventHeader, entity, version, expiresAt: wall + endsAtMs - at }];
    });
  }

  /** Takes up subscriptions from before a restart; each is told the state as it is now. */
  restore(deviceId: string, kept: readonly KeptSubscription[]): void {
    for (const { dialog: stored, expiresAt, version, ...rest } of kept) {
      const dialog = restoreDialog(stored);
      const leftMs = expiresAt - this.#clock.wall();
      if (!dialog || leftMs <= 0 || this.#byTag.has(dialog.localTag)) continue;
      const client = new DialogClient(this.#owner, { ...dialog, localSeq: dialog.localSeq + SKIPPED }, null);
      const found: Subscription = { ...rest, deviceId, client, version: version + SKIPPED, endsAtMs: this.#clock.monotonic() + leftMs, state: SUBSCRIPTION_START, stopTimer: () => undefined };
      this.#add(found);
      this.#endAfter(found, leftMs);
      this.#clock.after(this.#restored++ * SPREAD_MS, () => this.#step(found, { type: 'changed' }));
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
    this.#add(found);
    this.#accept(incoming, found, expires, tag);
  }

  #add(found: Subscription): void {
    this.#byTag.set(found.client.dialog.localTag, found);
    const key = resourceKey(found.realm, found.user, found.event);
    this.#byResource.set(key, (this.#byResource.get(key) ?? new Set()).add(found));
    this.#perDevice.set(found.deviceId, (this.#perDevice.get(found.deviceId) ?? 0) + 1);
  }

  #endAfter(found: Subscription, ms: number): void {
    found.stopTimer();
    found.stopTimer = this.#clock.after(ms, () => this.#step(found, { type: 'end', why: 'timeout' }));
  }

  #accept(incoming: IncomingRequest, found: Subscription, expires: number, toTag?: string): void {
    const headers = [header('Expires', `${expires}`), header('Contact', `<${found.client.dialog.contact}>`)];
    incoming.reply(200, toTag === undefined ? { headers } : { headers, toTag });
    found.stopTimer();
    found.endsAtMs = this.#clock.monotonic() + expires * 1000;
    if (expires > 0) this.#endAfter(found, expires * 1000);
    this.#onChanged(found.deviceId);
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
    this.#onChanged(found.deviceId);
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
