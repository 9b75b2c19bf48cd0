/** Runs the machines of all trunks: registers, asks by OPTIONS, counts channels, opens circuits. */
import type { Clock } from '../../lib/clock.ts';
import type { RegistrationTarget } from '../registration-client.ts';
import { Channels } from './channels.ts';
import { afterFailure, afterNothing, afterSuccess, CLOSED, tryCircuit, type Circuit } from './circuit.ts';
import { afterRegister, NEW_REGISTRATION, type Registration, type RegisterResult } from './registration.ts';

/** What the board must know of a trunk. */
export interface TrunkLine {
  id: string;
  tenantId: string;
  /** URI of the carrier's server. */
  server: string;
  /** Null = does not register. */
  registration: Omit<RegistrationTarget, 'expires'> | null;
  channels: number;
  callsPerSecond: number;
  /** ms; 0 = no OPTIONS. */
  monitorMs: number;
}

export interface TrunkSnapshot {
  registration: 'none' | Registration['state'];
  reachable: 'unknown' | 'up' | 'down';
  circuit: Circuit['state'];
  channelsUsed: number;
  lastStatus: number | null;
  /** Ms since the epoch. */
  lastChangeAt: number | null;
}

export interface TrunkBoardOptions {
  clock: Clock;
  /** 0 <= value < 1. */
  random(): number;
  /** One registration client for each trunk, kept over all its REGISTERs. */
  registrar(target: RegistrationTarget): { registerFully(expires: number): Promise<RegisterResult> };
  ping(uri: string): Promise<number>;
  /** Registration, reachability or circuit are others now. */
  onChange(line: TrunkLine, state: TrunkSnapshot): void;
}

/** A call that no trunk takes. */
export type LineRefusal = 'unknown' | 'unregistered' | 'down' | 'circuit' | 'channels' | 'rate';

interface Running {
  line: TrunkLine;
  client: { registerFully(expires: number): Promise<RegisterResult> } | null;
  registration: Registration;
  reachable: TrunkSnapshot['reachable'];
  circuit: Circuit;
  readonly channels: Channels;
  lastStatus: number | null;
  lastChangeAt: number | null;
  cancels: { register: () => void; ping: () => void };
  ended: boolean;
}

const nothing = (): void => undefined;

export class TrunkBoard {
  readonly #options: TrunkBoardOptions;
  readonly #trunks = new Map<string, Running>();

  constructor(options: TrunkBoardOptions) {
    this.#options = options;
  }

  /** Takes the trunks of one tenant as they are now; those that did not change go on undisturbed. */
  configure(tenantId: string, lines: readonly TrunkLine[]): void {
    const wanted = new Map(lines.map((line) => [line.id, line]));
    for (const [id, running] of this.#trunks) {
      if (running.line.tenantId !== tenantId) continue;
      const next = wanted.get(id);
      if (next && JSON.stringify(next) === JSON.stringify(running.line)) wanted.delete(id);
      else this.#end(running, next?.registration?.aor === running.line.registration?.aor);
    }
    for (const line of wanted.values()) this.#begin(line);
  }

  state(id: string): TrunkSnapshot | null {
    const running = this.#trunks.get(id);
    return running ? snapshotOf(running) : null;
  }

