import type { SipMessageView } from '../../../shared/api/calls.ts';
import type { TenantTx } from '../../db/types.ts';
import { notFound } from '../../lib/errors.ts';
import { findCall } from './calls.queries.ts';
import type { LiveCalls } from './calls.service.ts';
import { deleteSipTraces, findSipTrace, insertSipTrace } from './sip-trace.queries.ts';

/** How long the SIP messages of a call are kept, ms: seven days. */
export const SIP_TRACE_KEPT_MS = 7 * 24 * 3_600_000;

/** Sealed part of `call_sip_traces`. */
interface SipTraceContent {
  messages: SipMessageView[];
}

export const sipTracePlace = (callId: string) => ({ table: 'call_sip_traces', column: 'sealed', id: callId });

/** Stores the messages of a call that is over. They hold numbers and names, so they are sealed. */
export const storeSipTrace = (tx: TenantTx, callId: string, messages: readonly SipMessageView[]): Promise<void> =>
  insertSipTrace(tx, callId, tx.vault.seal(sipTracePlace(callId), { messages }));

/** Deletes what is older than seven days. @param wall now, ms since the epoch */
export const expireSipTraces = (tx: TenantTx, wall: number): Promise<void> => deleteSipTraces(tx, new Date(wall - SIP_TRACE_KEPT_MS));

/** The SIP messages of one call. @throws AppError `not_found` */
export async function callSip(tx: TenantTx, live: LiveCalls, id: string): Promise<{ kept: boolean; messages: SipMessageView[] }> {
  if (!(await findCall(tx, id))) throw notFound('call');
  const stored = await findSipTrace(tx, id);
  const messages = stored ? tx.vault.open<SipTraceContent>(sipTracePlace(id), stored.sealed).messages : live.sipOf(tx.tenantId, id);
  return { kept: messages.length > 0, messages };
}
