/** A transport address. */
export interface Address {
  host: string;
  port: number;
}

/** After a lock on another source than signalled, the signalled one may still take over for this long. */
const SIGNALLED_WINS_MS = 2000;

/**
 * Decides which source address may speak on an RTP port (symmetric RTP, RFC 4961; the injection known as RTP bleed).
 *
 *     closed --signalled--> open --first packet--> locked --signalled anew--> open
 *
 * closed: no remote description yet, all packets are strangers'. open: the signalled address, or behind NAT the first
 * source that sends good RTP. locked: nobody else, until signalling says otherwise; only within the first two seconds the
 * address that was signalled may still replace a source that came first without being it.
 */
export class SourceLatch {
  #signalled: Address | null = null;
  #locked: Address | null = null;
  #lockedAtMs = 0;

  /** Where to send: the locked source, else the signalled one; null = nowhere. */
  get target(): Address | null {
    return this.#locked ?? (this.#signalled && usable(this.#signalled) ? this.#signalled : null);
  }

  /** The remote description changed; another address than before opens the latch again. */
  signal(address: Address): void {
    const before = this.#signalled;
    if (before && before.host === address.host && before.port === address.port) return;
    this.#signalled = { ...address };
    this.#locked = null;
  }

  /** True when the packet comes from the locked source: the only question asked for each packet. */
  isLocked(host: string, port: number): boolean {
    const locked = this.#locked;
    return locked !== null && locked.port === port && locked.host === host;
  }

  /** True when only signalling can bring another source. */
  isFinal(nowMs: number): boolean {
    return this.#locked !== null && nowMs - this.#lockedAtMs >= SIGNALLED_WINS_MS;
  }

  /** True when a good RTP packet from here would be taken: worth a look whether it is good. */
  mayAdmit(host: string, port: number, nowMs: number): boolean {
    const signalled = this.#signalled;
    if (!signalled) return false;
    const isSignalled = signalled.host === host && signalled.port === port;
    return !this.#locked || (isSignalled && nowMs - this.#lockedAtMs < SIGNALLED_WINS_MS);
  }

  /** The peer has proven to be here. */
  lock(address: Address, nowMs: number): void {
    this.#locked = { ...address };
    this.#lockedAtMs = nowMs;
  }

  /** True when a good RTP packet from here may be taken; locks on it. */
  admit(host: string, port: number, nowMs: number): boolean {
    if (!this.mayAdmit(host, port, nowMs)) return false;
    this.#locked = { host, port };
    this.#lockedAtMs = nowMs;
    return true;
  }
}

function usable(address: Address): boolean {
  return address.port > 0 && address.host !== '' && address.host !== '0.0.0.0' && address.host !== '::';
}
