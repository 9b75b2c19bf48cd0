import { createHmac } from 'node:crypto';
import type { Actor, TenantTx, WithTenant } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import type { Logger } from '../../lib/logger.ts';
import { atWholeSteps } from '../../lib/whole-steps.ts';
import { digestHa1, type DigestAlgorithm } from '../../protocol/sip/digest.ts';
import { SipParseError } from '../../protocol/sip/parse-error.ts';
import { parseUri } from '../../protocol/sip/uri.ts';
import type { ContactBinding, DeviceSecret, SipDirectory, SipSource } from '../../sip/types.ts';
import { addressAllowed, plainAddress } from '../users/ip-ranges.ts';
import type { DeviceContent } from './device-content.ts';
import { findDeviceOrDecoy } from './telephony.queries.ts';

export interface TelephonyDirectoryOptions {
  /** Address of the SIP listener; the demo carrier exists only while it is on loopback. */
  sipHost: string;
  /** Tenant of a digest realm, or null. */
  tenantOfRealm(realm: string): string | null;
  /** Any tenant that is served: work for a realm that is nobody's is done there, so that time does not tell it. */
  anyTenant(): string | null;
  /** Of this installation and kept over restarts: what is said of a realm that is nobody's is drawn with it. */
  drawKey: string;
  withTenant: WithTenant;
  clock: Clock;
  logger: Logger;
}

const SYSTEM: Actor = { kind: 'system', id: 'sip', ip: '' };

/** Id of the trunk that stands for this machine itself. */
export const LOCAL_TRUNK = 'local';

/** Who calls when the product calls itself (calls/synthetic-call.ts). */
export const OURSELVES = 'ourselves';

/** True for 127.0.0.0/8, also as written by dual-stack sockets, and ::1. */
export function isLoopback(host: string): boolean {
  const bare = host.startsWith('::ffff:') ? host.slice('::ffff:'.length) : host;
  return bare === '::1' || bare === 'localhost' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(bare);
}

/** Lines about refused registrations that one tenant's audit log takes in a minute. */
const REFUSALS_A_MINUTE = 30;

/**
 * The look-up of a telephone that exists takes some microseconds longer, by how the database finds a row: measured pair by pair it told
 * names apart (0.60, 0.5 = nothing). Answered at steps of this, ms, it does not: a look-up takes 1 to 2. A telephone that registers
 * waits so much longer; how many can do so in a second stays the same.
 */
const ANSWER_STEP_MS = 5;

/** What tells a trunk's calls from others. */
export interface TrunkSource {
  id: string;
  host: string;
  port: number | null;
  username: string;
  /** Normalized CIDR. */
  sourceRanges: readonly string[];
}

/** A server that is given as an address needs no range of its own. */
const isFrom = (trunk: TrunkSource, source: SipSource): boolean =>
  trunk.host === source.host ? isServerPort(trunk, source) : trunk.sourceRanges.length > 0 && addressAllowed(trunk.sourceRanges, source.host);

/** On this machine itself an address says nothing: the port must be the server's, or the range says so. */
const isServerPort = (trunk: TrunkSource, source: SipSource): boolean =>
  !isLoopback(source.host) || (trunk.port ?? 5060) === source.port || (trunk.sourceRanges.length > 0 && addressAllowed(trunk.sourceRanges, source.host));

/** Host and port; null for what is no SIP URI. */
function addressOf(uri: string): string | null {
  try {
    const { host, port } = parseUri(uri);
    return `${host}:${port ?? 5060}`;
  } catch (error) {
    if (error instanceof SipParseError) return null;
    throw error;
  }
}

const sameTenant = (found: readonly { tenantId: string }[]): boolean => new Set(found.map(({ tenantId }) => tenantId)).size === 1;

