/**
 * What telephones may subscribe to (RFC 6665), each in its own tenant only:
 *
 * - dialog: calls of a telephone, by its user name, and of an agent, by the login name;
 * - presence: of both; `open` with the note `available`, else `closed` with `busy`, `away` or `offline`;
 * - message-summary: a telephone's own; the messages in its user's boxes and those in no box: new = never played.
 *
 * Calls of telephones are seen at their SIP legs; those from before a restart are found again by where the telephones registered.
 */
import type { AgentSnapshot } from '../../acd/types.ts';
import type { Actor, WithTenant } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { DomainEmitter, DomainEvents } from '../../modules/support/domain-events.ts';
import { countWaitingMail, mailOf, NO_MAIL, type TenantMail } from '../../modules/voicemail/waiting-mail.ts';
import type { ContactBinding, SipAgent, SipLegEvent } from '../../sip/types.ts';
import type { EventPackage, ResourceState, ResourceStates } from '../../sip/subscriptions/types.ts';
import type { TenantCell } from '../tenant-cell.ts';
import type { CallState } from '../types.ts';
import { agentDialogs } from './agent-dialogs.ts';
import { DialogStore, type LampCall } from './dialog-store.ts';
import { Throttle } from './throttle.ts';

/** What subscriptions are told through. */
export interface Watchers {
  isWatched(realm: string, user: string, event: EventPackage): boolean;
  resourceChanged(realm: string, user: string, event: EventPackage): void;
}

export interface LampDeps {
  clock: Clock;
  logger: Logger;
  withTenant: WithTenant;
  events: DomainEmitter;
  cell: { tenantBySlug(slug: string): TenantCell | null; tenants(): readonly TenantCell[] };
  directory: {
    contactsOf(deviceId: string, wall: number): ContactBinding[];
    deviceAt(tenantId: string, contactUri: string): string | null;
    deviceNear(tenantId: string, contactUri: string): string | null;
    onBindings: (deviceId: string) => void;
  };
  watchers(): Watchers;
}

interface DeviceLeg {
  tenant: TenantCell;
  deviceId: string;
  direction: LampCall['direction'];
}

const SYSTEM: Actor = { kind: 'system', id: 'lamps', ip: '' };

/** RFC 4235 section 3.10, RFC 3856 section 6.10, RFC 3842 section 3.9, ms. */
const EVERY_MS: Readonly<Record<EventPackage, number>> = { dialog: 1000, presence: 5000, 'message-summary': 1000 };

/** Changes of settings that may change who is told of which messages. */
const MAIL_AREAS: ReadonlySet<DomainEvents['configChanged']['area']> = new Set(['voicemail', 'queues', 'users', 'devices']);

const agentKey = (tenantId: string, agentId: string): string => `${tenantId} agent ${agentId}`;
const deviceKey = (tenantId: string, deviceId: string): string => `${tenantId} device ${deviceId}`;

export class Lamps implements ResourceStates {
  readonly #deps: LampDeps;
  readonly #dialogs: DialogStore;
  readonly #throttle: Throttle;
  readonly #legs = new Map<string, DeviceLeg>();
  /** Agents of each call. */
  readonly #agentsOf = new Map<string, readonly string[]>();
  /** Calls as they were last looked at. */
  readonly #seen = new Map<string, CallState>();
  readonly #mail = new Map<string, TenantMail>();

  constructor(deps: LampDeps) {
    this.#deps = deps;
    this.#dialogs = new DialogStore(deps.clock);
    this.#throttle = new Throttle(deps.clock);
    deps.directory.onBindings = (deviceId) => this.#onBindings(deviceId);
  }

