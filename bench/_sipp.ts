/** SIPp, the load generator of `bench/signalling.ts`, and what it tells. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const round = (value: number): number => Math.round(value * 100) / 100;

/** A caller waits for a processor like everybody: what arrives meanwhile is not to be lost on its side, bytes. */
const BUFFER = 4 * 1024 * 1024;

/** Runs SIPp on loopback. @param folder where it writes its files */
export function sipp(args: readonly string[], folder = tmpdir()): { done: Promise<{ code: number | null; output: string }>; stop: () => void } {
  const child = spawn('sipp', [...args, '-i', '127.0.0.1', '-buff_size', `${BUFFER}`, '-nostdin'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output = (output + data.toString()).slice(-20_000)));
  child.stderr.on('data', (data: Buffer) => (output = (output + data.toString()).slice(-20_000)));
  return {
    done: new Promise((done) => child.once('exit', (code) => done({ code, output }))),
    stop: () => void child.kill('SIGKILL'),
  };
}

/** A count of its last screen. */
export const figure = (output: string, name: string): number => Number(new RegExp(`${name}\\s*\\|\\s*\\d+\\s*\\|\\s*(\\d+)`).exec(output)?.[1] ?? Number.NaN);

/** What SIPp wrote beside its screen; removes it. `failures`: calls by SIPp's reason. */
export function callerFigures(folder: string): { retransmissions: number; answerP50Ms: number; answerP95Ms: number; failures: Record<string, number> } {
  const textOf = (end: string): string => readdirSync(folder).filter((name) => name.endsWith(end)).map((name) => readFileSync(join(folder, name), 'utf8')).join('');
  const answers = textOf('_rtt.csv').split('\n').slice(1).map((line) => Number(line.split(';')[1])).filter((ms) => Number.isFinite(ms) && ms > 0).toSorted((a, b) => a - b);
  const [head = '', ...lines] = textOf('_.csv').trim().split('\n');
  const columns = head.split(';');
  const last = (lines.at(-1) ?? '').split(';');
  const failures = columns.flatMap((name, index) => (/^Failed(?!Call\()\w+\(C\)$/.test(name) && Number(last[index]) > 0 ? [[name.replace(/^Failed|\(C\)$/g, ''), Number(last[index])]] : []));
  rmSync(folder, { recursive: true, force: true });
  const at = (share: number): number => round(answers[Math.min(answers.length - 1, Math.floor(answers.length * share))] ?? Number.NaN);
  return { retransmissions: Number(last[columns.indexOf('Retransmissions(C)')] ?? Number.NaN), answerP50Ms: at(0.5), answerP95Ms: at(0.95), failures: Object.fromEntries(failures) };
}
