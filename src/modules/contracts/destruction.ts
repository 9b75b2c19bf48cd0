import type pg from 'pg';
import { asOwner } from '../../db/prepare.ts';
import { conflict } from '../../lib/errors.ts';
import { dayOf } from '../support/japan-days.ts';
import { makeCertificate } from './certificate.ts';
import { contractStep, type ContractState } from './contract-machine.ts';
import { changeContract, CONTRACT_SYSTEM } from './contracts.service.ts';
import { insertCertificate, readContract, writeDestruction } from './contracts.queries.ts';
import { STEP_NAMES, STEPS, type Destruction, type DestructionDeps, type StepName } from './destruction-steps.ts';

/** One destruction at a time on a database; an arbitrary constant. */
const DESTRUCTION_LOCK = 7_262_046;

async function runStep<Name extends StepName>(deps: DestructionDeps, name: Name, of: Parameters<(typeof STEPS)[Name]>[1]): Promise<Destruction> {
  const found = await STEPS[name](deps, of);
  return { ...of.done, [name]: { at: new Date(deps.clock.wall()).toISOString(), ...found } };
}

async function certify({ database, clock, master }: DestructionDeps, tenantId: string, done: Destruction): Promise<void> {
  const now = clock.wall();
  await database.withDirectory(async (db) => {
    const tenant = await db.selectFrom('tenants').select('slug').where('id', '=', tenantId).executeTakeFirst();
    const { contract } = await readContract(db, tenantId);
    const code = tenant?.slug ?? '';
    const text = makeCertificate({ tenant: { id: tenantId, code }, contract, destruction: done, at: new Date(now).toISOString(), today: dayOf(now) }, master.signer);
    await insertCertificate(db, tenantId, { slug: code, madeAt: new Date(now), text });
  });
}

async function runSteps(deps: DestructionDeps, tenantId: string): Promise<void> {
  const { database } = deps;
  const { contract, destruction } = await database.withDirectory((db) => readContract(db, tenantId));
  if (contract.state === 'destroyed') return;
  // Whoever has not been approved by two is not begun with.
  contractStep(contract, { type: 'destroyed' }, dayOf(deps.clock.wall()));
  let done = destruction ?? {};
  for (const name of STEP_NAMES) {
    if (done[name]) continue;
    done = await runStep(deps, name, { tenantId, approvals: contract.approvals, done });
    await database.withDirectory((db) => writeDestruction(db, tenantId, done));
  }
  await certify(deps, tenantId, done);
  await changeContract(deps, tenantId, { type: 'destroyed' }, CONTRACT_SYSTEM);
}

const isFree = async (client: pg.Client): Promise<boolean> => (await client.query<{ free: boolean }>('select pg_try_advisory_lock($1) as free', [DESTRUCTION_LOCK])).rows[0]?.free ?? false;

/**
 * Destroys a tenant that two operators have approved: keys, rows, objects, backups, the database's files; then makes the certificate.
 * Interrupted anywhere, the next call goes on where it was.
 * @returns the state afterwards
 * @throws AppError `destruction_running` when another process is at it, `contract_not_possible` without two approvals
 */
export async function runDestruction(deps: DestructionDeps, tenantId: string): Promise<ContractState> {
  return asOwner({ ...deps.owner, application_name: 'scc-destruction' }, async (client) => {
    if (!(await isFree(client))) throw conflict('destruction_running', 'Another destruction is running on this database.');
    await runSteps(deps, tenantId);
    return (await deps.database.withDirectory((db) => readContract(db, tenantId))).contract.state;
  });
}
