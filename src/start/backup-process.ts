import { BackupJob, type BackupJobDeps } from '../modules/backup/backup-job.ts';
import type { MasterKey } from '../vault/master-key.ts';
import { CommandProcess } from './command-process.ts';

/** Starts looking after the backups. @returns ends it */
export function startBackups({ master, ...deps }: Omit<BackupJobDeps, 'run'> & { master: MasterKey }): () => Promise<void> {
  const commands = new CommandProcess(master);
  const job = new BackupJob({ ...deps, run: commands.run });
  job.start();
  return async () => {
    const stopping = job.stop();
    // What it has written so far is no backup.
    commands.stop();
    await stopping;
  };
}
