/**
 * Start of the whole product by `npm start`: on an empty data folder (database made, demo tenant written) and on an existing one,
 * from the command to `readyz` 200; memory of core, media processes and database once it is ready. The web pages are built
 * before, because that is done once a version. Linux only, because memory is read from /proc.
 */
import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { commandOf, freePort, processTree } from '../test/support/product.ts';

const root = resolve(import.meta.dirname, '..');
const POLL_MS = 10;
const READY_LIMIT_MS = 120_000;
/** Memory settles after the first seconds. */
const SETTLE_MS = 3_000;

/** Bytes of one process. */
interface Memory {
  pid: number;
  part: 'core' | 'media' | 'database';
  /** Proportional set size: shared pages counted once over all processes. */
  pssBytes: number;
  rssBytes: number;
}

interface Started {
  readyMs: number;
  memory: Memory[];
}

const kibibytes = (text: string, name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024;

function memoryOf(pid: number): Memory | null {
  const command = commandOf(pid);
  const part = command.includes('media/main.ts') ? 'media' : /postgres/.test(command) ? 'database' : command.includes('src/main.ts start') ? 'core' : null;
  if (!part) return null;
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return { pid, part, pssBytes: kibibytes(rollup, 'Pss'), rssBytes: kibibytes(rollup, 'Rss') };
}

async function environmentFor(dataDir: string, media: string): Promise<Record<string, string>> {
  return {
    SCC_DATA_DIR: dataDir,
    SCC_HTTP_PORT: String(await freePort()),
    SCC_OPERATOR_PORT: String(await freePort()),
    SCC_SIP_PORT: String(await freePort()),
    SCC_RTP_PORTS: '44000-45999',
    SCC_MEDIA_PROCESSES: media,
  };
}

async function startOnce(environment: Record<string, string>): Promise<Started> {
  const from = performance.now();
  // A group of its own, so that Ctrl-C can be given to all of it as a terminal does.
  const child = spawn('npm', ['start'], { cwd: root, env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output += data.toString()));
  let ended = false;
  const exited = new Promise<void>((done) => child.once('exit', () => done(void (ended = true))));
  const url = `http://127.0.0.1:${environment['SCC_HTTP_PORT']}/readyz`;
  for (;;) {
    const ready = await fetch(url).then((response) => response.ok, () => false);
    if (ready) break;
    if (ended || performance.now() - from > READY_LIMIT_MS) throw new Error(`The product did not become ready:\n${output}`);
    await sleep(POLL_MS);
  }
  const readyMs = performance.now() - from;
  await sleep(SETTLE_MS);
  const pid = child.pid ?? 0;
  const memory = processTree(pid).map(memoryOf).filter((entry) => entry !== null);
  process.kill(-pid, 'SIGINT');
  await exited;
  return { readyMs, memory };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const sum = (started: Started, of: (entry: Memory) => number): number => started.memory.reduce((total, entry) => total + of(entry), 0);

/** `--rounds 3` starts each; `--media 2` media processes. */
export async function run(args: Record<string, string>): Promise<Record<string, unknown>> {
  const rounds = Number(args['rounds'] ?? 3);
  const media = args['media'] ?? '2';
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', "await (await import('./scripts/lib/prepare.mjs')).prepare()"], { cwd: root });
  const first: Started[] = [];
  const second: Started[] = [];
  for (let round = 0; round < rounds; round++) {
    const dataDir = await mkdtemp(join(tmpdir(), 'scc-bench-start-'));
    const environment = await environmentFor(dataDir, media);
    first.push(await startOnce(environment));
    second.push(await startOnce(environment));
    await rm(dataDir, { recursive: true, force: true });
  }
  const pss = second.map((started) => sum(started, (entry) => entry.pssBytes));
  return {
    how: 'npm start to readyz 200, median; memory 3 s later, proportional set size of core, media processes and database together',
    firstStartMs: Math.round(median(first.map((started) => started.readyMs))),
    secondStartMs: Math.round(median(second.map((started) => started.readyMs))),
    memoryBytes: median(pss),
    rssBytes: median(second.map((started) => sum(started, (entry) => entry.rssBytes))),
    bars: { secondStartMs: 5_000, memoryBytes: 500_000_000 },
    samples: { firstMs: first.map((started) => started.readyMs), secondMs: second.map((started) => started.readyMs), memory: second.map((started) => started.memory) },
  };
}
