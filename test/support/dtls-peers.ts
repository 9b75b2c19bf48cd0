/** Two DTLS machines with a wire between them, in simulated time. */
import { randomBytes } from 'node:crypto';
import { serializeMessage } from '../../src/protocol/dtls/handshake.ts';
import { type ClientHello, serializeClientHello } from '../../src/protocol/dtls/hellos.ts';
import { type DtlsIdentity, makeIdentity } from '../../src/protocol/dtls/identity.ts';
import { dtlsStep } from '../../src/protocol/dtls/machine.ts';
import { CONTENT, DTLS_1_2, GROUP, HANDSHAKE, SUITE } from '../../src/protocol/dtls/numbers.ts';
import { serializeRecord } from '../../src/protocol/dtls/record.ts';
import { type DtlsConfig, type DtlsEffect, type DtlsEvent, type DtlsRole, type DtlsState, newDtls } from '../../src/protocol/dtls/state.ts';

const good: ClientHello = {
  version: DTLS_1_2,
  random: Buffer.alloc(32, 9),
  sessionId: Buffer.alloc(0),
  cookie: Buffer.alloc(0),
  suites: [SUITE.ecdsa],
  compressions: [0],
  extensions: { groups: [GROUP.p256], signatures: [0x0403], srtpProfiles: [1] },
};

/** A ClientHello as a datagram; without changes a good one. */
export const helloOf = (change: Partial<ClientHello>, sequence = 0): Buffer => {
  const fragment = serializeMessage({ type: HANDSHAKE.clientHello, sequence, body: serializeClientHello({ ...good, ...change }) });
  return serializeRecord({ type: CONTENT.handshake, epoch: 0, sequence: 77, fragment });
};

/** ClientHellos that cannot lead anywhere: the race known as CVE-2023-49786, and its kin. */
export const BAD_HELLOS: readonly (readonly [string, Buffer])[] = [
  ['TLS_NULL_WITH_NULL_NULL', helloOf({ suites: [0] })],
  ['null encryption with ECDHE', helloOf({ suites: [0xc006, 0xc010] })],
  ['CBC suites', helloOf({ suites: [0xc009, 0xc013, 0x002f] })],
  ['DTLS 1.0', helloOf({ version: 0xfeff })],
  ['TLS 1.2', helloOf({ version: 0x0303 })],
  ['DTLS 1.3 only', helloOf({ extensions: { ...good.extensions, versions: [0xfefc] } })],
  ['no protection of media', helloOf({ extensions: { groups: [GROUP.p256], signatures: [0x0403] } })],
  ['protection that is none (SRTP_NULL)', helloOf({ extensions: { ...good.extensions, srtpProfiles: [5, 6] } })],
  ['SHA-1 signatures', helloOf({ extensions: { ...good.extensions, signatures: [0x0203] } })],
  ['unknown groups', helloOf({ extensions: { ...good.extensions, groups: [21, 19] } })],
  ['no curve of our certificate', helloOf({ extensions: { ...good.extensions, groups: [GROUP.x25519] } })],
  ['compression', helloOf({ compressions: [1] })],
  ['a renegotiation', helloOf({ extensions: { ...good.extensions, renegotiation: Buffer.alloc(12, 1) } })],
  ['nothing at all', serializeRecord({ type: CONTENT.handshake, epoch: 0, sequence: 1, fragment: serializeMessage({ type: 1, sequence: 0, body: Buffer.alloc(0) }) })],
  ['a message that ends early', helloOf({}).subarray(0, -3)],
];

/** The same as a list. */
export const badHellos = (): Buffer[] => BAD_HELLOS.map(([, bytes]) => bytes);

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
