import type { Command } from 'commander';
import { destroyKeysCommand, exportKeysCommand, importKeysCommand, retireKeysCommand, rotateKeyCommand } from './key-ceremonies.ts';
import { keyLogCommand, listKeysCommand } from './keys.ts';
import { exportMasterCommand, fromKmsCommand, importMasterCommand, masterKeyCommand, rotateMasterCommand, toKmsCommand } from './master-key.ts';
import { count } from './options.ts';

interface OfTenant {
  tenant: string;
}

const ofTenant = (command: Command): Command => command.requiredOption('--tenant <code>');

/** Those of the master key. */
function addMasterCommands(keys: Command): void {
  keys
    .command('master')
    .description('where the master key is, and its uses, newest first')
    .option('--limit <count>', 'most lines', count, 20)
    .action(({ limit }: { limit: number }) => masterKeyCommand(limit));
  keys
    .command('rotate-master')
    .description('a new master key; stop the product first')
    .option('--forget <file>', 'overwrite and remove an old master key file instead')
    .action(({ forget }: { forget?: string }) => rotateMasterCommand(forget));
  keys.command('to-kms').description('puts the master key under the key of AWS KMS that SCC_KMS_KEY_ID names: from its file, or from another key').action(toKmsCommand);
  keys.command('from-kms').description('puts the master key back into its file').action(fromKmsCommand);
  keys
    .command('export-master')
    .description('the master key for the safe, under a passphrase or in pieces')
    .requiredOption('--out <file>', 'new file; with --pieces its name is followed by .1, .2 ...')
    .option('--pieces <count>', 'split: all pieces are needed to open it', count)
    .action(({ out, pieces }: { out: string; pieces?: number }) => exportMasterCommand(out, pieces));
  keys.command('import-master').description('puts the master key back from its safe copy').argument('<files...>').action((files: string[]) => importMasterCommand(files));
}

/** `scc keys …`. */
export function addKeyCommands(program: Command): void {
  const keys = program.command('keys').description('tenant keys, the master key, and their use');
  ofTenant(keys.command('list').description('versions of the key with what refers to each')).action(({ tenant }: OfTenant) => listKeysCommand(tenant));
  ofTenant(keys.command('log').description('uses of the key, newest first'))
    .option('--limit <count>', 'most lines', count, 50)
    .action(({ tenant, limit }: OfTenant & { limit: number }) => keyLogCommand(tenant, limit));
  ofTenant(keys.command('rotate').alias('create').description('a new version; everything is sealed anew while people work'))
    .option('--detach', 'leave the work to the running product')
    .action(({ tenant, detach }: OfTenant & { detach?: true }) => rotateKeyCommand(tenant, detach === true));
  ofTenant(keys.command('retire').description('deletes old versions that nothing refers to')).action(({ tenant }: OfTenant) => retireKeysCommand(tenant));
  addMasterCommands(keys);
  ofTenant(keys.command('export').description("the tenant's keys for the safe, under a passphrase or in pieces"))
    .requiredOption('--out <file>', 'new file; with --pieces its name is followed by .1, .2 ...')
    .option('--pieces <count>', 'split: all pieces are needed to open it', count)
    .action(({ tenant, out, pieces }: OfTenant & { out: string; pieces?: number }) => exportKeysCommand(tenant, out, pieces));
  keys.command('import').description('puts exported keys back').argument('<files...>').action((files: string[]) => importKeysCommand(files));
  ofTenant(keys.command('destroy').description('destroys all keys of a tenant for ever; two operators give their passwords and codes'))
    .requiredOption('--confirm <code>', "the tenant's code again")
    .requiredOption('--reason <text>')
    .requiredOption('--requested-by <login>', 'operator (admin)')
    .requiredOption('--approved-by <login>', 'another operator (admin)')
    .action(({ tenant, confirm, ...given }: OfTenant & { confirm: string; reason: string; requestedBy: string; approvedBy: string }) => destroyKeysCommand(tenant, confirm, given));
}