/** Who may send us calls: the local trunk, and devices with a password. A digest realm is a tenant's slug. */
export class TelephonyDirectory implements SipDirectory {
  readonly #options: TelephonyDirectoryOptions;
  readonly #hasLocalTrunk: boolean;
  /** Tenant of each device seen, for `bindingsChanged`. */
  readonly #tenantOfDevice = new Map<string, string>();
  readonly #contacts = new Map<string, readonly ContactBinding[]>();
  readonly #refusals = new Map<string, { minute: number; count: number }>();
  readonly #trunks = new Map<string, readonly TrunkSource[]>();
  readonly #suspended = new Set<string>();
  readonly #offersMd5 = new Map<string, boolean>();
  /** Users at which we are about to call ourselves. */
  readonly #ownCalls = new Set<string>();
  /** A sealed password of nobody's, by tenant. */
  readonly #decoys = new Map<string, { id: string; sealed: Buffer; keyVersion: number }>();
  readonly #deviceAt = new Map<string, string>();
  /** Hears that a device registered, or is not registered any more. */
  onBindings: (deviceId: string) => void = () => undefined;
  /** Hears of each change of a device's contacts and subscriptions, refreshes too. */
  onState: (tenantId: string, deviceId: string) => void = () => undefined;

  constructor(options: TelephonyDirectoryOptions) {
    this.#options = options;
    this.#hasLocalTrunk = isLoopback(options.sipHost);
  }

  /** Takes the trunks of a tenant as they are now. */
  setTrunks(tenantId: string, trunks: readonly TrunkSource[]): void {
    this.#trunks.set(tenantId, trunks.map((trunk) => ({ ...trunk, host: plainAddress(trunk.host) })));
  }

  setOffersMd5(tenantId: string, isOffered: boolean): void {
    this.#offersMd5.set(tenantId, isOffered);
  }

