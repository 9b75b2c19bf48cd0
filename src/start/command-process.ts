import { spawn, type ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '..', 'main.ts');

/** Runs commands of the product in processes of their own, with low priority; one at a time. */
export class CommandProcess {
  #child: ChildProcess | null = null;
  readonly #stdout: 'ignore' | 'inherit';

  /** @param stdout `inherit` for commands that write nothing but log lines */
  constructor(stdout: 'ignore' | 'inherit' = 'ignore') {
    this.#stdout = stdout;
  }

  /** @returns the exit code; -1 when it was killed or could not be started */
  run = (args: readonly string[]): Promise<number> =>
    new Promise((resolve) => {
      const child = (this.#child = spawn(process.execPath, [...process.execArgv, MAIN, ...args], { stdio: ['ignore', this.#stdout, 'inherit'] }));
      if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
      const end = (code: number | null): void => {
        this.#child = null;
        resolve(code ?? -1);
      };
      child.once('error', () => end(null));
      child.once('exit', end);
    });

  /** Ends what runs. */
  stop(): void {
    this.#child?.kill('SIGTERM');
  }
}
