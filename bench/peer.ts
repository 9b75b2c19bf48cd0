/**
 * The same calls through this product and through Asterisk on the same machine, in turns, so that what disturbs one disturbs the other.
 * Asterisk comes from a folder with a system of its own (see `_asterisk.ts`); it has no database, no desk and no audit.
 *
 * dial   the caller is joined with an agent by G.711: ours by a flow that dials out on a trunk, theirs by `Dial`
 * queue  the caller waits in a queue, a free agent's telephone is called, both directions are recorded: ours sealed with all records kept, theirs `Queue` and `MixMonitor`
 *
 * (a) CPU of all processes for each call of `hold` seconds without sound, idle use taken off, at each rate
 * (b) the highest clean rate: raised by a quarter until a call fails, a message is sent again or p95 from INVITE to 200 is above 100 ms
 * (c) CPU for each call that stands and is heard on both sides, of a core
 *
 *   npm run bench -- peer --asterisk FOLDER --json [--rates 100] [--repeat 3] [--seconds 6] [--hold 1] [--limit 8] [--calls 100] [--sound 10]
 *     --limit 0, --calls 0  without (b), (c)
 */
import { loadavg } from 'node:os';
import { startProduct } from '../test/support/product.ts';
import { startAsterisk, type Asterisk } from './_asterisk.ts';
import { atRate, calleeOf, idleCpu, PORTS, round, searchRate, type Callee, type Cpu, type RateSample } from './_signalling-rate.ts';
import { withSound, type SoundSample } from './_sipp-sound.ts';
import { sipp } from './_sipp.ts';
import { openTrunk } from './_trunk.ts';

const CARRIER = 5095;
const STATIONS = 5090;

interface Contender {
  name: string;
  callee: Callee;
  number: string;
  idle: Cpu;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const sumOf = ({ core, media, database }: Cpu): number => round(core + media + database);

async function perCall(contenders: readonly Contender[], rate: number, args: Record<string, string>): Promise<unknown> {
  const options = { seconds: Number(args['seconds'] ?? 6), holdMs: Number(args['hold'] ?? 1) * 1000 };
  const samples = new Map<string, RateSample[]>(contenders.map(({ name }) => [name, []]));
  for (let turn = 0; turn < Number(args['repeat'] ?? 3); turn += 1) {
    for (const { name, callee, number, idle } of contenders) samples.get(name)?.push(await atRate(callee, rate, { ...options, number, idle }));
  }
  return [...samples].map(([name, runs]) => ({ name, callsPerSecond: rate, cpuMsPerCall: median(runs.map(({ cpuMsPerCall }) => sumOf(cpuMsPerCall))), coreCpuMsPerCall: median(runs.map(({ cpuMsPerCall }) => cpuMsPerCall.core)), samples: runs }));
}

async function highestRates(contenders: readonly Contender[], seconds: number): Promise<unknown> {
  const rates = [];
  for (const { name, callee, number, idle } of contenders) rates.push({ name, ...(await searchRate(callee, { seconds, holdMs: 1000, number, idle })) });
  return rates;
}

async function standing(contenders: readonly Contender[], args: Record<string, string>): Promise<unknown> {
  const [calls, seconds] = [Number(args['calls'] ?? 100), Number(args['sound'] ?? 10)];
  const samples = new Map<string, SoundSample[]>(contenders.map(({ name }) => [name, []]));
  for (let turn = 0; turn < Number(args['repeat'] ?? 3); turn += 1) {
    for (const { name, callee, number } of contenders) samples.get(name)?.push(await withSound(callee, number, calls, seconds));
  }
  return [...samples].map(([name, runs]) => ({ name, calls, cpuPercentOfACorePerCall: median(runs.map((run) => run.cpuPercentOfACorePerCall.all)), samples: runs }));
}

/** Both of them running, ours with a trunk, and warm. */
async function contend(ours: Callee, theirs: Asterisk): Promise<Contender[]> {
  const idle = { ours: await idleCpu(ours), theirs: await idleCpu(theirs) };
  const contenders = [
    { name: 'dial, ours', callee: ours, number: '0312340006', idle: idle.ours },
    { name: 'dial, Asterisk', callee: theirs, number: 'dial', idle: idle.theirs },
    { name: 'queue, ours', callee: ours, number: '0312340005', idle: idle.ours },
    { name: 'queue, Asterisk', callee: theirs, number: 'queue', idle: idle.theirs },
  ];
  for (const { name, callee, number, idle: rest } of contenders) {
    const { failed, calls } = await atRate(callee, 40, { seconds: 8, holdMs: 1000, idle: rest, number });
    if (failed > 0) throw new Error(`${name}: ${failed} of ${calls} calls failed while warming up`);
  }
  return contenders;
}

/** @throws Error without `--asterisk`, and when calls fail before anything is measured */
export async function run(args: Record<string, string>): Promise<Record<string, unknown>> {
  const root = args['asterisk'];
  if (!root) throw new Error('usage: npm run bench -- peer --asterisk FOLDER');
  const theirs = await startAsterisk(root, { sip: 5098, agents: STATIONS, rtp: [40_000, 44_999] });
  const product = await startProduct({ environment: { SCC_MEDIA_PROCESSES: '2', SCC_LOG_LEVEL: 'warn', SCC_RTP_PORTS: PORTS } });
  const agents = [STATIONS, CARRIER].map((port) => sipp(['-sn', 'uas', '-rtp_echo', '-p', `${port}`, '-mp', `${port + 11_000}`]));
  try {
    await openTrunk(product, CARRIER);
    const contenders = await contend(calleeOf(product), theirs);
    const loads = [loadavg()[0]];
    const signalling = [];
    for (const rate of (args['rates'] ?? '100').split(',').map(Number)) signalling.push(await perCall(contenders, rate, args));
    loads.push(loadavg()[0]);
    const sound = args['calls'] === '0' ? null : await standing(contenders, args);
    loads.push(loadavg()[0]);
    const limit = Number(args['limit'] ?? 8);
    const rates = limit === 0 ? null : await highestRates(contenders, limit);
    return { asterisk: theirs.version, loads, signalling, sound, rates };
  } finally {
    for (const agent of agents) agent.stop();
    await Promise.all(agents.map(({ done }) => done));
    await product.stop();
    await theirs.stop();
  }
}
