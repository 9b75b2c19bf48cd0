import type { Actor, WithTenant } from '../db/types.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { readDeviceStates, storeDeviceStates } from '../modules/telephony/device-states.ts';
import type { TelephonyDirectory } from '../modules/telephony/sip-directory.ts';
import type { KeptDevice, SipUserAgent } from '../sip/sip-agent.ts';

export interface DeviceKeeperDeps {
  sip: Pick<SipUserAgent, 'keptDevice' | 'restoreDevice'>;
  directory: Pick<TelephonyDirectory, 'restore' | 'onState'>;
  withTenant: WithTenant;
  clock: Clock;
  logger: Logger;
}

/** Changes of this time are written together, ms: a power cut makes every telephone come back at once. */
const GATHER_MS = 500;
/** After a failed write, ms. */
const RETRY_MS = 5_000;
/** Devices in one statement. */
const BATCH = 500;

const SYSTEM: Actor = { kind: 'system', id: 'sip', ip: '' };

/**
 * Keeps contacts and subscriptions of telephones over a restart: without it they could not be called, and their lamps stood
 * still, until each of them happened to register again, an hour later perhaps.
 */
export class DeviceKeeper {
  readonly #deps: DeviceKeeperDeps;
  /** Devices whose state is not written yet, by tenant. */
  readonly #changed = new Map<string, Set<string>>();
  #cancel: (() => void) | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor(deps: DeviceKeeperDeps) {
    this.#deps = deps;
    deps.directory.onState = (tenantId, deviceId) => this.#note(tenantId, [deviceId]);
  }

  /** Gives a tenant's devices what they had. Once, before they are called. */
  async restore(tenantId: string): Promise<void> {
    const { sip, directory, withTenant, clock } = this.#deps;
    const found = await withTenant(tenantId, SYSTEM, (tx) => readDeviceStates<KeptDevice>(tx, new Date(clock.wall())));
    for (const { deviceId, state } of found) directory.restore(tenantId, deviceId, sip.restoreDevice(deviceId, state));
  }

  /** Writes what is not written yet. Never throws: it is tried once and left to the telephones then. */
  async flush(): Promise<void> {
    this.#cancel?.();
    this.#cancel = null;
    const changed = [...this.#changed];
    this.#changed.clear();
    this.#writing = this.#writing.then(async () => {
      for (const [tenantId, devices] of changed) {
        const all = [...devices];
        for (let at = 0; at < all.length; at += BATCH) await this.#write(tenantId, all.slice(at, at + BATCH));
      }
    });
    await this.#writing;
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#changed.clear();
  }

  #note(tenantId: string, devices: readonly string[], ms = GATHER_MS): void {
    const known = this.#changed.get(tenantId) ?? new Set();
    for (const deviceId of devices) known.add(deviceId);
    this.#changed.set(tenantId, known);
    this.#cancel ??= this.#deps.clock.after(ms, () => void this.flush());
  }

  async #write(tenantId: string, devices: readonly string[]): Promise<void> {
    const { sip, withTenant, logger } = this.#deps;
    const states = devices.map((deviceId) => ({ deviceId, state: sip.keptDevice(deviceId) }));
    const lasting = states.flatMap(({ deviceId, state }) => {
      const ends = [...state.bindings, ...state.subscriptions].map(({ expiresAt }) => expiresAt);
      return ends.length > 0 ? [{ deviceId, state, expiresAt: Math.max(...ends) }] : [];
    });
    const gone = devices.filter((deviceId) => !lasting.some((each) => each.deviceId === deviceId));
    try {
      await withTenant(tenantId, SYSTEM, (tx) => storeDeviceStates(tx, lasting, gone));
    } catch (error) {
      logger.warn({ tenantId, devices: devices.length, error: messageOf(error) }, 'registrations could not be kept; tried again');
      this.#note(tenantId, devices, RETRY_MS);
    }
  }
}
