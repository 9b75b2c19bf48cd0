import { sql, type Transaction } from 'kysely';
import type { DB, Json } from '../../db/schema.generated.ts';
import { newId } from '../../lib/ids.ts';
import { NEW_CONTRACT, type Approval, type Contract, type ContractHold, type ContractState } from './contract-machine.ts';
import type { Destruction } from './destruction-steps.ts';

type Db = Transaction<DB>;

/** What happened to a contract. */
export type ContractEventCode =
  | 'end_set'
  | 'ended'
  | 'renewed'
  | 'held'
  | 'released'
  | 'deleted'
  | 'undeleted'
  | 'approved'
  | 'reminder'
  | 'tenant_reminder'
  | 'destroyed';

export interface ContractEventRow {
  at: Date;
  code: ContractEventCode;
  actor: string;
  detail: Record<string, string>;
}

const COLUMNS = ['state', 'end_on', 'not_before', 'deleted_on', 'destroyed_on', 'hold', 'approvals', 'destruction'] as const;

export interface KnownContract {
  contract: Contract;
  /** Null = not begun. */
  destruction: Destruction | null;
}

interface Row {
  state: string;
  end_on: string | null;
  not_before: string | null;
  deleted_on: string | null;
  destroyed_on: string | null;
  hold: Json | null;
  approvals: Json;
  destruction: Json | null;
}

/** Only this program writes these columns. */
const known = (row: Row | undefined): KnownContract =>
  row
    ? {
        contract: {
          state: row.state as ContractState,
          endOn: row.end_on,
          notBefore: row.not_before,
          deletedOn: row.deleted_on,
          destroyedOn: row.destroyed_on,
          hold: row.hold as unknown as ContractHold | null,
          approvals: row.approvals as unknown as Approval[],
        },
        destruction: row.destruction as unknown as Destruction | null,
      }
    : { contract: NEW_CONTRACT, destruction: null };

/** A tenant's contract; one without an end for who never had any written. */
export const readContract = async (db: Db, tenant: string): Promise<KnownContract> =>
  known(await db.selectFrom('tenant_contracts').select(COLUMNS).where('tenant', '=', tenant).executeTakeFirst());

/** The same, kept from others until the transaction ends. */
export async function lockContract(db: Db, tenant: string): Promise<KnownContract> {
  await db.insertInto('tenant_contracts').values({ tenant, state: NEW_CONTRACT.state }).onConflict((conflict) => conflict.column('tenant').doNothing()).execute();
  return known(await db.selectFrom('tenant_contracts').select(COLUMNS).where('tenant', '=', tenant).forUpdate().executeTakeFirst());
}

export async function writeContract(db: Db, tenant: string, contract: Contract): Promise<void> {
  const { state, endOn, notBefore, deletedOn, destroyedOn, hold, approvals } = contract;
  const row = { state, end_on: endOn, not_before: notBefore, deleted_on: deletedOn, destroyed_on: destroyedOn, hold: hold && JSON.stringify(hold), approvals: JSON.stringify(approvals) };
  await db.updateTable('tenant_contracts').set(row).where('tenant', '=', tenant).execute();
}

export async function writeDestruction(db: Db, tenant: string, destruction: Destruction): Promise<void> {
  await db.updateTable('tenant_contracts').set({ destruction: JSON.stringify(destruction) }).where('tenant', '=', tenant).execute();
}

export interface EndingContract {
  id: string;
  slug: string;
  contract: Contract;
}

/** Contracts with an end, by code; all others have nothing to wait for. */
export async function endingContracts(db: Db): Promise<EndingContract[]> {
  const rows = await db
    .selectFrom('tenant_contracts')
    .innerJoin('tenants', 'tenants.id', 'tenant_contracts.tenant')
    .select(COLUMNS)
    .select(['tenants.id', 'tenants.slug'])
    .where('end_on', 'is not', null)
    .orderBy('tenants.slug')
    .execute();
  return rows.map(({ id, slug, ...row }) => ({ id, slug, contract: known(row).contract }));
}

