/**
 * Where devices are: REGISTER (RFC 3261 section 10.3), through proxies (Path, RFC 3327), over flows (RFC 5626). Bindings live in
 * memory; who keeps them over a restart takes them from `kept` and gives them back by `restore`.
 */
import type { Clock } from '../lib/clock.ts';
import { parseAddress } from '../protocol/sip/address.ts';
import type { Header } from '../protocol/sip/header.ts';
import { listOf } from '../protocol/sip/list-header.ts';
import { headerOf, type SipRequest } from '../protocol/sip/message.ts';
import { SipParseError } from '../protocol/sip/parse-error.ts';
import { digits, formatParams, paramOf } from '../protocol/sip/scan.ts';
import { userOf } from '../protocol/sip/uri.ts';
import type { Authenticator } from './authenticator.ts';
import { bindingFrom, bindingOf, flowIdOf, isAbout, keptOf, pathOf, type Binding, type KeptBinding, type Wish } from './binding.ts';
import { header } from './build.ts';
import type { IncomingRequest } from './endpoint.ts';
import type { Hop } from './transport.ts';
import type { ContactBinding, SipDirectory, SipSource } from './types.ts';

export interface RegistrarLimits {
  /** Expiry when the device names none, s. */
  defaultExpires: number;
  /** Shorter wishes are refused with 423, s. */
  minExpires: number;
  /** Longer wishes are cut, s. */
  maxExpires: number;
  /** Contacts of one device. */
  contacts: number;
}

export const DEFAULT_REGISTRAR_LIMITS: RegistrarLimits = { defaultExpires: 3600, minExpires: 60, maxExpires: 7200, contacts: 10 };

export class Registrar {
  readonly #directory: SipDirectory;
  readonly #clock: Clock;
  readonly #authenticator: Authenticator;
  readonly #limits: RegistrarLimits;
  readonly #bindings = new Map<string, Binding[]>();
  /** Bindings that must be reached through their source, by contact URI. */
  readonly #flows = new Map<string, Map<string, Binding>>();

  constructor(directory: SipDirectory, clock: Clock, authenticator: Authenticator, limits: RegistrarLimits) {
    this.#directory = directory;
    this.#clock = clock;
    this.#authenticator = authenticator;
    this.#limits = limits;
  }

  /** Handles one REGISTER to its answer. */
  async register(incoming: IncomingRequest, realm: string): Promise<void> {
    const { request, essentials, origin } = incoming;
    const aor = essentials.to.parsed;
    if (aor.scheme !== 'sip' && aor.scheme !== 'sips') {
      incoming.reply(400, { reason: 'To is no SIP address' });
      return;
    }
    const auth = await this.#authenticator.check(request, origin, realm);
    if (!auth.ok) {
      incoming.reply(auth.status, { headers: auth.headers });
      return;
    }
    // A device may register itself and nobody else.
    if (userOf(aor) !== auth.user) {
      this.#directory.registerRefused?.(realm, auth.user, origin);
      incoming.reply(403);
      return;
    }
    try {
      this.#apply(incoming, auth.device.deviceId);
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error;
      incoming.reply(error.status, { reason: `Bad Request (${error.reason})` });
    }
  }