  /** Takes a channel for a call out. @returns null = go */
  takeOut(id: string, legId: string): LineRefusal | null {
    const running = this.#trunks.get(id);
    if (!running) return 'unknown';
    if (running.client && running.registration.state !== 'registered') return 'unregistered';
    if (running.reachable === 'down') return 'down';
    const taken = this.#take(running, legId);
    if (taken) return taken;
    const { circuit, allowed } = tryCircuit(running.circuit, this.#options.clock.monotonic());
    if (!allowed) {
      running.channels.free(legId);
      return 'circuit';
    }
    this.#set(running, { circuit });
    return null;
  }

  /** Takes a channel for a call in. @returns null = go */
  takeIn(id: string, legId: string): 'channels' | 'rate' | null {
    const running = this.#trunks.get(id);
    return running ? this.#take(running, legId) : null;
  }

  /** A leg from before a restart. */
  adopt(id: string, legId: string): void {
    this.#trunks.get(id)?.channels.adopt(legId);
  }

  /** Every trunk as it is now. */
  states(): TrunkSnapshot[] {
    return [...this.#trunks.values()].map(snapshotOf);
  }

  free(id: string, legId: string): void {
    this.#trunks.get(id)?.channels.free(legId);
  }

  /** How a call out went, as far as the trunk is concerned. */
  outcome(id: string, result: 'worked' | 'failed' | 'nothing'): void {
    const running = this.#trunks.get(id);
    if (!running) return;
    const { circuit } = running;
    const now = this.#options.clock.monotonic();
    this.#set(running, { circuit: result === 'worked' ? afterSuccess() : result === 'failed' ? afterFailure(circuit, now) : afterNothing(circuit) });
  }

  stop(): void {
    for (const running of this.#trunks.values()) this.#end(running, true);
  }

  #take(running: Running, legId: string): 'channels' | 'rate' | null {
    return running.channels.take(running.line, legId, this.#options.clock.monotonic());
  }

  #begin(line: TrunkLine): void {
    const target = line.registration;
    const running: Running = {
      line,
      client: target ? this.#options.registrar({ ...target, expires: NEW_REGISTRATION.expires }) : null,
      registration: NEW_REGISTRATION,
      reachable: 'unknown',
      circuit: CLOSED,
      channels: new Channels(),
      lastStatus: null,
      lastChangeAt: null,
      cancels: { register: nothing, ping: nothing },
      ended: false,
    };
    this.#trunks.set(line.id, running);
    void this.#register(running);
    void this.#ping(running);
  }

  /** @param isKept the account goes on under other settings, so its registration is not taken away */
  #end(running: Running, isKept: boolean): void {
    running.ended = true;
    running.cancels.register();
    running.cancels.ping();
    this.#trunks.delete(running.line.id);
    if (!isKept && running.registration.state === 'registered') void running.client?.registerFully(0);
  }

  async #register(running: Running): Promise<void> {
    if (!running.client) return;
    const result = await running.client.registerFully(running.registration.expires);
    if (running.ended) return;
    const { next, afterMs } = afterRegister(running.registration, result, this.#options.random());
    running.lastStatus = result.status;
    this.#set(running, { registration: next });
    running.cancels.register = this.#options.clock.after(afterMs, () => void this.#register(running));
  }

  async #ping(running: Running): Promise<void> {
    const { monitorMs, server } = running.line;
    if (monitorMs === 0) return;
    const status = await this.#options.ping(server);
    if (running.ended) return;
    running.lastStatus = status;
    // Any answer but these says that somebody is there (RFC 3261 section 11.2).
    this.#set(running, { reachable: status === 408 || status === 503 ? 'down' : 'up' });
    running.cancels.ping = this.#options.clock.after(monitorMs, () => void this.#ping(running));
  }

  #set(running: Running, change: Partial<Pick<Running, 'registration' | 'reachable' | 'circuit'>>): void {
    const { registration, reachable, circuit } = running;
    Object.assign(running, change);
    const isSame = registration.state === running.registration.state && reachable === running.reachable && circuit.state === running.circuit.state;
    if (isSame) return;
    running.lastChangeAt = this.#options.clock.wall();
    this.#options.onChange(running.line, snapshotOf(running));
  }
}

const snapshotOf = ({ client, registration, reachable, circuit, channels, lastStatus, lastChangeAt }: Running): TrunkSnapshot => ({
  registration: client ? registration.state : 'none',
  reachable,
  circuit: circuit.state,
  channelsUsed: channels.used,
  lastStatus,
  lastChangeAt,
});
