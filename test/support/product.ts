import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { copyStartedFolder } from './started-before.ts';

/** Password of every demo user in products that tests start. */
export const TEST_PASSWORD = 'correct-horse-battery-scc';

/** A whole product (core, media, database) started by a test in a folder of its own. */
export interface Product {
  baseUrl: string;
  operatorUrl: string;
  sipPort: number;
  dataDir: string;
  /** What the product was configured with; gives commands beside it the same view. */
  environment: Readonly<Record<string, string>>;
  /** Pid of core. */
  pid: number;
  /** Everything the product has printed so far. */
  output(): string;
  /** Resolves when the process has ended; with its exit code. */
  exited: Promise<number | null>;
  /** Ctrl-C, and wait; removes the data folder unless `keepData`. */
  stop(options?: { keepData?: boolean }): Promise<void>;
  /** kill -9 of core and of every process below it, at once; the data folder stays. */
  killTree(): Promise<void>;
  /** kill -9 of core alone; what it leaves behind lives or ends by itself. */
  killCore(): Promise<void>;
}

export interface ProductOptions {
  /** Start on an existing data folder. */
  dataDir?: string;
  /** Start in an empty folder, as on a new machine; else in one that was started in before and holds the demo tenant alone. */
  first?: boolean;
  /** Beside or instead of the test's own settings; that of an earlier product gives the same ports again. */
  environment?: Readonly<Record<string, string>>;
  /** How long to wait for `readyz`, ms. */
  readyTimeoutMs?: number;
}

const root = resolve(import.meta.dirname, '../..');

/** A port that is free now on loopback, for TCP and UDP. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await freeTcpPort();
    if (await isUdpFree(port)) return port;
  }
}

async function freeTcpPort(): Promise<number> {
  return await new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => done(port));
    });
  });
}

async function isUdpFree(port: number): Promise<boolean> {
  return await new Promise((done) => {
    const socket = createSocket('udp4');
    socket.once('error', () => done(false));
    socket.bind(port, '127.0.0.1', () => socket.close(() => done(true)));
  });
}

/** Starts the product as `npm start` does, without the installing, and waits until `readyz` says 200. */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const dataDir = options.dataDir ?? (options.first ? await mkdtemp(join(tmpdir(), 'scc-test-')) : await copyStartedFolder(startOnce));
  const [httpPort, operatorPort, sipPort, rtpLow] = [await freePort(), await freePort(), await freePort(), freeRtpBase()];
  const environment = {
    NODE_ENV: 'production',
    SCC_DATA_DIR: dataDir,
    SCC_HTTP_PORT: String(httpPort),
    SCC_OPERATOR_PORT: String(operatorPort),
    SCC_SIP_PORT: String(sipPort),
    SCC_SIPS_PORT: '0',
    SCC_RTP_PORTS: `${rtpLow}-${rtpLow + 1999}`,
    SCC_MEDIA_PROCESSES: '1',
    SCC_DEMO_PASSWORD: TEST_PASSWORD,
    SCC_LOG_LEVEL: 'info',
    ...options.environment,
  };
  const child = spawn(process.execPath, [join(root, 'src/main.ts'), 'start'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const chunks: string[] = [];
  child.stdout.on('data', (data: Buffer) => chunks.push(data.toString()));
  child.stderr.on('data', (data: Buffer) => chunks.push(data.toString()));
  const exited = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
  const product: Product = {
    baseUrl: `http://127.0.0.1:${environment.SCC_HTTP_PORT}`,
    operatorUrl: `http://127.0.0.1:${environment.SCC_OPERATOR_PORT}`,
    sipPort: Number(environment.SCC_SIP_PORT),
    dataDir,
    environment,
    pid: child.pid ?? 0,
    output: () => chunks.join(''),
    exited,
    stop: (stopOptions) => stop(child, exited, dataDir, stopOptions?.keepData ?? false),
    killTree: () => killTree(child, exited),
    killCore: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
  try {
    await waitReady(product, options.readyTimeoutMs ?? 60_000);
  } catch (error) {
    await killTree(child, exited);
    throw error;
  }
  return product;
}

async function startOnce(dataDir: string): Promise<void> {
  const product = await startProduct({ dataDir });
  await product.stop({ keepData: true });
}

async function waitReady(product: Product, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  let ended = false;
  void product.exited.then(() => (ended = true));
  while (performance.now() < deadline) {
    if (ended) throw new Error(`The product ended while starting:\n${product.output()}`);
    const ready = await fetch(`${product.baseUrl}/readyz`).then(
      (response) => response.status === 200,
      () => false,
    );
    if (ready) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`The product was not ready within ${timeoutMs} ms:\n${product.output()}`);
}

async function stop(child: ChildProcess, exited: Promise<unknown>, dataDir: string, keepData: boolean): Promise<void> {
  child.kill('SIGINT');
  const late = setTimeout(() => void killTree(child, exited), 20_000);
  await exited;
  clearTimeout(late);
  if (!keepData) await rm(dataDir, { recursive: true, force: true });
}

/** Command line of a process, words parted by spaces; empty when it is gone. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/** Pids of the process and of all its descendants, from /proc; children that were detached still name their parent. */
export function processTree(pid: number): number[] {
  const childrenOf = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(Number(name));
    if (parent !== null) childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), Number(name)]);
  }
  const found = [pid];
  for (const next of found) found.push(...(childrenOf.get(next) ?? []));
  return found;
}

function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null; // The process ended while we looked.
  }
}

/** kill -9; a process that ended by itself since it was listed (a worker, the child of a killed parent) is as dead as wanted. */
export function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function killTree(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  for (const pid of processTree(child.pid ?? 0)) killHard(pid);
  await exited;
}

/** Each worker of vitest has ports of its own, for three products at a time. */
const RTP_FROM = 46_000 + ((Number(process.env.VITEST_POOL_ID ?? 1) - 1) % 2) * 6000;
let rtpBases = 0;

function freeRtpBase(): number {
  return RTP_FROM + (rtpBases++ % 3) * 2000;
}
