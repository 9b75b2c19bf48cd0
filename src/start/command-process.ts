import type { ChildProcess } from 'node:child_process';
import type { MasterKey } from '../vault/master-key.ts';
import { spawnCommand } from './spawn-command.ts';

/** Runs commands of the product in processes of their own; one at a time. */
export class CommandProcess {
  #child: ChildProcess | null = null;
  readonly #stdout: 'ignore' | 'inherit';
  readonly #master: Pick<MasterKey, 'handTo'>;

  /** @param stdout `inherit` for commands that write nothing but log lines */
  constructor(master: Pick<MasterKey, 'handTo'>, stdout: 'ignore' | 'inherit' = 'ignore') {
    this.#master = master;
    this.#stdout = stdout;
  }

  /** @returns the exit code; -1 when it was killed or could not be started */
  run = (args: readonly string[]): Promise<number> =>
    new Promise((resolve) => {
      const child = (this.#child = spawnCommand(args, ['ignore', this.#stdout, 'inherit'], this.#master));
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
