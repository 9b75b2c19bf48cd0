import type { Clock } from '../../lib/clock.ts';
import type { DtlsRemote } from '../../protocol/sdp/security.ts';
import type { Address } from '../source-latch.ts';
import { DtlsSession } from './dtls-session.ts';
import type { Guard } from './guard.ts';

export interface PortDtlsOptions {
  clock: Clock;
  send: (datagram: Buffer, to: Address) => void;
  /** Somebody has proven to be the peer of the description. */
  onKeys: (guard: Guard, from: Address) => void;
  /** The peer has ended the agreement; it may begin another. */
  onClosed: () => void;
  onFailed: (reason: string) => void;
}

/** Addresses that may be at a handshake at one time, beside the signalled one. */
const MOST_STRANGERS = 3;

const nameOf = ({ host, port }: Address): string => `${host} ${port}`;

/**
 * DTLS on the port of a telephone, without ICE: anybody can reach it. Each address has a handshake of its own, begun with a cookie,
 * and the first that ends with the certificate of the description is the peer; no other can end or delay it.
 */
export class PortDtls {
  readonly #options: PortDtlsOptions;
  readonly #sessions = new Map<string, DtlsSession>();
  #remote: (DtlsRemote & Address) | null = null;
  /** Where the peer is, once it has proven to be itself. */
  #association: string | null = null;

  constructor(options: PortDtlsOptions) {
    this.#options = options;
  }

  /** True while a handshake has not ended with keys. */
  get isPending(): boolean {
    return this.#association === null;
  }

  /**
   * The peer's description. Another certificate is another association; a new address of the same one is not (RFC 8842 section 5).
   * @returns true when keys have to be agreed on anew
   */
  setRemote(remote: DtlsRemote & Address): boolean {
    const before = this.#remote;
    const isSame = before !== null && remote.fingerprints.some(({ value }) => before.fingerprints.some((each) => each.value === value));
    const hasMoved = before !== null && nameOf(before) !== nameOf(remote);
    this.#remote = isSame ? { ...remote, role: before.role } : remote;
    if (isSame && !(hasMoved && this.isPending)) return false;
    this.close();
    if (this.#remote.role === 'client' && remote.port !== 0) this.#session(remote)?.start();
    return true;
  }

  receive(datagram: Buffer, from: Address): void {
    this.#session(from)?.receive(datagram);
  }

  /** Idempotent; tells the peer. */
  close(): void {
    for (const session of this.#sessions.values()) session.close();
    this.#sessions.clear();
    this.#association = null;
  }

  #session({ host, port }: Address): DtlsSession | null {
    const name = nameOf({ host, port });
    const known = this.#sessions.get(name);
    if (known || !this.#remote || !this.#mayBegin(name)) return known ?? null;
    const address = { host, port };
    const { role, fingerprints } = this.#remote;
    const session = new DtlsSession({
      role,
      fingerprints,
      unproven: name,
      clock: this.#options.clock,
      send: (datagram) => this.#options.send(datagram, address),
      onKeys: (guard) => this.#proven(name, guard, address),
      onEnd: (how, reason) => this.#ended(name, how, reason),
    });
    this.#sessions.set(name, session);
    return session;
  }

  /** A client speaks with the signalled address alone; after the peer has been found a server speaks with nobody else. */
  #mayBegin(name: string): boolean {
    if (!this.#remote) return false;
    const isSignalled = name === nameOf(this.#remote);
    // One that has moved may be another program with the certificate of before.
    if (this.#remote.role === 'client' || this.#association !== null) return isSignalled;
    const strangers = [...this.#sessions].filter(([each]) => each !== nameOf(this.#remote as Address));
    if (isSignalled || strangers.length < MOST_STRANGERS) return true;
    // Who has not even sent a cookie back makes room.
    const idle = strangers.find(([, session]) => session.isIdle);
    if (idle) this.#sessions.delete(idle[0]);
    return idle !== undefined;
  }

  #proven(name: string, guard: Guard, from: Address): void {
    this.#association = name;
    for (const [other, each] of this.#sessions) {
      if (other === name) continue;
      this.#sessions.delete(other);
      each.close();
    }
    this.#options.onKeys(guard, from);
  }

  /** A stranger's failure says nothing about the peer. */
  #ended(name: string, how: 'failed' | 'closed', reason: string): void {
    const wasPeer = this.#association === name;
    this.#sessions.delete(name);
    if (wasPeer) {
      this.#association = null;
      this.#options.onClosed();
    } else if (how === 'failed' && this.#remote && this.#association === null && name === nameOf(this.#remote)) this.#options.onFailed(reason);
  }
}
