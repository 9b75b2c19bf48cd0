/**
 * Sends a request to the servers of its target one after the other until one takes it (RFC 3263 section 4.3), and large ones by
 * TCP (RFC 3261 section 18.1.1). Each try is a transaction of its own with a branch of its own.
 */
import { headerOf, type SipRequest, type SipResponse } from '../../protocol/sip/message.ts';
import { digits } from '../../protocol/sip/scan.ts';
import type { ClientHandlers } from '../transaction-layer.ts';
import type { Hop } from '../transport.ts';
import { DeadTargets } from './dead-targets.ts';
import type { Clock } from '../../lib/clock.ts';

/** A request above this may be cut into fragments on its way, bytes; our own Via is in it. */
const DATAGRAM_LIMIT = 1300;
/** Room for the Via that is not there yet, bytes. */
const VIA_ROOM = 100;
/** How long a server that takes no TCP is not asked for it again, ms. */
const NO_TCP_MS = 300_000;

export interface WalkMeans {
  clock: Clock;
  /** Sends one try. @returns its branch */
  attempt(request: SipRequest, hop: Hop, handlers: ClientHandlers): string;
  /** Our Contact at a hop. */
  contact(hop: Hop): string;
}

export class TargetWalk {
  readonly #means: WalkMeans;
  readonly #dead: DeadTargets;
  readonly #noTcp: DeadTargets;
  #moved = 0;
  #grown = 0;

  constructor(means: WalkMeans) {
    this.#means = means;
    this.#dead = new DeadTargets(means.clock);
    this.#noTcp = new DeadTargets(means.clock);
  }

  /** Orders what was found: servers that failed a moment ago come last. */
  arrange(hops: readonly Hop[]): Hop | null {
    const [first, ...others] = hops.length > 1 ? this.#dead.last(hops) : hops;
    return first ? (others.length > 0 ? { ...first, alternatives: others } : first) : null;
  }

  /** @returns the branch of the first try */
  request(request: SipRequest, hop: Hop, handlers: ClientHandlers): string {
    const tries = this.#tries(request, hop);
    const [only] = tries;
    if (tries.length === 1 && only) return this.#means.attempt(request, only, handlers);
    return this.#attempt(request, tries, handlers);
  }

  /** Where an ACK to a 2xx goes, which has no transaction and comes again with each repeated 2xx: large ones by TCP, too. */
  hopOf(request: SipRequest, hop: Hop): Hop {
    const [first = hop] = this.#tries(request, hop);
    return first;
  }

  /** TCP was refused at a hop of `hopOf`: the next time it goes by UDP. @returns the hop to use instead */
  refused(hop: Hop): Hop {
    this.#noTcp.add(hop, NO_TCP_MS);
    const { grown: _grown, ...rest } = hop;
    return { ...rest, transport: 'udp' };
  }

  dump(): Record<string, number> {
    return { dead: this.#dead.size, withoutTcp: this.#noTcp.size, moved: this.#moved, grown: this.#grown };
  }

  #tries(request: SipRequest, { alternatives = [], ...first }: Hop): Hop[] {
    const hops = [first, ...alternatives];
    if (!hops.some(({ mayGrow }) => mayGrow) || sizeOf(request) + VIA_ROOM <= DATAGRAM_LIMIT) return hops;
    return hops.flatMap((hop) => {
      const byTcp: Hop = { ...hop, transport: 'tcp', grown: true };
      return hop.mayGrow && !this.#noTcp.has(byTcp) ? [byTcp, hop] : [hop];
    });
  }

  #attempt(request: SipRequest, [hop, ...later]: readonly Hop[], handlers: ClientHandlers): string {
    if (!hop) throw new Error('a request needs a target');
    if (hop.grown) this.#grown++;
    let isRinging = false;
    const onMove = (isUnreached: boolean, deadMs?: number): boolean => {
      this.#note(hop, isUnreached, deadMs);
      // The datagram twin of a server that was reached would only ask the same server again.
      const next = hop.grown && !isUnreached ? later.slice(1) : later;
      if (next.length === 0 || isRinging || handlers.mayMove?.() === false) return false;
      this.#move(request, hop, next, handlers);
      return true;
    };
    return this.#means.attempt(request, hop, {
      onResponse: (response, essentials) => {
        if (response.status > 100 && response.status < 200) isRinging = true;
        if (response.status === 503 && onMove(false, retryAfterOf(response))) return;
        handlers.onResponse(response, essentials);
      },
      onFailure: (status, reason) => {
        if (!onMove(status === 503)) handlers.onFailure(status, reason);
      },
    });
  }

  #note(hop: Hop, isUnreached: boolean, deadMs: number | undefined): void {
    if (hop.grown && isUnreached) this.#noTcp.add(hop, NO_TCP_MS);
    else this.#dead.add(hop.grown ? { ...hop, transport: 'udp' } : hop, deadMs);
  }

  #move(request: SipRequest, from: Hop, next: readonly Hop[], handlers: ClientHandlers): void {
    const [hop, ...alternatives] = next;
    if (!hop) return;
    this.#moved++;
    // A copy: the old transaction still builds its ACK from the old one.
    const [before, after] = [this.#means.contact(from), this.#means.contact(hop)].map((uri) => uri.slice(uri.indexOf(':') + 1));
    const headers = request.headers.slice(1).map((line) => (line.id === 'contact' && before !== undefined && after !== undefined ? { ...line, value: line.value.replace(before, after) } : line));
    const again = { ...request, headers };
    const branch = this.#attempt(again, next, handlers);
    handlers.onMoved?.(again, branch, { ...hop, alternatives });
  }
}

/** Bytes on the wire, near enough. */
function sizeOf({ method, uri, headers, body }: SipRequest): number {
  return headers.reduce((sum, { name, value }) => sum + name.length + value.length + 4, method.length + uri.length + 40 + body.length);
}

/** ms, or undefined when the server does not say. */
function retryAfterOf(response: SipResponse): number | undefined {
  const seconds = digits((headerOf(response, 'retry-after') ?? '').split(/[^0-9]/, 1)[0] ?? '', 2 ** 31);
  return Number.isNaN(seconds) || seconds === 0 ? undefined : seconds * 1000;
}
