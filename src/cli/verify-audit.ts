import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { systemClock } from '../lib/clock.ts';
import { linesOf, signExport, verifyExport } from '../modules/audit/audit-export.ts';
import { verifyChain } from '../modules/audit/audit-verify.ts';
import { readCheckpoint, witnessFolder } from '../modules/audit/audit-witness.ts';
import { exportAudit } from '../modules/audit/audit.service.ts';
import { ServerClock } from '../modules/monitoring/server-clock.ts';
import { insertEvent } from '../modules/operator/operator.queries.ts';
import { loadConfig } from './environment.ts';
import { print } from './output.ts';
import { ownPublicKey } from './own-key.ts';
import { cliActor, tenantIdOf, withDatabase } from './with-database.ts';

export interface VerifyOptions {
  tenant?: string;
  export?: string;
  publicKey?: string;
}

/** `scc verify-audit`: of a tenant in the database, or of a file. @returns the exit code, 0 = whole */
export async function verifyAuditCommand(given: VerifyOptions): Promise<number> {
  if (given.export !== undefined) return verifyFile(given.export, given.publicKey);
  if (given.tenant === undefined) throw new Error('Give --tenant, or --export with a file.');
  return verifyTenant(given.tenant);
}

async function verifyTenant(slug: string): Promise<number> {
  const { report, checkpoint, publicKey } = await withDatabase(async (database, { dataDir, sign, master }) => {
    const tenantId = await tenantIdOf(database, slug);
    const found = await readCheckpoint(witnessFolder(dataDir), tenantId, sign);
    return { checkpoint: found, report: await database.withTenant(tenantId, cliActor, (tx) => verifyChain(tx, found)), publicKey: master.signer.publicKey };
  });
  print(`tenant   ${slug}`);
  print(`entries  ${report.entries}`);
  print(`head     ${report.headHash.toString('hex')}`);
  print(`witness  ${checkpoint ? `entry ${checkpoint.seq} of ${checkpoint.at}` : 'none yet'}`);
  print(`key      ${publicKey} (signs exports)`);
  if (report.whole) {
    print('whole    yes');
    return 0;
  }
  print(`whole    NO, broken at entry ${report.brokenAt}: ${report.reason}`);
  return 1;
}

async function verifyFile(file: string, publicKey: string | undefined): Promise<number> {
  const expected = publicKey ?? (await ownPublicKey());
  // Opened first: a stream tells of a missing file when nobody listens any more.
  await (await open(file)).close();
  const report = await verifyExport(linesOf(createReadStream(file, 'utf8') as AsyncIterable<string>), expected);
  print(`file     ${file}`);
  print(`tenant   ${report.tenantId ?? 'unknown'}`);
  print(`entries  ${report.entries}${report.complete ? '' : ' (a part of the log)'}`);
  print(`made     ${report.at ?? 'unknown'}`);
  print(`head     ${report.headHash.toString('hex')}`);
  print(`witness  ${report.checkpoint ? `entry ${report.checkpoint.seq} of ${report.checkpoint.at}` : 'none'}`);
  print(`key      ${report.publicKey ?? 'none'}${report.publicKey !== null && report.publicKey === expected ? ', as expected' : ''}`);
  if (expected === null) print('         NOT COMPARED: give --public-key as the provider told it before');
  if (report.whole) {
    print('whole    yes');
    return 0;
  }
  print(`whole    NO, broken at line ${report.brokenLine}: ${report.reason}`);
  return 1;
}

/** `scc export-audit --tenant T --out FILE`. */
export async function exportAuditCommand(slug: string, out: string): Promise<void> {
  await withDatabase(async (database, { dataDir, sign, master }) => {
    const tenantId = await tenantIdOf(database, slug);
    await database.withTenant(tenantId, cliActor, async (tx) => {
      await tx.audit({ code: 'audit.exported', subject: { kind: 'tenant', id: tenantId }, detail: { by: 'command line' } });
      await insertEvent(tx.db, { at: new Date(systemClock.wall()), code: 'audit_exported', actor: cliActor.id, ip: '', detail: { tenant: slug } });
    });
    const pages = exportAudit((work) => database.withTenant(tenantId, cliActor, work), {});
    const serverClock = new ServerClock(loadConfig().ntpServer, systemClock);
    // Without an answer the export says that nothing is known.
    await serverClock.offset().catch(() => undefined);
    const seal = { tenantId, complete: true, signer: master.signer, checkpoint: () => readCheckpoint(witnessFolder(dataDir), tenantId, sign), now: () => systemClock.wall(), clock: () => serverClock.view() };
    await pipeline(signExport(pages, seal), createWriteStream(out, { flags: 'wx', mode: 0o600 }));
    print(`${out}: verify it with --export ${out} --public-key ${master.signer.publicKey}`);
  });
}
