import { verifyChain } from '../modules/audit/audit-verify.ts';
import { readCheckpoint, witnessFolder } from '../modules/audit/audit-witness.ts';
import { print } from './output.ts';
import { cliActor, tenantIdOf, withDatabase } from './with-database.ts';

/** `scc verify-audit --tenant T`: recomputes the chain. @returns the exit code, 0 = whole */
export async function verifyAuditCommand(slug: string): Promise<number> {
  const { report, checkpoint } = await withDatabase(async (database, { dataDir, sign }) => {
    const tenantId = await tenantIdOf(database, slug);
    const found = await readCheckpoint(witnessFolder(dataDir), tenantId, sign);
    return { checkpoint: found, report: await database.withTenant(tenantId, cliActor, (tx) => verifyChain(tx, found)) };
  });
  print(`tenant   ${slug}`);
  print(`entries  ${report.entries}`);
  print(`head     ${report.headHash.toString('hex')}`);
  print(`witness  ${checkpoint ? `entry ${checkpoint.seq} of ${checkpoint.at}` : 'none yet'}`);
  if (report.whole) {
    print('whole    yes');
    return 0;
  }
  print(`whole    NO, broken at entry ${report.brokenAt}: ${report.reason}`);
  return 1;
}
