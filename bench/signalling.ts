/**
 * What a call costs outside the media path, and how fast an agent's browser rings. Starts the whole product in a folder of
 * its own.
 *
 * (a) SIPp calls 0312340005 at rising rates, SIPp on port 5090 plays the stations; every call is answered, bridged and
 *     recorded, lasts `hold` seconds and is hung up by the caller. CPU is user + system time from /proc of core, media and
 *     database apart, less what they use when idle, divided by the calls.
 * (b) Calls to 0312340002 at 5 a second with one available agent (WebSocket, line by node-datachannel): time from the
 *     INVITE leaving the caller to the `offer` message at the agent, both in this process.
 *
 * (c) The rate is raised from 100 a second by a quarter until a run is not clean (a failed call, a retransmission, or p95 from
 *     INVITE to 200 above 100 ms). SIPp runs on the same cores. Short runs by default; the figure of record is `--limit 60`.
 *
 * (d) `--only trunk` (with `--rates`, `--repeat`): SIPp calls 0312340006, whose flow dials outside; the call leaves on a trunk to SIPp
 *     as the carrier, and is answered when that answers: G.711, joined, not recorded. INVITE to 200 is then through both legs.
 *     `floors`: what a bare Node loop needs that passes the same datagrams on unread, and what the SIP stack needs without calls,
 *     media and database; at each rate, before and after.
 *
 *   npm run bench -- signalling --json [--only ring,queued,rate] [--rates 40,100] [--seconds 10] [--hold 1] [--repeat 3]
 *     [--rings 150] [--warmup 8] [--media 2] [--limit 8] [--number 0312340005]
 */
import { AudioLine } from '../test/support/audio-line.ts';
import { startProduct, TEST_PASSWORD, type Product } from '../test/support/product.ts';
import { SipPhone } from '../test/support/sip-phone.ts';
import { PHONE_SDP } from '../src/calls/testing/fake-sip.ts';
import type { ClientMessage, ServerMessage } from '../shared/events.ts';
import { measureFloor, type FloorSample } from './_signalling-floor.ts';
import { atRate, calleeOf, idleCpu, PORTS, round, searchRate, wait, type Cpu, type RateSample } from './_signalling-rate.ts';
import { sipp } from './_sipp.ts';
import { openTrunk } from './_trunk.ts';

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const sumOf = ({ core, media, database }: Cpu): number => core + media + database;

interface LoadFigures {
  idleCpuMsPerSecond: Cpu;
  /** By rate: the median of the runs, all processes and the database together. */
  queued: { callsPerSecond: number; cpuMsPerCall: number; samples: RateSample[] }[];
  /** Highest rate of a clean run, and all runs of the search. */
  rate: { cleanCallsPerSecond: number; seconds: number; samples: RateSample[] } | null;
}

async function loadCalls(product: Product, args: Record<string, string>, parts: ReadonlySet<string>): Promise<LoadFigures> {
  const callee = calleeOf(product);
  const stations = sipp(['-sn', 'uas', '-p', '5090', '-mp', '16180']);
  const number = args['number'] ?? '0312340005';
  const holdMs = Number(args['hold'] ?? 1) * 1000;
  try {
    const idle = await idleCpu(callee);
    // Compiled code and caches, as in a product that has run for a while.
    const warmUp = await atRate(callee, 40, { seconds: Number(args['warmup'] ?? 8), holdMs: 1000, idle, number });
    if (warmUp.failed > 0) throw new Error(`${warmUp.failed} of ${warmUp.calls} calls failed while warming up`);
    const queued: LoadFigures['queued'] = [];
    for (const rate of parts.has('queued') ? (args['rates'] ?? '40,100').split(',').map(Number) : []) {
      const samples: RateSample[] = [];
      for (let run = 0; run < Number(args['repeat'] ?? 3); run++) {
        samples.push(await atRate(callee, rate, { seconds: Number(args['seconds'] ?? 10), holdMs, idle, number }));
      }
      queued.push({ callsPerSecond: rate, cpuMsPerCall: round(median(samples.map(({ cpuMsPerCall }) => sumOf(cpuMsPerCall)))), samples });
    }
    return { idleCpuMsPerSecond: idle, queued, rate: parts.has('rate') ? await searchRate(callee, { seconds: Number(args['limit'] ?? 8), holdMs, idle, number }) : null };
  } finally {
    stations.stop();
    await stations.done;
  }
}

