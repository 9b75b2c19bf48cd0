import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Command } from 'commander';
import { SIMULATE_OPTIONS, simulateCommand, type SimulateOption } from '../simulate/command.ts';
import { addBackupCommands } from './backup-commands.ts';
import { addContractCommands } from './contract-commands.ts';
import { doctorCommand } from './doctor.ts';
import { ROOT } from './environment.ts';
import { addKeyCommands } from './key-commands.ts';
import { resetOperatorFactorCommand, resetOperatorPasswordCommand, setOperatorPasswordCommand } from './operator.ts';
import { print } from './output.ts';
import { REPLAY_OPTIONS, replayCommand, type ReplayOption } from './replay.ts';
import { allowPasswordCommand, createTenantCommand, listTenantsCommand, resetPasswordCommand, resetSecondFactorCommand, tenantStatusCommand } from './tenant.ts';
import { exportTenantCommand, runExportCommand, verifyExportCommand } from './tenant-export.ts';
import { exportAuditCommand, verifyAuditCommand, type VerifyOptions } from './verify-audit.ts';

/** Commands that end with a verdict set the exit code themselves. */
const verdict = (work: Promise<number>): Promise<void> =>
  work.then((code) => {
    process.exitCode = code;
  });

/** A media process of its own, under this command's signals. */
function runMedia(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [join(ROOT, 'src/media/main.ts'), ...args], { stdio: 'inherit' });
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => child.kill(name));
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

function addTenantCommands(program: Command): void {
  const tenant = program.command('tenant').description('list, create, suspend and resume tenants');
  tenant.command('list').description('all tenants').action(listTenantsCommand);
  tenant.command('create').description('a new tenant with its key').argument('<code>').argument('<name>').action(createTenantCommand);
  tenant.command('reset-password').description('a new random password for a user').argument('<code>').argument('<login>').action(resetPasswordCommand);
  tenant.command('allow-password').description('let everybody in by password again where single sign-on was the only way').argument('<code>').action(allowPasswordCommand);
  tenant.command('reset-second-factor').description('for a user who lost telephone, recovery codes and passkeys').argument('<code>').argument('<login>').action(resetSecondFactorCommand);
  tenant
    .command('export')
    .description('everything of a tenant in open formats, in the clear, into a new folder; the same command goes on with one that was ended')
    .argument('<code>')
    .requiredOption('--to <folder>', 'new, or with an export of this tenant that was ended')
    .option('--reason <text>', 'stands in the logs and in the export', 'asked for by the customer')
    .action((code: string, { to, reason }: { to: string; reason: string }) => exportTenantCommand(code, to, reason));
  tenant
    .command('export-run', { hidden: true })
    .description('makes one export that a tenant has asked for; the running product starts it')
    .argument('<tenant>')
    .argument('<export>')
    .action((tenantId: string, exportId: string) => verdict(runExportCommand(tenantId, exportId)));
  tenant.command('suspend').description('nobody logs in, no number answers').argument('<code>').action((code: string) => tenantStatusCommand(code, 'suspended'));
  tenant.command('resume').description('takes a suspension back').argument('<code>').action((code: string) => tenantStatusCommand(code, 'active'));
  addContractCommands(tenant);
}

function addOperatorCommands(program: Command): void {
  const operator = program.command('operator').description('logins of the operator port');
  operator
    .command('reset-password')
    .description('a new random password; makes the operator when there is none of that name, ends sessions, lifts a lock')
    .argument('<login>')
    .action(resetOperatorPasswordCommand);
  operator.command('set-password').description('the same with a password that you type').argument('<login>').action(setOperatorPasswordCommand);
  operator.command('reset-second-factor').description('for an operator who lost telephone and recovery codes').argument('<login>').action(resetOperatorFactorCommand);
}

/** The options given, by their names after `--`. */
function namedOptions<Name extends string>(names: readonly Name[], given: Record<string, string>): Partial<Record<Name, string>> {
  const camel = (name: string): string => name.replaceAll(/-(\w)/g, (_match, letter: string) => letter.toUpperCase());
  const values: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = given[camel(name)];
    if (value !== undefined) values[name] = value;
  }
  return values;
}

function addSimulate(program: Command): void {
  const simulate = program.command('simulate').description('lives through days of calls in simulated time');
  for (const [name, { default: value, help }] of Object.entries(SIMULATE_OPTIONS)) simulate.option(`--${name} <value>`, `${help} (default ${value})`);
  simulate.action((given: Record<string, string>) => print(simulateCommand(namedOptions(Object.keys(SIMULATE_OPTIONS) as SimulateOption[], given))));
  const replay = program.command('replay').description('lives through a day of a tenant again, with other staffing, handle time or volume');
  replay.requiredOption('--tenant <code>').requiredOption('--queue <code>').requiredOption('--day <YYYY-MM-DD>', 'a day that is over, in Japan');
  for (const [name, { default: value, help }] of Object.entries(REPLAY_OPTIONS)) replay.option(`--${name} <value>`, `${help} (default ${value})`);
  replay.action(({ tenant, queue, day, ...given }: Record<'tenant' | 'queue' | 'day', string> & Record<string, string>) =>
    replayCommand({ tenant, queue, day }, namedOptions(Object.keys(REPLAY_OPTIONS) as ReplayOption[], given)),
  );
}

function addAuditCommands(program: Command): void {
  program
    .command('verify-audit')
    .description('recomputes the audit chain of a tenant, or of an exported file without the database; exit code 0 = whole')
    .option('--tenant <code>')
    .option('--export <file>', 'a file of export-audit, of the page or of the API')
    .option('--public-key <base64>', 'what this installation signs exports with; without it the key of the master key file here')
    .action((given: VerifyOptions) => verdict(verifyAuditCommand(given)));
  program
    .command('export-audit')
    .description('the whole audit log of a tenant as JSON lines, signed')
    .requiredOption('--tenant <code>')
    .requiredOption('--out <file>', 'new file')
    .action(({ tenant, out }: { tenant: string; out: string }) => exportAuditCommand(tenant, out));
}

function addVerifyExport(program: Command): void {
  program
    .command('verify-export')
    .description('verifies an unpacked export of a tenant without the database; exit code 0 = whole')
    .argument('<folder>')
    .option('--public-key <base64>', 'what this installation signs exports with; without it the key of the master key file here')
    .action((folder: string, { publicKey }: { publicKey?: string }) => verdict(verifyExportCommand(folder, publicKey)));
}

/** The command line of the product. Each command has `--help`. */
export function createProgram(version: string): Command {
  const program = new Command('scc').description('Smart Contact Center').version(version);
  program
    .command('start')
    .description('start the product on this machine')
    .action(async () => {
      const { startCommand } = await import('../start/start-command.ts');
      await startCommand();
    });
  program
    .command('media')
    .description('one media process (see --help of src/media/main.ts for the options)')
    .allowUnknownOption()
    .argument('[options...]')
    .action((args: string[]) => verdict(runMedia(args)));
  program.command('doctor').description('checks what a start needs on this machine').action(() => verdict(doctorCommand()));
  addAuditCommands(program);
  addVerifyExport(program);
  addBackupCommands(program);
  addKeyCommands(program);
  addTenantCommands(program);
  addOperatorCommands(program);
  addSimulate(program);
  return program;
}
