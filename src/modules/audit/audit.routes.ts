import * as contracts from '../../../shared/api/audit.ts';
import type { ServerClockView } from '../../../shared/api/service-status.ts';
import { AppError } from '../../lib/errors.ts';
import { systemClock } from '../../lib/clock.ts';
import type { ExportSigner } from '../../vault/master-key.ts';
import { BinaryAnswer, bind, type BoundRoute } from '../support/binding.ts';
import { signExport } from './audit-export.ts';
import { verifyChain } from './audit-verify.ts';
import type { Checkpoint } from './audit-witness.ts';
import { exportAudit, listAudit } from './audit.service.ts';

export interface AuditRouteDeps {
  /** What a witness outside of the database remembers of a tenant's chain. @throws when it cannot be believed */
  auditCheckpoint: (tenantId: string) => Promise<Checkpoint | null>;
  /** Signs exports. */
  auditSigner: ExportSigner;
  /** How far the server's clock is from a time server's. */
  serverClock: () => ServerClockView;
}

/** @throws AppError `audit_witness_damaged` */
async function believedCheckpoint(deps: AuditRouteDeps, tenantId: string): Promise<Checkpoint | null> {
  try {
    return await deps.auditCheckpoint(tenantId);
  } catch {
    // The reason names a file of the server: that is for the command line (`scc verify-audit`).
    throw new AppError('audit_witness_damaged', 500, 'The checkpoint outside of the database was changed or cannot be read: nothing can be said about the log. Tell the operator.');
  }
}

export const auditRoutes = (deps: AuditRouteDeps): BoundRoute[] => [
  bind(contracts.listAudit, ({ query }, context) => context.inTenant((tx) => listAudit(tx, query))),
  bind(contracts.verifyAudit, (_input, context) =>
    context.inTenant(async (tx) => {
      const { whole, entries, brokenAt, reason } = await verifyChain(tx, await believedCheckpoint(deps, tx.tenantId));
      return { whole, entries, brokenAt, reason };
    }),
  ),
  bind(contracts.exportAudit, async ({ query }, context) => {
    await context.inTenant((tx) => tx.audit({ code: 'audit.exported', subject: { kind: 'tenant', id: tx.tenantId }, detail: { ...query } }));
    const headers = { 'content-type': 'application/x-ndjson', 'content-disposition': 'attachment; filename="audit.jsonl"' };
    const { tenantId } = context.session;
    const complete = query.from === undefined && query.to === undefined;
    const seal = { tenantId, complete, signer: deps.auditSigner, checkpoint: () => believedCheckpoint(deps, tenantId), now: () => systemClock.wall(), clock: deps.serverClock };
    return new BinaryAnswer(200, headers, signExport(exportAudit((work) => context.inTenant(work), query), seal));
  }),
];
