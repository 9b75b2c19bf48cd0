import { spawn, type ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { BackupJob, type BackupJobDeps } from '../modules/backup/backup-job.ts';

const MAIN = join(import.meta.dirname, '..', 'main.ts');

/** Runs commands of the product in processes of their own, with low priority. */
class BackupProcess {
  #child: ChildProcess | null = null;

  /** @returns the exit code; -1 when it was killed or could not be started */
  run = (args: readonly string[]): Promise<number> =>
    new Promise((resolve) => {
      const child = (this.#child = spawn(process.execPath, [...process.execArgv, MAIN, ...args], { stdio: ['ignore', 'ignore', 'inherit'] }));
      if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
      const end = (code: number | null): void => {
        this.#child = null;
        resolve(code ?? -1);
      };
      child.once('error', () => end(null));
      child.once('exit', end);
    });

  /** Ends what runs: what it has written so far is no backup. */
  stop(): void {
    this.#child?.kill('SIGTERM');
  }
}

/** Starts looking after the backups. @returns ends it */
export function startBackups(deps: Omit<BackupJobDeps, 'run'>): () => Promise<void> {
  const commands = new BackupProcess();
  const job = new BackupJob({ ...deps, run: commands.run });
  job.start();
  return async () => {
    const stopping = job.stop();
    commands.stop();
    await stopping;
  };
}
