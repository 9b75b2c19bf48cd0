/** Starts Kamailio (Debian package `kamailio`) with the configuration that we ship, on ports of its own. */
import { spawn } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from './product.ts';
import { sleep } from './story-wait.ts';

const SHIPPED = resolve(import.meta.dirname, '../../deploy/kamailio');

export interface Edge {
  /** UDP and TCP. */
  port: number;
  tlsPort: number;
  /** What Kamailio has written so far. */
  log(): string;
  stop(): Promise<void>;
}

/** @param cells `host:port` of the cells in the order in which they are asked */
export async function startEdge(cells: readonly string[]): Promise<Edge> {
  const folder = mkdtempSync(join(tmpdir(), 'scc-edge-'));
  const [port, tlsPort] = [await freePort(), await freePort()];
  cpSync(SHIPPED, folder, { recursive: true });
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.cfg'))) {
    const text = readFileSync(join(folder, name), 'utf8').replaceAll('/etc/kamailio', folder).replaceAll(':5070', `:${port}`).replaceAll(':5071', `:${tlsPort}`);
    writeFileSync(join(folder, name), text);
  }
  writeFileSync(join(folder, 'cells.list'), cells.map((cell, index) => `1 sip:${cell} 0 ${cells.length - index}\n`).join(''));
  const certificate = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=edge'];
  execFileSync('openssl', [...certificate, '-keyout', join(folder, 'edge.key'), '-out', join(folder, 'edge.pem')], { stdio: 'pipe' });
  // In the foreground, so that its children end with it.
  const child = spawn('/usr/sbin/kamailio', ['-DD', '-E', '-m', '64', '-M', '8', '-Y', folder, '-f', join(folder, 'kamailio.cfg')], { stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => chunks.push(data.toString()));
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(late);
    rmSync(folder, { recursive: true, force: true });
  };
  for (const start = performance.now(); !(await listens(port)); await sleep(50)) {
    if (performance.now() - start > 15_000 || child.exitCode !== null) {
      await stop();
      throw new Error(`Kamailio does not start:\n${chunks.join('')}`);
    }
  }
  return { port, tlsPort, log: () => chunks.join(''), stop };
}

const listens = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