  /**
   * Whether MD5 is offered in a realm: where a telephone of the tenant may use it. For a realm that is nobody's it is drawn, always
   * the same and as often as among those that are, so that the offer does not tell them apart.
   */
  offersMd5(realm: string): boolean {
    const tenantId = this.#options.tenantOfRealm(realm);
    if (tenantId !== null) return this.#offersMd5.get(tenantId) ?? false;
    const offers = [...this.#offersMd5.values()];
    const share = offers.filter(Boolean).length / Math.max(1, offers.length);
    return createHmac('sha256', this.#options.drawKey).update(realm).digest().readUInt32BE() / 2 ** 32 < share;
  }

  /** A suspended tenant's telephones are nobody's. @returns those that have to go */
  setServed(tenantId: string, isServed: boolean): string[] {
    if (isServed) this.#suspended.delete(tenantId);
    else this.#suspended.add(tenantId);
    return isServed ? [] : [...this.#tenantOfDevice].filter(([, owner]) => owner === tenantId).map(([deviceId]) => deviceId);
  }

  /** We are about to call ourselves at this user, a name that nobody else knows. @returns takes it back */
  expectOwnCall(user: string): () => void {
    this.#ownCalls.add(user);
    return () => this.#ownCalls.delete(user);
  }

  /** @param user empty = whoever is called: the flood guard asks for every datagram */
  #isOurselves({ host }: SipSource, user: string): boolean {
    if (this.#ownCalls.size === 0 || (host !== this.#options.sipHost && !isLoopback(host))) return false;
    return user === '' ? !this.#hasLocalTrunk : this.#ownCalls.has(user);
  }

  /**
   * A trunk with the source's address; among several the one whose account is called (a registered trunk is called at its own
   * user), then the one whose server has the source's port. A registered telephone is no trunk, even on this machine.
   */
  trunkFor(source: SipSource, user = ''): { trunkId: string; tenantId: string | null } | null {
    if (this.#isOurselves(source, user)) return { trunkId: OURSELVES, tenantId: null };
    const found = this.#trunksFrom({ ...source, host: plainAddress(source.host) });
    const best =
      found.find(({ trunk }) => user !== '' && trunk.username === user) ??
      found.find(({ trunk }) => trunk.port === source.port) ??
      (found.length === 1 || sameTenant(found) ? found[0] : undefined);
    if (best) return { trunkId: best.trunk.id, tenantId: best.tenantId };
    // Two tenants behind one address that nothing tells apart: nobody's.
    if (found.length > 0 || this.#isDevice(source)) return null;
    return this.#hasLocalTrunk && isLoopback(source.host) ? { trunkId: LOCAL_TRUNK, tenantId: null } : null;
  }

  /** A loop and no chain of lists: asked for every datagram. */
  #trunksFrom(source: SipSource): { tenantId: string; trunk: TrunkSource }[] {
    const found: { tenantId: string; trunk: TrunkSource }[] = [];
    for (const [tenantId, trunks] of this.#trunks) {
      for (const trunk of trunks) if (isFrom(trunk, source)) found.push({ tenantId, trunk });
    }
    return found;
  }

  #isDevice({ transport, host, port }: SipSource): boolean {
    const now = this.#options.clock.wall();
    for (const contacts of this.#contacts.values()) {
      if (contacts.some((contact) => contact.expiresAt > now && contact.source.host === host && contact.source.port === port && contact.source.transport === transport)) return true;
    }
    return false;
  }

  /** Answers at whole steps of time, so that what is left of a difference between names that exist and others is not seen. */
  deviceSecret(realm: string, user: string, algorithm: DigestAlgorithm): Promise<DeviceSecret | null> {
    return atWholeSteps(this.#options.clock, ANSWER_STEP_MS, () => this.#lookUpDevice(realm, user, algorithm));
  }

  async #lookUpDevice(realm: string, user: string, algorithm: DigestAlgorithm): Promise<DeviceSecret | null> {
    const owner = this.#options.tenantOfRealm(realm);
    const isServed = owner !== null && !this.#suspended.has(owner);
    // A realm that is nobody's is looked for like any other, where it cannot be found.
    const tenantId = isServed ? owner : this.#options.anyTenant();
    if (tenantId === null) return null;
    const device = await this.#options.withTenant(tenantId, SYSTEM, async (tx) => {
      // The same work where there is none, a row of the database too: the time must not tell which names exist.
      const decoy = this.#decoy(tx);
      const row = await findDeviceOrDecoy(tx, user, decoy);
      const content = tx.vault.open<DeviceContent>({ table: 'sip_devices', column: 'sealed', id: row.id }, row.sealed);
      return { id: row.id === decoy.id ? null : row.id, allowMd5: row.allow_md5, ...content };
    });
    const ha1 = digestHa1(algorithm, user, realm, device.password);
    if (device.id === null || !isServed || (algorithm === 'MD5' && !device.allowMd5)) return null;
    this.#tenantOfDevice.set(device.id, tenantId);
    return { deviceId: device.id, tenantId, ha1 };
  }

  #decoy({ tenantId, vault }: Pick<TenantTx, 'tenantId' | 'vault'>): { id: string; sealed: Buffer } {
    const known = this.#decoys.get(tenantId);
    if (known?.keyVersion === vault.keyVersion) return known;
    const id = newId();
    const content: DeviceContent = { password: 'x'.repeat(24) };
    const made = { id, sealed: vault.seal({ table: 'sip_devices', column: 'sealed', id }, content), keyVersion: vault.keyVersion };
    this.#decoys.set(tenantId, made);
    return made;
  }