  /** Current contacts of a device. */
  contactsOf(deviceId: string): ContactBinding[] {
    return (this.#bindings.get(deviceId) ?? []).map(({ uri, source, expiresAt }) => ({ uri, source, expiresAt }));
  }

  /** Ends all registrations of a device, for example because it was switched off. */
  drop(deviceId: string): void {
    const old = this.#bindings.get(deviceId) ?? [];
    if (old.length === 0) return;
    this.#store(deviceId, old, []);
    this.#directory.bindingsChanged(deviceId, []);
  }

  /**
   * Where to send a request for a registered contact when its URI alone does not lead there; null = go by the URI. Behind NAT
   * telephones of several tenants may have the same contact: without the device such a URI leads to none of them.
   */
  flowFor(contactUri: string, deviceId: string | undefined): { hop: Hop; path: readonly string[] } | null {
    const flows = this.#flows.get(contactUri);
    if (!flows) return null;
    const [only] = flows.values();
    const binding = deviceId === undefined ? (flows.size === 1 ? only : undefined) : flows.get(deviceId);
    return binding ? { hop: binding.source, path: binding.path } : null;
  }

  /** A browser cannot be called back: with its WebSocket its contacts are gone (RFC 7118 section 5). */
  connectionClosed({ transport, host, port }: SipSource): void {
    if (transport !== 'ws' && transport !== 'wss') return;
    for (const [deviceId, list] of this.#bindings) {
      const kept = list.filter(({ source }) => source.transport !== transport || source.host !== host || source.port !== port);
      if (kept.length === list.length) continue;
      this.#store(deviceId, list, kept);
      this.#directory.bindingsChanged(deviceId, this.contactsOf(deviceId));
    }
  }

  /** What to give back to `restore` after a restart. */
  kept(deviceId: string): KeptBinding[] {
    return (this.#bindings.get(deviceId) ?? []).map(keptOf);
  }

  /**
   * Takes up bindings from before a restart; those that have run out, and those of connections, are left out.
   * @returns what the device has now
   */
  restore(deviceId: string, kept: readonly KeptBinding[]): ContactBinding[] {
    const now = this.#clock.wall();
    const list = kept.flatMap((each) => (each.expiresAt > now ? (bindingFrom(each) ?? []) : []));
    if (list.length > 0 && !this.#bindings.has(deviceId)) this.#bindings.set(deviceId, list.map((binding) => this.#watch(deviceId, binding)));
    return this.contactsOf(deviceId);
  }

  /** Addresses that registered telephones send from. */
  hosts(): Set<string> {
    const hosts = new Set<string>();
    for (const list of this.#bindings.values()) for (const { source } of list) hosts.add(source.host);
    return hosts;
  }

  stop(): void {
    for (const list of this.#bindings.values()) for (const binding of list) binding.stopTimer();
    this.#bindings.clear();
    this.#flows.clear();
  }

  dump(): Record<string, ContactBinding[]> {
    return Object.fromEntries([...this.#bindings.keys()].map((deviceId) => [deviceId, this.contactsOf(deviceId)]));
  }

  #apply(incoming: IncomingRequest, deviceId: string): void {
    const { request } = incoming;
    const contacts = listOf(request, 'contact');
    if (contacts.length === 0) {
      this.#answer(incoming, deviceId);
      return;
    }
    const old = this.#bindings.get(deviceId) ?? [];
    if (contacts.includes('*')) {
      const isClean = contacts.length === 1 && headerOf(request, 'expires') === '0';
      if (!isClean) throw new SipParseError('Contact * needs Expires 0 and no other contact', 0);
      this.#checkOrder(old, incoming);
      this.#store(deviceId, old, []);
    } else {
      const wishes = contacts.map((contact) => this.#wishOf(contact, request));
      if (wishes.some(({ expires }) => expires > 0 && expires < this.#limits.minExpires)) {
        const minimum: Header = { name: 'Min-Expires', id: 'min-expires', value: `${this.#limits.minExpires}` };
        incoming.reply(423, { headers: [minimum] });
        return;
      }
      const path = pathOf(request);
      const touched = old.filter((binding) => wishes.some((wish) => isAbout(wish, flowIdOf(incoming, wish.address.params), binding)));
      this.#checkOrder(touched, incoming);
      const kept = old.filter((binding) => !touched.includes(binding));
      const now = this.#clock.wall();
      const made = wishes.filter(({ expires }) => expires > 0).map((wish) => this.#watch(deviceId, bindingOf(wish, incoming, path, now + wish.expires * 1000)));
      this.#store(deviceId, old, [...kept, ...made]);
    }
    this.#answer(incoming, deviceId);
    this.#directory.bindingsChanged(deviceId, this.contactsOf(deviceId));
  }

  #wishOf(contact: string, request: SipRequest): Wish {
    const address = parseAddress(contact);
    const parsed = address.parsed;
    const text = paramOf(address.params, 'expires') ?? headerOf(request, 'expires') ?? '';
    // Numbers that are none, or too large, count as the default (RFC 3261 section 10.2.1.1, RFC 4475 section 3.1.2.4).
    const wished = digits(text, 2 ** 32 - 1);
    const expires = Number.isNaN(wished) ? this.#limits.defaultExpires : Math.min(wished, this.#limits.maxExpires);
    return { address, parsed, expires };
  }

  /** An older request of the same phone must not undo a newer one (section 10.3, step 7). */
  #checkOrder(bindings: readonly Binding[], { essentials }: IncomingRequest): void {
    const isOld = bindings.some(({ callId, cseq }) => callId === essentials.callId && essentials.cseq <= cseq);
    if (isOld) throw new SipParseError('CSeq out of order', 0, 500);
  }

  #watch(deviceId: string, binding: Binding): Binding {
    if (binding.viaSource || binding.path.length > 0) {
      const flows = this.#flows.get(binding.uri) ?? new Map<string, Binding>();
      this.#flows.set(binding.uri, flows.set(deviceId, binding));
    }
    binding.stopTimer = this.#clock.after(binding.expiresAt - this.#clock.wall(), () => {
      const old = this.#bindings.get(deviceId) ?? [];
      this.#store(deviceId, [binding], old.filter((other) => other !== binding));
      this.#directory.bindingsChanged(deviceId, this.contactsOf(deviceId));
    });
    return binding;
  }

  #store(deviceId: string, old: readonly Binding[], next: readonly Binding[]): void {
    // The newest contacts win when there are too many: a phone that changes its port often must not lock itself out.
    const kept = next.slice(-this.#limits.contacts);
    for (const binding of [...old, ...next]) {
      if (kept.includes(binding)) continue;
      binding.stopTimer();
      const flows = this.#flows.get(binding.uri);
      if (flows?.get(deviceId) === binding) flows.delete(deviceId);
      if (flows?.size === 0) this.#flows.delete(binding.uri);
    }
    if (kept.length === 0) this.#bindings.delete(deviceId);
    else this.#bindings.set(deviceId, kept);
  }

  #answer(incoming: IncomingRequest, deviceId: string): void {
    const now = this.#clock.wall();
    const headers = (this.#bindings.get(deviceId) ?? []).map((binding): Header => {
      const expires = Math.max(0, Math.round((binding.expiresAt - now) / 1000));
      return { name: 'Contact', id: 'contact', value: `<${binding.uri}>${formatParams(binding.params)};expires=${expires}` };
    });
    headers.push({ name: 'Date', id: 'date', value: new Date(now).toUTCString() });
    // The device learns which way requests will come (RFC 3327 section 5.3), and that its flow is kept (RFC 5626 section 6).
    for (const entry of listOf(incoming.request, 'path')) headers.push(header('Path', entry));
    const contacts = listOf(incoming.request, 'contact').filter((contact) => contact !== '*');
    if (contacts.some((contact) => flowIdOf(incoming, parseAddress(contact).params) !== null)) headers.push(header('Require', 'outbound'));
    incoming.reply(200, { headers });
  }
}

