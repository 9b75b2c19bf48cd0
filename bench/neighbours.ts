/**
 * What one tenant feels of another at full load: the quiet one asks a little all the time; the loud one, on a process of its own, asks a hundred times
 * what a session may (20 a second), from ten sessions, and is called by telephone. Turns of quiet and loud alternate, so that a change of the
 * machine meets both alike; the ratio is of the medians over the turns.
 *
 *   npm run bench -- neighbours --json [--turns 5] [--seconds 20] [--loud 2000] [--calls 5]
 */
import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startProduct, type Product } from '../test/support/product.ts';
import { ApiSession } from '../test/support/story-api.ts';
import { figuresOf } from './_customers.ts';
import { sipp } from './_sipp.ts';

const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts');
const LOADER = join(import.meta.dirname, '_loud-tenant.ts');
const QUIET = 'quiet';
/** Of the loud tenant. */
const LOUD_PATHS = ['/api/v1/customers?limit=50', '/api/v1/calls?limit=50', '/api/v1/customers?q=%E9%AB%98%E6%A9%8B', '/api/v1/queues'];
/** What the quiet one asks, in turn. */
const ASKED = ['/customers?limit=20', '/customers?q=%E7%94%B0%E4%B8%AD', '/session', '/calls?limit=20'];
/** Between two of its requests, ms. */
const PACE_MS = 60;

/** The quiet tenant's supervisor, with a password of their own and some customers. */
async function quietTenant(product: Product): Promise<ApiSession> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', MAIN, 'tenant', 'create', QUIET, 'Quiet'], { env: { ...process.env, ...product.environment } });
  const issued = /sv1 {2}(\S+)/.exec(stdout)?.[1] ?? '';
  const session = new ApiSession(product.baseUrl);
  const answer = await session.login(QUIET, 'sv1', issued);
  if (answer.status !== 200) throw new Error(`login of the quiet tenant: ${answer.status}`);
  for (let n = 0; n < 50; n += 1) await session.send('POST', '/customers', { familyName: n % 2 ? '田中' : '佐藤', givenName: `${n}` });
  return session;
}

/** @returns times of its requests, ms */
async function ask(session: ApiSession, seconds: number): Promise<number[]> {
  const samples: number[] = [];
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    const pause = sleep(PACE_MS);
    const begun = performance.now();
    await session.get(ASKED[samples.length % ASKED.length] ?? '/session');
    samples.push(performance.now() - begun);
    await pause;
  }
  return samples;
}

async function beside<T>(product: Product, cookies: readonly string[], load: { perSecond: number; calls: number }, work: () => Promise<T>): Promise<{ result: T; answers: Record<string, number> }> {
  // Behind everything else on these two cores, as it would be on a machine of its own.
  const loader = spawn('nice', ['-n', '19', process.execPath, '--no-warnings', LOADER, product.baseUrl, JSON.stringify(cookies), JSON.stringify(LOUD_PATHS), String(load.perSecond)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  loader.stdout.on('data', (data: Buffer) => (output += data.toString()));
  const ended = new Promise((resolve) => loader.once('close', resolve));
  const callers = load.calls > 0 ? sipp(['-sn', 'uac', '-s', '0312340003', `127.0.0.1:${product.sipPort}`, '-r', String(load.calls), '-d', '1000', '-l', String(load.calls * 10)]) : null;
  try {
    await sleep(2000);
    return { result: await work(), answers: await end() };
  } finally {
    loader.kill('SIGKILL');
    callers?.stop();
    await callers?.done;
  }
  async function end(): Promise<Record<string, number>> {
    loader.kill('SIGTERM');
    await ended;
    return JSON.parse(output) as Record<string, number>;
  }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** For the tests of the command itself, too. */
export async function run(args: Record<string, string>): Promise<Record<string, unknown>> {
  const number = (name: string, usual: number): number => (args[name] === undefined ? usual : Number(args[name]));
  const [turns, seconds, perSecond, calls] = [number('turns', 5), number('seconds', 20), number('loud', 2000), number('calls', 5)];
  const product = await startProduct();
  try {
    const quiet = await quietTenant(product);
    const cookies: string[] = [];
    for (let n = 1; n <= 10; n += 1) cookies.push((await ApiSession.open(product, `csr${n}`)).cookie);
    await ask(quiet, 3);
    const alone: number[][] = [];
    const besideLoud: number[][] = [];
    const answers: Record<string, number> = {};
    for (let turn = 0; turn < turns; turn += 1) {
      alone.push(await ask(quiet, seconds));
      const loud = await beside(product, cookies, { perSecond, calls }, () => ask(quiet, seconds));
      besideLoud.push(loud.result);
      for (const [status, count] of Object.entries(loud.answers)) answers[status] = (answers[status] ?? 0) + count;
      await sleep(2000);
    }
    const p99s = (series: readonly number[][]): number[] => series.map((samples) => figuresOf(samples).p99Ms);
    return {
      alone: { p99Ms: p99s(alone), all: figuresOf(alone.flat()) },
      besideLoud: { p99Ms: p99s(besideLoud), all: figuresOf(besideLoud.flat()) },
      ratioOfP99: Math.round((median(p99s(besideLoud)) / median(p99s(alone))) * 100) / 100,
      loudAnswers: answers,
    };
  } finally {
    await product.stop();
  }
}
