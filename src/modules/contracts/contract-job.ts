import { messageOf } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { startRounds } from '../../lib/rounds.ts';
import type { Notice } from '../monitoring/alarm-sender.ts';
import { insertEvent } from '../operator/operator.queries.ts';
import { dayOf } from '../support/japan-days.ts';
import { contractReminder } from './contract-mail.ts';
import { contractStep, daysOf, daysOverdue, remindersOf } from './contract-machine.ts';
import { changeContract, CONTRACT_SYSTEM, type ContractChange } from './contracts.service.ts';
import { addContractEvent, endingContracts, lockContract, saidReminders, type EndingContract } from './contracts.queries.ts';
import { runDestruction } from './destruction.ts';
import { remindTenant, tenantRemindersOf, type TenantReminderDeps } from './tenant-reminders.ts';
import type { DestructionDeps } from './destruction-steps.ts';

/** A day that begins in Japan is noticed within this, ms. */
const EVERY_MS = 60_000;

export interface ContractJobDeps extends DestructionDeps, TenantReminderDeps {
  isDatabaseHealthy: () => boolean;
  /** Takes a reminder to the provider's people. */
  remind: (notice: Notice) => void;
  /** A tenant was ended, deleted or destroyed: its connections close, its numbers answer no more. */
  onChange: (tenantId: string, change: Pick<ContractChange, 'endedSessions'>) => Promise<void>;
  /** After each look: the tenants that have ended, whose reminders still leave, and those of them that may take their data back. */
  onEnded: (tenants: { waiting: readonly string[]; returning: readonly string[] }) => void;
}

type Tenant = Pick<EndingContract, 'id' | 'slug'>;

async function remind({ database, clock, remind: take }: ContractJobDeps, { id, slug }: Tenant): Promise<void> {
  const now = clock.wall();
  const due = await database.withDirectory(async (db) => {
    // Locked: two processes that look at the same time say it once.
    const { contract } = await lockContract(db, id);
    const found = remindersOf(contract, dayOf(now), await saidReminders(db, id, 'reminder'));
    for (const { key, milestone, day, daysLeft } of found) {
      const detail = { key, milestone, day, daysLeft: String(daysLeft) };
      await addContractEvent(db, id, { at: new Date(now), code: 'reminder', actor: CONTRACT_SYSTEM.loginId, detail });
      await insertEvent(db, { at: new Date(now), code: 'contract_reminder', actor: CONTRACT_SYSTEM.loginId, ip: '', detail: { tenant: slug, ...detail } });
    }
    return found;
  });
  for (const reminder of due) take(contractReminder(newId(), slug, reminder, new Date(now)));
}

const NOTHING_SAID: ReadonlySet<string> = new Set();

async function lookAt(deps: ContractJobDeps, { id, slug, contract }: EndingContract, today: string): Promise<void> {
  // Nearly every look at nearly every contract finds nothing to do, and locks nothing.
  if (contractStep(contract, { type: 'day' }, today).contract !== contract) {
    const change = await changeContract(deps, id, { type: 'day' }, CONTRACT_SYSTEM);
    await deps.onChange(id, change);
  }
  if (remindersOf(contract, today, NOTHING_SAID).length > 0) await remind(deps, { id, slug });
  if (deps.canSendMail && tenantRemindersOf(contract, today, NOTHING_SAID).length > 0) await remindTenant(deps, id);
  if (contract.state !== 'destroying') return;
  await runDestruction(deps, id);
  await deps.onChange(id, { endedSessions: [] });
}

/** Looks at every contract once: what the day brings, reminders, and destructions that two people approved or that were interrupted. */
export async function lookAtContracts(deps: ContractJobDeps): Promise<void> {
  if (!deps.isDatabaseHealthy()) return;
  const today = dayOf(deps.clock.wall());
  const all = await deps.database.withDirectory(endingContracts);
  const isReturning = ({ contract }: EndingContract): boolean => contract.state === 'ended' && today <= (daysOf(contract, today)?.returnUntil ?? '');
  const isWaiting = ({ contract: { state } }: EndingContract): boolean => state === 'ended' || state === 'logically_deleted';
  deps.onEnded({ waiting: all.filter(isWaiting).map(({ id }) => id), returning: all.filter(isReturning).map(({ id }) => id) });
  for (const ending of all) {
    try {
      await lookAt(deps, ending, today);
    } catch (error) {
      // One contract's trouble is not another's; it is tried again in the next round.
      deps.logger.error({ tenantId: ending.id, error: messageOf(error) }, 'could not do what this contract asks for');
    }
  }
}

/** Days by which the latest destruction is late; 0 when none is. For the monitoring. */
export async function latestDestruction({ database, clock }: Pick<ContractJobDeps, 'database' | 'clock'>): Promise<number> {
  const today = dayOf(clock.wall());
  const ending = await database.withDirectory(endingContracts);
  return Math.max(0, ...ending.map(({ contract }) => daysOverdue(contract, today)));
}

/** Starts looking after the contracts. @returns ends it, after the look that runs */
export const startContracts = (deps: ContractJobDeps): (() => Promise<void>) =>
  startRounds({
    clock: deps.clock,
    everyMs: EVERY_MS,
    round: () => lookAtContracts(deps),
    onError: (error) => deps.logger.warn({ error: messageOf(error) }, 'could not look after the contracts'),
  });