  bindingsChanged(deviceId: string, contacts: readonly ContactBinding[]): void {
    const old = this.#contacts.get(deviceId) ?? [];
    const before = old.length;
    this.#contacts.set(deviceId, contacts);
    this.#index(deviceId, old, contacts);
    if ((before === 0) !== (contacts.length === 0)) this.onBindings(deviceId);
    const tenantId = this.#tenantOfDevice.get(deviceId);
    if (tenantId !== undefined) this.onState(tenantId, deviceId);
    // Refreshes of a binding every minute are no news.
    if (tenantId === undefined || before === contacts.length) return;
    // Also when the last binding ran out: nobody can ring the telephone any more.
    const code = contacts.length === 0 ? 'device.unregistered' : 'device.registered';
    const detail = { contacts: contacts.map(({ uri, source }) => ({ uri, from: `${source.host}:${source.port}` })) };
    this.#options
      .withTenant(tenantId, SYSTEM, (tx) => tx.audit({ code, subject: { kind: 'device', id: deviceId }, detail }))
      .catch((error: unknown) => this.#options.logger.error({ error: messageOf(error), deviceId }, 'registration could not be audited'));
  }

  subscriptionsChanged(deviceId: string): void {
    const tenantId = this.#tenantOfDevice.get(deviceId);
    if (tenantId !== undefined) this.onState(tenantId, deviceId);
  }

  /** Where a device is, from before a restart: no news for the audit log. */
  restore(tenantId: string, deviceId: string, contacts: readonly ContactBinding[]): void {
    this.#tenantOfDevice.set(deviceId, tenantId);
    this.#contacts.set(deviceId, contacts);
    this.#index(deviceId, [], contacts);
  }

  registerRefused(realm: string, user: string, source: SipSource, algorithm?: DigestAlgorithm): void {
    const tenantId = this.#options.tenantOfRealm(realm);
    if (tenantId === null || !this.#mayAudit(tenantId)) return;
    // After the answer, whose time would tell that there is such a tenant.
    setImmediate(() => this.#auditRefused(tenantId, user, source, algorithm));
  }

  #auditRefused(tenantId: string, user: string, source: SipSource, algorithm: DigestAlgorithm | undefined): void {
    const actor: Actor = { ...SYSTEM, ip: source.host };
    this.#options
      .withTenant(tenantId, actor, (tx) => tx.audit({ code: 'device.register_refused', subject: { kind: 'device', id: '' }, detail: { username: user, ...(algorithm && { algorithm }) } }))
      .catch((error: unknown) => this.#options.logger.error({ error: messageOf(error) }, 'refused registration could not be audited'));
  }

  /** A tenant's audit log is not filled by somebody who tries names: so many lines a minute, the rest is only counted by SIP. */
  #mayAudit(tenantId: string): boolean {
    const minute = Math.floor(this.#options.clock.monotonic() / 60_000);
    const before = this.#refusals.get(tenantId);
    const count = before?.minute === minute ? before.count + 1 : 1;
    this.#refusals.set(tenantId, { minute, count });
    return count <= REFUSALS_A_MINUTE;
  }

  /** The tenant's device that registered this contact, or null: two tenants may have telephones at the same private address. */
  deviceAt(tenantId: string, contactUri: string): string | null {
    return this.#deviceAt.get(`${tenantId} ${contactUri}`) ?? null;
  }

  /**
   * The tenant's device that speaks at the address of this Contact, which in a call may have another user than in a registration.
   * Null also when several could be meant: they share a private address behind different NATs.
   */
  deviceNear(tenantId: string, contactUri: string): string | null {
    const exact = this.deviceAt(tenantId, contactUri);
    if (exact !== null) return exact;
    const at = addressOf(contactUri);
    const found = [...this.#contacts].filter(([deviceId, contacts]) => this.#tenantOfDevice.get(deviceId) === tenantId && contacts.some(({ uri }) => addressOf(uri) === at));
    return at !== null && found.length === 1 ? (found[0]?.[0] ?? null) : null;
  }

  #index(deviceId: string, old: readonly ContactBinding[], now: readonly ContactBinding[]): void {
    const tenantId = this.#tenantOfDevice.get(deviceId) ?? '';
    for (const { uri } of old) if (this.#deviceAt.get(`${tenantId} ${uri}`) === deviceId) this.#deviceAt.delete(`${tenantId} ${uri}`);
    for (const { uri } of now) this.#deviceAt.set(`${tenantId} ${uri}`, deviceId);
  }

  /** Where a device can be called now, the newest contact last. */
  contactsOf(deviceId: string, wall: number): ContactBinding[] {
    return (this.#contacts.get(deviceId) ?? []).filter(({ expiresAt }) => expiresAt > wall);
  }
}