export async function addContractEvent(db: Db, tenant: string, { at, code, actor, detail }: ContractEventRow): Promise<void> {
  await db.insertInto('tenant_contract_events').values({ id: newId(), tenant, at, code, actor, detail: JSON.stringify(detail) }).execute();
}

/** Oldest first. */
export async function contractEvents(db: Db, tenant: string): Promise<ContractEventRow[]> {
  const rows = await db.selectFrom('tenant_contract_events').select(['at', 'code', 'actor', 'detail']).where('tenant', '=', tenant).orderBy('at').orderBy('id').execute();
  return rows.map((row) => ({ ...row, code: row.code as ContractEventCode, detail: row.detail as Record<string, string> }));
}

/** Keys of the reminders that were given: to the provider's people, or to the tenant's. */
export async function saidReminders(db: Db, tenant: string, code: 'reminder' | 'tenant_reminder'): Promise<Set<string>> {
  const rows = await db
    .selectFrom('tenant_contract_events')
    .select(sql<string>`detail ->> 'key'`.as('key'))
    .where('tenant', '=', tenant)
    .where('code', '=', code)
    .execute();
  return new Set(rows.map(({ key }) => key));
}

/** When the tenant of this transaction last got all of its data; null = never. */
export async function lastReturn(db: Db): Promise<Date | null> {
  const row = await db.selectFrom('tenant_exports').select('finished_at').where('finished_at', 'is not', null).where('state', 'in', ['finished', 'expired']).orderBy('finished_at', 'desc').limit(1).executeTakeFirst();
  return row?.finished_at ?? null;
}

export interface CertificateRow {
  slug: string;
  madeAt: Date;
  /** JSON as it was signed. */
  text: string;
}

export async function insertCertificate(db: Db, tenant: string, { slug, madeAt, text }: CertificateRow): Promise<void> {
  const row = { tenant, slug, made_at: madeAt, certificate: text };
  await db.insertInto('deletion_certificates').values(row).onConflict((conflict) => conflict.column('tenant').doNothing()).execute();
}

/** By the tenant's id or its code; null before it is made. */
export async function findCertificate(db: Db, by: { tenant: string } | { slug: string }): Promise<CertificateRow | null> {
  const query = db.selectFrom('deletion_certificates').select(['slug', 'made_at', 'certificate']);
  const row = await ('tenant' in by ? query.where('tenant', '=', by.tenant) : query.where('slug', '=', by.slug).orderBy('made_at', 'desc')).limit(1).executeTakeFirst();
  return row ? { slug: row.slug, madeAt: row.made_at, text: row.certificate } : null;
}

/** Takes a tenant's numbers out of the directory of all numbers: others may have them now. */
export async function giveNumbersBack(db: Db, tenant: string): Promise<void> {
  await db.deleteFrom('number_directory').where('tenant', '=', tenant).execute();
}

/** Puts a tenant's numbers into the directory again, as far as they are free. @returns those that somebody else has */
export async function takeNumbersAgain(db: Db, tenant: string): Promise<string[]> {
  const numbers = await db.selectFrom('numbers').select('number').where('tenant_id', '=', tenant).orderBy('number').execute();
  const lost: string[] = [];
  for (const { number } of numbers) {
    await db.insertInto('number_directory').values({ number, tenant }).onConflict((conflict) => conflict.column('number').doNothing()).execute();
    const owner = await db.selectFrom('number_directory').select('tenant').where('number', '=', number).executeTakeFirst();
    if (owner?.tenant !== tenant) lost.push(number);
  }
  return lost;
}

export interface StatusPatch {
  status: 'active' | 'ended';
  readable_until: Date | null;
}

export async function patchTenant(db: Db, tenant: string, patch: StatusPatch): Promise<void> {
  await db.updateTable('tenants').set(patch).where('id', '=', tenant).execute();
}
