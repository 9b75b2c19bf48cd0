import type { Command } from 'commander';
import { backupCommand, listBackupsCommand, restoreCommand, verifyBackupCommand } from './backup.ts';
import { keepPointsCommand } from './points.ts';

/** `scc backup …` and `scc restore`. */
export function addBackupCommands(program: Command): void {
  const backup = program.command('backup').description('makes a backup of everything, beside the running product too; see SCC_BACKUP_DIR').action(backupCommand);
  backup.command('list').description('what there is').action(listBackupsCommand);
  backup
    .command('verify')
    .description('drills a restore into a database that is thrown away, and compares; exit code 0 = good')
    .argument('[backup]', 'the newest when not given')
    .action(async (id: string | undefined) => {
      process.exitCode = await verifyBackupCommand(id);
    });
  backup.command('keep-points', { hidden: true }).description('keeps points in time; the running product starts it').action(keepPointsCommand);
  program
    .command('restore')
    .description('brings everything back into an empty installation, or one tenant beside the others')
    .argument('[backup]', 'the newest when not given')
    .option('--at <time>', 'everything as it was at a moment such as 2026-11-30T14:05:00+09:00, into a data folder without a database')
    .option('--to <folder>', 'with --at: only the files, for the administrator of a database server')
    .option('--tenant <code>', 'this one only')
    .option('--replace', 'with --tenant: remove what a suspended tenant has now')
    .action(restoreCommand);
}
