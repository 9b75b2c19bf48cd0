import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { SccDatabase } from '../../db/database.ts';
import type { Actor, TenantTx } from '../../db/types.ts';
import { conflict, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { logKeyUse } from '../recordings/recordings.queries.ts';
import { insertEvent, type KeyCeremony } from '../operator/operator.queries.ts';
import { countOthers, resealBatch } from './reseal.ts';
import { SEALED_COLUMNS } from './sealed-columns.ts';

/** Rows sealed anew in one transaction: some milliseconds, in which they are locked. */
const BATCH_ROWS = 200;
/** Every process looks for new keys every two seconds; three looks fit in before the first content is sealed. */
export const ANNOUNCE_MS = 7_000;

type Deps = Pick<SccDatabase, 'withTenant' | 'keys'>;

/** One change of a tenant's key, as it stands. */
export interface RotationRow {
  id: string;
  from_version: number;
  to_version: number;
  state: 'announced' | 'sealing' | 'done';
  position: number;
  after_key: string[];
  sealed_rows: string;
  total_rows: string;
  passes: number;
  pass_sealed: string;
  pass_damaged: string;
  announced_at: Date;
  finished_at: Date | null;
}

const ROTATION_COLUMNS = [
  'id', 'from_version', 'to_version', 'state', 'position', 'after_key', 'sealed_rows', 'total_rows', 'passes', 'pass_sealed', 'pass_damaged', 'announced_at', 'finished_at',
] as const;

const rotations = (tx: TenantTx) => tx.db.selectFrom('key_rotations').select(ROTATION_COLUMNS).$castTo<RotationRow>();

/** The newest change of the tenant's key, or null. */
export const latestRotation = async (tx: TenantTx): Promise<RotationRow | null> =>
  (await rotations(tx).orderBy('to_version', 'desc').limit(1).executeTakeFirst()) ?? null;

const bumpGeneration = (tx: TenantTx, state: 'stable' | 'rotating'): Promise<unknown> =>
  tx.db.updateTable('tenants').set(({ eb }) => ({ key_generation: eb('key_generation', '+', 1), key_state: state })).where('id', '=', tx.tenantId).execute();

/** Writes a ceremony where the tenant and where the provider sees it. @param detail `by`: login of the operator, where the actor has only an id */
export async function recordCeremony(
  tx: TenantTx,
  code: KeyCeremony,
  version: number,
  detail: Record<string, string>,
): Promise<void> {
  const { by, ...rest } = detail;
  const tenant = await tx.db.selectFrom('tenants').select('slug').where('id', '=', tx.tenantId).executeTakeFirst();
  await logKeyUse(tx, { keyVersion: version, purpose: code, subject: `version ${version}` });
  await insertEvent(tx.db, { at: new Date(), code, actor: by ?? tx.actor.id, ip: tx.actor.ip, detail: { tenant: tenant?.slug ?? '', version: String(version), ...rest } });
}

/**
 * Makes the next version of a tenant's key and announces it. Nothing is sealed under it before `ANNOUNCE_MS` have passed; then
 * `continueRotation` does the rest.
 * @param why recorded for the tenant and for the provider
 * @returns the new version
 * @throws AppError `key_rotation_running`, `tenant_key_destroyed`
 */
export async function startRotation(database: Deps, tenantId: string, actor: Actor, why: { reason?: string; by?: string } = {}): Promise<number> {
  const version = await database.withTenant(tenantId, actor, async (tx) => {
    const tenant = await tx.db.selectFrom('tenants').select('key_state').where('id', '=', tenantId).forUpdate().executeTakeFirst();
    if (!tenant) throw notFound('tenant');
    if (tenant.key_state === 'rotating') throw conflict('key_rotation_running', 'A rotation of this key is running already.');
    const { highest } = await tx.db.selectFrom('tenant_keys').select(({ fn }) => fn.max('version').as('highest')).executeTakeFirstOrThrow();
    const next = Number(highest) + 1;
    await database.keys.insert(tx.db, tenantId, next, randomBytes(32));
    await tx.db.insertInto('key_rotations').values({ tenant_id: tenantId, id: newId(), from_version: tx.vault.keyVersion, to_version: next }).execute();
    await bumpGeneration(tx, 'rotating');
    await tx.audit({ code: 'tenant.key_created', subject: { kind: 'tenantKey', id: String(next) }, detail: { version: next } });
    await tx.audit({ code: 'tenant.key_rotation_started', subject: { kind: 'tenantKey', id: String(next) }, detail: { from: tx.vault.keyVersion, to: next, ...why } });
    await recordCeremony(tx, 'key_created', next, { from: String(tx.vault.keyVersion), ...why });
    return next;
  });
  await database.keys.refresh(tenantId);
  return version;
}

/** Tenants whose rotation is not over. */
export async function rotatingTenants(database: Pick<SccDatabase, 'withDirectory'>): Promise<string[]> {
  const rows = await database.withDirectory((db) => db.selectFrom('tenants').select('id').where('key_state', '=', 'rotating').orderBy('id').execute());
  return rows.map(({ id }) => id);
}

/** What a step did: nothing to do (or another process is at it), waiting for the others to hear, worked, finished. */
export type StepResult = 'idle' | 'waiting' | 'working' | 'done';

const save = (tx: TenantTx, id: string, change: Partial<Omit<RotationRow, 'id'>>): Promise<unknown> => tx.db.updateTable('key_rotations').set(change).where('id', '=', id).execute();

async function beginSealing(tx: TenantTx, row: RotationRow): Promise<StepResult> {
  const { rows } = await sql<{ due: boolean }>`select now() - ${row.announced_at}::timestamptz >= ${ANNOUNCE_MS} * interval '1 millisecond' as due`.execute(tx.db);
  if (!rows[0]?.due) return 'waiting';
  let total = 0;
  for (const column of SEALED_COLUMNS) total += await countOthers(tx, column, row.to_version);
  await save(tx, row.id, { state: 'sealing', total_rows: String(total) });
  await bumpGeneration(tx, 'rotating');
  return 'working';
}

/** A pass that found nothing to seal and left nothing locked was the last one. */
async function endPass(tx: TenantTx, row: RotationRow): Promise<StepResult> {
  let left = 0;
  if (Number(row.pass_sealed) === 0) {
    for (const column of SEALED_COLUMNS) left += await countOthers(tx, column, row.to_version);
    if (left === Number(row.pass_damaged)) {
      await save(tx, row.id, { state: 'done', finished_at: new Date() });
      await bumpGeneration(tx, 'stable');
      const detail = { from: row.from_version, to: row.to_version, rows: Number(row.sealed_rows), damaged: left };
      await tx.audit({ code: 'tenant.key_rotated', subject: { kind: 'tenantKey', id: String(row.to_version) }, detail });
      await recordCeremony(tx, 'key_rotated', row.to_version, { from: String(row.from_version), rows: row.sealed_rows, damaged: String(left) });
      return 'done';
    }
  }
  await save(tx, row.id, { position: 0, after_key: [], passes: row.passes + 1, pass_sealed: '0', pass_damaged: '0' });
  return 'working';
}

async function sealSome(tx: TenantTx, row: RotationRow): Promise<StepResult> {
  const column = SEALED_COLUMNS[row.position];
  if (!column) return endPass(tx, row);
  const batch = await resealBatch(tx, column, row.after_key, BATCH_ROWS);
  const isEnd = batch.found < BATCH_ROWS;
  await save(tx, row.id, {
    position: isEnd ? row.position + 1 : row.position,
    after_key: isEnd ? [] : [...(batch.lastKey ?? [])],
    sealed_rows: String(Number(row.sealed_rows) + batch.resealed),
    pass_sealed: String(Number(row.pass_sealed) + batch.resealed),
    pass_damaged: String(Number(row.pass_damaged) + batch.damaged),
  });
  return 'working';
}

const WORKER: Actor = { kind: 'system', id: 'key-rotation', ip: '' };

/**
 * Does the next piece of a tenant's rotation in one short transaction, with its progress: whoever comes after a crash goes on
 * where it was. Any number of processes may call it; one works at a time.
 */
export async function continueRotation(database: Deps, tenantId: string): Promise<StepResult> {
  const { result, isStale } = await database.withTenant(tenantId, WORKER, async (tx) => {
    const row = await rotations(tx).where('state', '<>', 'done').orderBy('to_version').limit(1).forUpdate().skipLocked().executeTakeFirst();
    if (!row) return { result: 'idle' as const, isStale: false };
    if (row.state === 'announced') {
      const begun = await beginSealing(tx, row);
      return { result: begun, isStale: begun === 'working' };
    }
    if (tx.vault.keyVersion < row.to_version) return { result: 'working' as const, isStale: true };
    return { result: await sealSome(tx, row), isStale: false };
  });
  if (isStale) await database.keys.refresh(tenantId);
  return result;
}