  state(realm: string, user: string, event: EventPackage): ResourceState | null {
    const tenant = this.#deps.cell.tenantBySlug(realm);
    const device = tenant?.deviceNamed(user)?.id;
    const agentId = tenant?.agentNamed(user);
    if (!tenant || (device === undefined && agentId === undefined)) return null;
    const { tenantId } = tenant;
    switch (event) {
      case 'dialog': {
        const ofDevice = device === undefined ? [] : this.#dialogs.calls(deviceKey(tenantId, device));
        const ofAgent = agentId === undefined ? [] : this.#dialogs.calls(agentKey(tenantId, agentId));
        return { package: 'dialog', calls: [...ofDevice, ...ofAgent] };
      }
      case 'presence': {
        const agent = tenant.runtime.agents().find((entry) => entry.agentId === agentId);
        return agent ? presenceOf(agent) : device === undefined ? null : this.#devicePresence(tenantId, device);
      }
      case 'message-summary':
        if (device === undefined) return null;
        return { package: 'message-summary', ...mailOf(this.#mail.get(tenantId) ?? NO_MAIL, tenant.deviceOwner(device)) };
    }
  }

  /** Follows a tenant's calls, agents and voicemails. @returns the tenant */
  attach(tenant: TenantCell): TenantCell {
    const { tenantId } = tenant;
    const { events } = tenant.runtime;
    const withVoicemail = new Set<string>();
    events.on('call', (call) => {
      this.#onCall(tenant, call);
      if (call.hasVoicemail) withVoicemail.add(call.id);
    });
    events.on('agent', ({ agentId }) => this.#agentChanged(tenant, agentId, 'presence'));
    events.on('callGone', ({ callId }) => {
      this.#setAgents(tenant, callId, new Map());
      this.#seen.delete(callId);
      if (withVoicemail.delete(callId)) void tenant.journal.commit().then(() => this.#count(tenant));
    });
    this.#deps.events.on('voicemailsChanged', (changed) => {
      if (changed.tenantId === tenantId) void this.#count(tenant);
    });
    this.#deps.events.on('configChanged', (changed) => {
      if (changed.tenantId === tenantId && MAIL_AREAS.has(changed.area)) void this.#count(tenant);
    });
    void this.#count(tenant);
    return tenant;
  }

  /** Calls from before a restart go on. @param legs with the peer's Contact; null = not answered, or gone */
  adopt(tenantId: string, legs: readonly { legId: string; contact: string | null }[]): void {
    for (const { legId, contact } of legs) {
      const deviceId = contact === null ? null : this.#deps.directory.deviceNear(tenantId, contact);
      if (deviceId !== null) this.#begin(legId, deviceId, legId.endsWith(':in') ? 'initiator' : 'recipient', 'confirmed');
    }
  }

  /** INVITEs to telephones pass here on their way. */
  watchInvites(tenantId: string, sip: Pick<SipAgent, 'invite'>): Pick<SipAgent, 'invite'> {
    return {
      invite: (legId, target) => {
        const deviceId = this.#deps.directory.deviceAt(tenantId, target.uri);
        if (deviceId !== null) this.#begin(legId, deviceId, 'recipient');
        sip.invite(legId, target);
      },
    };
  }

  onSip(event: SipLegEvent): void {
    if (event.type === 'incoming') {
      const { identity, legId } = event.invite;
      if (identity.kind === 'device') this.#begin(legId, identity.deviceId, 'initiator');
      return;
    }
    const leg = this.#legs.get(event.legId);
    if (!leg) return;
    switch (event.type) {
      case 'progress':
        return this.#step(event.legId, leg, 'early');
      case 'answered':
      case 'confirmed':
        return this.#step(event.legId, leg, 'confirmed');
      case 'cancelled':
      case 'rejected':
      case 'ended':
        this.#legs.delete(event.legId);
        if (this.#dialogs.end(deviceKey(leg.tenant.tenantId, leg.deviceId), event.legId)) this.#deviceChanged(leg.tenant, leg.deviceId);
        return;
      default:
    }
  }

  stop(): void {
    this.#throttle.stop();
  }

  #begin(legId: string, deviceId: string, direction: LampCall['direction'], state: LampCall['state'] = 'trying'): void {
    const tenant = this.#tenantOfDevice(deviceId);
    if (!tenant) return;
    const leg: DeviceLeg = { tenant, deviceId, direction };
    this.#legs.set(legId, leg);
    this.#step(legId, leg, state);
  }

