/** Runs SIPp (Debian package `sip-tester`) with a scenario of test/fixtures/sipp. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface SippRun {
  /** File name without `.xml`. */
  scenario: string;
  /** Peer, `host:port`. */
  peer: string;
  /** Own SIP port. */
  port: number;
  calls?: number;
  /** Calls per second. */
  rate?: number;
  /** Length of `<pause/>`, ms. */
  pauseMs?: number;
  /** User part of the called URI. */
  service?: string;
  transport?: 'udp' | 'tcp';
  timeoutS?: number;
  /** Folder of the scenario; test/fixtures/sipp when unset. */
  folder?: string;
  /** Files put beside the running SIPp, by name: sounds that the scenario plays. */
  files?: Readonly<Record<string, Buffer>>;
}

export interface SippResult {
  /** 0 = every call went as the scenario says. */
  code: number | null;
  /** What SIPp complains about, for the message of a failed test. */
  errors: string;
}

/** True when SIPp is installed. */
export const hasSipp = spawnSync('sipp', ['-v']).error === undefined;

/** Runs one SIPp process to its end. */
export function runSipp(run: SippRun): Promise<SippResult> {
  const scenarios = run.folder ?? fileURLToPath(new URL('../fixtures/sipp', import.meta.url));
  const scenario = join(scenarios, `${run.scenario}.xml`);
  const folder = mkdtempSync(join(tmpdir(), 'sipp-'));
  for (const [name, bytes] of Object.entries(run.files ?? {})) writeFileSync(join(folder, name), bytes);
  const args = [run.peer, '-sf', scenario, '-i', '127.0.0.1', '-p', `${run.port}`, '-m', `${run.calls ?? 1}`];
  args.push('-r', `${run.rate ?? 10}`, '-d', `${run.pauseMs ?? 100}`, '-s', run.service ?? '0312340001', '-nostdin', '-trace_err');
  args.push('-timeout', `${run.timeoutS ?? 20}s`, '-timeout_error', '-t', run.transport === 'tcp' ? 't1' : 'u1');
  return new Promise((resolve, reject) => {
    const child = spawn('sipp', args, { cwd: folder, stdio: 'ignore' });
    child.on('error', reject);
    child.on('exit', (code) => {
      const logs = readdirSync(folder).filter((name) => name.endsWith('.log'));
      const errors = logs.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
      rmSync(folder, { recursive: true, force: true });
      resolve({ code, errors: errors.slice(0, 4000) });
    });
  });
}
