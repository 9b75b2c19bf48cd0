import { randomBytes } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { type DtlsIdentity, makeIdentity } from '../../protocol/dtls/identity.ts';
import { dtlsStep } from '../../protocol/dtls/machine.ts';
import type { Fingerprint } from '../../protocol/dtls/signatures.ts';
import { type DtlsConfig, type DtlsEvent, type DtlsRole, type DtlsState, newDtls } from '../../protocol/dtls/state.ts';
import { dtlsGuard, type Guard } from './guard.ts';

export interface DtlsSessionOptions {
  role: DtlsRole;
  fingerprints: readonly Fingerprint[];
  /** The peer's address as a text; null = ICE has proven it. */
  unproven: string | null;
  clock: Clock;
  send: (datagram: Buffer) => void;
  /** The handshake is done, and the peer is who the description says. */
  onKeys: (guard: Guard) => void;
  /** It failed, or the peer has closed it. */
  onEnd: (how: 'failed' | 'closed', reason: string) => void;
}

let made: DtlsIdentity | null = null;

/** The certificate of this process. */
export const identityOf = (clock: Clock): DtlsIdentity => (made ??= makeIdentity(clock.wall()));

const cookieSecret = randomBytes(32);

/** Runs a DTLS association: its datagrams and its clock. */
export class DtlsSession {
  readonly #options: DtlsSessionOptions;
  readonly #config: DtlsConfig;
  #state: DtlsState;
  #cancelTimer: () => void = () => undefined;

  constructor(options: DtlsSessionOptions) {
    const { role, fingerprints, clock, unproven } = options;
    const cookie = unproven === null ? {} : { cookie: { secret: cookieSecret, peer: unproven } };
    this.#options = options;
    this.#config = { role, identity: identityOf(clock), fingerprints, random: randomBytes, ...cookie };
    this.#state = newDtls(role);
  }

  /** A server to which nobody has come that has proven its address. */
  get isIdle(): boolean {
    return this.#state.stage === 'clientHello';
  }

  /** A client begins; a server waits. */
  start(): void {
    if (this.#state.stage === 'start') this.#step({ type: 'start', nowMs: this.#options.clock.monotonic() });
  }

  receive(bytes: Buffer): void {
    this.#step({ type: 'datagram', bytes, nowMs: this.#options.clock.monotonic() });
  }

  /** Idempotent; tells the peer. */
  close(): void {
    this.#step({ type: 'close' });
    this.#cancelTimer();
  }

  #step(event: DtlsEvent): void {
    const { state, effects } = dtlsStep(this.#config, this.#state, event);
    this.#state = state;
    for (const effect of effects) {
      if (effect.type === 'send') this.#options.send(effect.datagram);
      else if (effect.type === 'timer') this.#wake(effect.atMs);
      else if (effect.type === 'connected') this.#options.onKeys(dtlsGuard(effect.profile, effect.localMaster, effect.remoteMaster));
      else this.#options.onEnd(effect.type, effect.type === 'failed' ? effect.reason : 'closed by the peer');
    }
  }

  #wake(atMs: number | null): void {
    this.#cancelTimer();
    if (atMs === null) return;
    const { clock } = this.#options;
    // Never early: a timer of the machine counts from its own due time.
    const waitMs = Math.max(1, Math.ceil(atMs - clock.monotonic()));
    this.#cancelTimer = clock.after(waitMs, () => this.#step({ type: 'timer', nowMs: Math.max(atMs, clock.monotonic()) }));
  }
}
