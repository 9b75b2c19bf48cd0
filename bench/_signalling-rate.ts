/** Calls of SIPp at a rate, for `bench/signalling.ts`, `bench/overload.ts` and `bench/peer.ts`. */
import { mkdtempSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandOf, processTree, type Product } from '../test/support/product.ts';
import { cpuOf } from './_process.ts';
import { callerFigures, figure, sipp } from './_sipp.ts';

export const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

type Part = 'core' | 'media' | 'database';
export type Cpu = Record<Part, number>;

/** User and system time so far, ms, of the product's processes. */
function cpuOfProduct(product: Product): Cpu {
  const cpu: Cpu = { core: 0, media: 0, database: 0 };
  for (const pid of processTree(product.pid)) {
    const command = commandOf(pid);
    const part: Part = pid === product.pid ? 'core' : command.includes('media/main.ts') ? 'media' : 'database';
    try {
      cpu[part] += cpuOf(pid);
    } catch {
      // Ended while we looked.
    }
  }
  return cpu;
}

/** RTP ports as the product has them by default: the few of a test's product are used up by 500 calls. */
export const PORTS = '20000-39999';

/** What is called. */
export interface Callee {
  sipPort: number;
  /** User and system time of its processes so far, ms. */
  cpu(): Cpu;
}

export const calleeOf = (product: Product): Callee => ({ sipPort: product.sipPort, cpu: () => cpuOfProduct(product) });

export interface RateSample {
  callsPerSecond: number;
  calls: number;
  successful: number;
  failed: number;
  seconds: number;
  retransmissions: number;
  /** INVITE to 200, seen by the caller, ms. */
  answerP50Ms: number;
  answerP95Ms: number;
  /** Failed calls by SIPp's reason. */
  failures: Record<string, number>;
  /** Load of the machine after the run. */
  load: number;
  /** CPU ms for each call, idle use taken off. */
  cpuMsPerCall: Cpu;
  cpuPercentOfACore: Cpu;
}

/** Runs SIPp's calls at a rate through a number, and says what became of them and what they cost. */
export async function atRate(callee: Callee, rate: number, options: { seconds: number; holdMs: number; idle: Cpu; number: string }): Promise<RateSample> {
  const calls = Math.max(10, Math.round(rate * options.seconds));
  const before = callee.cpu();
  const start = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'scc-bench-'));
  const run = sipp([
    '-trace_rtt', '-rtt_freq', '1', '-trace_stat', '-fd', '1',
    `127.0.0.1:${callee.sipPort}`, '-sn', 'uac', '-s', options.number, '-p', '16150', '-mp', '16160',
    '-r', `${rate}`, '-m', `${calls}`, '-d', `${options.holdMs}`, '-l', '5000', '-recv_timeout', '20000',
  ], folder);
  const { output } = await run.done;
  const seconds = (performance.now() - start) / 1000;
  // The records of the last calls are written after their BYE.
  await wait(500);
  const after = callee.cpu();
  const successful = figure(output, 'Successful call');
  const perCall = (part: Part): number => round(Math.max(0, after[part] - before[part] - options.idle[part] * seconds) / calls);
  const share = (part: Part): number => round((after[part] - before[part]) / (seconds * 10));
  return {
    callsPerSecond: rate,
    calls,
    successful,
    failed: figure(output, 'Failed call'),
    seconds: round(seconds),
    ...callerFigures(folder),
    load: round(loadavg()[0] ?? Number.NaN),
    cpuMsPerCall: { core: perCall('core'), media: perCall('media'), database: perCall('database') },
    cpuPercentOfACore: { core: share('core'), media: share('media'), database: share('database') },
  };
}

export const round = (value: number): number => Math.round(value * 100) / 100;

/** CPU ms a second without calls. */
export async function idleCpu(callee: Callee): Promise<Cpu> {
  await wait(1000);
  const before = callee.cpu();
  await wait(3000);
  const after = callee.cpu();
  const each = (part: Part): number => round((after[part] - before[part]) / 3);
  return { core: each('core'), media: each('media'), database: each('database') };
}

const isClean = ({ failed, retransmissions, answerP95Ms }: RateSample): boolean => failed === 0 && retransmissions === 0 && answerP95Ms <= 100;

/** Raises the rate by a quarter until a run is not clean. */
export async function searchRate(callee: Callee, options: Parameters<typeof atRate>[2]): Promise<{ cleanCallsPerSecond: number; seconds: number; samples: RateSample[] }> {
  const samples: RateSample[] = [];
  let clean = 0;
  for (let rate = 100; rate < 2000; rate = Math.round((rate * 1.25) / 5) * 5) {
    const sample = await atRate(callee, rate, options);
    samples.push(sample);
    if (!isClean(sample)) break;
    clean = rate;
  }
  return { cleanCallsPerSecond: clean, seconds: options.seconds, samples };
}
