/**
 * What a call costs in the media process, and how long a packet stays in it. A real media process carries N bridged calls of
 * 50 packets a second each way; the load comes from another process. CPU is user + system time of all threads of the media
 * process from /proc, so the sealing and writing of recordings is in it. The delay is measured by a third process with two
 * calls of its own, from just before send to the receiving callback. In the same seconds two of its peers send to each other
 * directly: that floor is what the kernel, the measuring process and other work on the machine take.
 *
 * WebRTC calls are a browser (peers of the same library, in their own process) bridged to an RTP phone, recorded.
 *
 * Other work on the machine changes every figure. So relays by others are put under the same load: a bare relay in Node and,
 * where it is installed, rtpengine in user space. All of them run through a whole turn, and have their calls in slices of
 * two seconds one after the other, so that what disturbs the machine for longer disturbs all alike. `ratio` is ours to theirs
 * within the turn.
 *
 *   npm run bench -- media --json [--calls 100,200] [--webrtc 20] [--seconds 10] [--ports 41000-43999] [--repeat 3]
 *     [--floors yes|no]; --calls 0 for browsers only
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { systemClock } from '../src/lib/clock.ts';
import { silentLogger } from '../src/lib/logger.ts';
import { SocketMediaClient } from '../src/media/client.ts';
import { MEDIA_NODE_FLAGS } from '../src/media/node-flags.ts';
import { type Floor, hasRtpengine, startBareRelay, startRtpengine } from './_media-floors.ts';
import type { LoadCommand, LoadReply } from './_media-load.ts';
import { usageOf } from './_process.ts';
import type { WebrtcLoadCommand, WebrtcLoadReply } from './_media-webrtc-load.ts';

const PROBE_CALLS = 2;
/** The probe's last two peers, which have no media process between them. */
const DIRECT_PEERS = 2;
const SETTLE_MS = 2000;

/** Of calls before a slice is measured, and of each before all slices: code is compiled while it runs. */
const SLICE_SETTLE_MS = 500;
const WARM_MS = 5000;
const DRAIN_MS = 300;
const SLICE_SECONDS = 2;

type Collected = Extract<LoadReply, { type: 'collected' }>;

interface Load {
  child: ChildProcess;
  ports: number[];
}

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

function ask<Type extends LoadReply['type']>(
  child: ChildProcess,
  command: LoadCommand,
  type: Type,
): Promise<Extract<LoadReply, { type: Type }>> {
  return new Promise((done) => {
    const listen = (reply: LoadReply): void => {
      if (reply.type !== type) return;
      child.off('message', listen);
      done(reply as Extract<LoadReply, { type: Type }>);
    };
    child.on('message', listen);
    child.send(command);
  });
}

async function openLoad(peers: number, probe: boolean): Promise<Load> {
  const child = fork(join(import.meta.dirname, '_media-load.ts'));
  const { ports } = await ask(child, { type: 'open', peers, probe }, 'opened');
  return { child, ports };
}

function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const quantiles = (values: number[]) => ({
  p50: round(quantile(values, 0.5)),
  p99: round(quantile(values, 0.99)),
  max: round(quantile(values, 1)),
});

const round = (value: number, digits = 3): number => Number(value.toFixed(digits));

async function connectAll(client: SocketMediaClient, load: Load, folder: string, name: string, recorded: boolean, direct = 0) {
  const targets: { host: string; port: number }[] = [];
  for (let index = 0; index < load.ports.length - direct; index++) {
    const remote = {
      host: '127.0.0.1',
      port: load.ports[index] ?? 0,
      codec: 'PCMU',
      payloadType: 0,
      dtmfPayloadType: 101,
      direction: 'sendrecv',
    } as const;
    targets.push(await client.call('createRtpEndpoint', { endpoint: `${name}${index}`, remote }));
    if (index % 2 === 0) continue;
    const [left, right] = [`${name}${index - 1}`, `${name}${index}`];
    await client.call('createBridge', { bridge: `${name}${index}`, a: left, b: right });
    if (!recorded) continue;
    const seal = { key: randomBytes(32).toString('base64'), associatedData: `bench/${name}${index}` };
    const path = join(folder, `${name}${index}.scr`);
    await client.call('startRecording', { recording: `${name}${index}`, left, right, path, seal });
  }
  for (const port of load.ports.slice(targets.length).toReversed()) targets.push({ host: '127.0.0.1', port });
  load.child.send({ type: 'start', targets } satisfies LoadCommand);
}

interface Running {
  client: SocketMediaClient;
  pid: number;
  folder: string;
  stop: () => Promise<void>;
}

