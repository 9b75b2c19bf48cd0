import type { DraftCallOrder } from '../../../shared/api/draft-calls.ts';
import type { Flow } from '../../../shared/flow/nodes.ts';
import type { TenantTx } from '../../db/types.ts';
import { toE164 } from '../../vault/phone.ts';
import type { DraftOrder } from './draft-calls-live.ts';
import { lockedFlow } from './flows.service.ts';

/**
 * What is being edited, made ready to be called: its texts are spoken. Without a draft it is the published version.
 * @throws AppError `not_found`, and what speaking the texts throws
 */
export async function orderDraftCall(tx: TenantTx, id: string, given: DraftCallOrder, speak: (flow: Flow) => Promise<Flow>): Promise<Omit<DraftOrder, 'userId' | 'ip'>> {
  const { code, draft, definition, draftRevision } = await lockedFlow(tx, id);
  const flow = await speak(draft ?? definition);
  const { callerNumber, withheldReason, callsOut } = given;
  const number = callerNumber.trim();
  await tx.audit({ code: 'flow.draft_called', subject: { kind: 'flow', id }, detail: { code, revision: draftRevision, callsOut } });
  return { flowId: id, code, flow, callerNumber: number === '' ? null : (toE164(number, 'JP') ?? number), withheldReason: number === '' ? withheldReason : null, callsOut };
}
