import type { Transaction } from 'kysely';
import type { SccDatabase } from '../../db/database.ts';
import type { DB } from '../../db/schema.generated.ts';
import { bindTransaction } from '../../db/tenant-transaction.ts';
import type { Actor, TenantTx } from '../../db/types.ts';
import { conflict, notFound } from '../../lib/errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { insertEvent, type OperatorEventCode } from '../operator/operator.queries.ts';
import { addDays, dayOf, dayStart } from '../support/japan-days.ts';
import { revokeAllSessions } from '../users/sessions.queries.ts';
import { CONTRACT_DAYS, contractStep, daysOf, type Contract, type ContractEffect, type ContractEvent } from './contract-machine.ts';
import { addContractEvent, giveNumbersBack, lockContract, patchTenant, takeNumbersAgain, writeContract, type ContractEventCode } from './contracts.queries.ts';

export interface ContractDeps {
  database: Pick<SccDatabase, 'withTenant' | 'withDirectory' | 'unbound'>;
  clock: Clock;
}

/** Who changes a contract. */
export interface ContractActor {
  actor: Actor;
  /** Login ID of the operator, `cli` or `system`: the provider's own log names people by it. */
  loginId: string;
}

/** The daily look acts as nobody. */
export const CONTRACT_SYSTEM: ContractActor = { actor: { kind: 'system', id: 'contracts', ip: '' }, loginId: 'system' };

export interface ContractChange {
  contract: Contract;
  effects: ContractEffect[];
  /** Sessions that ended with it: their connections have to be closed. */
  endedSessions: string[];
}

type Db = Transaction<DB>;

/** A transaction on a tenant that may have no keys any more: then nothing can be written into its audit log. */
async function inTenantOrWithout<T>(database: ContractDeps['database'], tenantId: string, actor: Actor, work: (db: Db, tx: TenantTx | null) => Promise<T>): Promise<T> {
  const found = await database.withDirectory((db) => db.selectFrom('tenants').select('key_state').where('id', '=', tenantId).executeTakeFirst());
  if (!found) throw notFound('tenant');
  if (found.key_state !== 'destroyed') return database.withTenant(tenantId, actor, (tx) => work(tx.db, tx));
  return database.unbound(async (db) => {
    await bindTransaction(db, tenantId, actor);
    return work(db, null);
  });
}

const FOR_EVENT: Readonly<Record<Exclude<ContractEvent['type'], 'day'>, ToldCode>> = {
  end: 'end_set',
  renew: 'renewed',
  hold: 'held',
  release: 'released',
  undoDeletion: 'undeleted',
  approve: 'approved',
  destroyed: 'destroyed',
};

/** What is told of an event; the reason is the operator's own words. */
function detailOf(event: ContractEvent, reason: string): Record<string, string> {
  const words = reason === '' ? {} : { reason };
  return event.type === 'end' ? { ...words, endOn: event.on } : words;
}

/** What the tenant's people are told of is no event of the operators. */
type ToldCode = Exclude<ContractEventCode, 'tenant_reminder'>;

interface Told {
  code: ToldCode;
  detail: Record<string, string>;
}

async function runEffect(db: Db, tenantId: string, effect: ContractEffect, contract: Contract): Promise<Told | null> {
  switch (effect) {
    case 'stopService': {
      const until = dayStart(addDays(contract.endOn ?? '', CONTRACT_DAYS.toReturn + 1));
      await patchTenant(db, tenantId, { status: 'ended', readable_until: new Date(until) });
      return { code: 'ended', detail: { endOn: contract.endOn ?? '' } };
    }
    case 'resumeService':
      await patchTenant(db, tenantId, { status: 'active', readable_until: null });
      return null;
    case 'hideTenant':
      await patchTenant(db, tenantId, { status: 'ended', readable_until: null });
      await giveNumbersBack(db, tenantId);
      return { code: 'deleted', detail: { destructionOn: daysOf(contract, contract.deletedOn ?? '')?.destruction ?? '' } };
    case 'showTenant': {
      const lost = await takeNumbersAgain(db, tenantId);
      return lost.length > 0 ? { code: 'undeleted', detail: { numbersLost: lost.join(' ') } } : null;
    }
    case 'destroy':
      return null;
  }
}

/** @throws AppError `legal_hold` while the tenant itself holds recordings */
async function demandNoHeldRecordings(db: Db, tenantId: string): Promise<void> {
  const held = await db.selectFrom('recordings').select('id').where('tenant_id', '=', tenantId).where('held_at', 'is not', null).where('status', '<>', 'deleted').limit(1).executeTakeFirst();
  if (held) throw conflict('legal_hold', 'Recordings of this tenant are under legal hold: lift it first.');
}

async function tell(db: Db, tx: TenantTx | null, tenantId: string, who: ContractActor, at: Date, { code, detail }: Told): Promise<void> {
  await addContractEvent(db, tenantId, { at, code, actor: who.loginId, detail });
  const tenant = await db.selectFrom('tenants').select('slug').where('id', '=', tenantId).executeTakeFirst();
  const event: OperatorEventCode = `contract_${code}`;
  await insertEvent(db, { at, code: event, actor: who.loginId, ip: who.actor.ip, detail: { tenant: tenant?.slug ?? '', ...detail } });
  // Why it is held is between the provider and whoever asked for it.
  const { reason, ...rest } = detail;
  const words = reason === undefined || code === 'held' || code === 'released' ? {} : { reason };
  await tx?.audit({ code: 'tenant.contract_changed', subject: { kind: 'tenant', id: tenantId }, detail: { what: code, by: who.loginId, ...rest, ...words } });
}

/**
 * Takes an event of a contract with everything that follows from it: what the tenant may still do, its sessions, its numbers; told in
 * the contract's own events, the operator's, and the tenant's audit log.
 * @param reason the operator's words; empty for the daily look
 * @throws AppError `not_found`, and what the machine refuses
 */
export async function changeContract({ database, clock }: ContractDeps, tenantId: string, event: ContractEvent, who: ContractActor, reason = ''): Promise<ContractChange> {
  const now = clock.wall();
  const at = new Date(now);
  return inTenantOrWithout(database, tenantId, who.actor, async (db, tx) => {
    const before = (await lockContract(db, tenantId)).contract;
    const { contract, effects } = contractStep(before, event, dayOf(now));
    if (event.type === 'approve') await demandNoHeldRecordings(db, tenantId);
    if (contract === before) return { contract, effects, endedSessions: [] };
    await writeContract(db, tenantId, contract);
    if (event.type !== 'day') await tell(db, tx, tenantId, who, at, { code: FOR_EVENT[event.type], detail: detailOf(event, reason) });
    let endedSessions: string[] = [];
    for (const effect of effects) {
      const told = await runEffect(db, tenantId, effect, contract);
      if (told) await tell(db, tx, tenantId, who, at, told);
      if (tx && (effect === 'stopService' || effect === 'hideTenant')) endedSessions = [...endedSessions, ...(await revokeAllSessions(tx, at))];
    }
    return { contract, effects, endedSessions };
  });
}
