import type { Transaction } from 'kysely';
import type { ContractView, ListedContract, OperatorContract } from '../../../shared/api/contracts.ts';
import type { DB } from '../../db/schema.generated.ts';
import type { Actor, TenantTx, WithTenant } from '../../db/types.ts';
import { invalid, notFound } from '../../lib/errors.ts';
import { dayOf, daysBetween } from '../support/japan-days.ts';
import { daysOf, daysOverdue, timelineOf, type Contract, type ContractEvent } from './contract-machine.ts';
import { contractEvents, findCertificate, lastReturn, readContract, type CertificateRow } from './contracts.queries.ts';
import { changeContract, type ContractActor, type ContractChange, type ContractDeps } from './contracts.service.ts';
import { STEP_NAMES } from './destruction-steps.ts';

type Db = Transaction<DB>;

const LIST: Actor = { kind: 'system', id: 'contracts', ip: '' };
const EVENTS_SHOWN = 20;
/** A day that is so near is said beside the timeline. */
const NOTICE_DAYS = 30;

/** A contract as its tenant sees it. Why it is held is between the provider and whoever asked for it. */
function viewOf(contract: Contract, today: string): Omit<ContractView, 'returnedOn'> {
  const timeline = timelineOf(contract, today);
  const next = timeline.find(({ done, held, day }) => !done && !held && day >= today);
  const daysLeft = next ? daysBetween(today, next.day) : Infinity;
  return { state: contract.state, today, timeline, isHeld: contract.hold !== null, notice: next && daysLeft <= NOTICE_DAYS ? { milestone: next.milestone, day: next.day, daysLeft } : null };
}

/** The tenant's own contract, with the day of its last finished export. @param now ms since the epoch */
export async function contractOf({ db, tenantId }: Pick<TenantTx, 'db' | 'tenantId'>, now: number): Promise<ContractView> {
  return { ...viewOf((await readContract(db, tenantId)).contract, dayOf(now)), returnedOn: await returnedOn(db) };
}

async function returnedOn(db: Db): Promise<string | null> {
  const returned = await lastReturn(db);
  return returned && dayOf(returned.getTime());
}

interface TenantNames {
  id: string;
  slug: string;
  name: string;
}

async function operatorView(db: Db, { id, slug, name }: TenantNames, today: string): Promise<OperatorContract> {
  const { contract, destruction } = await readContract(db, id);
  const events = await contractEvents(db, id);
  const certificate = await findCertificate(db, { tenant: id });
  const days = daysOf(contract, today);
  return {
    ...viewOf(contract, today),
    tenantId: id,
    slug,
    name,
    hold: contract.hold,
    approvals: contract.approvals.map(({ loginId, reason, at }) => ({ loginId, reason, at })),
    isDestructionDue: contract.state === 'logically_deleted' && contract.hold === null && days !== null && today >= days.destruction,
    overdueDays: daysOverdue(contract, today),
    progress: destruction ? { done: STEP_NAMES.filter((step) => destruction[step]).length, of: STEP_NAMES.length } : null,
    certificateAt: certificate?.madeAt.toISOString() ?? null,
    events: events.slice(-EVENTS_SHOWN).toReversed().map(({ at, ...event }) => ({ ...event, at: at.toISOString() })),
  };
}

/** All contracts, by code; those that end, with the day on which the tenant last got its data. */
export async function operatorContracts({ database, clock }: { database: { withDirectory: ContractDeps['database']['withDirectory']; withTenant: WithTenant }; clock: ContractDeps['clock'] }): Promise<ListedContract[]> {
  const contracts = await database.withDirectory(async (db) => {
    const tenants = await db.selectFrom('tenants').select(['id', 'slug', 'name']).orderBy('slug').execute();
    const all: OperatorContract[] = [];
    for (const tenant of tenants) all.push(await operatorView(db, tenant, dayOf(clock.wall())));
    return all;
  });
  const listed: ListedContract[] = [];
  for (const contract of contracts) {
    const mayReturn = contract.timeline.length > 0 && (contract.state === 'active' || contract.state === 'ended' || contract.state === 'logically_deleted');
    listed.push({ ...contract, returnedOn: mayReturn ? await database.withTenant(contract.tenantId, LIST, (tx) => returnedOn(tx.db)) : null });
  }
  return listed;
}

/** A contract by its tenant's code. @param now ms since the epoch @throws AppError `not_found` */
export async function operatorContract(db: Db, slug: string, now: number): Promise<OperatorContract> {
  const tenant = await db.selectFrom('tenants').select(['id', 'slug', 'name']).where('slug', '=', slug).executeTakeFirst();
  if (!tenant) throw notFound('tenant');
  return operatorView(db, tenant, dayOf(now));
}

/** @throws AppError `not_found` while there is none */
export async function certificateOf(db: Db, by: { tenant: string } | { slug: string }): Promise<CertificateRow> {
  const found = await findCertificate(db, by);
  if (!found) throw notFound('certificate');
  return found;
}

/** An operator who is known by a login. */
export interface Operator {
  id: string;
  loginId: string;
  ip: string;
}

/** What an operator asks for, in words of their own. */
export type OperatorWish = { reason: string } & ({ type: 'end'; on: string } | { type: 'renew' | 'hold' | 'release' | 'undoDeletion' } | { type: 'approve'; code: string });

function eventOf(wish: OperatorWish, operator: Operator, now: number): ContractEvent {
  const { reason } = wish;
  if (wish.type === 'hold') return { type: 'hold', by: operator.loginId, reason };
  if (wish.type === 'approve') return { type: 'approve', approval: { operatorId: operator.id, loginId: operator.loginId, reason, at: new Date(now).toISOString() } };
  return wish.type === 'end' ? { type: 'end', on: wish.on } : { type: wish.type };
}

/**
 * Does what an operator asks for.
 * @throws AppError `invalid` when the code is not the tenant's, and what the machine refuses
 */
export async function wishOfOperator(deps: ContractDeps, tenantId: string, wish: OperatorWish, operator: Operator): Promise<ContractChange> {
  if (wish.type === 'approve') {
    const tenant = await deps.database.withDirectory((db) => db.selectFrom('tenants').select('slug').where('id', '=', tenantId).executeTakeFirst());
    if (!tenant) throw notFound('tenant');
    if (tenant.slug !== wish.code) throw invalid("Repeat the tenant's code to say that you mean this one.");
  }
  const who: ContractActor = { actor: { kind: 'operator', id: operator.id, ip: operator.ip }, loginId: operator.loginId };
  return changeContract(deps, tenantId, eventOf(wish, operator, deps.clock.wall()), who, wish.reason);
}
