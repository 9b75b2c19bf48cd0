import type { Command } from 'commander';
import { approveDestructionCommand, certificateCommand, changeContractCommand, contractCommand } from './contracts.ts';

interface Reasoned {
  reason: string;
}

/** `scc tenant contract …`: the contract of a tenant, up to the proof of its destruction. */
export function addContractCommands(tenant: Command): void {
  const reasoned = (name: string, description: string): Command => tenant.command(name).description(description).argument('<code>').requiredOption('--reason <text>');
  tenant.command('contract').description('what happens to the data on which day').argument('<code>').action(contractCommand);
  reasoned('end', 'sets the day on which the contract ends')
    .requiredOption('--on <YYYY-MM-DD>', 'first day without the service, in Japan')
    .action((code: string, { on, reason }: Reasoned & { on: string }) => {
      if (!/^\d{4}-\d{2}-\d{2}$/.test(on) || Number.isNaN(Date.parse(on))) throw new Error('--on takes a day such as 2027-04-01.');
      return changeContractCommand(code, { type: 'end', on, reason });
    });
  const simple = { renew: 'renew', hold: 'hold', release: 'release', 'undo-deletion': 'undoDeletion' } as const;
  const descriptions = {
    renew: 'takes the end back, before anything is deleted',
    hold: 'legal hold: nothing is deleted while it lasts',
    release: 'releases a legal hold',
    'undo-deletion': 'takes a logical deletion back, before two operators have approved the destruction',
  } as const;
  for (const name of ['renew', 'hold', 'release', 'undo-deletion'] as const) {
    reasoned(name, descriptions[name]).action((code: string, { reason }: Reasoned) => changeContractCommand(code, { type: simple[name], reason }));
  }
  reasoned('approve-destruction', 'two admins give their passwords and codes; with the second everything of the tenant is destroyed')
    .requiredOption('--by <login...>', 'one operator, or two at once')
    .requiredOption('--confirm <code>', "the tenant's code again")
    .action((code: string, given: Reasoned & { by: string[]; confirm: string }) => approveDestructionCommand(code, given));
  tenant
    .command('certificate')
    .description('the signed proof of a destruction')
    .argument('<code>')
    .option('--out <file>', 'new file')
    .action((code: string, { out }: { out?: string }) => certificateCommand(code, out));
}
