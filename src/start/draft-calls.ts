import type { Cell } from '../calls/cell.ts';
import type { DraftCalls } from '../calls/draft-calls.ts';
import { AppError } from '../lib/errors.ts';
import type { DraftCallsLive } from '../modules/flows/draft-calls-live.ts';

/** The live side of calls to drafts, for the editor's routes. */
export function draftCallsOf(cell: Pick<Cell, 'tenant'>): DraftCallsLive {
  const draftsOf = (tenantId: string): DraftCalls => {
    const tenant = cell.tenant(tenantId);
    if (!tenant?.accepting) throw new AppError('not_serving', 503, 'No calls are taken here at the moment.');
    return tenant.drafts;
  };
  return {
    admit: (tenantId, userId) => draftsOf(tenantId).admit(userId),
    order: (tenantId, order) => draftsOf(tenantId).order(order),
  };
}
