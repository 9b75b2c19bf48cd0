import type { TenantTx } from '../../db/types.ts';
import type { SccDatabase } from '../../db/database.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import { enqueue } from '../outbox/outbox.ts';
import { dayOf } from '../support/japan-days.ts';
import { ADMINISTRATOR } from '../users/profile-permissions.ts';
import { openUser } from '../users/user-content.ts';
import { remindersOf, type Contract, type Reminder, type ReminderPlan } from './contract-machine.ts';
import { addContractEvent, lockContract, saidReminders } from './contracts.queries.ts';
import { CONTRACT_SYSTEM } from './contracts.service.ts';
import { tenantReminderMail } from './tenant-mail.ts';

/** So many days before each day that asks something of the tenant's people. What is late is the provider's matter. */
const TENANT_PLAN: ReminderPlan = { before: { end: [1, 7, 30], returnUntil: [1, 7], deletion: [1, 7], destruction: [1, 7] }, repeatsLate: false };

/** How reminders leave. */
export interface TenantReminderDeps {
  /** Without a mail host nothing is said, and nothing counts as said. */
  canSendMail: boolean;
  publicUrl: string | null;
  clock: Clock;
  logger: Logger;
}

/** What the tenant's people should be told on a day, as far as it was not. */
export const tenantRemindersOf = (contract: Contract, today: string, said: ReadonlySet<string>): Reminder[] =>
  contract.state === 'destroying' || contract.state === 'destroyed' ? [] : remindersOf(contract, today, said, TENANT_PLAN);

/** Mail addresses of the tenant's active administrators. */
async function administratorMails(tx: TenantTx): Promise<string[]> {
  const rows = await tx.db
    .selectFrom('users')
    .innerJoin('profiles', 'profiles.id', 'users.profile_id')
    .select(['users.id', 'users.sealed'])
    .where('users.status', '=', 'active')
    .where('profiles.code', '=', ADMINISTRATOR)
    .orderBy('users.id')
    .execute();
  return [...new Set(rows.map((row) => openUser(tx, row).email.trim()).filter((email) => email !== ''))];
}

/**
 * Tells a tenant's administrators of the days that come: each reminder once, by a mail to each that leaves with the outbox. What was said,
 * the mails and the audit entry are one transaction.
 */
export async function remindTenant({ database, publicUrl, clock, logger }: TenantReminderDeps & { database: Pick<SccDatabase, 'withTenant'> }, tenantId: string): Promise<void> {
  const now = clock.wall();
  const today = dayOf(now);
  await database.withTenant(tenantId, CONTRACT_SYSTEM.actor, async (tx) => {
    // Locked: two processes that look at the same time say it once.
    const { contract } = await lockContract(tx.db, tenantId);
    const due = tenantRemindersOf(contract, today, await saidReminders(tx.db, tenantId, 'tenant_reminder'));
    if (due.length === 0) return;
    const tenant = await tx.db.selectFrom('tenants').select('name').where('id', '=', tenantId).executeTakeFirstOrThrow();
    const receivers = await administratorMails(tx);
    for (const reminder of due) {
      const { key, milestone, day, daysLeft } = reminder;
      for (const to of receivers) await enqueue(tx, 'contract', { kind: 'mail', content: tenantReminderMail(to, { reminder, contract, today, tenantName: tenant.name, publicUrl }) });
      // These rows outlive the tenant: how many were told, not who.
      await addContractEvent(tx.db, tenantId, { at: new Date(now), code: 'tenant_reminder', actor: CONTRACT_SYSTEM.loginId, detail: { key, milestone, day, daysLeft: String(daysLeft), receivers: String(receivers.length) } });
      await tx.audit({ code: 'tenant.contract_reminded', subject: { kind: 'tenant', id: tenantId }, detail: { milestone, day, daysLeft, receivers: receivers.length } });
      if (receivers.length === 0) logger.warn({ tenantId, milestone, day }, 'no administrator of this tenant has a mail address to be reminded at');
    }
  });
}
