import { BackupJob, type BackupJobDeps } from '../modules/backup/backup-job.ts';
import { CommandProcess } from './command-process.ts';

/** Starts looking after the backups. @returns ends it */
export function startBackups(deps: Omit<BackupJobDeps, 'run'>): () => Promise<void> {
  const commands = new CommandProcess();
  const job = new BackupJob({ ...deps, run: commands.run });
  job.start();
  return async () => {
    const stopping = job.stop();
    // What it has written so far is no backup.
    commands.stop();
    await stopping;
  };
}