/** Trunk to trunk: from the caller through the product to a carrier. The policy's limit is 10,000 calls a minute. */
async function trunkCalls(product: Product, args: Record<string, string>): Promise<Pick<LoadFigures, 'idleCpuMsPerSecond' | 'queued'> & { floors: FloorSample[] }> {
  const callee = calleeOf(product);
  const port = Number(args['carrier'] ?? 5095);
  const carrier = sipp(['-sn', 'uas', '-p', `${port}`, '-mp', '16190']);
  const number = '0312340006';
  const holdMs = Number(args['hold'] ?? 1) * 1000;
  try {
    await openTrunk(product, port);
    const idle = await idleCpu(callee);
    const warmUp = await atRate(callee, 40, { seconds: Number(args['warmup'] ?? 8), holdMs: 1000, idle, number });
    if (warmUp.failed > 0) throw new Error(`${warmUp.failed} of ${warmUp.calls} calls failed while warming up`);
    const queued: LoadFigures['queued'] = [];
    const floors: FloorSample[] = [];
    for (const rate of (args['rates'] ?? '40,100').split(',').map(Number)) {
      const floor = { rate, seconds: Number(args['seconds'] ?? 10), holdMs };
      floors.push(await measureFloor('loop', floor), await measureFloor('sip', floor));
      const samples: RateSample[] = [];
      for (let run = 0; run < Number(args['repeat'] ?? 3); run++) {
        samples.push(await atRate(callee, rate, { seconds: Number(args['seconds'] ?? 10), holdMs, idle, number }));
      }
      queued.push({ callsPerSecond: rate, cpuMsPerCall: round(median(samples.map(({ cpuMsPerCall }) => sumOf(cpuMsPerCall)))), samples });
      floors.push(await measureFloor('loop', floor), await measureFloor('sip', floor));
    }
    return { idleCpuMsPerSecond: idle, queued, floors };
  } finally {
    carrier.stop();
    await carrier.done;
  }
}

/** An agent without a browser: logs in, opens the desk, connects a line, goes available. */
class BenchAgent {
  onOffer: (at: number) => void = () => undefined;
  readonly #socket: WebSocket;
  readonly #line = new AudioLine('bench');
  readonly #waiting = new Map<string, (message: ServerMessage) => void>();
  #ref = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', (event) => {
      const at = performance.now();
      const message = JSON.parse(String(event.data)) as ServerMessage;
      if (message.type === 'offer') this.onOffer(at);
      if (message.type === 'health.ask') this.#well();
      this.#waiting.get(message.type)?.(message);
    });
  }

  static async open(product: Product, loginId: string): Promise<BenchAgent> {
    const login = await fetch(`${product.baseUrl}/api/v1/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: product.baseUrl },
      body: JSON.stringify({ tenant: 'demo', loginId, password: TEST_PASSWORD }),
    });
    if (!login.ok) throw new Error(`login failed: ${login.status}`);
    const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    // Node's WebSocket takes headers as an extension of the standard.
    const options = { headers: { cookie, origin: product.baseUrl } } as unknown as string[];
    const socket = new WebSocket(`${product.baseUrl.replace('http', 'ws')}/api/v1/events`, options);
    const agent = new BenchAgent(socket);
    await agent.#next('hello');
    await agent.#ready();
    return agent;
  }

  close(): void {
    this.#line.close();
    this.#socket.close();
  }

  async #ready(): Promise<void> {
    this.#send({ type: 'desk.open', ref: ++this.#ref, takeOver: true });
    const answer = this.#next('line.answer');
    this.#send({ type: 'line.offer', ref: ++this.#ref, sdp: await this.#line.offer() });
    const message = await answer;
    if (message.type === 'line.answer') await this.#line.accept(message.sdp);
    this.#well();
    this.#send({ type: 'presence', ref: ++this.#ref, presence: 'available' });
    await wait(500);
  }

  #well(): void {
    this.#send({ type: 'health', ref: ++this.#ref, microphone: 'ok', roundTripMs: 1, lossPercent: 0 });
  }

  #send(message: ClientMessage): void {
    this.#socket.send(JSON.stringify(message));
  }

  #next(type: ServerMessage['type']): Promise<ServerMessage> {
    return new Promise((resolve) => this.#waiting.set(type, resolve));
  }
}

async function ringTimes(product: Product, rings: number): Promise<{ p50: number; p99: number; missed: number; samples: number[] }> {
  const agent = await BenchAgent.open(product, 'csr1');
  const phone = await SipPhone.start({ user: '0312340099' });
  const samples: number[] = [];
  let missed = 0;
  for (let index = 0; index < rings + 10; index++) {
    const due = performance.now() + 200;
    const offered = new Promise<number | null>((resolve) => {
      agent.onOffer = resolve;
      setTimeout(() => resolve(null), 1000);
    });
    const start = performance.now();
    const call = phone.call(`sip:0312340002@127.0.0.1:${product.sipPort}`, { sdp: PHONE_SDP });
    const at = await offered;
    // The first calls warm up code and caches of a product that has just started.
    if (at === null) missed += 1;
    else if (index >= 10) samples.push(round(at - start));
    await call.hangup();
    await wait(Math.max(0, due - performance.now()));
  }
  agent.close();
  await phone.stop();
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), missed, samples };
}

export async function run(args: Record<string, string>): Promise<Record<string, unknown>> {
  const product = await startProduct({ environment: { SCC_MEDIA_PROCESSES: args['media'] ?? '2', SCC_LOG_LEVEL: 'warn', SCC_RTP_PORTS: PORTS } });
  const parts = new Set((args['only'] ?? 'ring,queued,rate').split(','));
  try {
    const ring = parts.has('ring') ? await ringTimes(product, Number(args['rings'] ?? 150)) : null;
    const load = parts.has('queued') || parts.has('rate') ? await loadCalls(product, args, parts) : null;
    const trunk = parts.has('trunk') ? await trunkCalls(product, args) : null;
    return { ...(trunk && { trunk }), ring: ring && { unit: 'ms', callsPerSecond: 5, ...ring }, ...load };
  } finally {
    await product.stop();
  }
}