  #step(id: string, { tenant, deviceId, direction }: DeviceLeg, state: LampCall['state']): void {
    if (this.#dialogs.put(deviceKey(tenant.tenantId, deviceId), { id, direction, state, remoteUser: null })) this.#deviceChanged(tenant, deviceId);
  }

  #devicePresence(tenantId: string, deviceId: string): ResourceState {
    if (this.#dialogs.isBusy(deviceKey(tenantId, deviceId))) return { package: 'presence', open: false, note: 'busy' };
    const isThere = this.#deps.directory.contactsOf(deviceId, this.#deps.clock.wall()).length > 0;
    return { package: 'presence', open: isThere, note: isThere ? 'available' : 'offline' };
  }

  #onCall(tenant: TenantCell, call: CallState): void {
    const seen = this.#seen.get(call.id);
    // Most of what happens in a call changes nothing of who is in it.
    if (seen?.phase === call.phase && seen.agent === call.agent && seen.parties === call.parties) return;
    this.#seen.set(call.id, call);
    this.#setAgents(tenant, call.id, agentDialogs(call));
  }

  #setAgents(tenant: TenantCell, callId: string, now: Map<string, LampCall>): void {
    const before = this.#agentsOf.get(callId);
    for (const agentId of before ?? []) {
      if (!now.has(agentId) && this.#dialogs.end(agentKey(tenant.tenantId, agentId), callId)) this.#agentChanged(tenant, agentId, 'dialog');
    }
    for (const [agentId, dialog] of now) {
      if (this.#dialogs.put(agentKey(tenant.tenantId, agentId), dialog)) this.#agentChanged(tenant, agentId, 'dialog');
    }
    if (now.size > 0) this.#agentsOf.set(callId, [...now.keys()]);
    else if (before) this.#agentsOf.delete(callId);
  }

  #agentChanged(tenant: TenantCell, agentId: string, event: EventPackage): void {
    const user = tenant.loginOf(agentId);
    if (user !== undefined) this.#changed(tenant, user, event);
  }

  #deviceChanged(tenant: TenantCell, deviceId: string): void {
    const user = tenant.deviceUser(deviceId);
    if (user === undefined) return;
    this.#changed(tenant, user, 'dialog');
    this.#changed(tenant, user, 'presence');
  }

  #onBindings(deviceId: string): void {
    const tenant = this.#tenantOfDevice(deviceId);
    const user = tenant?.deviceUser(deviceId);
    if (tenant && user !== undefined) this.#changed(tenant, user, 'presence');
  }

  #tenantOfDevice(deviceId: string): TenantCell | null {
    return this.#deps.cell.tenants().find((tenant) => tenant.deviceUser(deviceId) !== undefined) ?? null;
  }

  #changed({ slug }: TenantCell, user: string, event: EventPackage): void {
    const watchers = this.#deps.watchers();
    if (!watchers.isWatched(slug, user, event)) return;
    this.#throttle.run(JSON.stringify([slug, user, event]), EVERY_MS[event], () => watchers.resourceChanged(slug, user, event));
  }

  async #count(tenant: TenantCell): Promise<void> {
    const { withTenant, logger } = this.#deps;
    try {
      this.#mail.set(tenant.tenantId, await withTenant(tenant.tenantId, SYSTEM, countWaitingMail));
      for (const user of tenant.deviceUsers()) this.#changed(tenant, user, 'message-summary');
    } catch (error) {
      logger.warn({ tenant: tenant.slug, error: messageOf(error) }, 'voicemails could not be counted; telephones show the number from before');
    }
  }
}

function presenceOf({ presence, work, problems }: AgentSnapshot): ResourceState {
  if (presence === 'offline') return { package: 'presence', open: false, note: 'offline' };
  if (work !== 'idle') return { package: 'presence', open: false, note: 'busy' };
  const isFree = presence === 'available' && problems.length === 0;
  return { package: 'presence', open: isFree, note: isFree ? 'available' : 'away' };
}
