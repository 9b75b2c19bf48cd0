import { writeFileSync } from 'node:fs';
import type { OperatorContract } from '../../shared/api/contracts.ts';
import { AppError } from '../lib/errors.ts';
import { systemClock } from '../lib/clock.ts';
import { certificateOf, operatorContract, wishOfOperator, type OperatorWish } from '../modules/contracts/contract-views.service.ts';
import { runDestruction } from '../modules/contracts/destruction.ts';
import { confirmOperator } from '../modules/operator/operator-confirm.service.ts';
import { findOperator } from '../modules/operator/operator.queries.ts';
import { createFileStore } from '../store/file-store.ts';
import type { SccDatabase } from '../db/database.ts';
import { doneAsking } from './ask.ts';
import { askProof } from './key-ceremonies.ts';
import { print, table } from './output.ts';
import { cliActor, tenantIdOf, withDatabase, type Around } from './with-database.ts';

const MILESTONES: Readonly<Record<OperatorContract['timeline'][number]['milestone'], string>> = {
  end: 'service ends',
  returnUntil: 'data returned until',
  deletion: 'logically deleted',
  destruction: 'data and keys destroyed',
  backupsGone: 'no backup is older',
};

/** What is so of a day: done, not before it because of a hold, late. */
function markOf({ overdueDays }: OperatorContract, { milestone, done, held }: OperatorContract['timeline'][number]): string {
  if (done) return 'done';
  if (held) return 'at the earliest: legal hold';
  return milestone === 'destruction' && overdueDays > 0 ? `LATE by ${overdueDays} days: two operators have to approve it` : '';
}

function printContract(contract: OperatorContract): void {
  print(`tenant    ${contract.slug}${contract.name === '' ? '' : ` (${contract.name})`}`);
  print(`contract  ${contract.state}, today ${contract.today} in Japan`);
  if (contract.hold) print(`hold      since ${contract.hold.on} by ${contract.hold.by}: ${contract.hold.reason}`);
  if (contract.timeline.length === 0) print('no end is agreed (npm run scc -- tenant end CODE --on YYYY-MM-DD)');
  for (const line of table(contract.timeline.map((entry) => [entry.day, MILESTONES[entry.milestone], markOf(contract, entry)]))) print(line);
  for (const { loginId, at, reason } of contract.approvals) print(`approved  ${at} by ${loginId}: ${reason}`);
  if (contract.progress) print(`destroyed ${contract.progress.done} of ${contract.progress.of} steps`);
  if (contract.certificateAt !== null) print(`proof     npm run scc -- tenant certificate ${contract.slug}`);
}

const show = async (database: SccDatabase, slug: string): Promise<void> => printContract(await database.withDirectory((db) => operatorContract(db, slug, systemClock.wall())));

/** `scc tenant contract CODE`: the days of the contract. */
export const contractCommand = (slug: string): Promise<void> => withDatabase((database) => show(database, slug));

/** `scc tenant end`, `renew`, `hold`, `release`, `undo-deletion`: one change, then how things stand. */
export async function changeContractCommand(slug: string, wish: OperatorWish): Promise<void> {
  await withDatabase(async (database) => {
    await wishOfOperator({ database, clock: systemClock }, await tenantIdOf(database, slug), wish, { id: cliActor.id, loginId: cliActor.id, ip: '' });
    await show(database, slug);
  });
}

async function destroy(database: SccDatabase, { config, ...around }: Around, tenantId: string): Promise<void> {
  const store = createFileStore(config.storeDir);
  try {
    await runDestruction({ ...around, database, store, backupDir: config.backupDir, keepsPoints: config.pointsDays !== null, clock: systemClock }, tenantId);
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'destruction_running')) throw error;
    print('the running product is at it; look again with: npm run scc -- tenant contract CODE');
  }
}

/** `scc tenant approve-destruction CODE --by LOGIN [OTHER]`: each gives password and code; with the second approval everything is destroyed. */
export async function approveDestructionCommand(slug: string, { by, reason, confirm }: { by: string[]; reason: string; confirm: string }): Promise<void> {
  if (by.length > 2 || new Set(by).size < by.length) throw new Error('Name one operator, or two different ones.');
  const people: { loginId: string; proof: { password: string; code: string } }[] = [];
  for (const loginId of by) people.push({ loginId, proof: await askProof(loginId) });
  doneAsking();
  await withDatabase(async (database, around) => {
    const tenantId = await tenantIdOf(database, slug);
    let isApproved = false;
    for (const { loginId, proof } of people) {
      await confirmOperator({ database, clock: systemClock, master: around.master }, loginId, proof);
      const operator = await database.withDirectory((db) => findOperator(db, loginId));
      const wish: OperatorWish = { type: 'approve', reason, code: confirm };
      const { effects } = await wishOfOperator({ database, clock: systemClock }, tenantId, wish, { id: operator?.id ?? '', loginId, ip: '' });
      isApproved = effects.includes('destroy');
    }
    if (isApproved) await destroy(database, around, tenantId);
    else print('another operator has to approve it too');
    await show(database, slug);
  });
}

/** `scc tenant certificate CODE`: the proof of a destruction, to the terminal or into a new file. */
export async function certificateCommand(slug: string, out: string | undefined): Promise<void> {
  const { text, publicKey } = await withDatabase(async (database, { master }) => ({
    text: (await database.withDirectory((db) => certificateOf(db, { slug }))).text,
    publicKey: master.signer.publicKey,
  }));
  if (out === undefined) return print(text.trimEnd());
  writeFileSync(out, text, { flag: 'wx', mode: 0o600 });
  print(`${out}: verify it with node assets/certificate/verify-deletion-certificate.mjs ${out} ${publicKey}`);
}