async function startMedia(ports: string): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'scc-bench-'));
  const socket = join(folder, 'm.sock');
  const main = resolve(import.meta.dirname, '../src/media/main.ts');
  const args = [...MEDIA_NODE_FLAGS, main, '--socket', socket, '--ports', ports, '--log-level', 'warn'];
  const media = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true });
  const client = new SocketMediaClient(0, socket, systemClock, silentLogger);
  await client.ready(10_000);
  return {
    client,
    pid: media.pid ?? 0,
    folder,
    async stop() {
      await client.call('shutdown', { now: true }).catch(() => undefined);
      await new Promise((done) => (media.exitCode === null ? media.once('exit', done) : done(null)));
      client.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** How long the main thread was ready to run but waited for a CPU, ms: what the rest of the machine took from it. */
const waited = (pid: number): number => Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')[1]) / 1e6;

/** CPU of the process over some seconds. */
async function measure(pid: number, seconds: number) {
  const waitedBefore = waited(pid);
  const before = usageOf(pid);
  const begun = performance.now();
  await wait(seconds * 1000);
  const after = usageOf(pid);
  return {
    cpuMs: after.cpuMs - before.cpuMs,
    tookMs: performance.now() - begun,
    rssBytes: after.rssBytes,
    waitedForCpuMs: round(waited(pid) - waitedBefore),
  };
}

/** Something that carries calls, with peers that send while they are not paused. */
interface Subject {
  name: 'plain' | 'recorded' | 'bare' | 'rtpengine';
  pid: number;
  load: Load;
  probe: Load;
  /** Peers at the end of the probe that send to each other directly. */
  direct: number;
  idleBytes: number;
  /** 99th percentile of how late its frames are; null = it does not tell. */
  tickLateMs: () => Promise<number | null>;
  stop: () => Promise<void>;
}

/** What the slices of a subject add up to. */
interface Sum {
  cpuMs: number;
  tookMs: number;
  waitedForCpuMs: number;
  sent: number;
  received: number;
  delaysMs: number[];
  floorDelaysMs: number[];
}

const tellPeers = ({ load, probe }: Subject, type: 'pause' | 'resume' | 'stop'): void => {
  for (const { child } of [load, probe]) child.send({ type } satisfies LoadCommand);
};

async function openMedia(name: 'plain' | 'recorded', calls: number, ports: string): Promise<Subject> {
  const { client, pid, folder, stop } = await startMedia(ports);
  const idleBytes = usageOf(pid).rssBytes;
  const load = await openLoad(calls * 2, false);
  const probe = await openLoad(PROBE_CALLS * 2 + DIRECT_PEERS, true);
  await connectAll(client, load, folder, 'load', name === 'recorded');
  await connectAll(client, probe, folder, 'probe', name === 'recorded', DIRECT_PEERS);
  const tickLateMs = async () => (await client.call('ping', {})).load.tickLateP99Ms;
  return { name, pid, load, probe, direct: DIRECT_PEERS, idleBytes, tickLateMs, stop };
}

/** A relay by others under the load of plain calls. */
async function openFloor(name: 'bare' | 'rtpengine', calls: number, ports: string): Promise<Subject> {
  const floor: Floor = name === 'rtpengine' ? await startRtpengine(ports) : await startBareRelay(calls + PROBE_CALLS);
  const load = await openLoad(calls * 2, false);
  const probe = await openLoad(PROBE_CALLS * 2, true);
  for (const each of [load, probe]) {
    const targets = (await floor.connect(each.ports)).map((port) => ({ host: '127.0.0.1', port }));
    each.child.send({ type: 'start', targets } satisfies LoadCommand);
  }
  const stop = (): Promise<void> => floor.stop();
  return { name, pid: floor.pid, load, probe, direct: 0, idleBytes: 0, tickLateMs: () => Promise.resolve(null), stop };
}

/** Lets the subject have its calls for a while, and adds what they cost. */
async function runSlice(subject: Subject, sum: Sum): Promise<void> {
  tellPeers(subject, 'resume');
  await wait(SLICE_SETTLE_MS);
  const collect = (load: Load): Promise<Collected> => ask(load.child, { type: 'collect' }, 'collected');
  await Promise.all([collect(subject.load), collect(subject.probe)]);
  const { cpuMs, tookMs, waitedForCpuMs } = await measure(subject.pid, SLICE_SECONDS);
  tellPeers(subject, 'pause');
  // What is still on its way is not lost.
  await wait(DRAIN_MS);
  const [moved, probed] = await Promise.all([collect(subject.load), collect(subject.probe)]);
  sum.cpuMs += cpuMs;
  sum.tookMs += tookMs;
  sum.waitedForCpuMs += waitedForCpuMs;
  sum.sent += moved.sent;
  sum.received += moved.received;
  const passing = probed.delaysMs.length - subject.direct;
  sum.delaysMs.push(...probed.delaysMs.slice(0, passing).flat());
  sum.floorDelaysMs.push(...probed.delaysMs.slice(passing).flat());
}

async function resultOf(subject: Subject, sum: Sum, calls: number) {
  const { rssBytes } = usageOf(subject.pid);
  return {
    name: subject.name,
    calls,
    cpuPercentPerCall: round(((sum.cpuMs / sum.tookMs) * 100) / (calls + PROBE_CALLS), 4),
    delayMs: quantiles(sum.delaysMs),
    floorDelayMs: quantiles(sum.floorDelaysMs),
    packetsPerSecondOut: round((sum.received / sum.tookMs) * 1000, 0),
    packetsLost: sum.sent - sum.received,
    rssBytes,
    rssBytesPerCall: Math.round((rssBytes - subject.idleBytes) / (calls + PROBE_CALLS)),
    tickLateP99Ms: await subject.tickLateMs(),
    waitedForCpuMs: round(sum.waitedForCpuMs),
    samples: {
      cpuMs: sum.cpuMs,
      tookMs: round(sum.tookMs),
      delaysMs: sum.delaysMs.map((each) => round(each)),
      floorDelaysMs: sum.floorDelaysMs.map((each) => round(each)),
    },
  };
}

async function runWebrtc(calls: number, seconds: number, ports: string) {
  const { client, pid, folder, stop } = await startMedia(ports);
  const phones = await openLoad(calls, false);
  const browsers = fork(join(import.meta.dirname, '_media-webrtc-load.ts'));
  const tell = (command: WebrtcLoadCommand): boolean => browsers.send(command);
  const reply = <Type extends WebrtcLoadReply['type']>(type: Type): Promise<Extract<WebrtcLoadReply, { type: Type }>> =>
    new Promise((done, failed) => {
      const died = (): void => failed(new Error('the process of the browsers has ended'));
      browsers.once('exit', died);
      const listen = (message: WebrtcLoadReply): void => {
        if (message.type !== type) return;
        browsers.off('message', listen);
        browsers.off('exit', died);
        done(message as Extract<WebrtcLoadReply, { type: Type }>);
      };
      browsers.on('message', listen);
    });
  try {
    const idle = usageOf(pid);
    tell({ type: 'open', peers: calls });
    const { offers } = await reply('opened');
    const sdps: string[] = [];
    for (const [index, offerSdp] of offers.entries()) {
      sdps.push((await client.call('createWebrtcEndpoint', { endpoint: `browser${index}`, offerSdp })).answerSdp);
    }
    const connected = reply('connected');
    tell({ type: 'answers', sdps });
    const { failed } = await connected;
    // The turn is not measured; the states of those that did not connect stand in its place.
    if (failed.length > 0) return { calls, failed };
    await connectPhones(client, phones, folder);
    await wait(SETTLE_MS);
    const first = reply('collected');
    tell({ type: 'collect' });
    await first;
    const { cpuMs, tookMs, rssBytes } = await measure(pid, seconds);
    const last = reply('collected');
    tell({ type: 'collect' });
    const { sent, received } = await last;
    return {
      calls,
      cpuPercentPerCall: round(((cpuMs / tookMs) * 100) / calls, 4),
      packetsToBrowsers: received,
      packetsFromBrowsers: sent,
      rssBytesPerCall: Math.round((rssBytes - idle.rssBytes) / calls),
      samples: { cpuMs, tookMs: round(tookMs) },
    };
  } finally {
    if (browsers.connected) tell({ type: 'stop' });
    phones.child.send({ type: 'stop' } satisfies LoadCommand);
    await stop();
  }
}

/** One phone for each browser, bridged and recorded. */
async function connectPhones(client: SocketMediaClient, phones: Load, folder: string): Promise<void> {
  const targets = [];
  for (const [index, port] of phones.ports.entries()) {
    const ends = { left: `phone${index}`, right: `browser${index}` };
    const remote = { host: '127.0.0.1', port, codec: 'PCMU', payloadType: 0, dtmfPayloadType: 101, direction: 'sendrecv' } as const;
    targets.push(await client.call('createRtpEndpoint', { endpoint: ends.left, remote }));
    await client.call('createBridge', { bridge: `w${index}`, a: ends.left, b: ends.right });
    const seal = { key: randomBytes(32).toString('base64'), associatedData: `bench/w${index}` };
    await client.call('startRecording', { recording: `w${index}`, ...ends, path: join(folder, `w${index}.scr`), seal });
  }
  phones.child.send({ type: 'start', targets } satisfies LoadCommand);
}

type Result = Awaited<ReturnType<typeof resultOf>>;

/** Ours and theirs at one number of calls, slice by slice. */
async function runTurn(calls: number, seconds: number, ports: string, floors: boolean) {
  const load1m = loadavg()[0];
  const subjects: Subject[] = [];
  try {
    for (const open of [
      () => openMedia('plain', calls, shareOf(ports, 0)),
      ...(floors ? [() => openFloor('bare', calls, ports)] : []),
      () => openMedia('recorded', calls, shareOf(ports, 1)),
      ...(floors && hasRtpengine() ? [() => openFloor('rtpengine', calls, shareOf(ports, 2))] : []),
    ]) {
      const subject = await open();
      subjects.push(subject);
      await wait(WARM_MS);
      tellPeers(subject, 'pause');
    }
    const sums = subjects.map((): Sum => ({ cpuMs: 0, tookMs: 0, waitedForCpuMs: 0, sent: 0, received: 0, delaysMs: [], floorDelaysMs: [] }));
    for (let slice = 0; slice * SLICE_SECONDS < seconds; slice++) {
      for (const [index, subject] of subjects.entries()) if (sums[index]) await runSlice(subject, sums[index]);
    }
    const results: Result[] = [];
    for (const [index, subject] of subjects.entries()) if (sums[index]) results.push(await resultOf(subject, sums[index], calls));
    return { calls, load1m, ...compared(results) };
  } finally {
    for (const subject of subjects) {
      tellPeers(subject, 'stop');
      await subject.stop();
    }
  }
}

/** A third of the ports: the bare relay takes what the system gives it. */
function shareOf(ports: string, index: 0 | 1 | 2): string {
  const [low = 0, high = 0] = ports.split('-').map(Number);
  const size = Math.floor((high - low + 1) / 6) * 2;
  return `${low + index * size}-${low + (index + 1) * size - 1}`;
}

function compared(results: readonly Result[]) {
  const named = (name: Subject['name']): Result | null => results.find((each) => each.name === name) ?? null;
  const [plain, recorded, bare, rtpengine] = [named('plain'), named('recorded'), named('bare'), named('rtpengine')];
  const to = (floor: Result | null, ours: Result | null): number | null =>
    floor && ours ? round(ours.cpuPercentPerCall / floor.cpuPercentPerCall, 2) : null;
  const ratio = {
    plainToBare: to(bare, plain),
    recordedToBare: to(bare, recorded),
    plainToRtpengine: to(rtpengine, plain),
    recordedToRtpengine: to(rtpengine, recorded),
  };
  return { plain, recorded, bare, rtpengine, ratio };
}

type Turn = Awaited<ReturnType<typeof runTurn>>;

const median = (values: number[]): number | null => (values.length === 0 ? null : quantile(values, 0.5));

/** Medians over the turns at one number of calls. */
function summary(turns: Turn[], calls: number) {
  const mine = turns.filter((turn) => turn.calls === calls);
  const cpu = (key: 'plain' | 'recorded' | 'bare' | 'rtpengine'): number | null =>
    median(mine.flatMap((turn) => turn[key]?.cpuPercentPerCall ?? []));
  return {
    calls,
    cpuPercentPerCall: { plain: cpu('plain'), recorded: cpu('recorded'), bareNodeRelay: cpu('bare'), rtpengine: cpu('rtpengine') },
    plainToBare: median(mine.flatMap((turn) => turn.ratio.plainToBare ?? [])),
    recordedToBare: median(mine.flatMap((turn) => turn.ratio.recordedToBare ?? [])),
    plainToRtpengine: median(mine.flatMap((turn) => turn.ratio.plainToRtpengine ?? [])),
    addedDelayP99Ms: median(mine.flatMap(({ recorded }) => (recorded ? round(recorded.delayMs.p99 - recorded.floorDelayMs.p99) : []))),
    rssBytesPerRecordedCall: median(mine.flatMap(({ recorded }) => recorded?.rssBytesPerCall ?? [])),
  };
}

/** Runs all cases in turn. */
export async function run(args: Record<string, string>): Promise<object> {
  const calls = (args['calls'] ?? '100,200').split(',').map(Number).filter((each) => each > 0);
  const seconds = Number(args['seconds'] ?? '10');
  const ports = args['ports'] ?? '41000-43999';
  const browsers = Number(args['webrtc'] ?? '20');
  const turns: Turn[] = [];
  const webrtc: Awaited<ReturnType<typeof runWebrtc>>[] = [];
  for (let turn = 0; turn < Number(args['repeat'] ?? '3'); turn++) {
    for (const each of calls) turns.push(await runTurn(each, seconds, ports, args['floors'] !== 'no'));
    if (browsers > 0) webrtc.push(await runWebrtc(browsers, seconds, ports));
  }
  return {
    bar: { cpuPercentPerCall: { plain: 0.13, recorded: 0.15, webrtcRecorded: 0.4 }, addedDelayP99Ms: 5, rssBytesPerRecordedCall: 150_000 },
    medians: calls.map((each) => summary(turns, each)),
    webrtcCpuPercentPerCall: median(webrtc.flatMap((each) => each.cpuPercentPerCall ?? [])),
    turns,
    webrtc,
  };
}
