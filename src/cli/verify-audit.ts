import { verifyChain } from '../modules/audit/audit-verify.ts';
import { print } from './output.ts';
import { cliActor, tenantIdOf, withDatabase } from './with-database.ts';

/** `scc verify-audit --tenant T`: recomputes the chain. @returns the exit code, 0 = whole */
export async function verifyAuditCommand(slug: string): Promise<number> {
  const report = await withDatabase(async (database) => {
    const tenantId = await tenantIdOf(database, slug);
    return database.withTenant(tenantId, cliActor, verifyChain);
  });
  print(`tenant   ${slug}`);
  print(`entries  ${report.entries}`);
  print(`head     ${report.headHash.toString('hex')}`);
  if (report.whole) {
    print('whole    yes');
    return 0;
  }
  print(`whole    NO, broken at entry ${report.brokenAt}: ${report.reason}`);
  return 1;
}
