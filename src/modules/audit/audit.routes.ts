import * as contracts from '../../../shared/api/audit.ts';
import { BinaryAnswer, bind, type BoundRoute } from '../support/binding.ts';
import { verifyChain } from './audit-verify.ts';
import { exportAudit, listAudit } from './audit.service.ts';

export const auditRoutes = (): BoundRoute[] => [
  bind(contracts.listAudit, ({ query }, context) => context.inTenant((tx) => listAudit(tx, query))),
  bind(contracts.verifyAudit, (_input, context) =>
    context.inTenant(async (tx) => {
      const { whole, entries, brokenAt, reason } = await verifyChain(tx);
      return { whole, entries, brokenAt, reason };
    }),
  ),
  bind(contracts.exportAudit, async ({ query }, context) => {
    await context.inTenant((tx) => tx.audit({ code: 'audit.exported', subject: { kind: 'tenant', id: tx.tenantId }, detail: { ...query } }));
    const headers = { 'content-type': 'application/x-ndjson', 'content-disposition': 'attachment; filename="audit.jsonl"' };
    return new BinaryAnswer(200, headers, exportAudit((work) => context.inTenant(work), query));
  }),
];
