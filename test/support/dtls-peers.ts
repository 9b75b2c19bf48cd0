/** Two DTLS machines with a wire between them, in simulated time. */
import { randomBytes } from 'node:crypto';
import { type DtlsIdentity, makeIdentity } from '../../src/protocol/dtls/identity.ts';
import { dtlsStep } from '../../src/protocol/dtls/machine.ts';
import { type DtlsConfig, type DtlsEffect, type DtlsEvent, type DtlsRole, type DtlsState, newDtls } from '../../src/protocol/dtls/state.ts';

export type Outcome = Exclude<DtlsEffect, { type: 'send' | 'timer' }>;

/** One side: a machine with what came of it. */
export class DtlsPeer {
  config: DtlsConfig;
  state: DtlsState;
  dueMs: number | null = null;
  readonly sent: Buffer[] = [];
  readonly outcomes: Outcome[] = [];

  constructor(config: DtlsConfig) {
    this.config = config;
    this.state = newDtls(config.role);
  }

  /** Runs an event. @returns what is to be sent */
  step(event: DtlsEvent): Buffer[] {
    const { state, effects } = dtlsStep(this.config, this.state, event);
    this.state = state;
    const out: Buffer[] = [];
    for (const effect of effects) {
      if (effect.type === 'send') out.push(effect.datagram);
      else if (effect.type === 'timer') this.dueMs = effect.atMs;
      else this.outcomes.push(effect);
    }
    this.sent.push(...out);
    return out;
  }

  get connected(): Extract<Outcome, { type: 'connected' }> | undefined {
    return this.outcomes.find((each) => each.type === 'connected');
  }

  get failed(): string | undefined {
    return this.outcomes.find((each) => each.type === 'failed')?.reason;
  }
}

export const testIdentity = (): DtlsIdentity => makeIdentity(Date.UTC(2026, 10, 1));

export const namedBy = (identity: DtlsIdentity) => [{ algorithm: 'sha-256', value: identity.fingerprint }];

/** A client and a server that know each other's fingerprints. */
export function dtlsPair(more: Partial<DtlsConfig> = {}): { client: DtlsPeer; server: DtlsPeer } {
  const [ours, theirs] = [testIdentity(), testIdentity()];
  const configOf = (role: DtlsRole, identity: DtlsIdentity, other: DtlsIdentity): DtlsConfig => ({ role, identity, fingerprints: namedBy(other), random: randomBytes });
  return { client: new DtlsPeer({ ...configOf('client', ours, theirs) }), server: new DtlsPeer({ ...configOf('server', theirs, ours), ...more }) };
}

/** What the wire does to a datagram: when it arrives, ms later; none = lost. */
export type Wire = (datagram: Buffer, to: 'client' | 'server') => number[];

/** Runs both until nothing is under way, or for `longestMs`. @returns the simulated time taken */
export function converse(client: DtlsPeer, server: DtlsPeer, wire: Wire = () => [1], longestMs = 120_000): number {
  let nowMs = 0;
  let order = 0;
  const flying: { atMs: number; order: number; to: 'client' | 'server'; datagram: Buffer }[] = [];
  const post = (to: 'client' | 'server', datagrams: readonly Buffer[]): void => {
    for (const datagram of datagrams) for (const delayMs of wire(datagram, to)) flying.push({ atMs: nowMs + delayMs, order: order++, to, datagram });
  };
  const peers = { client, server };
  post('server', client.step({ type: 'start', nowMs }));
  for (;;) {
    const next = flying.toSorted((a, b) => a.atMs - b.atMs || a.order - b.order)[0];
    const due = [client, server].filter(({ dueMs }) => dueMs !== null).toSorted((a, b) => (a.dueMs ?? 0) - (b.dueMs ?? 0))[0];
    const dueMs = due?.dueMs ?? Number.POSITIVE_INFINITY;
    const thenMs = Math.min(next?.atMs ?? Number.POSITIVE_INFINITY, dueMs);
    if (thenMs > longestMs) return nowMs;
    nowMs = thenMs;
    if (next && next.atMs <= dueMs) {
      flying.splice(flying.indexOf(next), 1);
      post(next.to === 'client' ? 'server' : 'client', peers[next.to].step({ type: 'datagram', bytes: Buffer.from(next.datagram), nowMs }));
    } else if (due) post(due === client ? 'server' : 'client', due.step({ type: 'timer', nowMs }));
  }
}
